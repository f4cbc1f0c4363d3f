"""From a scan to flagged scores: what is run, what is refused, what is said."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cardiothorax.calcium.options import CalciumOptions
from cardiothorax.calcium.pipeline import run, run_labels, with_reading_time
from cardiothorax.calcium.result import FLAG_CODES, CalciumResult
from cardiothorax.errors import GeometryProblem, UnsupportedImage
from Testing.unit.calcium.drawn import background, ct
from Testing.unit.calcium.drawn_chest import CARD, NATIVE, chest, told_network

SPOT = (3, 100, 140, 320)
"""4 x 4 mm in the heart, 3 mm thick: 16 mm², weight 3, Agatston 48."""


def spot_labels(code: int) -> np.ndarray:
    labels = np.zeros((8, 240, 300), np.uint8)
    labels[3, 100:104, 140:144] = code
    return labels


def test_without_a_network_nothing_is_scored_and_the_reader_is_asked() -> None:
    study = run(chest(bright_spots=(SPOT,)), None)
    assert study.result.values is None
    assert study.result.lesions == ()
    assert [flag.code for flag in study.result.flags] == ["not_scored", "mass_uncalibrated"]
    assert study.result.verdict == "review"
    assert not study.labels.any()
    assert not study.proposals.any()
    assert study.result.provenance.model_name == ""


def test_what_a_network_proposes_is_scored_and_says_that_nobody_looked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    labels = spot_labels(1)
    study = run(chest(bright_spots=(SPOT,)), told_network(monkeypatch, labels, confidence=0.75))
    values = study.result.values
    assert values is not None
    assert (values.agatston, values.volume_mm3, values.lesions) == (48.0, 48.0, 1)
    assert (values.category, values.cac_drs) == ("11-100", "A1/N1")
    assert [lesion.confidence for lesion in study.result.lesions] == [0.75]
    assert {"unreviewed"} <= {flag.code for flag in study.result.flags}
    assert study.result.verdict == "ok"
    np.testing.assert_array_equal(study.labels, labels)
    np.testing.assert_array_equal(study.proposals, labels)
    assert study.result.provenance.model_name == CARD.name


def test_no_proposal_is_a_score_of_zero(monkeypatch: pytest.MonkeyPatch) -> None:
    study = run(chest(), told_network(monkeypatch, np.zeros((8, 240, 300), np.uint8)))
    assert study.result.values is not None
    assert (study.result.values.agatston, study.result.values.category) == (0.0, "0")


@pytest.mark.parametrize("blood", [5.0, 150.0])
def test_a_scan_that_must_not_be_scored_is_not_shown_to_the_network(
    monkeypatch: pytest.MonkeyPatch, blood: float
) -> None:
    model = told_network(monkeypatch, spot_labels(1))
    monkeypatch.setattr("cardiothorax.calcium.pipeline.propose", None)  # a call would be an error
    study = run(chest(blood_hu=blood), model)
    assert study.result.values is None
    assert study.result.verdict == "reject"
    assert study.result.flags[0].code in ("contrast_enhanced", "not_hounsfield")
    assert "not_scored" not in {flag.code for flag in study.result.flags}


def test_given_labels_are_scored_as_the_worked_example_says() -> None:
    """Rows 150 210 130 129 and below the first 131, 0.5 x 0.5 mm, every 3 mm: Agatston 2.0."""
    array = background()
    array[0, 3, 2:6], array[0, 4, 2] = (150, 210, 130, 129), 131
    labels = np.where(array > 100, 1, 0).astype(np.uint8)
    result = run_labels(ct(array), labels).result
    assert result.values is not None
    assert result.values.agatston == 2.0
    assert result.values.volume_mm3 == 3.0
    assert result.values.mass_mg == pytest.approx(0.4145175, abs=1e-12)
    assert "unreviewed" not in {flag.code for flag in result.flags}


def test_labels_on_an_enhanced_scan_are_scored_but_refused() -> None:
    study = run_labels(chest(blood_hu=200.0), spot_labels(3))
    assert study.result.values is not None
    assert study.result.verdict == "reject"
    assert not study.proposals.any()


def test_labels_of_another_image_are_an_error() -> None:
    with pytest.raises(GeometryProblem, match="None of the 16 labeled voxels reaches 130 HU"):
        run_labels(chest(), spot_labels(2))


def test_no_labels_at_all_is_a_readers_zero() -> None:
    values = run_labels(chest(), np.zeros((8, 240, 300), np.uint8)).result.values
    assert values is not None
    assert values.agatston == 0.0


def test_only_not_coronary_is_zero_too() -> None:
    values = run_labels(chest(), spot_labels(5)).result.values
    assert values is not None
    assert values.agatston == 0.0


def test_labels_on_another_grid_are_an_error() -> None:
    with pytest.raises(GeometryProblem):
        run_labels(chest(), np.zeros((8, 240, 299), np.uint8))


def test_options_reach_the_score(monkeypatch: pytest.MonkeyPatch) -> None:
    options = CalciumOptions(preset="canon", threshold_hu=150.0, mass_factor=0.001)
    image = chest(bright_spots=(SPOT,))
    values = run(image, told_network(monkeypatch, spot_labels(1)), options).result.values
    assert values is not None
    assert (values.preset, values.threshold_hu, values.mass_factor) == ("canon", 150.0, 0.001)
    assert values.mass_factor_source == "user"


def test_a_voltage_without_limits_is_refused_in_words() -> None:
    image = replace(chest(), tags={**NATIVE, "KVP": "70"})
    with pytest.raises(UnsupportedImage, match="70 kVp"):
        run(image, None)


def test_progress_rises_to_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[tuple[float, str]] = []
    model = told_network(monkeypatch, spot_labels(1))
    run(chest(), model, progress=lambda fraction, step: heard.append((fraction, step)))
    fractions = [fraction for fraction, _ in heard]
    assert fractions == sorted(fractions)
    assert 0 <= fractions[0] < fractions[-1] <= 1
    assert [step for _, step in heard][-1] == "Scoring"


def test_a_result_travels_as_json_with_stages_and_reading_time(monkeypatch: pytest.MonkeyPatch) -> None:
    study = with_reading_time(run(chest(), told_network(monkeypatch, spot_labels(1))), 1.25)
    assert list(study.result.seconds) == ["read", "check", "network", "score"]
    assert study.result.seconds["read"] == 1.25
    assert CalciumResult.from_json(study.result.to_json()) == study.result


def test_a_network_that_ran_elsewhere_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    model = replace(told_network(monkeypatch, spot_labels(1)), opening_notes=("The GPU cannot be used.",))
    flags = run(chest(), model).result.flags
    assert [flag.evidence for flag in flags if flag.code == "device_fallback"] == ["The GPU cannot be used."]


def test_flags_stand_with_the_worst_first_and_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    image = replace(chest(blood_hu=300, increment_mm=5.0), tags={})
    grades = [flag.grade.value for flag in run_labels(image, spot_labels(1)).result.flags]
    assert grades == sorted(grades, key=("reject", "review", "note").index)
    assert set(grades) == {"reject", "review", "note"}
    known = {code for codes in FLAG_CODES.values() for code in codes}
    assert {flag.code for flag in run(image, None).result.flags} <= known
