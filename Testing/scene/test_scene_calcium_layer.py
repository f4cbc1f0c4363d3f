"""Artery labels in a segmentation: one shared layer, changed in place, exact on any grid."""

from __future__ import annotations

import numpy as np
import pytest

slicer = pytest.importorskip("slicer", reason="needs slicer-core: pip install '.[scene]'")
vtk = pytest.importorskip("vtk")

from cardiothorax.calcium.box import Box  # noqa: E402
from cardiothorax.errors import GeometryProblem  # noqa: E402
from cardiothorax.scene.calcium_layer import (  # noqa: E402
    REPRESENTATION,
    add_layer,
    laid_out,
    layer_of,
    write_layer,
)
from cardiothorax.scene.organs import arteries  # noqa: E402

SHAPE = (6, 30, 20)


@pytest.fixture(params=["plain", "mirrored", "oblique"])
def volume(request, make_volume):
    matrix = np.diag([-0.4, -0.4, 3.0, 1.0])
    if request.param == "mirrored":
        matrix = np.diag([0.5, -0.7, -2.5, 1.0])
    if request.param == "oblique":
        a = np.deg2rad(9)
        turn = np.array([[np.cos(a), -np.sin(a), 0], [np.sin(a), np.cos(a), 0], [0, 0, 1]])
        tip = np.array([[1, 0, 0], [0, np.cos(a), -np.sin(a)], [0, np.sin(a), np.cos(a)]])
        matrix[:3, :3] = turn @ tip @ np.diag([-0.35, -0.8, 2.0])
        matrix[:3, 3] = 31.0, -12.5, 77.0
    return make_volume(np.zeros(SHAPE, np.int16), matrix, name="CT")


@pytest.fixture
def drawn():
    labels = np.zeros(SHAPE, np.uint8)
    labels[1:3, 4:8, 5:9] = 1
    labels[2, 10:14, 5:9] = 2
    labels[4:6, 4:8, 12:19] = 3
    labels[0, 28:30, 0:2] = 4
    labels[5, 29, 19] = 5
    return labels


def test_one_layer_for_five_arteries_with_colors_and_codes(core, volume):
    node = add_layer(core.scene, volume, "calcium")
    segmentation = node.GetSegmentation()
    assert segmentation.GetNumberOfLayers() == 1
    assert list(segmentation.GetSegmentIDs()) == ["LAD", "LCX", "RCA", "LM", "other"]
    assert [segmentation.GetSegment(s).GetLabelValue() for s in segmentation.GetSegmentIDs()] == [
        1,
        2,
        3,
        4,
        5,
    ]
    red, green, blue = segmentation.GetSegment("LAD").GetColor()
    assert red > 2 * max(green, blue)


def test_labels_come_back_exactly(core, volume, drawn):
    node = add_layer(core.scene, volume, "calcium")
    write_layer(node, volume, drawn)
    assert np.array_equal(layer_of(node, volume), drawn)
    box = Box((2, 3), (3, 6), (4, 7))
    write_layer(node, volume, np.full(box.shape, 2, np.uint8), box)
    drawn[box.slices] = 2
    assert np.array_equal(layer_of(node, volume), drawn)


def test_slicer_reads_each_artery_where_it_is(core, volume, drawn):
    """Its own function, which knows nothing of the layer's making."""
    node = add_layer(core.scene, volume, "calcium")
    write_layer(node, volume, drawn)
    exported = core.scene.AddNewNodeByClass("vtkMRMLLabelMapVolumeNode")
    for organ in arteries():
        ids = vtk.vtkStringArray()
        ids.InsertNextValue(organ.segment_id)
        logic = core.logics["Segmentations"]
        assert logic.ExportSegmentsToLabelmapNode(node, ids, exported, volume)
        assert np.array_equal(slicer.util.arrayFromVolume(exported) != 0, drawn == organ.label)


def test_a_change_in_place_is_told(core, volume, drawn):
    node = add_layer(core.scene, volume, "calcium")
    told = []
    node.GetSegmentation().AddObserver(
        slicer.vtkSegmentation.SourceRepresentationModified, lambda *_: told.append(1)
    )
    write_layer(node, volume, drawn)
    assert told


def test_surfaces_are_not_kept_stale(core, volume, drawn):
    node = add_layer(core.scene, volume, "calcium")
    write_layer(node, volume, drawn)
    node.CreateClosedSurfaceRepresentation()
    before = node.GetClosedSurfaceInternalRepresentation("LAD").GetNumberOfPoints()
    assert before > 0
    write_layer(node, volume, np.zeros_like(drawn))
    node.CreateClosedSurfaceRepresentation()
    after = node.GetClosedSurfaceInternalRepresentation("LAD")
    assert after is None or after.GetNumberOfPoints() == 0


def test_a_brush_stroke_of_the_segment_editor_is_read_and_put_back(core, volume, drawn):
    """The editor writes through Slicer's own function, which may crop or split layers."""
    node = add_layer(core.scene, volume, "calcium")
    write_layer(node, volume, drawn)
    stroke = np.zeros(SHAPE, np.uint8)
    stroke[2, 8:12, 4:9] = 1  # over a part of the LCX lesion
    image = slicer.vtkOrientedImageData()
    image.DeepCopy(node.GetSegmentation().GetSegment("LAD").GetRepresentation(REPRESENTATION))
    values = vtk.util.numpy_support.vtk_to_numpy(image.GetPointData().GetScalars()).reshape(SHAPE)
    values[...] = stroke
    logic = slicer.vtkSlicerSegmentEditorLogic()
    logic.SetMRMLScene(core.scene)
    editor = core.scene.AddNewNodeByClass("vtkMRMLSegmentEditorNode")
    logic.SetSegmentEditorNode(editor)
    logic.SetSegmentationNode(node)
    logic.SetSourceVolumeNode(volume)
    editor.SetSelectedSegmentID("LAD")
    logic.ModifySegmentByLabelmap(node, "LAD", image, logic.ModificationModeAdd, True, False)
    expected = drawn.copy()
    expected[stroke != 0] = 1
    assert np.array_equal(laid_out(node, volume), expected)
    assert node.GetSegmentation().GetNumberOfLayers() == 1


def test_removed_cropped_and_separate_segments_are_laid_out_again(core, volume, drawn):
    node = add_layer(core.scene, volume, "calcium")
    write_layer(node, volume, drawn)
    node.GetSegmentation().SeparateSegmentLabelmap("RCA")
    node.GetSegmentation().RemoveSegment("LM")
    assert layer_of(node, volume) is None
    drawn[drawn == 4] = 0
    assert np.array_equal(laid_out(node, volume), drawn)
    assert list(node.GetSegmentation().GetSegmentIDs()) == ["LAD", "LCX", "RCA", "LM", "other"]


def test_a_saved_scene_brings_the_labels_back(core, volume, drawn, tmp_path):
    node = add_layer(core.scene, volume, "calcium")
    write_layer(node, volume, drawn)
    path = tmp_path / "study.mrb"
    assert core.scene.WriteToMRB(str(path))
    core.scene.Clear(False)
    assert core.scene.ReadFromMRB(str(path), True)
    node, volume = (core.scene.GetFirstNodeByName(name) for name in ("calcium", "CT"))
    assert np.array_equal(laid_out(node, volume), drawn)
    assert layer_of(node, volume) is not None


def test_another_shape_is_refused(core, volume, drawn):
    node = add_layer(core.scene, volume, "calcium")
    with pytest.raises(GeometryProblem, match="shape"):
        write_layer(node, volume, drawn[1:])
