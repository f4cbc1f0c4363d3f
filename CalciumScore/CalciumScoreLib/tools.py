"""Dividing, drawing, erasing and the heart box: the folded part of the review."""

import numpy as np
import qt
import slicer
from slicer.util import VTKObservationMixin

from . import words

BRUSH_DELAY_MS = 40
"""Slicer changes a segment several times in one stroke; the last change counts."""
BOX_DELAY_MS = 400
"""A box is dragged in many small moves; candidates are looked for when it rests."""
EFFECTS = ("Paint", "Draw", "Erase", "Scissors")
EDITOR_TAG = "CalciumScore"
BRIGHTEST_HU = 100000.0
BOX_SHARE = (0.55, 0.6, 0.9)
"""Of the volume's size (left-right, front-back, feet-head): about what a heart takes of a cardiac scan."""


class Tools(VTKObservationMixin):
    """``host`` is the review part: it has ``review``, ``status``, ``step(change)``, ``say(text)`` and
    ``segmentId``."""

    def __init__(self, ui, host):
        VTKObservationMixin.__init__(self)
        self.ui = ui
        self._host = host
        self._editorNode = None
        self._cutLine = None
        self._boxed = False
        self._brushTimer = self._timer(BRUSH_DELAY_MS, self.followBrush)
        self._boxTimer = self._timer(BOX_DELAY_MS, self.followBox)
        ui.cutButton.connect("toggled(bool)", self._onCutToggled)
        ui.splitButton.connect("clicked()", self.split)
        ui.boxButton.connect("clicked()", self.addBox)
        ui.removeBoxButton.connect("clicked()", self.removeBox)
        self._setUpEditor()

    @property
    def idle(self):
        """Whether a click in a view is free to mark a lesion."""
        return self.ui.segmentEditor.activeEffect() is None and self._cutLine is None

    def open(self, review):
        self.removeObservers()
        self._dropCut()
        if review is None:
            self._closeEditor()
            return
        segmentation = review.nodes.segmentation.GetSegmentation()
        for event in (
            slicer.vtkSegmentation.SourceRepresentationModified,
            slicer.vtkSegmentation.SegmentRemoved,
        ):
            self.addObserver(segmentation, event, self._onBrush)
        self._watchBox(review)
        self._openEditor(review)

    def settle(self):
        for timer, follow in ((self._brushTimer, self.followBrush), (self._boxTimer, self.followBox)):
            if timer.active:
                timer.stop()
                follow()

    def stop(self):
        self._brushTimer.stop()
        self._boxTimer.stop()

    def updateState(self, review, lesion):
        self.ui.removeBoxButton.enabled = review is not None and review.nodes.region is not None
        self.ui.boxButton.enabled = review is not None and review.nodes.region is None
        self.ui.cutButton.enabled = review is not None
        self.ui.splitButton.enabled = lesion is not None
        if lesion is not None:
            self.ui.splitFirstSpinBox.value = lesion.first_slice + 1
            self.ui.splitLastSpinBox.value = lesion.last_slice + 1
        if review is not None:
            self._limitBrush(review)

    # Cut plane

    def toggleCut(self):
        self.ui.cutButton.toggle()

    def _onCutToggled(self, on):
        self._dropCut()
        if on and self._host.review is not None:
            self._placeCut()
            self._host.say(words.placeCut())
        elif on:
            self.ui.cutButton.checked = False

    def _placeCut(self):
        self.ui.segmentEditor.setActiveEffect(None)
        scene = slicer.mrmlScene
        line = scene.AddNewNodeByClass("vtkMRMLMarkupsLineNode", "Cut")
        line.SetSaveWithScene(False)
        line.CreateDefaultDisplayNodes()
        line.GetMeasurement("length").SetEnabled(False)
        line.GetDisplayNode().SetPropertiesLabelVisibility(False)
        self._cutLine = line
        self.addObserver(line, line.PointPositionDefinedEvent, self._onCutPoint)
        self._startPlacing(line)

    @staticmethod
    def _startPlacing(line):
        application = slicer.app.applicationLogic()
        selection = application.GetSelectionNode()
        selection.SetReferenceActivePlaceNodeClassName(line.GetClassName())
        selection.SetActivePlaceNodeID(line.GetID())
        interaction = application.GetInteractionNode()
        interaction.SetPlaceModePersistence(False)
        interaction.SetCurrentInteractionMode(interaction.Place)

    def _onCutPoint(self, caller=None, event=None):
        if self._cutLine is not None and self._cutLine.GetNumberOfDefinedControlPoints() == 2:
            qt.QTimer.singleShot(0, self.cut)  # the line is still being placed by whoever called

    def cut(self):
        """Along the line that was placed, seen in the view that shows both of its points."""
        line = self._cutLine
        if line is None or line.GetNumberOfDefinedControlPoints() < 2:
            return
        ends = [[0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]
        for number, end in enumerate(ends):
            line.GetNthControlPointPositionWorld(number, end)
        self._dropCut()
        self.ui.cutButton.checked = False
        normal = normalThrough(*ends)
        done = self._host.step(lambda review: review.cut(*ends, normal))
        if done:
            self._host.say(words.divided())
        elif done is False:
            self._host.say(words.nothingCut(), "review")

    def _dropCut(self):
        line, self._cutLine = self._cutLine, None
        if line is None:
            return
        self.removeObserver(line, line.PointPositionDefinedEvent, self._onCutPoint)
        interaction = slicer.app.applicationLogic().GetInteractionNode()
        if interaction is not None and interaction.GetCurrentInteractionMode() == interaction.Place:
            interaction.SetCurrentInteractionMode(interaction.ViewTransform)
        if line.GetScene() is not None:
            from cardiothorax.scene.transaction import remove_node

            remove_node(line)

    # Slices

    def split(self):
        lesion = self._host.selectedLesion
        if lesion is None:
            return
        ends = (self.ui.splitFirstSpinBox.value - 1, self.ui.splitLastSpinBox.value - 1)
        index = self._host.voxelOf(lesion)
        done = self._host.step(lambda review: review.split_slices(index, min(ends), max(ends)))
        if done:
            self._host.say(words.divided())
        elif done is False:
            self._host.say(words.nothingSplit(), "review")

    # Heart box

    def addBox(self):
        from cardiothorax.scene.calcium_region import add_region

        review = self._host.review
        if review is None or review.nodes.region is not None:
            return
        slices, rows, columns = review.image.array.shape
        lengths = np.multiply(review.image.spacing_mm, (columns, rows, slices))
        size = np.multiply(BOX_SHARE, lengths)
        center = review.world_at(((slices - 1) / 2, (rows - 1) / 2, (columns - 1) / 2))
        add_region(review.nodes, center, size)
        self._watchBox(review)
        self.followBox()

    def removeBox(self):
        from cardiothorax.scene.transaction import remove_node

        review = self._host.review
        if review is not None and review.nodes.region is not None:
            remove_node(review.nodes.region)
            self.followBox()

    def nodeRemoved(self):
        """The box may have been deleted in another module."""
        if self._boxed and self._host.review is not None and self._host.review.nodes.region is None:
            self._boxTimer.start()

    def followBox(self):
        self._boxTimer.stop()
        self._boxed = self._host.review is not None and self._host.review.nodes.region is not None
        if self._host.review is not None and self._host.review.nodes.complete:
            with self._host.status.working():
                self._host.review.region_changed()
                self._host.show()

    def _watchBox(self, review):
        region = review.nodes.region
        self._boxed = region is not None
        if region is not None and not self.hasObserver(region, region.PointModifiedEvent, self._onBox):
            self.addObserver(region, region.PointModifiedEvent, self._onBox)

    def _onBox(self, caller=None, event=None):
        self._boxTimer.start()

    # Segment Editor

    def _onBrush(self, caller=None, event=None):
        if self._host.review is not None and not self._host.review.busy:
            self._brushTimer.start()

    def followBrush(self):
        self._brushTimer.stop()
        self._host.step(lambda review: review.follow_brush())

    def dropEffect(self):
        """Clicks mark lesions again."""
        self.ui.cutButton.checked = False
        self.ui.segmentEditor.setActiveEffect(None)

    def chooseSegment(self, segmentId):
        if self._editorNode is not None:
            self.ui.segmentEditor.setCurrentSegmentID(segmentId)

    def _setUpEditor(self):
        editor = self.ui.segmentEditor
        for name in (
            "segmentationNodeSelectorVisible",
            "sourceVolumeNodeSelectorVisible",
            "addRemoveSegmentButtonsVisible",
            "show3DButtonVisible",
            "switchToSegmentationsButtonVisible",
            "specifyGeometryButtonVisible",
            "autoShowSourceVolumeNode",
            "unorderedEffectsVisible",
            "maskingSectionVisible",
            "undoEnabled",  # the panel's own undo covers clicks and brush alike
        ):
            setattr(editor, name, False)
        editor.setEffectNameOrder(list(EFFECTS))

    def _openEditor(self, review):
        scene = slicer.mrmlScene
        node = scene.GetSingletonNode(EDITOR_TAG, "vtkMRMLSegmentEditorNode")
        if node is None:
            node = slicer.vtkMRMLSegmentEditorNode()
            node.SetSingletonTag(EDITOR_TAG)
            node = scene.AddNode(node)
        self._editorNode = node
        editor = self.ui.segmentEditor
        editor.setMRMLSegmentEditorNode(node)
        editor.setSegmentationNode(review.nodes.segmentation)
        editor.setSourceVolumeNode(review.nodes.volume)
        editor.setCurrentSegmentID(self._host.segmentId)
        node.SourceVolumeIntensityMaskOn()
        self._limitBrush(review)

    def _limitBrush(self, review):
        """The brush leaves what is below the threshold alone."""
        if self._editorNode is not None:
            threshold = review.settings.limits.threshold_hu
            if self._editorNode.GetSourceVolumeIntensityMaskRange()[0] != threshold:
                self._editorNode.SetSourceVolumeIntensityMaskRange(threshold, BRIGHTEST_HU)

    def _closeEditor(self):
        if self._editorNode is not None:
            self.ui.segmentEditor.setActiveEffect(None)
            self.ui.segmentEditor.setSegmentationNode(None)
            self.ui.segmentEditor.setMRMLSegmentEditorNode(None)
            self._editorNode = None

    def enter(self):
        if self._editorNode is not None:
            self.ui.segmentEditor.setupViewObservations()

    def exit(self):
        self._dropCut()
        self.dropEffect()
        self.ui.segmentEditor.removeViewObservations()

    def cleanup(self):
        self.stop()
        self._dropCut()
        self.removeObservers()
        self.ui.segmentEditor.setMRMLSegmentEditorNode(None)

    @staticmethod
    def _timer(milliseconds, function):
        timer = qt.QTimer()
        timer.setSingleShot(True)
        timer.interval = milliseconds
        timer.connect("timeout()", function)
        return timer


def normalThrough(start, end):
    """Direction of the slice view that shows both points."""
    from cardiothorax.scene.calcium_display import view_normal

    return view_normal(slicer.mrmlScene, start, end)
