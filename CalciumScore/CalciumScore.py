"""Coronary calcium in 3D Slicer: score a plain CT by artery, with or without a network, and export it."""

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

SAMPLE = "CalciumScoreCT"
READER_SETTING = "CalciumScore/reader"


class CalciumScore(ScriptedLoadableModule):
    def __init__(self, parent):
        ScriptedLoadableModule.__init__(self, parent)
        self.parent.title = _("CalciumScore")
        self.parent.categories = [translate("qSlicerAbstractCoreModule", "Cardiac")]
        self.parent.dependencies = []
        self.parent.contributors = ["The Cardiothorax contributors"]
        self.parent.helpText = _(
            "Coronary calcium scores by artery from a plain CT: Agatston, volume and mass. Choose a CT, "
            "press Apply, click each lesion to give it to its artery or accept what a network proposes, "
            "check, export; the tutorial is Docs/calciumscore.md. For research, not a medical device."
        )
        self.parent.acknowledgementText = _(
            "Agatston et al., JACC 1990; Callister et al., Radiology 1998; McCollough et al., Radiology "
            "2007; van Praagh et al., Med Phys 2021. Each network's card names what it was trained on."
        )
        slicer.app.connect("startupCompleted()", registerSampleData)


def registerSampleData():
    """A simulated CT that is nobody's; it lies in the extension, so it works offline."""
    import SampleData

    from cardiothorax.resources import resource

    studies = sorted(resource("Samples").glob("calcium_sample.nrrd"))
    if studies and SampleData.SampleDataLogic().sourceForSampleName(SAMPLE) is None:
        SampleData.SampleDataLogic.registerCustomSampleDataSource(
            category="Cardiothorax",
            sampleName=SAMPLE,
            sampleDescription=_("A simulated CT with coronary calcium"),
            uris=studies[0].as_uri(),
            fileNames=studies[0].name,
            nodeNames="Sample CT",
            loadFileType="VolumeFile",
            loadFileProperties={"singleFile": True},
        )


class CalciumScoreWidget(ScriptedLoadableModuleWidget, VTKObservationMixin):
    """Wires the parts of the panel together. ``logic`` replaces the module's own, for tests."""

    def __init__(self, parent=None, logic=None):
        ScriptedLoadableModuleWidget.__init__(self, parent)
        VTKObservationMixin.__init__(self)
        self.logic = logic
        self._parameterNode = None
        self._guiTag = None
        self._replaced = None

    def setup(self):
        ScriptedLoadableModuleWidget.setup(self)
        from CalciumScoreLib.batch_task import AGREEMENT, StudyBatch
        from CalciumScoreLib.exporting import StudyFiles
        from CalciumScoreLib.review import ReviewPanel
        from CalciumScoreLib.rules_panel import RulesPanel
        from CalciumScoreLib.study_panel import StudyPanel

        from cardiothorax.panels.batch_panel import BatchPanel
        from cardiothorax.panels.export_panel import ExportPanel
        from cardiothorax.panels.shortcuts import Shortcuts
        from cardiothorax.panels.status import StatusLine

        panel = slicer.util.loadUI(self.resourcePath("UI/CalciumScore.ui"))
        self.layout.addWidget(panel)
        self.ui = slicer.util.childWidgetVariables(panel)
        panel.setMRMLScene(slicer.mrmlScene)
        self.logic = self.logic or CalciumScoreLogic()
        self.status = StatusLine(self.ui)
        self.review = ReviewPanel(self.ui, self.status, self.onReviewChanged)
        self.study = StudyPanel(self.ui, self.status, self.logic, self.onStudy)
        self.rules = RulesPanel(self.ui, self.status, self.review)
        self.export = ExportPanel(self.ui, self.status, StudyFiles(), self.review)
        self.batch = BatchPanel(
            self.ui,
            self.status,
            StudyBatch(),
            settings=self.study.settings,
            makeExecutor=self.logic.computing.executor,
            onStudy=self.onStudy,
            comparison=AGREEMENT,
        )
        self.shortcuts = Shortcuts(self._keys())
        self._connect()
        self.initializeParameterNode()

    def _keys(self):
        return {
            "Ctrl+Return": self.study.applyOrCancel,
            "Ctrl+E": self.export.export,
            "Ctrl+Down": self.batch.openNext,
            "Ctrl+Up": self.batch.openPrevious,
            **self.review.keys(),
        }

    def _connect(self):
        self.ui.sampleButton.connect("clicked()", self.onSample)
        self.ui.readerEdit.connect("editingFinished()", self.onReader)
        scene = slicer.mrmlScene
        for event, function in (
            (scene.StartCloseEvent, self.onSceneStartClose),
            (scene.EndCloseEvent, self.onSceneEndClose),
            (scene.EndImportEvent, self.onSceneEndImport),
            (scene.StartSaveEvent, self.onSceneStartSave),
            (scene.NodeRemovedEvent, self.onNodeRemoved),
        ):
            self.addObserver(scene, event, function)

    def cleanup(self):
        self.shortcuts.disable()
        self.setParameterNode(None)
        self.removeObservers()
        self.batch.close()
        self.study.close()
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
        self.study.stop()
        self.batch.saveCorrection()
        self.review.forget()
        self._replaced = None
        self.batch.sceneClosed()
        self.setParameterNode(None)

    def onSceneEndClose(self, caller, event):
        if self.parent.isEntered:
            self.initializeParameterNode()

    def onSceneEndImport(self, caller, event):
        if self.parent.isEntered:
            self.setParameterNode(None)
            self.initializeParameterNode()

    def onSceneStartSave(self, caller, event):
        """What waits to be written is in the file, too."""
        self.review.settle()

    def onNodeRemoved(self, caller, event):
        review = self.review.review
        if review is None or slicer.mrmlScene.IsClosing():
            return
        if not review.nodes.complete:
            self._replaced = (review.nodes.volume, review)  # by a run that starts the study again, perhaps
            self.review.forget()
            self.updateState()
        else:
            self.review.tools.nodeRemoved()

    # Parameters

    def initializeParameterNode(self):
        self.setParameterNode(self.logic.getParameterNode())
        if not self._parameterNode.inputVolume:
            volumes = slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode")
            studies = [volume for volume in volumes if volume.GetClassName() == "vtkMRMLScalarVolumeNode"]
            if studies:
                self._parameterNode.inputVolume = studies[0]
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
        for part in (self.study, self.rules, self.review, self.export, self.batch):
            part.setParameters(parameterNode)
        self.onParametersModified()

    def onParametersModified(self, caller=None, event=None):
        """Another CT: take up its score if the scene has one. Other rules: score again by them."""
        if self._parameterNode:
            volume, review = self._parameterNode.inputVolume, self.review.review
            if review is None or review.nodes.volume is not volume:
                self.openRunOf(volume)
            self.rules.follow()
            self.review.followParameters()
        self.updateState()

    # Work

    def openRunOf(self, volume):
        """The score that the scene holds for this CT, with a reader's work; none if there is none."""
        from cardiothorax.errors import CardiothoraxError
        from cardiothorax.scene.calcium_nodes import find_runs

        runs = find_runs(slicer.mrmlScene) if volume is not None else []
        found = [nodes for nodes in runs if nodes.volume is volume]
        try:
            review = self._reopened(found[-1]) if found else None
        except CardiothoraxError as problem:
            self.review.open(None)
            self.status.sayProblem(problem)
            return
        if review is not None:
            self.rules.showThoseOf(review)
        self.review.open(review)

    def _reopened(self, nodes):
        from cardiothorax.scene.calcium_review import CalciumReview

        with self.status.working(_("Opening {name} …").format(name=nodes.volume.GetName())):
            return CalciumReview.reopened(nodes, lazy=True)

    def onStudy(self, study):
        """A CT was started with or opened from the batch: it is in the scene; review it."""
        from CalciumScoreLib import words

        from cardiothorax.scene.calcium_review import CalciumReview

        review = CalciumReview(study.nodes, study.image, study.run, lazy=True)
        (volume, earlier), self._replaced = self._replaced or (None, None), None
        again = volume is study.nodes.volume and review.follow(earlier)
        self.rules.showThoseOf(review)
        self.review.open(review)
        if self._parameterNode and self._parameterNode.inputVolume is not study.nodes.volume:
            self._parameterNode.inputVolume = study.nodes.volume
        self.batch.measuredAgain(study)
        self.updateState()
        if again:
            self.status.say(words.startedAgain())

    def onReviewChanged(self, review):
        self.batch.keepCorrection(review)
        self.updateState()

    def onReader(self):
        """Remembered on this computer, for many studies. What is unsigned gets the name at once."""
        qt.QSettings().setValue(READER_SETTING, self.ui.readerEdit.text)
        self.review.sign()

    def onSample(self):
        import SampleData

        registerSampleData()  # the application may have been started before the module was added
        with slicer.util.tryWithErrorDisplay(_("The sample CT could not be loaded."), waitCursor=True):
            self._parameterNode.inputVolume = SampleData.SampleDataLogic().downloadSample(SAMPLE)

    def updateState(self):
        """What is enabled, and the next step in words."""
        from CalciumScoreLib import words

        self.study.updateState()
        self.batch.updateState()
        self.rules.updateState()
        self.export.updateState()
        if self.study.running:
            return
        review = self.review.review
        if review is not None:
            self.status.say(words.nextStep(review, self.review.signable), review.result.verdict)
            self.rules.sayProblem()
        elif self.batch.running:
            return
        elif self._parameterNode and self._parameterNode.inputVolume:
            self.status.say(words.pressApply(self._parameterNode.inputVolume.GetName()))
        else:
            self.status.say(words.chooseStudy())


class CalciumScoreLogic(ScriptedLoadableModuleLogic):
    """Scoring without the panel. ``makeWorker`` and ``makeExecutor`` replace the processes in tests.

    >>> study = CalciumScoreLogic().process(slicer.util.getNode("CT"))    # doctest: +SKIP
    >>> study.result.values.agatston, study.segmentation, study.lesions, study.table    # doctest: +SKIP
    """

    def __init__(self, makeWorker=None, makeExecutor=None):
        from cardiothorax.panels.computing import Computing

        ScriptedLoadableModuleLogic.__init__(self)
        self.computing = Computing(makeWorker, makeExecutor)

    def getParameterNode(self):
        from CalciumScoreLib.parameters import CalciumScoreParameterNode

        return CalciumScoreParameterNode(super().getParameterNode())

    def process(self, volume, method="default", preset="literature", progress=None, **more):
        """Score the CT in ``volume`` and make its nodes, all or none; waits until it is done.

        :param method: ``default`` (the shipped network), ``cacnet``, ``denseraunet``, or ``none``: nothing
            is proposed, and the study is ready for clicks (:meth:`review`).
        :param preset: ``literature``, ``siemens``, ``philips`` or ``canon``.
        :param progress: called as ``progress(fraction, step)``; what it raises cancels the run.
        :param more: ``model`` (name or file) and ``device``; ``threshold_hu``, ``weight_limits_hu``,
            ``connectivity`` and ``mass_factor`` as in :class:`cardiothorax.calcium.options.CalciumOptions`.
        :return: an object with ``result`` (:class:`cardiothorax.calcium.result.CalciumResult`),
            ``segmentation``, ``proposals``, ``lesions``, ``table`` (nodes).
        :raise cardiothorax.errors.CardiothoraxError: in words what is wrong and what to do.
        """
        from CalciumScoreLib import scoring

        from cardiothorax.calcium.options import CalciumOptions
        from cardiothorax.progress import silent

        if volume is None:
            raise ValueError("volume is None; give a volume node that holds a CT")
        model, device = more.pop("model", None), more.pop("device", "auto")
        options = CalciumOptions(method=method, preset=preset, **more)
        settings = scoring.Settings(model, device, options)
        scoring.ensurePackages(settings)
        image = scoring.readStudy(volume)
        inputs, arrays = scoring.jobOf(image, settings)
        result = self.computing.worker().run("calcium", inputs, arrays, progress=progress or silent)
        return scoring.showResult(volume, image, result.values, result.arrays)

    def review(self, study, reader=""):
        """Work on what :meth:`process` gave as a reader does: ``click``, ``accept_all``, ``cut``, ``undo``.

        :return: :class:`cardiothorax.scene.calcium_review.CalciumReview`.
        """
        from cardiothorax.scene.calcium_review import CalciumReview

        return CalciumReview(study.nodes, study.image, study.run, reader=reader)

    def close(self):
        """End the computing process."""
        self.computing.close()


class CalciumScoreTest(ScriptedLoadableModuleTest):
    """The whole workflow, as a reader works it; runs inside Slicer and needs no other data."""

    def setUp(self):
        slicer.mrmlScene.Clear()

    def runTest(self):
        from CalciumScoreLib.selftest import Workflow

        self.setUp()
        logic = CalciumScoreLogic()
        try:
            Workflow(self.delayDisplay, logic, SAMPLE).run()
        finally:
            logic.close()
