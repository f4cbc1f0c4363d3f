"""What remains of a reader's work in CalciumScore: scene, files, 3D; and how the panel looks."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest

from Testing.desktop.calcium_hand import click, labels, start
from Testing.scene import drawn_ct

WIDTH = 480


def test_a_saved_scene_goes_on(desktop, calcium, ct, tmp_path, pictures):
    import slicer

    start(desktop, calcium, ct, network=True)
    click(calcium, "lad")
    kept, result = labels(calcium), calcium.review.result
    assert desktop.process(until=lambda: not calcium.review._flushTimer.active, timeout=10)
    path = str(tmp_path / "study.mrb")
    assert slicer.util.saveScene(path)
    slicer.mrmlScene.Clear(0)
    desktop.process()
    assert calcium.review.review is None
    slicer.util.loadScene(path)
    desktop.process()
    desktop.check()
    assert calcium.review.result == result
    assert np.array_equal(labels(calcium), kept)
    assert "2 proposals to decide" in calcium.ui.statusLabel.text
    click(calcium, "bar")
    assert len(calcium.review.review.scores.lesions) == 2
    desktop.check()


def test_files_hold_what_the_panel_shows(desktop, calcium, ct, tmp_path):
    from cardiothorax.imaging.masks import read_mask

    start(desktop, calcium, ct)
    click(calcium, "lad")
    calcium.shortcuts.press("3")
    click(calcium, "rca")
    calcium.export.folderField.path = tmp_path
    calcium.ui.exportButton.click()
    desktop.check()
    assert "8 files written" in calcium.ui.statusLabel.text or "7 files" in calcium.ui.statusLabel.text
    with open(tmp_path / "Cardiac_CT_calcium.csv", encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert float(row["agatston"]) == calcium.review.result.values.agatston
    with open(tmp_path / "Cardiac_CT_lesions.csv", encoding="utf-8", newline="") as file:
        assert [lesion["artery"] for lesion in csv.DictReader(file)] == ["lad", "rca"]
    kept = json.loads((tmp_path / "Cardiac_CT_calcium.json").read_text("utf-8"))
    assert kept["values"]["agatston"] == calcium.review.result.values.agatston
    mask = read_mask(tmp_path / "Cardiac_CT_lesions.nrrd", calcium.review.review.image)
    assert np.array_equal(mask, drawn_ct.labels(lad=1, rca=3))
    header = (tmp_path / "Cardiac_CT_calcium.seg.nrrd").read_bytes()[:20000].decode("latin-1")
    assert "59438005" in header
    assert "Segment2_Name:=RCA" in header
    assert (tmp_path / "Cardiac_CT_calcium.png").stat().st_size > 1000
    assert "Agatston" in (tmp_path / "Cardiac_CT_calcium.html").read_text("utf-8")


def test_surfaces_follow_in_3d(desktop, calcium, ct, pictures):
    start(desktop, calcium, ct)
    click(calcium, "lad")
    calcium._parameterNode.show3D = True
    desktop.process()
    node = calcium.review.review.nodes.segmentation
    points = node.GetClosedSurfaceInternalRepresentation("LAD").GetNumberOfPoints()
    assert points > 0
    calcium.shortcuts.press("3")
    click(calcium, "rca")

    def made():
        surface = node.GetClosedSurfaceInternalRepresentation("RCA")
        return surface is not None and surface.GetNumberOfPoints() > 0

    assert desktop.process(until=made, timeout=5)
    desktop.grab_view("3D", pictures / "calcium-3d.png", 600, 600)
    calcium._parameterNode.show3D = False
    assert not node.GetDisplayNode().GetVisibility3D()
    desktop.check()


def test_all_sections_open_fit_the_column(desktop, calcium, ct, pictures):
    start(desktop, calcium, ct, network=True)
    click(calcium, "lad")
    for name in ("optionsSection", "correctSection", "exportSection", "batchSection", "notesSection"):
        getattr(calcium.ui, name).collapsed = False
    assert desktop.panel_width(calcium) <= WIDTH
    desktop.grab(calcium, pictures / "calcium-all-open.png", width=WIDTH)


def test_dark_theme(desktop, dark, calcium, ct, pictures):
    from Testing.desktop.looks import lightness

    start(desktop, calcium, ct, network=True)
    click(calcium, "lad")
    for name in ("optionsSection", "correctSection", "exportSection", "batchSection"):
        getattr(calcium.ui, name).collapsed = False
    background, lightest, _ = lightness(desktop.grab(calcium, pictures / "calcium-dark.png", width=WIDTH))
    assert background < 80
    assert lightest > 200


def test_the_modules_own_test_runs_as_it_is_shipped(desktop, open_panel):
    open_panel("CalciumScore")
    desktop.run_test("CalciumScore")


def test_a_script_scores_with_a_few_lines(desktop, calcium, ct):
    from cardiothorax.calcium.labels import LAD

    steps = []
    study = calcium.logic.process(
        ct, method="none", preset="siemens", progress=lambda f, step: steps.append(f)
    )
    assert steps == sorted(steps)
    assert study.result.values is None
    review = calcium.logic.review(study, reader="script")
    assert review.click(drawn_ct.middle_of("speck"), LAD), "every pixel counts with this preset"
    assert review.result.values.agatston == pytest.approx(0.25)
    assert study.table.GetNumberOfRows() > 10
    with pytest.raises(ValueError, match="volume is None"):
        calcium.logic.process(None)
