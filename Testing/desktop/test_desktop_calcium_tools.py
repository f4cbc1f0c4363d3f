"""Proposals, cuts, brush and heart box in the CalciumScore panel."""

from __future__ import annotations

import numpy as np

from Testing.desktop.calcium_hand import click, labels, press_at, start
from Testing.scene import drawn_ct

WIDTH = 480


def test_proposals_are_outlines_until_they_are_accepted(desktop, calcium, ct, pictures):
    start(desktop, calcium, ct, network=True)
    assert calcium.ui.scoreLabel.text.endswith("proposed")
    assert "3 proposals to decide" in calcium.ui.statusLabel.text
    assert calcium.ui.proposedButton.checked
    assert calcium.review.lesions.key == ("proposal", 1), "the first one is shown"
    assert not labels(calcium).any()
    desktop.grab(calcium, pictures / "calcium-proposed.png", width=WIDTH)
    desktop.grab_view("Red", pictures / "calcium-view-proposed.png", 600, 600)
    click(calcium, "lad")
    assert np.array_equal(labels(calcium), drawn_ct.labels(lad=1))
    assert calcium.ui.scoreLabel.text == "Agatston 12 so far"
    calcium.shortcuts.press("3")
    click(calcium, "rca")
    assert np.array_equal(labels(calcium), drawn_ct.labels(lad=1, rca=3)), "put right by a click"
    desktop.grab(calcium, pictures / "calcium-half-decided.png", width=WIDTH)
    calcium.ui.acceptAllButton.click()
    assert np.array_equal(labels(calcium), drawn_ct.labels(lad=1, rca=3, bar=2))
    assert calcium.ui.proposalsBox.isHidden()
    assert calcium.ui.scoreLabel.text == f"Agatston {calcium.review.result.values.agatston:.0f}"
    assert calcium.review.result.automatic is not None
    desktop.check()


def test_proposals_are_decided_by_keys_alone(desktop, calcium, ct):
    start(desktop, calcium, ct, network=True)
    calcium.shortcuts.press("A")
    assert calcium.review.lesions.key[0] == "proposal", "the next one is shown"
    calcium.shortcuts.press("Del")
    calcium.shortcuts.press("A")
    assert not calcium.review.review.proposed.lesions
    assert np.count_nonzero(labels(calcium)) > 0
    assert len(calcium.review.review.scores.lesions) == 2
    calcium.shortcuts.press("Ctrl+Z")
    calcium.shortcuts.press("Ctrl+Z")
    assert len(calcium.review.review.proposed.lesions) == 2
    desktop.check()


def test_confidence_is_in_the_table(desktop, calcium, ct):
    start(desktop, calcium, ct, network=True)
    shown = [calcium.ui.lesionTable.item(row, 7).text() for row in range(3)]
    assert shown == ["0.93", "0.77", "0.41"]


def test_a_line_cuts_a_lesion(desktop, calcium, ct):
    import vtk

    start(desktop, calcium, ct)
    review = calcium.review.review
    k, j, _ = drawn_ct.middle_of("bar")
    press_at(calcium, review.world_at((k, j, 21)))
    calcium.shortcuts.press("X")
    assert calcium.ui.cutButton.checked
    line = calcium.review.tools._cutLine
    for row in (22, 30):
        line.AddControlPointWorld(vtk.vtkVector3d(*review.world_at((k, row, 25.5))))
    assert desktop.process(until=lambda: not calcium.ui.cutButton.checked, timeout=5)
    desktop.check()
    assert "Divided" in calcium.ui.statusLabel.text
    calcium.shortcuts.press("2")
    press_at(calcium, review.world_at((k, j, 30)))
    expected = drawn_ct.labels(bar=2)
    expected[k, 25:27, 20:26] = 1
    assert np.array_equal(labels(calcium), expected)


def test_slices_split_a_lesion(desktop, calcium, ct):
    start(desktop, calcium, ct)
    click(calcium, "lad")
    assert calcium.ui.splitFirstSpinBox.value == 3
    calcium.ui.splitFirstSpinBox.value = 4
    calcium.ui.splitButton.click()
    assert "Divided" in calcium.ui.statusLabel.text
    calcium.shortcuts.press("4")
    click(calcium, "lad", (1, 0, 0))
    assert set(np.unique(labels(calcium)[3])) == {0, 4}
    assert set(np.unique(labels(calcium)[2])) == {0, 1}


def test_the_brush_is_followed_and_colors_calcium_alone(desktop, calcium, ct):
    start(desktop, calcium, ct)
    calcium.shortcuts.press("2")
    editor = calcium.ui.segmentEditor
    assert editor.currentSegmentID() == "LCX"
    editor.setActiveEffectByName("Paint")
    review = calcium.review.review
    desktop.hand(editor).paint(review.world_at(drawn_ct.middle_of("rca")), radius_mm=4)
    assert desktop.process(until=lambda: labels(calcium).any(), timeout=5)
    assert np.array_equal(labels(calcium), drawn_ct.labels(rca=2))
    assert not calcium.review.tools.idle
    click(calcium, "lad")
    assert np.array_equal(labels(calcium), drawn_ct.labels(rca=2)), "the brush has the mouse"
    calcium.shortcuts.press("Esc")
    click(calcium, "lad")
    assert np.array_equal(labels(calcium), drawn_ct.labels(rca=2, lad=2))
    editor.setActiveEffectByName("Erase")
    desktop.hand(editor).paint(review.world_at(drawn_ct.middle_of("rca")), radius_mm=8)
    assert desktop.process(until=lambda: not (labels(calcium)[5] > 0).any(), timeout=5)
    desktop.check()


def test_a_heart_box_limits_what_can_be_clicked(desktop, calcium, ct):
    import slicer

    start(desktop, calcium, ct)
    calcium.ui.boxButton.click()
    region = calcium.review.review.nodes.region
    assert region is not None
    assert not calcium.ui.boxButton.enabled
    region.SetCenter(calcium.review.review.world_at((4, 17, 25)))
    region.SetSize([40.0, 14.0, 60.0])
    assert desktop.process(until=lambda: not calcium.review.tools._boxTimer.active, timeout=5)
    press_at(calcium, calcium.review.review.world_at((4, 37, 20)))
    assert not labels(calcium).any()
    slicer.mrmlScene.RemoveNode(region)  # as in the Data module
    assert desktop.process(until=lambda: not calcium.review.tools._boxTimer.active, timeout=5)
    calcium.shortcuts.press("0")
    press_at(calcium, calcium.review.review.world_at((4, 37, 20)))
    assert labels(calcium).any()
    desktop.check()


def test_a_box_can_be_removed(desktop, calcium, ct):
    start(desktop, calcium, ct)
    calcium.ui.boxButton.click()
    calcium.ui.removeBoxButton.click()
    assert calcium.review.review.nodes.region is None
    assert calcium.ui.boxButton.enabled
    desktop.check()
