"""A folder of films in the CTRMeasure panel: the table fills, rows open for correction, agreement follows."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from Testing.desktop.drawn_executor import DrawnExecutor
from Testing.desktop.fake_film import measured

WIDTH = 480
SIZES = {
    "a.png": (120, 100), "b.png": (150, 100), "c.png": (110, 140), "d.png": (90, 100), "e.png": (130, 90),
}  # fmt: skip
"""Rows and columns: the drawn ratio is the same, so the reference differs instead."""


def measure(inputs):
    """What the task answers to a film, with drawn organs."""
    from cardiothorax.imaging import read_radiograph, write_mask
    from cardiothorax.imaging.plain import plain_image

    film = read_radiograph(inputs["file"])
    values, labels = measured({**inputs, "image": plain_image(film)}, film.array)
    name = f"{inputs['name']}_labels.nrrd"
    write_mask(Path(inputs["out"]) / name, labels, film)
    return {**values, "files": [name]}


@pytest.fixture
def films(tmp_path):
    """Five films, and one file that is none."""
    from PIL import Image

    folder = tmp_path / "films"
    folder.mkdir()
    for name, (rows, columns) in SIZES.items():
        y, x = np.mgrid[:rows, :columns]
        Image.fromarray(((x + y) % 256).astype(np.uint8)).save(folder / name)
    (folder / "broken.png").write_bytes(b"not a picture")
    return folder


@pytest.fixture
def batch(desktop, panel, films):
    panel.logic.computing.makeExecutor = lambda: DrawnExecutor(measure)
    panel.batch.folderField.path = films
    panel.batch.updateState()
    panel.ui.batchSection.collapsed = False
    return panel


def run_through(desktop, panel):
    panel.ui.batchButton.click()
    assert panel.batch.running
    assert desktop.process(until=lambda: not panel.batch.running, timeout=30)
    desktop.check()


def column(panel, number):
    return [panel.batch.table.text(row, number) for row in range(panel.ui.batchTable.rowCount)]


def test_a_folder_fills_the_table(desktop, batch, films, pictures):
    run_through(desktop, batch)
    assert column(batch, 0) == ["a.png", "b.png", "broken.png", "c.png", "d.png", "e.png"]
    assert [bool(text) for text in column(batch, 1)] == [True, True, False, True, True, True]
    assert column(batch, 2)[2] == "failed"
    assert column(batch, 3)[2].startswith("broken.png is")
    assert "5 of 6 films measured, 1 failed" in batch.ui.statusLabel.text
    desktop.grab(batch, pictures / "panel-batch.png", width=WIDTH)
    assert desktop.panel_width(batch) <= WIDTH
    with open(films / "CTR results" / "results.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 6
    assert rows[2]["error"]


def test_the_panel_lives_while_it_runs_and_stops(desktop, batch, films, pictures):
    batch.ui.batchButton.click()
    assert desktop.process(until=lambda: batch.batch.table.text(1, 1), timeout=20)
    assert batch.batch.running
    assert batch.ui.batchButton.text == "Stop"
    assert "of 6 films" in batch.ui.statusLabel.text
    batch.ui.batchTable.cellClicked.emit(0, 0)
    assert batch.review.result.source == "a.png", "a finished row opens while others are measured"
    assert batch.batch.running
    desktop.grab(batch, pictures / "panel-batch-running.png", width=WIDTH)
    batch.ui.batchButton.click()
    assert not batch.batch.running
    desktop.check()
    assert (films / "CTR results" / "results.json").is_file()


def test_a_stopped_batch_goes_on_where_it_was(desktop, batch):
    executors = []

    def make():
        executors.append(DrawnExecutor(measure))
        return executors[-1]

    batch.logic.computing.makeExecutor = make
    batch.ui.batchButton.click()
    desktop.process(until=lambda: batch.batch.table.text(1, 1), timeout=20)
    batch.ui.batchButton.click()
    run_through(desktop, batch)
    assert all(text for row, text in enumerate(column(batch, 1)) if row != 2)
    assert not {"a", "b"} & set(executors[1].seen)


def test_a_row_opens_with_one_click_and_its_correction_is_kept(desktop, batch, films):
    import slicer

    run_through(desktop, batch)
    batch.ui.batchTable.cellClicked.emit(0, 1)
    desktop.check()
    review = batch.review.review
    assert review.nodes.volume.GetImageData().GetDimensions() == (100, 120, 1)
    before = review.run.result.values
    node = review.nodes.lines["T"]
    start = np.array(node.GetNthControlPointPosition(0))
    node.SetNthControlPointPosition(0, start + np.array([8, 0, 0]))
    desktop.process(until=lambda: review.edited, timeout=10)
    after = review.run.result.values
    assert after.ctr < before.ctr
    assert batch.batch.table.text(0, 1) == f"{after.ctr:.2f}"
    nodes = slicer.mrmlScene.GetNumberOfNodes()
    batch.ui.batchTable.cellClicked.emit(1, 1)
    desktop.check()
    assert batch.review.result.source == "b.png"
    assert slicer.mrmlScene.GetNumberOfNodes() == nodes, "the film before has left the scene"
    with open(films / "CTR results" / "results.csv", encoding="utf-8", newline="") as file:
        row = next(csv.DictReader(file))
    assert float(row["ctr"]) == after.ctr
    assert row["edited"] == "true"
    batch.ui.batchTable.cellClicked.emit(0, 1)
    assert batch.review.result.values == after
    assert batch.review.result.automatic == before


def test_a_corrected_mask_survives_closing_everything(desktop, batch, films):
    run_through(desktop, batch)
    batch.batch.open(3)
    review = batch.review.review
    editor = batch.ui.segmentEditor
    editor.setCurrentSegmentID("heart")
    editor.setActiveEffectByName("Paint")
    from cardiothorax.scene.geometry import point_of_pixel

    desktop.hand(editor).paint(point_of_pixel(review.nodes.volume, 108, 72), radius_mm=12)
    desktop.process(until=lambda: review.edited, timeout=10)
    labels, result = review.run.labels, review.run.result
    import slicer

    slicer.mrmlScene.Clear()
    desktop.process()
    desktop.check()
    batch.batch.folderField.path = films
    run_through(desktop, batch)
    batch.batch.open(3)
    assert batch.review.result == result
    assert np.array_equal(batch.review.review.run.labels, labels)


def test_next_and_previous_skip_what_failed(desktop, batch):
    run_through(desktop, batch)
    seen = []
    for key in ("Ctrl+Down", "Ctrl+Down", "Ctrl+Down", "Ctrl+Up"):
        batch.shortcuts.press(key)
        seen.append(batch.review.result.source)
    assert seen == ["a.png", "b.png", "c.png", "b.png"]
    batch.batch.open(2)
    assert "was not measured" in batch.ui.statusLabel.text


def test_a_reference_gives_agreement_and_plots(desktop, batch, films, tmp_path, pictures):
    import slicer

    run_through(desktop, batch)
    reference = tmp_path / "reference.csv"
    ratios = (0.50, 0.53, 0.56, 0.47, 0.55)
    lines = [f"{name},{ratio}" for name, ratio in zip(SIZES, ratios, strict=True)]
    reference.write_text("\n".join(["file,ctr", *lines]), encoding="utf-8")
    batch.batch.agreement.referenceField.path = reference
    batch.batch.updateState()
    batch.ui.agreementButton.click()
    desktop.check()
    text = batch.ui.agreementLabel.text
    for name in ("ICC(A,1)", "Sensitivity", "limit of agreement", "Pearson"):
        assert name in text
    assert "5 films compared" in batch.ui.statusLabel.text
    assert (films / "CTR results" / "evaluation.json").is_file()
    desktop.grab_view("Plot", pictures / "plot-differences.png", 600, 400)
    batch.ui.correlationButton.click()
    desktop.check()
    desktop.grab_view("Plot", pictures / "plot-correlation.png", 600, 400)
    desktop.grab(batch, pictures / "panel-agreement.png", width=WIDTH)
    assert desktop.panel_width(batch) <= WIDTH
    charts = slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLPlotChartNode")
    batch.ui.agreementButton.click()
    assert slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLPlotChartNode") == charts, "exchanged, not added"


def test_a_reference_that_does_not_fit_is_said(desktop, batch, tmp_path):
    run_through(desktop, batch)
    reference = tmp_path / "reference.csv"
    reference.write_text("file,weight\na.png,70\n", encoding="utf-8")
    batch.batch.agreement.referenceField.path = reference
    batch.batch.updateState()
    batch.ui.agreementButton.click()
    desktop.check()
    assert "ctr" in batch.ui.statusLabel.text


def test_a_folder_without_films_is_said(desktop, batch, tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    batch.batch.folderField.path = empty
    batch.batch.updateState()
    batch.ui.batchButton.click()
    assert desktop.process(until=lambda: not batch.batch.running, timeout=10)
    desktop.check()
    assert "empty" in batch.ui.statusLabel.text, "the folder's name"
    assert batch.ui.batchButton.enabled


def test_a_long_search_does_not_block_and_can_be_stopped(desktop, batch, monkeypatch):
    import threading

    import cardiothorax.imaging

    release = threading.Event()
    monkeypatch.setattr(cardiothorax.imaging, "find_radiographs", lambda *_, **__: release.wait(20) and [])
    batch.ui.batchButton.click()
    desktop.process()
    assert batch.batch.running
    assert "Looking for films" in batch.ui.statusLabel.text
    batch.ui.batchButton.click()
    assert not batch.batch.running
    release.set()
    desktop.process()
    desktop.check()


def test_no_folder_no_button(desktop, panel, tmp_path):
    assert not panel.ui.batchButton.enabled
    panel.batch.folderField.path = tmp_path / "nowhere"
    panel.batch.updateState()
    assert not panel.ui.batchButton.enabled


def test_closing_the_scene_under_an_open_row(desktop, batch):
    import slicer

    run_through(desktop, batch)
    batch.batch.open(0)
    slicer.mrmlScene.Clear()
    desktop.process()
    desktop.check()
    batch.batch.open(0)
    assert batch.review.result.source == "a.png"


def test_a_row_that_failed_says_why(desktop, batch):
    run_through(desktop, batch)
    batch.ui.batchTable.cellClicked.emit(2, 0)
    desktop.check()
    assert "broken.png is not an image" in batch.ui.statusLabel.text


def test_measuring_the_open_row_again_keeps_its_corrections(desktop, batch, films):
    """With another cut-off, for instance: the row follows, and so do later corrections."""
    run_through(desktop, batch)
    batch.ui.batchTable.cellClicked.emit(0, 0)
    batch.ui.cutoffSpinBox.value = 0.6
    batch.ui.applyButton.click()
    assert desktop.process(until=lambda: not batch.film.running, timeout=30)
    desktop.check()
    before = column(batch, 1)[0]
    line = batch.review.review.nodes.lines["Th"]
    start = np.array(line.GetNthControlPointPosition(0))
    line.SetNthControlPointPosition(0, start + np.array([8.0, 0.0, 0.0]))
    assert desktop.process(until=lambda: batch.review.review.edited, timeout=10)
    assert column(batch, 1)[0] != before
    assert "edited" in column(batch, 3)[0]
    batch.batch.saveCorrection()
    with open(films / "CTR results" / "results.csv", encoding="utf-8", newline="") as file:
        row = next(csv.DictReader(file))
    assert "edited" in row["flags"]
    assert float(row["cutoff"]) == 0.6


def test_a_correction_is_in_the_agreement_that_is_shown(desktop, batch, tmp_path):
    run_through(desktop, batch)
    reference = tmp_path / "reference.csv"
    lines = [f"{name},{0.45 + 0.03 * n:.2f}" for n, name in enumerate(SIZES)]
    reference.write_text("\n".join(["file,ctr", *lines]), encoding="utf-8")
    batch.batch.agreement.referenceField.path = reference
    batch.batch.updateState()
    assert "first" in batch.ui.differencesButton.toolTip
    batch.ui.agreementButton.click()
    before = batch.ui.agreementLabel.text
    batch.ui.batchTable.cellClicked.emit(0, 0)
    line = batch.review.review.nodes.lines["Th"]
    start = np.array(line.GetNthControlPointPosition(0))
    line.SetNthControlPointPosition(0, start + np.array([8.0, 0.0, 0.0]))
    assert desktop.process(until=lambda: batch.ui.agreementLabel.text != before, timeout=10)
    desktop.check()
    assert "Edited by reader" in batch.ui.statusLabel.text, "the line still speaks of the open film"
    batch.ui.batchTable.cellClicked.emit(1, 0)
    desktop.check()


def drag_a_line(desktop, panel):
    line = panel.review.review.nodes.lines["Th"]
    start = np.array(line.GetNthControlPointPosition(0))
    line.SetNthControlPointPosition(0, start + np.array([8.0, 0.0, 0.0]))
    assert desktop.process(until=lambda: panel.review.review.edited, timeout=10)


def table_of(films):
    with open(films / "CTR results" / "results.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_correction_counts_in_the_agreement_while_others_are_measured(desktop, batch, films, tmp_path):
    """The table on the disk has it at once, and what is measured later is added to it."""
    reference = tmp_path / "reference.csv"
    lines = [f"{name},{0.45 + 0.03 * n:.2f}" for n, name in enumerate(SIZES)]
    reference.write_text("\n".join(["file,ctr", *lines]), encoding="utf-8")
    batch.batch.agreement.referenceField.path = reference
    executor = DrawnExecutor(measure)
    batch.logic.computing.makeExecutor = lambda: executor
    batch.ui.batchButton.click()
    assert desktop.process(until=lambda: batch.batch.table.text(1, 1), timeout=20)
    executor.held = True
    batch.batch.open(0)
    batch.batch.updateState()
    batch.ui.agreementButton.click()
    before = batch.ui.agreementLabel.text
    assert "Pairs: 2" in before
    drag_a_line(desktop, batch)
    assert desktop.process(until=lambda: batch.ui.agreementLabel.text != before, timeout=10)
    assert batch.batch.running
    assert "Pairs: 2" in batch.ui.agreementLabel.text
    assert float(table_of(films)[0]["ctr"]) == batch.review.result.values.ctr
    executor.held = False
    assert desktop.process(until=lambda: not batch.batch.running, timeout=30)
    desktop.check()
    assert "Pairs: 5" in batch.ui.agreementLabel.text, "the numbers shown are of the whole table in the end"
    rows = table_of(films)
    assert len(rows) == 6
    assert float(rows[0]["ctr"]) == batch.review.result.values.ctr


def test_a_name_entered_later_signs_the_row(desktop, batch, films):
    run_through(desktop, batch)
    batch.ui.readerEdit.text = ""
    batch.batch.open(0)
    drag_a_line(desktop, batch)
    batch.ui.readerEdit.text = "AB"
    batch.ui.readerEdit.editingFinished.emit()
    batch.batch.open(1)
    batch.batch.open(0)
    assert [edit.edited_by for edit in batch.review.result.provenance.edits] == ["AB"]


def test_a_button_that_is_off_says_what_is_missing(batch):
    for button in (batch.ui.exportButton, batch.ui.agreementButton, batch.ui.correlationButton):
        assert not button.enabled
        assert "first" in button.toolTip
    assert "films" in batch.ui.batchButton.toolTip
