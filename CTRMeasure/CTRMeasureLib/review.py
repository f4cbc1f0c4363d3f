"""The review part of the panel: corrections are followed at once, one user action is one step."""

import qt
import slicer
from slicer.util import VTKObservationMixin

from cardiothorax.panels.status import showFlags
from cardiothorax.records.signing import OwnEdits

from . import words

MASK_DELAY_MS = 120
"""Slicer changes a segment several times in one stroke; the last change counts."""
LINE_DELAY_MS = 400
"""For points that are moved without the mouse. A drag ends by itself."""
EFFECTS = ("Paint", "Draw", "Erase", "Scissors", "Smoothing", "Islands")


class ReviewPanel(VTKObservationMixin):
    """``onChanged(review)`` is called after every step; a refused one is said in the status line."""

    def __init__(self, ui, status, onChanged):
        VTKObservationMixin.__init__(self)
        self.ui = ui
        self.status = status
        self.review = None
        self._onChanged = onChanged
        self._dragging = False
        self._own = OwnEdits()
        self._maskTimer = self._timer(MASK_DELAY_MS, self.followMasks)
        self._lineTimer = self._timer(LINE_DELAY_MS, self.followLines)
        self._editorNode = None
        ui.undoButton.connect("clicked()", self.undo)
        ui.redoButton.connect("clicked()", self.redo)
        ui.resetButton.connect("clicked()", self.reset)
        ui.outlinesButton.connect("toggled(bool)", self.showOutlines)
        self._setUpLabels()
        self._setUpEditor()
        self.show()

    # What is under review

    def open(self, review):
        """Take up a run that is in the scene; ``None`` puts the one in hand down."""
        self.settle()
        self.removeObservers()
        self.review = review
        if review is not None:
            self._observe()
            self._openEditor()
            self.ui.outlinesButton.checked = True
        else:
            self._closeEditor()
        self.show()

    def settle(self):
        """Follow what was changed in the last fraction of a second, before anything else happens."""
        for timer, follow in ((self._maskTimer, self.followMasks), (self._lineTimer, self.followLines)):
            if timer.active:
                timer.stop()
                follow()

    def forget(self):
        """Put it down without another look: the scene is being closed."""
        self._maskTimer.stop()
        self._lineTimer.stop()
        self.open(None)

    @property
    def result(self):
        return self.review.run.result if self.review is not None else None

    # Steps

    def followMasks(self):
        self._maskTimer.stop()
        self._step(lambda review: review.follow_masks())

    def followLines(self):
        self._lineTimer.stop()
        self._step(lambda review: review.follow_lines())

    def reset(self):
        self.settle()
        self._step(lambda review: review.reset())

    def undo(self):
        self.settle()
        if self.review is not None and self.review.can_undo:
            self._step(lambda review: review.undo() or True)

    def redo(self):
        self.settle()
        if self.review is not None and self.review.can_redo:
            self._step(lambda review: review.redo() or True)

    def _step(self, change):
        """Do it and show it. A refused change is said; the scene is as it was before."""
        from cardiothorax.errors import CardiothoraxError

        if self.review is None or not self.review.nodes.complete:
            return
        self.review.reader = self.ui.readerEdit.text
        before = self.result.provenance
        try:
            changed = change(self.review)
        except CardiothoraxError as problem:
            self.status.sayProblem(problem)
            return
        if changed:
            self._own.add(before, self.result.provenance)
            self._observeLines()
            self.show()
            self._onChanged(self.review)

    def sign(self):
        """The name under Reader signs what was corrected here without one."""
        self.settle()
        name = self.ui.readerEdit.text.strip()
        if name:
            self._step(lambda review: review.sign(name, self._own))

    @property
    def signable(self):
        """Whether there is a correction that a name would sign now."""
        return self.result is not None and self._own.unsigned(self.result.provenance)

    # What is shown

    def show(self):
        result, review = self.result, self.review
        self.ui.reviewSection.enabled = review is not None
        self.ui.undoButton.enabled = review is not None and review.can_undo
        self.ui.redoButton.enabled = review is not None and review.can_redo
        self.ui.resetButton.enabled = review is not None and review.edited
        self.ui.valuesTable.setMRMLTableNode(review.nodes.table if review is not None else None)
        self._fitColumns()
        self.ui.ratioLabel.text = words.ratioLine(result) if result else ""
        self.ui.ratioTextLabel.text = words.findingLine(result) if result else ""
        self.ui.lengthsLabel.text = words.lengthsLine(result.values) if result else ""
        showFlags(self.ui.flagsColumn, result.flags if result else (), result.notes if result else ())
        self.ui.turnBox.visible = bool(result) and any(flag.code == "turned" for flag in result.flags)
        for label in (self.ui.ratioLabel, self.ui.ratioTextLabel, self.ui.lengthsLabel):
            label.visible = bool(label.text)

    def showOutlines(self, visible):
        from cardiothorax.scene.ctr_nodes import set_visible

        if self.review is not None:
            set_visible(self.review.nodes, bool(visible))

    def toggleOutlines(self):
        self.ui.outlinesButton.toggle()

    def _setUpLabels(self):
        font = qt.QFont(self.ui.ratioLabel.font)
        font.setPointSizeF(font.pointSizeF() * 1.9)
        font.setBold(True)
        self.ui.ratioLabel.font = font

    def _fitColumns(self):
        """Quantity and note share what value and unit leave."""
        header = self.ui.valuesTable.horizontalHeader()
        share, fit = qt.QHeaderView.Stretch, qt.QHeaderView.ResizeToContents
        modes = (share, fit, fit, share)
        if header.count() == len(modes):
            for column, mode in enumerate(modes):
                header.setSectionResizeMode(column, mode)

    # Observing

    def _observe(self):
        segmentation = self.review.nodes.segmentation.GetSegmentation()
        for event in (
            slicer.vtkSegmentation.SourceRepresentationModified,
            slicer.vtkSegmentation.SegmentAdded,
            slicer.vtkSegmentation.SegmentRemoved,
        ):
            self.addObserver(segmentation, event, self._onMasks)
        self._observeLines()

    def _observeLines(self):
        """Lines come and go with the organs that they are measured on."""
        for node in self.review.nodes.lines.values():
            for event, function in (
                (node.PointStartInteractionEvent, self._onDragStart),
                (node.PointModifiedEvent, self._onLine),
                (node.PointEndInteractionEvent, self._onDragEnd),
            ):
                if not self.hasObserver(node, event, function):
                    self.addObserver(node, event, function)

    def _onMasks(self, caller=None, event=None):
        if self.review is not None and not self.review.busy:
            self._maskTimer.start()

    def _onDragStart(self, caller=None, event=None):
        self._dragging = True

    def _onLine(self, caller=None, event=None):
        if self.review is None or self.review.busy:
            return
        values = self.review.preview_lines()
        if values is not None:
            self.ui.lengthsLabel.text = words.lengthsLine(values)
            self.ui.ratioLabel.text = words.ratioOf(values)
        if not self._dragging:
            self._lineTimer.start()

    def _onDragEnd(self, caller=None, event=None):
        self._dragging = False
        if self.review is not None and not self.review.busy:
            self._lineTimer.start(0)

    @staticmethod
    def _timer(milliseconds, function):
        timer = qt.QTimer()
        timer.setSingleShot(True)
        timer.interval = milliseconds
        timer.connect("timeout()", function)
        return timer

    # Segment Editor

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
            "undoEnabled",  # the panel's own undo covers masks and lines alike
        ):
            setattr(editor, name, False)
        editor.setEffectNameOrder(list(EFFECTS))

    def _openEditor(self):
        scene = slicer.mrmlScene
        node = scene.GetSingletonNode("CTRMeasure", "vtkMRMLSegmentEditorNode")
        if node is None:
            node = slicer.vtkMRMLSegmentEditorNode()
            node.SetSingletonTag("CTRMeasure")
            node = scene.AddNode(node)
        self._editorNode = node
        editor, nodes = self.ui.segmentEditor, self.review.nodes
        editor.setMRMLSegmentEditorNode(node)
        editor.setSegmentationNode(nodes.segmentation)
        editor.setSourceVolumeNode(nodes.volume)
        editor.setCurrentSegmentID("heart")

    def _closeEditor(self):
        if self._editorNode is not None:
            self.ui.segmentEditor.setActiveEffect(None)
            self.ui.segmentEditor.setSegmentationNode(None)
            self.ui.segmentEditor.setMRMLSegmentEditorNode(None)
            self._editorNode = None

    def enter(self):
        if self.review is not None:
            self.ui.segmentEditor.setupViewObservations()

    def exit(self):
        self.settle()
        self.ui.segmentEditor.setActiveEffect(None)
        self.ui.segmentEditor.removeViewObservations()

    def cleanup(self):
        self._maskTimer.stop()
        self._lineTimer.stop()
        self.removeObservers()
        self.review = None
        self.ui.segmentEditor.setMRMLSegmentEditorNode(None)
