"""The CalciumScore panel as a reader works it: start, click, keys, tables, proposals, undo, export."""

from __future__ import annotations

import csv
import json
import time

import numpy as np
import pytest

from Testing.scene import drawn_ct

WIDTH = 480


@pytest.fixture
def panel(open_panel):
    """Without a shipped network in the list: the fake worker stands for one."""
    widget = open_panel("CalciumScore", "fake_ct")
    widget._parameterNode.model = "none"
    return widget


@pytest.fixture
def ct(desktop):
    import slicer

    return slicer.util.addVolumeFromArray(
        drawn_ct.hu(), ijkToRAS=drawn_ct.placing("plain"), name="Cardiac CT"
    )


def start(desktop, panel, volume, *, network=False):
    """Apply and wait; with ``network`` the answer has proposals."""
    panel._parameterNode.inputVolume = volume
    if network:
        give_network(panel)
    panel.ui.applyButton.click()
    assert desktop.process(until=lambda: not panel.study.running, timeout=60)
    desktop.check()


def give_network(panel):
    """As if a network were chosen; none is asked for, the fake worker answers."""
    from cardiothorax.calcium.options import CalciumOptions

    module = __import__("CalciumScoreLib.scoring", fromlist=["Settings"])
    panel.study._task.settings = lambda parameters: module.Settings("drawn", "auto", CalciumOptions())
    module.ensurePackages = lambda settings: None


def click(panel, name, offset=(0, 0, 0)):
    """The mouse in the axial view: the slice is shown, the button goes down and up."""
    review = panel.review.review
    index = np.add(drawn_ct.middle_of(name), offset)
    press_at(panel, review.world_at(index))


def press_at(panel, world, *, view="Red", keys=(), drag=0):
    import slicer
    import vtk

    widget = slicer.app.layoutManager().sliceWidget(view)
    node, interactor = widget.mrmlSliceNode(), widget.sliceView().interactor()
    interactor.SetInteractorStyle(None)  # the stand-in has VTK's own, which keeps the release to itself
    node.JumpSliceByOffsetting(*(float(x) for x in world))
    to_xy = vtk.vtkMatrix4x4()
    vtk.vtkMatrix4x4.Invert(node.GetXYToRAS(), to_xy)
    x, y = to_xy.MultiplyPoint([*(float(v) for v in world), 1.0])[:2]
    interactor.SetControlKey("ctrl" in keys)
    interactor.SetEventPosition(round(x), round(y))
    interactor.InvokeEvent(vtk.vtkCommand.LeftButtonPressEvent)
    interactor.SetEventPosition(round(x) + drag, round(y))
    interactor.InvokeEvent(vtk.vtkCommand.LeftButtonReleaseEvent)
    interactor.SetControlKey(0)


def labels(panel):
    return np.array(panel.review.review.labels)


def test_an_empty_scene_says_what_to_do(desktop, panel, pictures):
    assert "Choose a plain CT" in panel.ui.statusLabel.text
    assert not panel.ui.applyButton.enabled
    assert not panel.ui.reviewSection.enabled
    assert not panel.ui.exportButton.enabled
    desktop.grab(panel, pictures / "calcium-empty.png", width=WIDTH)
    assert desktop.panel_width(panel) <= WIDTH


def test_started_without_a_network_there_is_no_score_yet(desktop, panel, ct, pictures):
    start(desktop, panel, ct)
    assert panel.ui.scoreLabel.text == "Not scored yet"
    assert "click its lesions" in panel.ui.statusLabel.text
    assert not panel.ui.noneButton.isHidden()
    assert panel.ui.proposalsBox.isHidden()
    desktop.grab(panel, pictures / "calcium-started.png", width=WIDTH)
    desktop.grab_view("Red", pictures / "calcium-view-started.png", 600, 600)


def test_a_click_in_a_view_marks_the_whole_lesion(desktop, panel, ct, pictures):
    start(desktop, panel, ct)
    click(panel, "lad")
    assert np.array_equal(labels(panel), drawn_ct.labels(lad=1))
    assert panel.ui.scoreLabel.text == "Agatston 12"
    panel.shortcuts.press("3")
    click(panel, "rca")
    assert np.array_equal(labels(panel), drawn_ct.labels(lad=1, rca=3))
    assert panel.review.scores.text("rca", 2) in ("4", "5")
    assert panel.review.lesions.key == ("lesion", 2), "its row is chosen"
    assert "Mild calcium" in panel.ui.categoryLabel.text
    desktop.check()
    desktop.grab(panel, pictures / "calcium-marked.png", width=WIDTH)
    desktop.grab_view("Red", pictures / "calcium-view-marked.png", 600, 600)
    click(panel, "rca")
    assert np.array_equal(labels(panel), drawn_ct.labels(lad=1)), "a second click takes it back"


@pytest.mark.parametrize(("key", "code"), [("1", 1), ("2", 2), ("3", 3), ("4", 4), ("0", 5)])
def test_each_key_has_its_artery(desktop, panel, ct, key, code):
    start(desktop, panel, ct)
    panel.shortcuts.press(key)
    click(panel, "rca")
    assert np.array_equal(labels(panel), drawn_ct.labels(rca=code))


@pytest.mark.parametrize("view", ["Yellow", "Green"])
def test_other_views_take_clicks_too(desktop, panel, ct, view):
    start(desktop, panel, ct)
    press_at(panel, panel.review.review.world_at(drawn_ct.middle_of("lad")), view=view)
    assert np.array_equal(labels(panel), drawn_ct.labels(lad=1))


def test_drags_held_keys_and_places_without_calcium_mark_nothing(desktop, panel, ct):
    start(desktop, panel, ct)
    world = panel.review.review.world_at(drawn_ct.middle_of("lad"))
    press_at(panel, world, drag=10)
    press_at(panel, world, keys=("ctrl",))
    assert not labels(panel).any()
    press_at(panel, panel.review.review.world_at((2, 3, 3)))
    assert "Nothing to mark there" in panel.ui.statusLabel.text
    desktop.exit(panel)
    press_at(panel, world)
    assert not labels(panel).any(), "clicks act while the module is shown"


def test_undo_and_redo_by_keys_and_buttons(desktop, panel, ct):
    start(desktop, panel, ct)
    click(panel, "lad")
    click(panel, "bar")
    panel.shortcuts.press("Ctrl+Z")
    assert np.array_equal(labels(panel), drawn_ct.labels(lad=1))
    panel.ui.undoButton.click()
    assert panel.ui.scoreLabel.text == "Not scored yet"
    assert not panel.ui.undoButton.enabled
    panel.shortcuts.press("Ctrl+Shift+Z")
    panel.ui.redoButton.click()
    assert np.array_equal(labels(panel), drawn_ct.labels(lad=1, bar=1))
    panel.ui.resetButton.click()
    assert not labels(panel).any()
    panel.ui.undoButton.click()
    assert np.array_equal(labels(panel), drawn_ct.labels(lad=1, bar=1))


def test_rows_sort_and_lead_the_views(desktop, panel, ct):
    import slicer

    start(desktop, panel, ct)
    for name in ("lad", "bar", "rca"):
        click(panel, name)
    table = panel.ui.lesionTable
    assert [table.item(row, 1).text() for row in range(3)] == ["3-4", "4", "6"]
    table.sortItems(5)
    scores = [float(table.item(row, 5).text()) for row in range(3)]
    assert scores == sorted(scores)
    row = next(r for r in range(3) if table.item(r, 1).text() == "6")
    table.selectRow(row)
    node = slicer.app.layoutManager().sliceWidget("Red").mrmlSliceNode()
    wanted = panel.review.review.world_at(drawn_ct.middle_of("rca"))[2]
    assert node.GetSliceOffset() == pytest.approx(wanted)
    panel.shortcuts.press("Del")
    assert np.array_equal(labels(panel), drawn_ct.labels(lad=1, bar=1))
    desktop.check()


def test_keys_go_from_lesion_to_lesion(desktop, panel, ct):
    start(desktop, panel, ct)
    for name in ("lad", "rca"):
        click(panel, name)
    panel.review.lesions.select(None)
    panel.shortcuts.press("N")
    assert panel.review.lesions.key == ("lesion", 1)
    panel.shortcuts.press("N")
    assert panel.review.lesions.key == ("lesion", 2)
    panel.shortcuts.press("N")
    assert "all have been visited" in panel.ui.statusLabel.text
    panel.shortcuts.press("Shift+N")
    assert panel.review.lesions.key == ("lesion", 1)


def test_the_strip_shows_and_leads(desktop, panel, ct):
    start(desktop, panel, ct)
    click(panel, "lad")
    strip = panel.review.strip
    for number in (0, 3, 7):
        left, right = strip.placeOf(number)
        assert strip.sliceAt((left + right) / 2) == number
        panel.review.goToSlice(number)
        assert panel.review.views.sliceShown(panel.review.review) == number
    picture = panel.ui.sliceStrip.pixmap.toImage()
    left, right = strip.placeOf(2)
    colors = {picture.pixelColor(int((left + right) / 2), y).name() for y in range(picture.height())}
    assert any(int(c[1:3], 16) > 180 and int(c[3:5], 16) < 90 for c in colors), colors


# Proposals


def test_proposals_are_outlines_until_they_are_accepted(desktop, panel, ct, pictures):
    start(desktop, panel, ct, network=True)
    assert panel.ui.scoreLabel.text.endswith("proposed")
    assert "3 proposals to decide" in panel.ui.statusLabel.text
    assert panel.ui.proposedButton.checked
    assert panel.review.lesions.key == ("proposal", 1), "the first one is shown"
    assert not labels(panel).any()
    desktop.grab(panel, pictures / "calcium-proposed.png", width=WIDTH)
    desktop.grab_view("Red", pictures / "calcium-view-proposed.png", 600, 600)
    click(panel, "lad")
    assert np.array_equal(labels(panel), drawn_ct.labels(lad=1))
    assert panel.ui.scoreLabel.text == "Agatston 12 so far"
    panel.shortcuts.press("3")
    click(panel, "rca")
    assert np.array_equal(labels(panel), drawn_ct.labels(lad=1, rca=3)), "put right by a click"
    desktop.grab(panel, pictures / "calcium-half-decided.png", width=WIDTH)
    panel.ui.acceptAllButton.click()
    assert np.array_equal(labels(panel), drawn_ct.labels(lad=1, rca=3, bar=2))
    assert panel.ui.proposalsBox.isHidden()
    assert panel.ui.scoreLabel.text == f"Agatston {panel.review.result.values.agatston:.0f}"
    assert panel.review.result.automatic is not None
    desktop.check()


def test_proposals_are_decided_by_keys_alone(desktop, panel, ct):
    start(desktop, panel, ct, network=True)
    panel.shortcuts.press("A")
    assert panel.review.lesions.key[0] == "proposal", "the next one is shown"
    panel.shortcuts.press("Del")
    panel.shortcuts.press("A")
    assert not panel.review.review.proposed.lesions
    assert np.count_nonzero(labels(panel)) > 0
    assert len(panel.review.review.scores.lesions) == 2
    panel.shortcuts.press("Ctrl+Z")
    panel.shortcuts.press("Ctrl+Z")
    assert len(panel.review.review.proposed.lesions) == 2
    desktop.check()


def test_confidence_is_in_the_table(desktop, panel, ct):
    start(desktop, panel, ct, network=True)
    shown = [panel.ui.lesionTable.item(row, 7).text() for row in range(3)]
    assert shown == ["0.93", "0.77", "0.41"]


# Tools


def test_a_line_cuts_a_lesion(desktop, panel, ct):
    import vtk

    start(desktop, panel, ct)
    review = panel.review.review
    k, j, _ = drawn_ct.middle_of("bar")
    press_at(panel, review.world_at((k, j, 21)))
    panel.shortcuts.press("X")
    assert panel.ui.cutButton.checked
    line = panel.review.tools._cutLine
    for row in (22, 30):
        line.AddControlPointWorld(vtk.vtkVector3d(*review.world_at((k, row, 25.5))))
    assert desktop.process(until=lambda: not panel.ui.cutButton.checked, timeout=5)
    desktop.check()
    assert "Divided" in panel.ui.statusLabel.text
    panel.shortcuts.press("2")
    press_at(panel, review.world_at((k, j, 30)))
    expected = drawn_ct.labels(bar=2)
    expected[k, 25:27, 20:26] = 1
    assert np.array_equal(labels(panel), expected)


def test_slices_split_a_lesion(desktop, panel, ct):
    start(desktop, panel, ct)
    click(panel, "lad")
    assert panel.ui.splitFirstSpinBox.value == 3
    panel.ui.splitFirstSpinBox.value = 4
    panel.ui.splitButton.click()
    assert "Divided" in panel.ui.statusLabel.text
    panel.shortcuts.press("4")
    click(panel, "lad", (1, 0, 0))
    assert set(np.unique(labels(panel)[3])) == {0, 4}
    assert set(np.unique(labels(panel)[2])) == {0, 1}


def test_the_brush_is_followed_and_colors_calcium_alone(desktop, panel, ct):
    start(desktop, panel, ct)
    panel.shortcuts.press("2")
    editor = panel.ui.segmentEditor
    assert editor.currentSegmentID() == "LCX"
    editor.setActiveEffectByName("Paint")
    review = panel.review.review
    desktop.hand(editor).paint(review.world_at(drawn_ct.middle_of("rca")), radius_mm=4)
    assert desktop.process(until=lambda: labels(panel).any(), timeout=5)
    assert np.array_equal(labels(panel), drawn_ct.labels(rca=2))
    assert not panel.review.tools.idle
    click(panel, "lad")
    assert np.array_equal(labels(panel), drawn_ct.labels(rca=2)), "the brush has the mouse"
    panel.shortcuts.press("Esc")
    click(panel, "lad")
    assert np.array_equal(labels(panel), drawn_ct.labels(rca=2, lad=2))
    editor.setActiveEffectByName("Erase")
    desktop.hand(editor).paint(review.world_at(drawn_ct.middle_of("rca")), radius_mm=8)
    assert desktop.process(until=lambda: not (labels(panel)[5] > 0).any(), timeout=5)
    desktop.check()


def test_a_heart_box_limits_what_can_be_clicked(desktop, panel, ct):
    start(desktop, panel, ct)
    panel.ui.boxButton.click()
    region = panel.review.review.nodes.region
    assert region is not None
    assert not panel.ui.boxButton.enabled
    region.SetCenter(panel.review.review.world_at((4, 17, 25)))
    region.SetSize([40.0, 14.0, 60.0])
    assert desktop.process(until=lambda: not panel.review.tools._boxTimer.active, timeout=5)
    press_at(panel, panel.review.review.world_at((4, 37, 20)))
    assert not labels(panel).any()
    panel.ui.removeBoxButton.click()
    panel.shortcuts.press("0")
    press_at(panel, panel.review.review.world_at((4, 37, 20)))
    assert labels(panel).any()
    desktop.check()


def test_no_calcium_is_said_by_a_reader(desktop, panel, ct):
    start(desktop, panel, ct)
    panel.ui.readerEdit.text = "AB"
    panel.ui.noneButton.click()
    assert panel.ui.scoreLabel.text == "Agatston 0"
    assert "A0/N0" in panel.ui.categoryLabel.text
    assert panel.review.result.provenance.edits[-1].edited_by == "AB"
    assert panel.ui.noneButton.isHidden()


def test_a_name_typed_later_signs(desktop, panel, ct):
    start(desktop, panel, ct)
    click(panel, "lad")
    assert "Not signed" in panel.ui.statusLabel.text
    panel.ui.readerEdit.text = "CD"
    panel.onReader()
    assert {edit.edited_by for edit in panel.review.result.provenance.edits} == {"CD"}
    panel.shortcuts.press("Ctrl+Z")
    panel.shortcuts.press("Ctrl+Shift+Z")
    assert {edit.edited_by for edit in panel.review.result.provenance.edits} == {"CD"}


# Rules


def test_rules_are_followed_at_once(desktop, panel, ct, pictures):
    start(desktop, panel, ct)
    click(panel, "lad")
    click(panel, "rca")
    p = panel._parameterNode
    assert not panel.ui.thresholdSpinBox.enabled
    p.preset = "canon"
    assert panel.review.result.values.preset == "canon"
    assert p.massFactor == pytest.approx(0.00072)
    p.ownLimits = True
    assert panel.ui.thresholdSpinBox.enabled
    p.weight2Hu, p.thresholdHu = 260.0, 250.0
    assert panel.review.result.values.threshold_hu == 250
    assert panel.review.scores.text("total", 2) == "12"
    p.weight3Hu = 240.0
    assert "must rise" in panel.ui.statusLabel.text
    assert panel.review.result.values.weight_limits_hu == (260, 300, 400)
    p.ownLimits = False
    assert panel.review.result.values.threshold_hu == 130
    assert p.thresholdHu == 130
    panel.ui.optionsSection.collapsed = False
    desktop.grab(panel, pictures / "calcium-rules.png", width=WIDTH)
    desktop.check()


# Trouble


@pytest.mark.parametrize(
    ("part", "said"),
    [("error", "weights do not fit"), ("garbage", "nonsense"), ("crash", "process"), ("nonsense", "slices")],
)
def test_a_failing_worker_is_said_and_leaves_nothing(desktop, panel, ct, part, said):
    import slicer

    panel.play(part)
    panel._parameterNode.inputVolume = ct
    before = slicer.mrmlScene.GetNumberOfNodes()
    start(desktop, panel, ct)
    assert said in panel.ui.statusLabel.text
    assert slicer.mrmlScene.GetNumberOfNodes() == before
    panel.play("success")
    start(desktop, panel, ct)
    assert panel.review.result is not None


def test_cancel_leaves_the_scene_alone(desktop, panel, ct, pictures):
    import slicer

    panel.play("endless")
    panel._parameterNode.inputVolume = ct
    before = slicer.mrmlScene.GetNumberOfNodes()
    panel.ui.applyButton.click()
    assert desktop.process(until=lambda: panel.ui.progressBar.value == 30, timeout=30)
    desktop.grab(panel, pictures / "calcium-running.png", width=WIDTH)
    begun = time.perf_counter()
    panel.ui.applyButton.click()
    assert time.perf_counter() - begun < 2
    assert "Cancelled; nothing was changed" in panel.ui.statusLabel.text
    assert slicer.mrmlScene.GetNumberOfNodes() == before


def test_what_is_no_ct_is_refused_in_words(desktop, panel):
    import slicer

    flat = slicer.util.addVolumeFromArray(
        np.zeros((1, 20, 20), np.int16), ijkToRAS=drawn_ct.placing("plain"), name="One slice"
    )
    start(desktop, panel, flat)
    assert "single slice" in panel.ui.statusLabel.text
    assert panel.review.review is None


# Kept


def test_a_saved_scene_goes_on(desktop, panel, ct, tmp_path, pictures):
    import slicer

    start(desktop, panel, ct, network=True)
    click(panel, "lad")
    kept, result = labels(panel), panel.review.result
    assert desktop.process(until=lambda: not panel.review._flushTimer.active, timeout=10)
    path = str(tmp_path / "study.mrb")
    assert slicer.util.saveScene(path)
    slicer.mrmlScene.Clear(0)
    desktop.process()
    assert panel.review.review is None
    slicer.util.loadScene(path)
    desktop.process()
    desktop.check()
    assert panel.review.result == result
    assert np.array_equal(labels(panel), kept)
    assert "2 proposals to decide" in panel.ui.statusLabel.text
    click(panel, "bar")
    assert len(panel.review.review.scores.lesions) == 2
    desktop.check()


def test_files_hold_what_the_panel_shows(desktop, panel, ct, tmp_path):
    from cardiothorax.imaging.masks import read_mask

    start(desktop, panel, ct)
    click(panel, "lad")
    panel.shortcuts.press("3")
    click(panel, "rca")
    panel.export.folderField.path = tmp_path
    panel.ui.exportButton.click()
    desktop.check()
    assert "8 files written" in panel.ui.statusLabel.text or "7 files" in panel.ui.statusLabel.text
    with open(tmp_path / "Cardiac_CT_calcium.csv", encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert float(row["agatston"]) == panel.review.result.values.agatston
    with open(tmp_path / "Cardiac_CT_lesions.csv", encoding="utf-8", newline="") as file:
        assert [lesion["artery"] for lesion in csv.DictReader(file)] == ["lad", "rca"]
    kept = json.loads((tmp_path / "Cardiac_CT_calcium.json").read_text("utf-8"))
    assert kept["values"]["agatston"] == panel.review.result.values.agatston
    mask = read_mask(tmp_path / "Cardiac_CT_lesions.nrrd", panel.review.review.image)
    assert np.array_equal(mask, drawn_ct.labels(lad=1, rca=3))
    header = (tmp_path / "Cardiac_CT_calcium.seg.nrrd").read_bytes()[:20000].decode("latin-1")
    assert "59438005" in header
    assert "Segment2_Name:=RCA" in header
    assert (tmp_path / "Cardiac_CT_calcium.png").stat().st_size > 1000
    assert "Agatston" in (tmp_path / "Cardiac_CT_calcium.html").read_text("utf-8")


def test_surfaces_follow_in_3d(desktop, panel, ct, pictures):
    start(desktop, panel, ct)
    click(panel, "lad")
    panel._parameterNode.show3D = True
    desktop.process()
    node = panel.review.review.nodes.segmentation
    points = node.GetClosedSurfaceInternalRepresentation("LAD").GetNumberOfPoints()
    assert points > 0
    panel.shortcuts.press("3")
    click(panel, "rca")

    def made():
        surface = node.GetClosedSurfaceInternalRepresentation("RCA")
        return surface is not None and surface.GetNumberOfPoints() > 0

    assert desktop.process(until=made, timeout=5)
    desktop.grab_view("3D", pictures / "calcium-3d.png", 600, 600)
    panel._parameterNode.show3D = False
    assert not node.GetDisplayNode().GetVisibility3D()
    desktop.check()


def test_all_sections_open_fit_the_column(desktop, panel, ct, pictures):
    start(desktop, panel, ct, network=True)
    click(panel, "lad")
    for name in ("optionsSection", "correctSection", "exportSection", "batchSection", "notesSection"):
        getattr(panel.ui, name).collapsed = False
    assert desktop.panel_width(panel) <= WIDTH
    desktop.grab(panel, pictures / "calcium-all-open.png", width=WIDTH)


def test_dark_theme(desktop, dark, panel, ct, pictures):
    from Testing.desktop.looks import lightness

    start(desktop, panel, ct, network=True)
    click(panel, "lad")
    for name in ("optionsSection", "correctSection", "exportSection", "batchSection"):
        getattr(panel.ui, name).collapsed = False
    background, lightest, _ = lightness(desktop.grab(panel, pictures / "calcium-dark.png", width=WIDTH))
    assert background < 80
    assert lightest > 200
