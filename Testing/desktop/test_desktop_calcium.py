"""The CalciumScore panel up to a score: start, click, keys, tables, rules; whatever the worker does."""

from __future__ import annotations

import time

import numpy as np
import pytest

from Testing.desktop.calcium_hand import click, labels, press_at, start
from Testing.scene import drawn_ct

WIDTH = 480


def test_an_empty_scene_says_what_to_do(desktop, calcium, pictures):
    assert "Choose a plain CT" in calcium.ui.statusLabel.text
    assert not calcium.ui.applyButton.enabled
    assert not calcium.ui.reviewSection.enabled
    assert not calcium.ui.exportButton.enabled
    desktop.grab(calcium, pictures / "calcium-empty.png", width=WIDTH)
    assert desktop.panel_width(calcium) <= WIDTH


def test_started_without_a_network_there_is_no_score_yet(desktop, calcium, ct, pictures):
    start(desktop, calcium, ct)
    assert calcium.ui.scoreLabel.text == "Not scored yet"
    assert "click its lesions" in calcium.ui.statusLabel.text
    assert not calcium.ui.noneButton.isHidden()
    assert calcium.ui.proposalsBox.isHidden()
    desktop.grab(calcium, pictures / "calcium-started.png", width=WIDTH)
    desktop.grab_view("Red", pictures / "calcium-view-started.png", 600, 600)


def test_a_click_in_a_view_marks_the_whole_lesion(desktop, calcium, ct, pictures):
    start(desktop, calcium, ct)
    click(calcium, "lad")
    assert np.array_equal(labels(calcium), drawn_ct.labels(lad=1))
    assert calcium.ui.scoreLabel.text == "Agatston 12"
    calcium.shortcuts.press("3")
    click(calcium, "rca")
    assert np.array_equal(labels(calcium), drawn_ct.labels(lad=1, rca=3))
    assert calcium.review.shown.scores.text("rca", 2) in ("4", "5")
    assert calcium.review.lesions.key == ("lesion", 2), "its row is chosen"
    assert "Mild calcium" in calcium.ui.categoryLabel.text
    desktop.check()
    desktop.grab(calcium, pictures / "calcium-marked.png", width=WIDTH)
    desktop.grab_view("Red", pictures / "calcium-view-marked.png", 600, 600)
    click(calcium, "rca")
    assert np.array_equal(labels(calcium), drawn_ct.labels(lad=1)), "a second click takes it back"


@pytest.mark.parametrize(("key", "code"), [("1", 1), ("2", 2), ("3", 3), ("4", 4), ("0", 5)])
def test_each_key_has_its_artery(desktop, calcium, ct, key, code):
    start(desktop, calcium, ct)
    calcium.shortcuts.press(key)
    click(calcium, "rca")
    assert np.array_equal(labels(calcium), drawn_ct.labels(rca=code))


@pytest.mark.parametrize("view", ["Yellow", "Green"])
def test_other_views_take_clicks_too(desktop, calcium, ct, view):
    start(desktop, calcium, ct)
    press_at(calcium, calcium.review.review.world_at(drawn_ct.middle_of("lad")), view=view)
    assert np.array_equal(labels(calcium), drawn_ct.labels(lad=1))


def test_drags_held_keys_and_places_without_calcium_mark_nothing(desktop, calcium, ct):
    start(desktop, calcium, ct)
    world = calcium.review.review.world_at(drawn_ct.middle_of("lad"))
    press_at(calcium, world, drag=10)
    press_at(calcium, world, keys=("ctrl",))
    assert not labels(calcium).any()
    press_at(calcium, calcium.review.review.world_at((2, 3, 3)))
    assert "Nothing to mark there" in calcium.ui.statusLabel.text
    desktop.exit(calcium)
    press_at(calcium, world)
    assert not labels(calcium).any(), "clicks act while the module is shown"


def test_undo_and_redo_by_keys_and_buttons(desktop, calcium, ct):
    start(desktop, calcium, ct)
    click(calcium, "lad")
    click(calcium, "bar")
    calcium.shortcuts.press("Ctrl+Z")
    assert np.array_equal(labels(calcium), drawn_ct.labels(lad=1))
    calcium.ui.undoButton.click()
    assert calcium.ui.scoreLabel.text == "Not scored yet"
    assert not calcium.ui.undoButton.enabled
    calcium.shortcuts.press("Ctrl+Shift+Z")
    calcium.ui.redoButton.click()
    assert np.array_equal(labels(calcium), drawn_ct.labels(lad=1, bar=1))
    calcium.ui.resetButton.click()
    assert not labels(calcium).any()
    calcium.ui.undoButton.click()
    assert np.array_equal(labels(calcium), drawn_ct.labels(lad=1, bar=1))


def test_rows_sort_and_lead_the_views(desktop, calcium, ct):
    import slicer

    start(desktop, calcium, ct)
    for name in ("lad", "bar", "rca"):
        click(calcium, name)
    table = calcium.ui.lesionTable
    assert [table.item(row, 1).text() for row in range(3)] == ["3-4", "4", "6"]
    table.sortItems(5)
    scores = [float(table.item(row, 5).text()) for row in range(3)]
    assert scores == sorted(scores)
    row = next(r for r in range(3) if table.item(r, 1).text() == "6")
    table.selectRow(row)
    node = slicer.app.layoutManager().sliceWidget("Red").mrmlSliceNode()
    wanted = calcium.review.review.world_at(drawn_ct.middle_of("rca"))[2]
    assert node.GetSliceOffset() == pytest.approx(wanted)
    calcium.shortcuts.press("Del")
    assert np.array_equal(labels(calcium), drawn_ct.labels(lad=1, bar=1))
    desktop.check()


def test_keys_go_from_lesion_to_lesion(desktop, calcium, ct):
    start(desktop, calcium, ct)
    for name in ("lad", "rca"):
        click(calcium, name)
    calcium.review.lesions.select(None)
    calcium.shortcuts.press("N")
    assert calcium.review.lesions.key == ("lesion", 1)
    calcium.shortcuts.press("N")
    assert calcium.review.lesions.key == ("lesion", 2)
    calcium.shortcuts.press("N")
    assert "all have been visited" in calcium.ui.statusLabel.text
    calcium.shortcuts.press("Shift+N")
    assert calcium.review.lesions.key == ("lesion", 1)


def test_the_strip_shows_and_leads(desktop, calcium, ct):
    start(desktop, calcium, ct)
    click(calcium, "lad")
    strip = calcium.review.shown.strip
    for number in (0, 3, 7):
        left, right = strip.placeOf(number)
        assert strip.sliceAt((left + right) / 2) == number
        calcium.review.goToSlice(number)
        assert calcium.review.views.sliceShown(calcium.review.review) == number
    picture = calcium.ui.sliceStrip.pixmap.toImage()
    left, right = strip.placeOf(2)
    colors = {picture.pixelColor(int((left + right) / 2), y).name() for y in range(picture.height())}
    assert any(int(c[1:3], 16) > 180 and int(c[3:5], 16) < 90 for c in colors), colors


def test_no_calcium_is_said_by_a_reader(desktop, calcium, ct):
    start(desktop, calcium, ct)
    calcium.ui.readerEdit.text = "AB"
    calcium.ui.noneButton.click()
    assert calcium.ui.scoreLabel.text == "Agatston 0"
    assert "A0/N0" in calcium.ui.categoryLabel.text
    assert calcium.review.result.provenance.edits[-1].edited_by == "AB"
    assert calcium.ui.noneButton.isHidden()


def test_a_name_typed_later_signs(desktop, calcium, ct):
    start(desktop, calcium, ct)
    click(calcium, "lad")
    assert "Not signed" in calcium.ui.statusLabel.text
    calcium.ui.readerEdit.text = "CD"
    calcium.onReader()
    assert {edit.edited_by for edit in calcium.review.result.provenance.edits} == {"CD"}
    calcium.shortcuts.press("Ctrl+Z")
    calcium.shortcuts.press("Ctrl+Shift+Z")
    assert {edit.edited_by for edit in calcium.review.result.provenance.edits} == {"CD"}


def test_rules_are_followed_at_once(desktop, calcium, ct, pictures):
    start(desktop, calcium, ct)
    click(calcium, "lad")
    click(calcium, "rca")
    p = calcium._parameterNode
    assert not calcium.ui.thresholdSpinBox.enabled
    p.preset = "canon"
    assert calcium.review.result.values.preset == "canon"
    assert p.massFactor == pytest.approx(0.00072)
    p.ownLimits = True
    assert calcium.ui.thresholdSpinBox.enabled
    p.weight2Hu, p.thresholdHu = 260.0, 250.0
    assert calcium.review.result.values.threshold_hu == 250
    assert calcium.review.shown.scores.text("total", 2) == "12"
    p.weight3Hu = 240.0
    assert "must rise" in calcium.ui.statusLabel.text
    assert calcium.review.result.values.weight_limits_hu == (260, 300, 400)
    p.ownLimits = False
    assert calcium.review.result.values.threshold_hu == 130
    assert p.thresholdHu == 130
    calcium.ui.optionsSection.collapsed = False
    desktop.grab(calcium, pictures / "calcium-rules.png", width=WIDTH)
    desktop.check()


@pytest.mark.parametrize(
    ("part", "said"),
    [("error", "weights do not fit"), ("garbage", "nonsense"), ("crash", "process"), ("nonsense", "slices")],
)
def test_a_failing_worker_is_said_and_leaves_nothing(desktop, calcium, ct, part, said):
    import slicer

    calcium.play(part)
    calcium._parameterNode.inputVolume = ct
    before = slicer.mrmlScene.GetNumberOfNodes()
    start(desktop, calcium, ct)
    assert said in calcium.ui.statusLabel.text
    assert slicer.mrmlScene.GetNumberOfNodes() == before
    calcium.play("success")
    start(desktop, calcium, ct)
    assert calcium.review.result is not None


def test_cancel_leaves_the_scene_alone(desktop, calcium, ct, pictures):
    import slicer

    calcium.play("endless")
    calcium._parameterNode.inputVolume = ct
    before = slicer.mrmlScene.GetNumberOfNodes()
    calcium.ui.applyButton.click()
    assert desktop.process(until=lambda: calcium.ui.progressBar.value == 30, timeout=30)
    desktop.grab(calcium, pictures / "calcium-running.png", width=WIDTH)
    begun = time.perf_counter()
    calcium.ui.applyButton.click()
    assert time.perf_counter() - begun < 2
    assert "Cancelled; nothing was changed" in calcium.ui.statusLabel.text
    assert slicer.mrmlScene.GetNumberOfNodes() == before


def test_what_is_no_ct_is_refused_in_words(desktop, calcium):
    import slicer

    flat = slicer.util.addVolumeFromArray(
        np.zeros((1, 20, 20), np.int16), ijkToRAS=drawn_ct.placing("plain"), name="One slice"
    )
    start(desktop, calcium, flat)
    assert "single slice" in calcium.ui.statusLabel.text
    assert calcium.review.review is None
