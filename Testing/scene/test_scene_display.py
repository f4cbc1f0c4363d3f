"""The film in the slice view: whole, in its own plane, the patient's left at the right."""

from __future__ import annotations

import numpy as np
import pytest

slicer = pytest.importorskip("slicer", reason="needs slicer-core")

from cardiothorax.scene import display  # noqa: E402

FILMS = ("plain", "mirrored", "upside_down", "coronal", "oblique")


@pytest.fixture
def red(core):
    """The slice logic of a Red view, without a window."""
    slicer.vtkMRMLSliceNode.AddDefaultSliceOrientationPresets(core.scene, True)
    logic = slicer.vtkMRMLSliceLogic()
    logic.SetMRMLApplicationLogic(core.app)
    logic.SetMRMLScene(core.scene)
    core.app.GetSliceLogics().AddItem(logic)
    logic.AddSliceNode("Red")
    logic.ResizeSliceNode(400, 400)
    return logic


def array_of(matrix):
    return np.array([[matrix.GetElement(row, column) for column in range(4)] for row in range(4)])


@pytest.mark.parametrize("how", FILMS)
def test_the_whole_film_is_in_the_view(core, red, placed_film, how):
    volume = placed_film(how)
    display.show_film(core.app, volume)
    node = red.GetSliceNode()
    assert red.GetSliceCompositeNode().GetBackgroundVolumeID() == volume.GetID()
    to_view = np.linalg.inv(array_of(node.GetXYToRAS()))
    for corner in ((0, 0), (99, 0), (0, 119), (99, 119)):
        x, y, z = (to_view @ _ras(volume, *corner))[:3]
        assert 0 <= x <= 400
        assert 0 <= y <= 400
        assert z == pytest.approx(0, abs=1e-6), "the slice lies in the film"


@pytest.mark.parametrize("how", FILMS)
def test_the_patient_lies_as_readers_see_him(core, red, placed_film, how):
    """Patient's left at the right; head up for a film that stands upright in the patient."""
    volume = placed_film(how)
    display.show_film(core.app, volume)
    plane = array_of(red.GetSliceNode().GetSliceToRAS())
    assert plane[0, 0] < 0, "to the right of the screen is the patient's left"
    if how == "coronal":
        assert plane[2, 1] > 0, "up on the screen is superior"


def test_a_plain_film_is_an_axial_slice_to_slicer(core, red, placed_film):
    display.show_film(core.app, placed_film())
    assert red.GetSliceNode().GetOrientation() == "Axial"


def test_other_layers_are_cleared(core, red, placed_film):
    other = placed_film()
    composite = red.GetSliceCompositeNode()
    composite.SetForegroundVolumeID(other.GetID())
    composite.SetLabelVolumeID(other.GetID())
    display.show_film(core.app, placed_film())
    assert composite.GetForegroundVolumeID() is None
    assert composite.GetLabelVolumeID() is None


def test_a_layout_without_that_view_is_left_alone(core, placed_film):
    display.show_film(core.app, placed_film())
    display.give_room(core.scene)
    assert core.scene.GetFirstNodeByClass("vtkMRMLSliceNode") is None


def test_the_film_gets_the_whole_layout_but_not_the_plots_place(core, red):
    layout = core.scene.AddNewNodeByClass("vtkMRMLLayoutNode")
    layout.SetViewArrangement(layout.SlicerLayoutFourUpView)
    display.give_room(core.scene)
    assert layout.GetViewArrangement() == layout.SlicerLayoutOneUpRedSliceView
    layout.SetViewArrangement(layout.SlicerLayoutConventionalPlotView)
    display.give_room(core.scene)
    assert layout.GetViewArrangement() == layout.SlicerLayoutConventionalPlotView


def test_a_moved_film_is_shown_where_it_is(core, red, placed_film):
    import vtk

    volume = placed_film()
    transform = core.scene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    shift = vtk.vtkMatrix4x4()
    shift.SetElement(2, 3, 300.0)
    transform.SetMatrixTransformToParent(shift)
    volume.SetAndObserveTransformNodeID(transform.GetID())
    display.show_film(core.app, volume)
    assert red.GetSliceNode().GetSliceToRAS().GetElement(2, 3) == pytest.approx(300)


def _ras(volume, i, j):
    import vtk

    matrix = vtk.vtkMatrix4x4()
    volume.GetIJKToRASMatrix(matrix)
    return np.array(matrix.MultiplyPoint([i, j, 0, 1]))
