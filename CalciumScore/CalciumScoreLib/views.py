"""What the slice and 3D views show of a score, and where they are."""

import numpy as np
import qt
import slicer
import vtk
from slicer.util import VTKObservationMixin

from . import scoring

SURFACE_DELAY_MS = 300
VIEW = "Red"


class Views(VTKObservationMixin):
    """``onMoved()`` is called when the axial view shows another slice. Off until :meth:`enable`."""

    def __init__(self, onMoved):
        VTKObservationMixin.__init__(self)
        self._onMoved = onMoved
        self._surfaces = False
        self._nodes = None
        self._timer = qt.QTimer()
        self._timer.setSingleShot(True)
        self._timer.interval = SURFACE_DELAY_MS
        self._timer.connect("timeout()", self._makeSurfaces)

    def enable(self):
        node = self._sliceNode()
        if node is not None and not self.hasObserver(node, vtk.vtkCommand.ModifiedEvent, self._moved):
            self.addObserver(node, vtk.vtkCommand.ModifiedEvent, self._moved)

    def disable(self):
        self._timer.stop()
        self.removeObservers()

    def present(self, review):
        """This study alone: marks of the scene's other studies would lie over it as if they were its own."""
        from cardiothorax.scene.calcium_display import is_shown, show_marks
        from cardiothorax.scene.calcium_nodes import find_runs

        for nodes in find_runs(slicer.mrmlScene):
            show_marks(nodes, nodes.anchor is review.nodes.anchor)
        if not is_shown(slicer.app.applicationLogic(), review.nodes.volume):
            scoring.showStudy(review.nodes.volume)

    def show(self, review, candidates, surfaces):
        """Whether the veil over candidates and the surfaces of lesions are seen."""
        from cardiothorax.scene.calcium_display import show_surfaces

        nodes = review.nodes
        if nodes.candidates is not None:
            nodes.candidates.GetDisplayNode().SetVisibility(candidates)
        if surfaces != self._surfaces or self._nodes is None or nodes.anchor is not self._nodes.anchor:
            self._surfaces, self._nodes = surfaces, nodes
            show_surfaces(nodes.segmentation, surfaces)
            if surfaces:
                self._lookAt(review)

    def surfacesChanged(self, nodes):
        """Lesions were marked: their surfaces follow when the hand rests."""
        self._nodes = nodes
        if self._surfaces:
            self._timer.start()

    def showLesions(self, nodes, visible):
        for node in (nodes.segmentation, nodes.proposals):
            if node is not None and node.GetDisplayNode() is not None:
                node.GetDisplayNode().SetVisibility(visible)

    def goTo(self, world):
        from cardiothorax.scene.calcium_display import jump_to

        jump_to(slicer.mrmlScene, world)

    def goToSlice(self, review, number):
        """The axial view shows this slice, where it is."""
        node = self._sliceNode()
        if node is None:
            return
        _, j, i = self._middle(review, node)
        world = review.world_at((number, j, i))
        node.JumpSliceByOffsetting(*(float(x) for x in world))

    def sliceShown(self, review):
        """The slice at the middle of the axial view, from 0; ``None`` outside of the volume."""
        node = self._sliceNode()
        if node is None:
            return None
        k = round(self._middle(review, node)[0])
        return k if 0 <= k < len(review.image.array) else None

    @staticmethod
    def _middle(review, node):
        matrix = node.GetSliceToRAS()
        return review.place_of([matrix.GetElement(row, 3) for row in range(3)])

    @staticmethod
    def _sliceNode():
        return slicer.mrmlScene.GetSingletonNode(VIEW, "vtkMRMLSliceNode")

    def _moved(self, caller=None, event=None):
        self._onMoved()

    def _makeSurfaces(self):
        from cardiothorax.scene.calcium_display import show_surfaces

        if self._nodes is not None and self._nodes.complete and self._surfaces:
            show_surfaces(self._nodes.segmentation, True)

    @staticmethod
    def _lookAt(review):
        from cardiothorax.scene.calcium_display import look_from_front

        widget = slicer.app.layoutManager().threeDWidget(0)
        lesions = review.scores.lesions or review.proposed.lesions
        if widget is not None and lesions:
            places = [review.world_at(review.voxel_of(lesion)) for lesion in lesions]
            look_from_front(widget.threeDView().cameraNode(), np.array(places))
