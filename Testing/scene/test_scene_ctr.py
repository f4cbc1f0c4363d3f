"""A run in the scene: made exactly, all or none, edited, read back, saved and loaded again."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

slicer = pytest.importorskip("slicer", reason="needs slicer-core")

from cardiothorax.ctr.edit import edited_labels, edited_line, edited_midline  # noqa: E402
from cardiothorax.errors import GeometryProblem, StoreProblem  # noqa: E402
from cardiothorax.scene import ctr_nodes  # noqa: E402
from cardiothorax.scene.geometry import pixel_of_point  # noqa: E402
from cardiothorax.scene.lines import straightened  # noqa: E402
from cardiothorax.scene.run_nodes import remove_run  # noqa: E402
from cardiothorax.scene.study import TASK_ATTRIBUTE  # noqa: E402


def cells_of(node):
    """The rows of a table node of texts."""
    table = node.GetTable()
    columns = range(table.GetNumberOfColumns())
    return [
        tuple(table.GetValue(row, column).ToString() for column in columns)
        for row in range(table.GetNumberOfRows())
    ]


FILMS = ("plain", "mirrored", "upside_down", "coronal", "oblique")


@pytest.fixture
def shown(core, placed_film, measured):
    """``shown(how)``: film, run and nodes of a run in the scene."""

    def show(how="plain"):
        volume = placed_film(how)
        film, run = measured(volume)
        return film, run, ctr_nodes.show_run(core.scene, run, volume, film)

    return show


@pytest.mark.parametrize("how", FILMS)
def test_masks_and_lines_come_back_exactly(shown, how):
    _, run, nodes = shown(how)
    assert np.array_equal(ctr_nodes.read_masks(nodes), run.labels)
    ends = ctr_nodes.read_ends(nodes)
    for name, line in run.result.lines.items():
        assert np.allclose(ends[name], (line.start_px, line.end_px), atol=1e-9)
    assert ctr_nodes.read_result(nodes) == run.result


@pytest.mark.parametrize("how", FILMS)
def test_segments_and_lines_lie_where_the_film_says(core, shown, how):
    """Slicer's own way to a point of the patient and the package's lead to the same place."""
    film, run, nodes = shown(how)
    for name, line in run.result.lines.items():
        point = nodes.lines[name].GetNthControlPointPosition(0)
        assert np.allclose(np.array(point) * [-1, -1, 1], line.start_mm, atol=1e-6)
    heart = slicer.vtkOrientedImageData()
    assert nodes.segmentation.GetBinaryLabelmapRepresentation("heart", heart)
    row, column = np.argwhere(run.labels == 3)[0]
    ras = np.array(film.lps(column, row)) * [-1, -1, 1]

    to_ijk = np.linalg.inv(_matrix_of(heart))
    i, j, k = np.rint((to_ijk @ [*ras, 1])[:3]).astype(int)
    assert heart.GetScalarComponentAsDouble(i, j, k, 0) == 1


def _matrix_of(image):
    import vtk

    matrix = vtk.vtkMatrix4x4()
    image.GetImageToWorldMatrix(matrix)
    return np.array([[matrix.GetElement(r, c) for c in range(4)] for r in range(4)])


def test_segments_have_fixed_ids_names_colors_and_codes(shown):
    nodes = shown()[2]
    segmentation = nodes.segmentation.GetSegmentation()
    assert list(segmentation.GetSegmentIDs()) == ["left_lung", "right_lung", "heart"]
    heart = segmentation.GetSegment("heart")
    assert heart.GetName() == "heart"
    assert np.allclose(heart.GetColor(), (230 / 255, 90 / 255, 60 / 255))
    entry = slicer.vtkSlicerTerminologyEntry()
    text = segmentation.GetSegment("right_lung").GetTerminology()
    assert slicer.vtkSlicerTerminologiesModuleLogic().DeserializeTerminologyEntry(text, entry)
    assert entry.GetTypeObject().GetCodeValue() == "39607008"
    assert entry.GetTypeModifierObject().GetCodeMeaning() == "Right"


def test_everything_stands_in_a_folder_under_the_study(core, placed_film, measured):
    volume = placed_film()
    hierarchy = core.hierarchy
    patient = hierarchy.CreateSubjectItem(hierarchy.GetSceneItemID(), "patient")
    study = hierarchy.CreateStudyItem(patient, "Chest PA")
    hierarchy.CreateItem(study, volume)
    film, run = measured(volume)
    nodes = ctr_nodes.show_run(core.scene, run, volume, film)
    assert hierarchy.GetItemName(nodes.folder) == "Chest PA CTR"
    assert hierarchy.GetItemParent(nodes.folder) == study
    for node in (nodes.anchor, nodes.table, nodes.segmentation, nodes.automatic, *nodes.lines.values()):
        assert node.GetAttribute(TASK_ATTRIBUTE) == "ctr"
        assert hierarchy.GetItemParent(hierarchy.GetItemByDataNode(node)) == nodes.folder
    role = nodes.segmentation.GetReferenceImageGeometryReferenceRole()
    assert nodes.segmentation.GetNodeReference(role) is volume, "DICOM export asks for it"


def test_lines_state_their_value(shown):
    nodes = shown()[2]
    assert sorted(nodes.lines) == ["MLD", "MRD", "T", "Th", "midline"]
    line = nodes.lines["T"]
    assert line.GetName() == "T"
    assert line.GetMeasurement("T").GetValueWithUnitsAsPrintableString() == "40 mm"
    assert not line.GetMeasurement("length").GetEnabled(), "it would be stated twice"
    assert line.GetPropertiesLabelText().strip() == "40 mm"


def test_an_uncalibrated_film_states_pixels(core, make_volume, measured):
    values = np.arange(12000, dtype=np.int16).reshape(1, 120, 100)
    volume = make_volume(values, np.diag([-1.0, -1.0, 1.0, 1.0]))
    film, run = measured(volume)
    nodes = ctr_nodes.show_run(core.scene, run, volume, film)
    assert nodes.lines["Th"].GetMeasurement("Th").GetValueWithUnitsAsPrintableString() == "40 px"
    assert ("Cardiac diameter Th", "40.0", "px", "") in cells_of(nodes.table)


def test_the_table_has_every_value(shown):
    rows = {name: (value, unit) for name, value, unit, _ in cells_of(shown()[2].table)}
    assert rows["Cardiothoracic ratio"] == ("0.500", "")
    assert rows["Thoracic diameter T"] == ("40.0", "mm")
    assert rows["Heart area"] == ("300", "mm\u00b2")
    assert rows["Verdict"][0] in ("ok", "review", "reject")
    assert rows["Model"][0] == "drawn"


@pytest.mark.parametrize(
    "broken", ["fill_table", "place_line", "write_labels", "pack_run", "add_segmentation"]
)
def test_a_failure_leaves_nothing_behind(core, placed_film, measured, monkeypatch, broken):
    volume = placed_film()
    film, run = measured(volume)
    core.hierarchy.CreateItem(core.hierarchy.GetSceneItemID(), volume)
    nodes_before, items_before = core.node_ids(), core.items()

    def fail(*_, **__):
        raise RuntimeError("as if the disk were full")

    monkeypatch.setattr(ctr_nodes, broken, fail)
    with pytest.raises(RuntimeError, match="disk"):
        ctr_nodes.show_run(core.scene, run, volume, film)
    assert core.node_ids() == nodes_before
    assert core.items() == items_before


def test_a_failure_keeps_the_earlier_run(core, shown, monkeypatch):
    film, run, nodes = shown()
    before = core.node_ids()
    monkeypatch.setattr(ctr_nodes, "fill_table", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        ctr_nodes.show_run(core.scene, run, nodes.volume, film)
    assert core.node_ids() == before
    assert ctr_nodes.read_result(nodes) == run.result


def test_a_second_run_of_a_film_replaces_the_first(core, shown):
    film, run, first = shown()
    volume, count = first.volume, len(core.node_ids())
    second = ctr_nodes.show_run(core.scene, run, volume, film)
    assert len(core.node_ids()) == count
    assert [nodes.anchor for nodes in ctr_nodes.find_runs(core.scene)] == [second.anchor]
    assert len([i for i in core.items() if core.hierarchy.GetItemName(i).endswith(" CTR")]) == 1


def test_removing_a_run_leaves_the_film_alone(core, placed_film, measured):
    volume = placed_film()
    core.hierarchy.CreateItem(core.hierarchy.GetSceneItemID(), volume)
    nodes_before, items_before = core.node_ids(), core.items()
    film, run = measured(volume)
    remove_run(ctr_nodes.show_run(core.scene, run, volume, film))
    assert core.node_ids() == nodes_before
    assert core.items() == items_before


def test_a_changed_mask_is_followed_and_undone(shown):
    film, run, nodes = shown()
    changed = run.labels.copy()
    changed[70:100, 70:80] = 3
    edited = edited_labels(run, film, changed, reader="AB", what="heart mask")
    ctr_nodes.update_run(nodes, edited)
    assert ctr_nodes.read_run(nodes).result.values.cardiac_diameter_px == 50
    assert nodes.lines["Th"].GetMeasurement("Th").GetValue() == 25
    assert nodes.lines["Th"].GetPropertiesLabelText().strip() == "25 mm", "what the views show"
    assert np.array_equal(ctr_nodes.read_masks(nodes), changed)
    ctr_nodes.update_run(nodes, ctr_nodes.automatic_run(nodes))
    again = ctr_nodes.read_run(nodes)
    assert again.result == run.result
    assert np.array_equal(again.labels, run.labels)


def test_a_mask_painted_in_slicer_is_read_back(shown):
    _, run, nodes = shown()
    from vtk.util.numpy_support import vtk_to_numpy

    editor_node = nodes.scene.AddNewNodeByClass("vtkMRMLSegmentEditorNode")
    editor = slicer.vtkSlicerSegmentEditorLogic()
    editor.SetMRMLScene(nodes.scene)
    editor.SetSegmentEditorNode(editor_node)
    editor.SetSegmentationNode(nodes.segmentation)
    editor.SetSourceVolumeNode(nodes.volume)
    editor_node.SetSelectedSegmentID("heart")
    editor.ResetModifierLabelmapToDefault()
    brush = editor.GetModifierLabelmap()
    pixels = vtk_to_numpy(brush.GetPointData().GetScalars()).reshape(brush.GetDimensions()[::-1])
    pixels[...] = 0
    pixels[0, 70:80, 65:85] = 1
    brush.Modified()
    add = editor.ModificationModeAdd
    editor.ModifySegmentByLabelmap(nodes.segmentation, "heart", brush, add, True, False)
    expected = run.labels.copy()
    expected[70:80, 65:85] = 3
    assert np.array_equal(ctr_nodes.read_masks(nodes), expected)


def test_a_removed_segment_counts_as_empty_and_comes_back(shown):
    _, run, nodes = shown()
    nodes.segmentation.GetSegmentation().RemoveSegment("heart")
    assert 3 not in np.unique(ctr_nodes.read_masks(nodes))
    ctr_nodes.update_run(nodes, run)
    assert np.array_equal(ctr_nodes.read_masks(nodes), run.labels)
    heart = nodes.segmentation.GetSegmentation().GetSegment("heart")
    assert "80891009" in heart.GetTerminology()


def test_without_a_heart_there_are_no_lines_until_it_is_drawn(shown):
    film, run, nodes = shown()
    without = np.where(run.labels == 3, 0, run.labels).astype(np.uint8)
    ctr_nodes.update_run(nodes, edited_labels(run, film, without, reader="AB", what="heart mask"))
    assert nodes.lines == {}
    assert ctr_nodes.read_result(nodes).verdict == "reject"
    ctr_nodes.update_run(nodes, run)
    assert len(nodes.lines) == 5


def test_dragged_ends_are_read_and_the_midline_moves(shown):
    film, run, nodes = shown()
    longer = edited_line(run, film, "T", ((4.5, 60.0), (94.5, 60.0)), reader="AB")
    ctr_nodes.update_run(nodes, longer, masks=False)
    assert np.allclose(ctr_nodes.read_ends(nodes)["T"], ((4.5, 60.0), (94.5, 60.0)))
    moved = edited_midline(longer, film, 45.5, reader="AB")
    ctr_nodes.update_run(nodes, moved, masks=False)
    ends = ctr_nodes.read_ends(nodes)
    assert ends["midline"][0][0] == pytest.approx(45.5)
    assert ends["MRD"][1][0] == pytest.approx(45.5)
    assert not nodes.lines["T"].GetLocked()
    assert nodes.lines["MRD"].GetLocked()


@pytest.mark.parametrize(
    ("before", "dragged", "expected"),
    [
        (((0, 5), (10, 5)), ((1, 9), (10, 5)), ((1, 9), (10, 9))),
        (((0, 5), (10, 5)), ((0, 5), (12, 2)), ((0, 2), (12, 2))),
        (((3, 0), (3, 20)), ((3, 0), (6, 18)), ((6, 0), (6, 18))),
    ],
)
def test_a_dragged_line_stays_straight(before, dragged, expected):
    assert straightened(before, dragged) == expected


@pytest.mark.parametrize("how", ["plain", "oblique"])
def test_a_saved_scene_reopens_with_edits(core, shown, tmp_path, how):
    film, run, nodes = shown(how)
    changed = run.labels.copy()
    changed[70:100, 70:80] = 3
    edited = edited_labels(run, film, changed, reader="Dr. Größe", what="heart mask")
    ctr_nodes.update_run(nodes, edited)
    path = str(tmp_path / "study.mrb")
    assert core.scene.WriteToMRB(path)
    core.scene.Clear(False)
    assert ctr_nodes.find_runs(core.scene) == []
    assert core.scene.ReadFromMRB(path, True)
    slicer.vtkMRMLSubjectHierarchyNode.ResolveSubjectHierarchy(core.scene)
    (again,) = ctr_nodes.find_runs(core.scene)
    back = ctr_nodes.read_run(again)
    assert back.result == edited.result
    assert back.result.provenance.edits[0].edited_by == "Dr. Größe"
    assert np.array_equal(back.labels, edited.labels)
    automatic = ctr_nodes.automatic_run(again)
    assert automatic.result == run.result
    assert np.array_equal(automatic.labels, run.labels)
    kept = ctr_nodes.measured_film(again)
    for part in ("spacing_mm", "origin_mm", "direction", "tags", "spacing_source"):
        assert getattr(kept, part) == getattr(film, part)
    assert kept.array.shape == film.array.shape
    once_more = edited_line(back, kept, "T", ((4.5, 60.0), (94.5, 60.0)), reader="AB")
    ctr_nodes.update_run(again, once_more, masks=False)
    assert again.lines["T"].GetMeasurement("T").GetValue() == pytest.approx(90 * film.spacing_mm[0])
    remove_run(again)
    assert ctr_nodes.find_runs(core.scene) == []


def test_transforms_move_film_masks_and_lines_together(core, placed_film, measured):
    import vtk

    volume = placed_film()
    transform = core.scene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    shift = vtk.vtkMatrix4x4()
    shift.SetElement(0, 3, 25.0)
    transform.SetMatrixTransformToParent(shift)
    volume.SetAndObserveTransformNodeID(transform.GetID())
    film, run = measured(volume)
    nodes = ctr_nodes.show_run(core.scene, run, volume, film)
    assert np.array_equal(ctr_nodes.read_masks(nodes), run.labels)
    local, world = np.zeros(3), np.zeros(3)
    nodes.lines["T"].GetNthControlPointPosition(0, local)
    nodes.lines["T"].GetNthControlPointPositionWorld(0, world)
    assert np.allclose(world - local, [25, 0, 0])
    assert np.allclose(pixel_of_point(volume, local), run.result.lines["T"].start_px)


def test_a_bending_transform_is_refused(core, placed_film, measured):
    import vtk

    volume = placed_film()
    transform = core.scene.AddNewNodeByClass("vtkMRMLBSplineTransformNode", "warp")
    spline = vtk.vtkThinPlateSplineTransform()
    transform.SetAndObserveTransformToParent(spline)
    volume.SetAndObserveTransformNodeID(transform.GetID())
    with pytest.raises(GeometryProblem, match="warp"):
        measured(volume)


def test_nodes_that_a_reader_deleted_are_named(core, shown):
    _, run, nodes = shown()
    core.scene.RemoveNode(nodes.table)
    assert not nodes.complete
    assert ctr_nodes.find_runs(core.scene) == []
    with pytest.raises(StoreProblem, match="no longer in the scene"):
        ctr_nodes.update_run(nodes, run)
    assert not hasattr(nodes, "nonsense")


def test_a_mask_of_another_size_is_refused(shown):
    _, run, nodes = shown()
    other = dataclasses.replace(run, labels=np.zeros((10, 10), np.uint8))
    with pytest.raises(GeometryProblem, match="10 rows"):
        ctr_nodes.update_run(nodes, other)


def test_a_damaged_result_text_is_said_in_words(shown):
    nodes = shown()[2]
    nodes.anchor.SetText("{}")
    nodes.automatic.SetText("{}")
    with pytest.raises(StoreProblem, match="cannot be read"):
        ctr_nodes.read_result(nodes)
    with pytest.raises(StoreProblem, match="cannot be read"):
        ctr_nodes.automatic_run(nodes)


def test_hiding_and_showing(shown):
    nodes = shown()[2]
    ctr_nodes.set_visible(nodes, False)
    assert not nodes.lines["T"].GetDisplayNode().GetVisibility()
    ctr_nodes.set_visible(nodes, True)
    assert nodes.segmentation.GetDisplayNode().GetVisibility()
