"""A folder of CT studies in the CalciumScore panel: the table fills, rows open for review and are kept."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from Testing.desktop import fake_ct
from Testing.desktop.calcium_hand import click, labels
from Testing.desktop.drawn_executor import DrawnExecutor
from Testing.scene import drawn_ct

WIDTH = 480


def score_file(inputs):
    """What the task answers to a file, with the drawn network."""
    from cardiothorax.imaging import read_ct, write_mask
    from cardiothorax.imaging.plain import plain_image

    image = read_ct(inputs["file"])
    run = fake_ct.scored({**inputs, "method": "default", "image": plain_image(image)}, image.array)
    name = f"{inputs['name']}_lesions.nrrd"
    write_mask(Path(inputs["out"]) / name, run.labels, image)
    return {**fake_ct.plain(run), "files": [name]}


@pytest.fixture
def studies(tmp_path):
    """Two studies, and one file that is none."""
    import SimpleITK

    folder = tmp_path / "studies"
    folder.mkdir()
    for name in ("a.nrrd", "b.nrrd"):
        picture = SimpleITK.GetImageFromArray(drawn_ct.hu())
        picture.SetSpacing([drawn_ct.PIXEL_MM, drawn_ct.PIXEL_MM, drawn_ct.INCREMENT_MM])
        SimpleITK.WriteImage(picture, str(folder / name))
    (folder / "broken.nrrd").write_bytes(b"not a volume")
    return folder


@pytest.fixture
def batch(calcium, studies):
    calcium.logic.computing.makeExecutor = lambda: DrawnExecutor(score_file)
    calcium.batch.folderField.path = studies
    calcium.batch.updateState()
    calcium.ui.batchSection.collapsed = False
    return calcium


def run_through(desktop, panel):
    panel.ui.batchButton.click()
    assert desktop.process(until=lambda: not panel.batch.running, timeout=60)
    desktop.check()


def rows_of(folder):
    with open(folder / "Calcium results" / "results.csv", encoding="utf-8", newline="") as file:
        return {row["file"].rsplit("/", 1)[-1]: row for row in csv.DictReader(file)}


def test_a_folder_fills_the_table(desktop, batch, studies, pictures):
    run_through(desktop, batch)
    texts = [[batch.batch.table.text(row, column) for column in range(4)] for row in range(3)]
    assert [text[0] for text in texts] == ["a.nrrd", "b.nrrd", "broken.nrrd"]
    assert texts[0][1] == texts[1][1] != ""
    assert texts[2][3] == "failed"
    assert "2 of 3 studies scored, 1 failed" in batch.ui.statusLabel.text
    assert desktop.panel_width(batch) <= WIDTH
    desktop.grab(batch, pictures / "calcium-batch.png", width=WIDTH)


def test_a_row_opens_with_its_proposals_and_keeps_what_is_done(desktop, batch, studies):
    run_through(desktop, batch)
    batch.batch.open(0)
    desktop.check()
    assert len(batch.review.review.proposed.lesions) == 3
    click(batch, "lad")
    batch.shortcuts.press("3")
    click(batch, "rca")
    batch.ui.acceptAllButton.click()
    score, kept = batch.review.result.values.agatston, labels(batch)
    batch.shortcuts.press("Ctrl+Down")
    desktop.check()
    assert batch.review.review.nodes.volume.GetName() == "b"
    assert not labels(batch).any()
    assert float(rows_of(studies)["a.nrrd"]["agatston"]) == score
    assert rows_of(studies)["a.nrrd"]["agatston_rca"] == "4.5"
    batch.shortcuts.press("Ctrl+Up")
    desktop.check()
    assert np.array_equal(labels(batch), kept)
    assert batch.review.result.values.agatston == score
    assert not batch.review.review.proposed.lesions
    batch.ui.resetButton.click()
    assert np.array_equal(labels(batch), kept), "what was kept is where this session starts"


def test_a_half_decided_study_goes_on_where_it_was(desktop, batch, studies):
    run_through(desktop, batch)
    batch.batch.open(0)
    click(batch, "lad")
    batch.shortcuts.press("Del")  # the lesion just accepted is chosen: it is taken out again
    batch.shortcuts.press("Ctrl+Z")
    rejected = batch.review.review.proposed.lesions[0]
    batch.review.lesions.select(("proposal", rejected.id))
    batch.shortcuts.press("Del")
    assert len(batch.review.review.proposed.lesions) == 1
    batch.batch.open(1)
    batch.batch.open(0)
    desktop.check()
    assert np.array_equal(labels(batch), drawn_ct.labels(lad=1))
    assert len(batch.review.review.proposed.lesions) == 1, "undecided as before; what was rejected stays out"
    assert batch.review.review.scores.lesions[0].confidence == pytest.approx(0.93, abs=1e-6)
