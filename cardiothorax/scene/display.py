"""The film in the slice view: the whole of it, in its own plane, upright."""

from __future__ import annotations

from typing import Any

import numpy as np
import slicer

from .geometry import ijk_to_ras, vtk_matrix

PATIENT_LEFT = np.array([-1.0, 0.0, 0.0])
SUPERIOR = np.array([0.0, 0.0, 1.0])
VIEW = "Red"


def show_film(application_logic: Any, volume: Any, *, view: str = VIEW) -> None:
    """Put ``volume`` into the slice view, in its plane, fitted; other layers are cleared.

    ``application_logic`` is ``slicer.app.applicationLogic()``.
    """
    scene = volume.GetScene()
    node = scene.GetSingletonNode(view, "vtkMRMLSliceNode")
    logic = application_logic.GetSliceLogic(node) if node is not None else None
    if logic is None:
        return  # a layout without this view
    composite = logic.GetSliceCompositeNode()
    composite.SetBackgroundVolumeID(volume.GetID())
    composite.SetForegroundVolumeID(None)
    composite.SetLabelVolumeID(None)
    plane = view_plane(volume)
    node.GetSliceToRAS().DeepCopy(vtk_matrix(plane))
    node.UpdateMatrices()
    logic.FitSliceToBackground()


def give_room(scene: Any, view: str = VIEW) -> None:
    """One film needs one view: the others go. A layout with plots stays, since it was asked for."""
    layout = scene.GetFirstNodeByClass("vtkMRMLLayoutNode")
    if layout is None or scene.GetSingletonNode(view, "vtkMRMLSliceNode") is None:
        return
    names = slicer.vtkMRMLLayoutNode
    with_plots = (
        names.SlicerLayoutConventionalPlotView, names.SlicerLayoutFourUpPlotView,
        names.SlicerLayoutFourUpPlotTableView, names.SlicerLayoutOneUpPlotView,
        names.SlicerLayoutThreeOverThreePlotView,
    )  # fmt: skip
    if layout.GetViewArrangement() not in with_plots:
        layout.SetViewArrangement(names.SlicerLayoutOneUpRedSliceView)


def view_plane(volume: Any) -> np.ndarray:
    """Slice-to-RAS, 4 x 4: the film's rows run down the screen and its columns to the right.

    A film whose columns run to the patient's right is shown mirrored, and one whose rows run upwards is
    turned, so that the reader always has the patient's left at the right and the head up.
    """
    matrix = ijk_to_ras(volume)
    parent = volume.GetParentTransformNode()
    if parent is not None:
        to_world = vtk_matrix(np.eye(4))
        parent.GetMatrixTransformToWorld(to_world)
        matrix = np.array([[to_world.GetElement(r, c) for c in range(4)] for r in range(4)]) @ matrix
    right, down = (matrix[:3, axis] / np.linalg.norm(matrix[:3, axis]) for axis in (0, 1))
    if right @ PATIENT_LEFT < 0 and abs(right @ PATIENT_LEFT) == np.abs(right).max():
        right = -right
    if down @ SUPERIOR > 0 and abs(down @ SUPERIOR) == np.abs(down).max():
        down = -down
    normal = np.cross(right, -down)
    if normal @ SUPERIOR < 0 and abs(normal @ SUPERIOR) == np.abs(normal).max():
        normal = -normal  # as Slicer's own axial orientation has it
    columns, rows, _ = volume.GetImageData().GetDimensions()
    plane = np.eye(4)
    plane[:3, 0], plane[:3, 1], plane[:3, 2] = right, -down, normal
    plane[:3, 3] = (matrix @ [(columns - 1) / 2, (rows - 1) / 2, 0, 1])[:3]
    return plane
