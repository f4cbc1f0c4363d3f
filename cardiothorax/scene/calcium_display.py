"""How a calcium study looks: accepted lesions filled, proposals as outlines, candidates as a light veil."""

from __future__ import annotations

from typing import Any

import numpy as np

HEART_VIEW_MM = 230.0
"""Of a chest CT the views show this much around the heart: lesions are a few pixels."""
WINDOW_HU, LEVEL_HU = 700.0, 180.0
"""Calcium of 130 HU stands out from blood of 45 HU; 500 HU is not yet white."""
LABEL_FILL, CANDIDATE_FILL = 0.5, 0.25
PROPOSAL_OUTLINE_PIXELS = 2
SMALLEST_SCENE_MM, CAMERA_DISTANCES = 40.0, 2.5
"""Of a 3D view: what it spans at least, and how far away the camera stands, in spans."""


def dress_labels(node: Any) -> None:
    display = node.GetDisplayNode()
    display.SetOpacity2DFill(LABEL_FILL)
    display.SetOpacity2DOutline(1.0)
    display.SetSliceIntersectionThickness(1)


def dress_proposals(node: Any) -> None:
    """Outline alone: what nobody has accepted does not look like what counts."""
    display = node.GetDisplayNode()
    display.SetOpacity2DFill(0.0)
    display.SetVisibility2DFill(False)
    display.SetOpacity2DOutline(1.0)
    display.SetSliceIntersectionThickness(PROPOSAL_OUTLINE_PIXELS)
    display.SetVisibility3D(False)


def dress_candidates(node: Any) -> None:
    display = node.GetDisplayNode()
    display.SetOpacity2DFill(CANDIDATE_FILL)
    display.SetVisibility2DOutline(False)
    display.SetVisibility3D(False)


def show_study(application_logic: Any, volume: Any) -> None:
    """The CT in all slice views, in its own slices, with a window for calcium; other layers are cleared.

    ``application_logic`` is ``slicer.app.applicationLogic()``.
    """
    display = volume.GetDisplayNode()
    if display is not None:
        display.AutoWindowLevelOff()
        display.SetWindowLevel(WINDOW_HU, LEVEL_HU)
    for node in slice_nodes(volume.GetScene()):
        logic = application_logic.GetSliceLogic(node)
        if logic is None:
            continue
        composite = logic.GetSliceCompositeNode()
        composite.SetBackgroundVolumeID(volume.GetID())
        composite.SetForegroundVolumeID(None)
        composite.SetLabelVolumeID(None)
        logic.RotateSliceToLowestVolumeAxes()
        logic.FitSliceToBackground()
        _come_near(node)


def is_shown(application_logic: Any, volume: Any) -> bool:
    """Whether some slice view shows this CT."""
    logics = [application_logic.GetSliceLogic(node) for node in slice_nodes(volume.GetScene())]
    shown = [logic.GetSliceCompositeNode().GetBackgroundVolumeID() for logic in logics if logic is not None]
    return volume.GetID() in shown


def show_marks(nodes: Any, visible: bool) -> None:
    """Everything of a run that lies over the slices."""
    for node in (nodes.segmentation, nodes.proposals, nodes.candidates, nodes.region):
        if node is not None and node.GetDisplayNode() is not None:
            node.GetDisplayNode().SetVisibility(visible)


def _come_near(node: Any) -> None:
    """Enlarge a view that shows far more than a heart, about its middle."""
    width, height, depth = node.GetFieldOfView()
    if min(width, height) > HEART_VIEW_MM:
        share = HEART_VIEW_MM / min(width, height)
        node.SetFieldOfView(share * width, share * height, depth)


def look_from_front(camera_node: Any, world_points: np.ndarray) -> None:
    """The camera of a 3D view before these RAS points ``[n, 3]``, near enough to tell them apart."""
    low, high = world_points.min(axis=0), world_points.max(axis=0)
    middle, size = (low + high) / 2, max(SMALLEST_SCENE_MM, float(np.linalg.norm(high - low)))
    camera_node.SetFocalPoint(*middle)
    camera_node.SetPosition(middle[0], middle[1] + CAMERA_DISTANCES * size, middle[2])
    camera_node.SetViewUp(0, 0, 1)
    camera_node.ResetClippingRange()


def jump_to(scene: Any, world: np.ndarray) -> None:
    """All slice views go to a RAS point; a view is moved sideways only if it would not show the point."""
    point = [float(x) for x in world]
    for node in slice_nodes(scene):
        if _on_screen(node, world):
            node.JumpSliceByOffsetting(*point)
        else:
            node.JumpSliceByCentering(*point)


def _on_screen(node: Any, world: np.ndarray) -> bool:
    """Whether the point, moved onto the view's slice, is shown."""
    matrix = node.GetXYToRAS()
    to_ras = np.array([[matrix.GetElement(row, column) for column in range(4)] for row in range(4)])
    x, y = (np.linalg.inv(to_ras) @ [*world, 1.0])[:2]
    width, height, _ = node.GetDimensions()
    return bool(0 <= x < width and 0 <= y < height)


def view_normal(scene: Any, start: Any, end: Any) -> np.ndarray:
    """Direction of the slice view whose plane is nearest to both points: the one a line was drawn in."""

    def farness(node: Any) -> float:
        matrix = node.GetSliceToRAS()
        normal, origin = (np.array([matrix.GetElement(row, c) for row in range(3)]) for c in (2, 3))
        return max(abs(float((np.asarray(point) - origin) @ normal)) for point in (start, end))

    nearest = min(slice_nodes(scene), key=farness).GetSliceToRAS()
    return np.array([nearest.GetElement(row, 2) for row in range(3)])


def slice_nodes(scene: Any) -> list[Any]:
    count = scene.GetNumberOfNodesByClass("vtkMRMLSliceNode")
    return [scene.GetNthNodeByClass(index, "vtkMRMLSliceNode") for index in range(count)]


def show_surfaces(segmentation: Any, visible: bool) -> None:
    """Lesions in the 3D view, voxel by voxel: smoothing would swallow those of a few pixels."""
    display = segmentation.GetDisplayNode()
    display.SetVisibility3D(visible)
    if not visible:
        segmentation.RemoveClosedSurfaceRepresentation()
        return
    segmentation.GetSegmentation().SetConversionParameter("Smoothing factor", "0.0")
    segmentation.CreateClosedSurfaceRepresentation()
