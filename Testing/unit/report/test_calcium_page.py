"""The page of one calcium study: every number in words, nothing from outside, nobody named."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cardiothorax.calcium.edit import edited
from cardiothorax.calcium.pipeline import run, run_labels
from cardiothorax.calcium.result import CalciumRun
from cardiothorax.imaging.image import Image
from cardiothorax.report.calcium_page import page_context, rules, score_rows, write_calcium_html
from cardiothorax.report.calcium_wording import points
from Testing.unit.calcium.drawn_chest import CARD, NATIVE, chest, told_network
from Testing.unit.report.test_ctr_page import Page

pytest.importorskip("jinja2")

LM_SPOT, RCA_SPOT, OTHER_SPOT = (3, 100, 140, 320), (5, 90, 170, 450), (1, 120, 120, 220)


@pytest.fixture(scope="module")
def image() -> Image:
    drawn = chest(bright_spots=(LM_SPOT, RCA_SPOT, OTHER_SPOT))
    return replace(drawn, source="/scans/Miller/study 1.nrrd")


@pytest.fixture(scope="module")
def labels() -> np.ndarray:
    drawn = np.zeros((8, 240, 300), np.uint8)
    for (k, j, i, _), code in ((LM_SPOT, 4), (RCA_SPOT, 3), (OTHER_SPOT, 5)):
        drawn[k, j : j + 4, i : i + 4] = code
    return drawn


def page(tmp_path: Path, study: CalciumRun, **options: object) -> tuple[Page, str]:
    write_calcium_html(study, tmp_path / "r.html", **options)
    html = (tmp_path / "r.html").read_text("utf-8")
    return Page(html), html


def test_page_says_everything(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, image: Image, labels: np.ndarray
) -> None:
    study = run(image, told_network(monkeypatch, labels, confidence=0.75))
    found, _ = page(tmp_path, study, image=image, card=CARD)
    for said in (
        "Coronary calcium score", "study 1.nrrd", "proposed by a network, not reviewed", "Agatston 112",
        "Moderate calcium (category 101-400)",
        "CAC-DRS A2/N2: score 100 to 299, moderately increased risk; calcium in 2 of 4 arteries",
        "Note. Proposed by a network; no reader has looked at it. (told-network 1.0)",
        "LM left main 48 48.0", "LAD left anterior descending 0 0", "RCA right coronary artery 64 48.0",
        "Total 112 96.0", "Not coronary not in the total 32 48.0",
        "LAD with left main, for reports on three arteries: 48.",
        "2 LM 4 48 48.0 13.7 320 320 0.75", "Not listed: 1 not coronary.",
        "4-connected pixels of one artery in one slice; Literature, GE, TeraRecon: at least 1 mm²",
        "1 below 200 HU, 2 from 200, 3 from 300, 4 from 400", "increment / 3 mm",
        "0.00089 mg per mm³ and HU (typical of the vendor, not calibrated)", "larger than 1.5 mm³",
        "Proposes what it is told.", "Trained on simulated CT; not validated on patients.", "Apache-2.0",
        "ab" * 32, "Research use, not a medical device.", "threshold_hu 130",
    ):  # fmt: skip
        assert said in found.text, said
    assert "Visual grade" not in found.text
    assert "automatic" not in found.text.replace("automatic checks", "")


def test_nothing_is_loaded_from_outside_and_no_folder_is_named(
    tmp_path: Path, image: Image, labels: np.ndarray
) -> None:
    found, html = page(tmp_path, run_labels(image, labels), image=image, card=CARD)
    assert "Miller" not in html
    assert [a for a in found.addresses if not a.startswith("data:")] == []
    assert "<script" not in html
    assert "http" not in html.replace("http-equiv", "")


def test_an_edited_result_shows_what_was_automatic(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, image: Image, labels: np.ndarray
) -> None:
    study = run(image, told_network(monkeypatch, labels))
    moved = np.where(labels == 4, 1, labels).astype(np.uint8)
    study = edited(study, image, moved, reader="Dr. Ä", what="lesion 2 to the LAD")
    found, html = page(tmp_path, study, image=image)
    assert "edited by Dr. Ä" in found.text
    assert "LM * left main 0 48" in found.text
    assert "LAD * left anterior descending 48 0" in found.text
    assert "RCA right coronary artery 64 64" in found.text
    assert "* changed by the reader: lesion 2 to the LAD, Dr. Ä," in found.text
    assert html.count('class=" changed"') == 2


def test_a_refused_scan_has_no_score_and_says_why(tmp_path: Path) -> None:
    image = chest(blood_hu=250)
    found, _ = page(tmp_path, run(image, None), image=image)
    assert "No score" in found.text
    assert "Reject. Contrast-enhanced" in found.text
    assert "This result must not be used." in found.text
    assert "By artery" not in found.text
    assert "Agatston" not in found.text


def test_without_the_ct_there_is_no_picture(tmp_path: Path, image: Image, labels: np.ndarray) -> None:
    _, html = page(tmp_path, run_labels(image, labels))
    assert "<img" not in html


def test_chest_ct_gets_the_visual_grade_as_a_suggestion(image: Image, labels: np.ndarray) -> None:
    free = replace(image, tags={**NATIVE, "CardiacSynchronizationTechnique": "NONE"})
    context = page_context(run_labels(free, labels))
    assert context["visual"] == "moderate (suggested from the score; a reader's eye decides)"


def test_rows_are_in_the_order_of_arteries_and_add_up(image: Image, labels: np.ndarray) -> None:
    values = run_labels(image, labels).result.values
    assert values is not None
    rows = score_rows(values)
    assert [row.name for row in rows] == ["LM", "LAD", "LCX", "RCA", "Total", "Not coronary"]
    assert sum(int(row.lesions) for row in rows[:4]) == int(rows[4].lesions) == 2
    assert dict(rules(values))["Calcium"].startswith("voxels of 130 HU and more")


@pytest.mark.parametrize(
    ("score", "said"),
    [(0.0, "0"), (0.004, "0.004"), (0.4, "0.4"), (9.99, "10"), (10.0, "10"), (10.01, "10.01"),
     (99.96, "99.96"), (100.0, "100"), (100.2, "100.2"), (299.6, "299.6"), (400.0, "400"),
     (400.4, "400.4"), (1234.56, "1235")],
)  # fmt: skip
def test_rounding_never_crosses_a_border(score: float, said: str) -> None:
    assert points(score) == said
