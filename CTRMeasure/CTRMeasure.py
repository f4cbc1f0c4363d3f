"""Cardiothoracic ratio in 3D Slicer: measure a chest radiograph, check and correct it, export it."""

import importlib.util
import os
import sys

import qt
import slicer
import vtk
from slicer.i18n import tr as _
from slicer.i18n import translate
from slicer.ScriptedLoadableModule import (
    ScriptedLoadableModule,
    ScriptedLoadableModuleLogic,
    ScriptedLoadableModuleTest,
    ScriptedLoadableModuleWidget,
)
from slicer.util import VTKObservationMixin


def putPackageOnPath():
    """In a source tree the package lies in the repository's root, beside this module's folder; an
    installed extension has it beside the scripted modules, where Slicer finds it by itself."""
    if importlib.util.find_spec("cardiothorax") is None:
        sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


putPackageOnPath()

SAMPLE = "CTRMeasureFilm"
READER_SETTING = "CTRMeasure/reader"


class CTRMeasure(ScriptedLoadableModule):
    def __init__(self, parent):
        ScriptedLoadableModule.__init__(self, parent)
        self.parent.title = _("CTRMeasure")
        self.parent.categories = [translate("qSlicerAbstractCoreModule", "Cardiac")]
        self.parent.dependencies = []
        self.parent.contributors = ["The Cardiothorax contributors"]
        self.parent.helpText = _(
            "Cardiothoracic ratio from a chest radiograph: lungs and heart are outlined by a network, "
            "the reader checks and corrects, numbers and pictures are exported. Choose a film, press Apply, "
            "check, export; the tutorial is Docs/ctrmeasure.md. For research, not a medical device."
        )
        self.parent.acknowledgementText = _(
            'The method follows "Automatic Cardiothoracic Ratio Calculation With Deep Learning", '
            "IEEE Access, 2019. Each network's card names the films that it was trained on."
        )
        slicer.app.connect("startupCompleted()", registerSampleData)


def registerSampleData():
    """A synthesized film that is nobody's; it lies in the extension, so it works offline."""
    import SampleData

    from cardiothorax.resources import resource

    films = sorted(resource("Samples").glob("*.dcm"))
    if films and SampleData.SampleDataLogic().sourceForSampleName(SAMPLE) is None:
        SampleData.SampleDataLogic.registerCustomSampleDataSource(
            category="Cardiothorax",
            sampleName=SAMPLE,
            sampleDescription=_("A synthesized chest radiograph"),
            uris=films[0].as_uri(),
            fileNames=films[0].name,
            nodeNames="Sample film",
            loadFileType="VolumeFile",
            loadFileProperties={"singleFile": True},
        )


class CTRMeasureWidget(ScriptedLoadableModuleWidget, VTKObservationMixin):
    """Wires the parts of the panel together. ``logic`` replaces the module's own, for tests."""

    def __init__(self, parent=None, logic=None):
        ScriptedLoadableModuleWidget.__init__(self, parent)
        VTKObservationMixin.__init__(self)
        self.logic = logic
        self._parameterNode = None
        self._guiTag = None
        self._corrected = None

    def setup(self):
        ScriptedLoadableModuleWidget.setup(self)
        from CTRMeasureLib.batch_task import AGREEMENT, FilmBatch
        from CTRMeasureLib.exporting import FilmFiles
        from CTRMeasureLib.film_panel import FilmPanel
        from CTRMeasureLib.review import ReviewPanel

        from cardiothorax.panels.batch_panel import BatchPanel
        from cardiothorax.panels.export_panel import ExportPanel
        from cardiothorax.panels.shortcuts import Shortcuts
        from cardiothorax.panels.status import StatusLine

        panel = slicer.util.loadUI(self.resourcePath("UI/CTRMeasure.ui"))
        self.layout.addWidget(panel)
        self.ui = slicer.util.childWidgetVariables(panel)
        panel.setMRMLScene(slicer.mrmlScene)
        self.logic = self.logic or CTRMeasureLogic()
        self.status = StatusLine(self.ui)
        self.review = ReviewPanel(self.ui, self.status, self.onReviewChanged)
        self.film = FilmPanel(self.ui, self.status, self.logic, self.onStudy)
        self.export = ExportPanel(self.ui, self.status, FilmFiles(), self.review)
        self.batch = BatchPanel(
            self.ui,
            self.status,
            FilmBatch(),
            settings=self.film.settings,
            makeExecutor=self.logic.computing.executor,
            onStudy=self.onStudy,
            comparison=AGREEMENT,
        )
        self.shortcuts = Shortcuts(self._keys())
        self._connect()
        self.initializeParameterNode()

    def _keys(self):
        return {
            "Ctrl+Return": self.film.applyOrCancel,
            "Ctrl+Z": self.review.undo,
            "Ctrl+Shift+Z": self.review.redo,
            "Ctrl+Shift+R": self.review.reset,
            "Ctrl+Shift+H": self.review.toggleOutlines,
            "Ctrl+E": self.export.export,
            "Ctrl+Down": self.batch.openNext,
            "Ctrl+Up": self.batch.openPrevious,
        }

    def _connect(self):
        self.ui.sampleButton.connect("clicked()", self.onSample)
        self.ui.turnLeftButton.connect("clicked()", lambda: self.onTurn(1))
        self.ui.turnRightButton.connect("clicked()", lambda: self.onTurn(-1))
        self.ui.readerEdit.connect("editingFinished()", self.onReader)
        scene = slicer.mrmlScene
        for event, function in (
            (scene.StartCloseEvent, self.onSceneStartClose),
            (scene.EndCloseEvent, self.onSceneEndClose),
            (scene.EndImportEvent, self.onSceneEndImport),
            (scene.NodeRemovedEvent, self.onNodeRemoved),
        ):
            self.addObserver(scene, event, function)

    def cleanup(self):
        self.shortcuts.disable()
        self.setParameterNode(None)
        self.removeObservers()
        self.batch.close()
        self.film.close()
        self.review.cleanup()
        self.logic.close()

    def enter(self):
        self.initializeParameterNode()
        self.shortcuts.enable()
        self.review.enter()

    def exit(self):
        self.shortcuts.disable()
        self.review.exit()
        self.batch.saveCorrection()
        self.setParameterNode(None)

    # Scene

    def onSceneStartClose(self, caller, event):
        self.film.stop()
        self.batch.saveCorrection()
        self.review.forget()
        self._corrected = None
        self.batch.sceneClosed()
        self.setParameterNode(None)

    def onSceneEndClose(self, caller, event):
        if self.parent.isEntered:
            self.initializeParameterNode()

    def onSceneEndImport(self, caller, event):
        if self.parent.isEntered:
            self.setParameterNode(None)
            self.initializeParameterNode()

    def onNodeRemoved(self, caller, event):
        review = self.review.review
        if review is not None and not slicer.mrmlScene.IsClosing() and not review.nodes.complete:
            self.review.forget()
            self.updateState()

    # Parameters

    def initializeParameterNode(self):
        self.setParameterNode(self.logic.getParameterNode())
        if not self._parameterNode.inputVolume:
            volumes = slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode")
            films = [volume for volume in volumes if not volume.IsA("vtkMRMLLabelMapVolumeNode")]
            if films:
                self._parameterNode.inputVolume = films[0]
        if not self._parameterNode.reader:
            self._parameterNode.reader = slicer.util.settingsValue(READER_SETTING, "")

    def setParameterNode(self, parameterNode):
        if self._parameterNode:
            self._parameterNode.disconnectGui(self._guiTag)
            self.removeObserver(self._parameterNode, vtk.vtkCommand.ModifiedEvent, self.onParametersModified)
        self._parameterNode = parameterNode
        if parameterNode:
            self._guiTag = parameterNode.connectGui(self.ui)
            self.addObserver(parameterNode, vtk.vtkCommand.ModifiedEvent, self.onParametersModified)
        self.film.setParameters(parameterNode)
        self.export.setParameters(parameterNode)
        self.batch.setParameters(parameterNode)
        self.onParametersModified()

    def onParametersModified(self, caller=None, event=None):
        """Another film: take up its result if the scene has one."""
        if self._parameterNode:
            volume, review = self._parameterNode.inputVolume, self.review.review
            if review is None or review.nodes.volume is not volume:
                self.openRunOf(volume)
        self.updateState()

    # Work

    def openRunOf(self, volume):
        """The result that the scene holds for this film, with its edits; none if it was not measured."""
        from cardiothorax.errors import CardiothoraxError
        from cardiothorax.scene.ctr_nodes import find_runs
        from cardiothorax.scene.ctr_review import CtrReview

        runs = find_runs(slicer.mrmlScene) if volume is not None else []
        found = [nodes for nodes in runs if nodes.volume is volume]
        try:
            self.review.open(CtrReview.reopened(found[-1]) if found else None)
        except CardiothoraxError as problem:
            self.review.open(None)
            self.status.sayProblem(problem)
        self._noteCorrection()

    def onStudy(self, study):
        """A film was measured or opened from the batch: it is in the scene; review it."""
        from cardiothorax.scene.ctr_review import CtrReview
        from cardiothorax.scene.display import give_room

        give_room(slicer.mrmlScene)
        volume, before = self._corrected or (None, None)
        before = before if volume is study.nodes.volume else None
        self.review.open(CtrReview(study.nodes, study.film, study.run, before=before))
        self._noteCorrection()
        if self._parameterNode and self._parameterNode.inputVolume is not study.nodes.volume:
            self._parameterNode.inputVolume = study.nodes.volume
        self.batch.measuredAgain(study)
        self.updateState()

    def _noteCorrection(self):
        """Measuring a corrected film again takes its result's place: undo must lead back to it."""
        review = self.review.review
        if review is not None:
            self._corrected = (review.nodes.volume, review.run) if review.edited else None

    def onReviewChanged(self, review):
        self._noteCorrection()
        self.batch.keepCorrection(review)
        self.updateState()

    def onReader(self):
        """Remembered on this computer: a reader signs many films. What is unsigned gets the name at once."""
        qt.QSettings().setValue(READER_SETTING, self.ui.readerEdit.text)
        self.review.sign()

    def onSample(self):
        import SampleData

        registerSampleData()  # the application may have been started before the module was added
        with slicer.util.tryWithErrorDisplay(_("The sample film could not be loaded."), waitCursor=True):
            self._parameterNode.inputVolume = SampleData.SampleDataLogic().downloadSample(SAMPLE)

    def onTurn(self, quarters):
        """The film lies on its side: a turned copy is chosen. Nothing is turned in silence."""
        from CTRMeasureLib.measuring import showFilm

        from cardiothorax.scene.turning import add_turned_copy

        volume = self._parameterNode.inputVolume if self._parameterNode else None
        if volume is not None:
            copy = add_turned_copy(slicer.mrmlScene, volume, quarters)
            self._parameterNode.inputVolume = copy
            showFilm(copy)

    def updateState(self):
        """What is enabled, and the next step in words."""
        from CTRMeasureLib import words

        self.film.updateState()
        self.batch.updateState()
        result = self.review.result
        self.export.updateState()
        if self.film.running:
            return
        if result is not None:
            grade = {"ok": "ok", "review": "review", "reject": "reject"}[result.verdict]
            self.status.say(words.afterMeasuring(result, self._cutoff(), self.review.signable), grade)
        elif self.batch.running:
            return
        elif self._parameterNode and self._parameterNode.inputVolume:
            self.status.say(words.pressApply(self._parameterNode.inputVolume.GetName()))
        else:
            self.status.say(words.chooseFilm())

    def _cutoff(self):
        return self._parameterNode.cutoff if self._parameterNode else None


class CTRMeasureLogic(ScriptedLoadableModuleLogic):
    """Measuring without the panel. ``makeWorker`` and ``makeExecutor`` replace the processes in tests.

    >>> study = CTRMeasureLogic().process(slicer.util.getNode("film"))    # doctest: +SKIP
    >>> study.measurement.values.ctr, study.lines["T"], study.segmentation, study.table    # doctest: +SKIP
    """

    def __init__(self, makeWorker=None, makeExecutor=None):
        from cardiothorax.panels.computing import Computing

        ScriptedLoadableModuleLogic.__init__(self)
        self.computing = Computing(makeWorker, makeExecutor)

    def getParameterNode(self):
        from CTRMeasureLib.parameters import CTRMeasureParameterNode

        return CTRMeasureParameterNode(super().getParameterNode())

    def process(self, inputVolume, model=None, device="auto", crf="default", progress=None, cutoff=0.5):
        """Measure the film in ``inputVolume`` and make its nodes, all or none; waits until it is done.

        :param model: name or file of a model; ``None`` takes the shipped one.
        :param device: ``auto``, ``cpu`` or ``cuda``.
        :param crf: ``default``, ``off``, ``grid`` or ``pydensecrf``.
        :param progress: called as ``progress(fraction, step)``; what it raises cancels the run.
        :return: an object with ``segmentation``, ``lines`` (nodes by name), ``table`` (nodes) and
            ``measurement`` (:class:`cardiothorax.ctr.result.CtrResult`).
        :raise cardiothorax.errors.CardiothoraxError: in words what is wrong and what to do.
        """
        from CTRMeasureLib import measuring

        from cardiothorax.progress import silent

        if inputVolume is None:
            raise ValueError("inputVolume is None; give a volume node that holds a chest radiograph")
        measuring.ensurePackages(device)
        film = measuring.readFilm(inputVolume)
        inputs, arrays = measuring.jobOf(film, measuring.Settings(model, device, crf, cutoff))
        result = self.computing.worker().run("ctr", inputs, arrays, progress=progress or silent)
        return measuring.showResult(inputVolume, film, result.values, result.arrays)

    def close(self):
        """End the computing process."""
        self.computing.close()


class CTRMeasureTest(ScriptedLoadableModuleTest):
    """The whole workflow, as a reader works it; runs inside Slicer and needs no other data."""

    def setUp(self):
        slicer.mrmlScene.Clear()

    def runTest(self):
        from CTRMeasureLib.selftest import Workflow

        self.setUp()
        logic = CTRMeasureLogic()
        try:
            Workflow(self.delayDisplay, logic, SAMPLE).run()
        finally:
            logic.close()
