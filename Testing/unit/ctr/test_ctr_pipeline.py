"""The pipeline with an engine that knows the truth: geometry of turned films, flags, edits, JSON."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy import ndimage

from cardiothorax.ctr.edit import edited_labels, edited_line, edited_midline
from cardiothorax.ctr.options import CtrOptions
from cardiothorax.ctr.pipeline import run
from cardiothorax.ctr.result import FLAG_CODES, CtrResult, CtrRun
from cardiothorax.ctr.table import row_of
from cardiothorax.errors import Cancelled, GeometryProblem
from cardiothorax.imaging import Image
from cardiothorax.imaging.organs import HEART, LEFT_LUNG, RIGHT_LUNG
from cardiothorax.models import Architecture, Card, LoadedModel, NetworkInput, Normalisation, Training
from cardiothorax.records import Flag, Grade

GREYS = {0: 0.0, RIGHT_LUNG: 80.0, LEFT_LUNG: 160.0, HEART: 255.0}
CLEAR_FILM = [0.97] + [0.0] * 7 + [0.03]


class ReadsGreys:
    """Recognizes the drawn organs by their grey values, with soft borders."""

    name, device = "onnx", "cpu"

    def predict(self, batch: np.ndarray) -> np.ndarray:
        x = batch[0, 0]
        low, high = min(GREYS.values()), max(GREYS.values())
        grey = (x + 1) / 2 * (high - low) + low
        nearest = np.argmin([abs(grey - GREYS[label]) for label in range(4)], axis=0)
        planes = [ndimage.gaussian_filter((nearest == label).astype(np.float32), 0.7) for label in range(4)]
        return (np.stack(planes) / np.sum(planes, axis=0))[None].astype(np.float32)


class SaysAlways:
    name, device = "onnx", "cpu"

    def __init__(self, belief: list[float]) -> None:
        self.belief = belief

    def predict(self, batch: np.ndarray) -> np.ndarray:
        return np.array([self.belief], np.float32)


def model(engine: object, task: str = "ctr", side: int = 256) -> LoadedModel:
    card = Card(
        name=f"fake-{task}",
        version="1",
        task=task,
        variant="slim",
        summary="",
        architecture=Architecture("none"),
        input=NetworkInput(side, "square", Normalisation(0.0, 100.0, (-1.0, 1.0))),
        labels={"background": 0, "left lung": 1, "right lung": 2, "heart": 3},
        licence="none",
        training=Training((), "", 0, ""),
        metrics=(),
        limits=(),
    )
    return LoadedModel(card, engine, Path("nowhere"), "0" * 64)  # type: ignore[arg-type]


def drawn(rows: int = 256, columns: int = 256) -> np.ndarray:
    labels = np.zeros((256, 256), np.uint8)
    labels[40:200, 30:100] = RIGHT_LUNG
    labels[40:200, 150:226] = LEFT_LUNG
    labels[130:205, 95:190] = HEART
    return labels[:rows, :columns]


def film(labels: np.ndarray, **changes: object) -> Image:
    grey = np.choose(labels, [GREYS[k] for k in range(4)]).astype(np.float32)[None]
    grey[0, :2, -2:] = 255  # a side marker, which also keeps the range of greys the same in every film
    image = Image(
        array=grey,
        spacing_mm=(1.5, 1.5, 1.0),
        modality="DX",
        spacing_source="PixelSpacing",
        tags={"ViewPosition": "PA"},
        source="film.dcm",
    )
    return replace(image, **changes)  # type: ignore[arg-type]


def measured(image: Image, *, belief: list[float] | None = None, options: CtrOptions | None = None) -> CtrRun:
    gate = model(SaysAlways(belief or CLEAR_FILM), "radiograph-gate", 64)
    return run(image, model(ReadsGreys()), gate, options)


def codes(study: CtrRun) -> set[str]:
    return {flag.code for flag in study.result.flags}


def test_a_plain_film_gives_the_drawn_ratio_without_flags() -> None:
    study = measured(film(drawn()))
    values = study.result.values
    assert values is not None
    assert values.thoracic_diameter_px == pytest.approx(196, abs=1.0)
    assert values.cardiac_diameter_px == pytest.approx(95, abs=1.0)
    assert values.cardiac_diameter_mm == pytest.approx(values.cardiac_diameter_px * 1.5)
    assert study.result.flags == ()
    assert study.result.verdict == "ok"
    assert set(study.result.seconds) == {"network", "refine", "measure"}


@pytest.mark.parametrize(
    ("orientation", "store"),
    [
        ("L\\F", lambda a: a),
        ("R\\F", lambda a: a[:, ::-1]),
        ("L\\H", lambda a: a[::-1]),
        ("F\\L", lambda a: a.T),
        ("H\\R", lambda a: a[::-1, ::-1].T),
    ],
)
def test_however_the_film_was_stored_labels_and_lines_lie_on_its_own_grid(orientation: str, store) -> None:
    upright = measured(film(drawn()))
    stored = np.ascontiguousarray(store(drawn()))
    study = measured(film(stored, tags={"ViewPosition": "PA", "PatientOrientation": orientation}))
    np.testing.assert_array_equal(study.labels, store(upright.labels))
    assert study.result.values == upright.result.values
    for line in study.result.lines.values():
        for (x, y), mm in ((line.start_px, line.start_mm), (line.end_px, line.end_mm)):
            assert mm == pytest.approx((1.5 * x, 1.5 * y, 0.0))
    row, column = np.round(study.result.lines["Th"].start_px[::-1]).astype(int)
    around = study.labels[max(0, row - 3) : row + 4, max(0, column - 3) : column + 4]
    assert HEART in around


def test_the_result_survives_json_exactly() -> None:
    result = measured(film(drawn())).result
    assert CtrResult.from_json(result.to_json()) == result


def test_a_schema_of_another_task_is_refused() -> None:
    text = measured(film(drawn())).result.to_json().replace("cardiothorax/ctr/1", "cardiothorax/lv/1")
    with pytest.raises(ValueError, match="cardiothorax/lv/1"):
        CtrResult.from_json(text)


def test_the_same_film_gives_the_same_numbers_and_fingerprint() -> None:
    first, second = measured(film(drawn())).result, measured(film(drawn())).result
    assert first.values == second.values
    assert first.provenance.input_sha256 == second.provenance.input_sha256


@pytest.mark.parametrize(
    ("belief", "code"),
    [
        ([0.02, 0, 0, 0, 0.02, 0, 0, 0, 0.96], "not_frontal_chest"),
        ([0.1, 0, 0.85, 0, 0, 0, 0, 0, 0.05], "turned"),
        ([0.1, 0.6, 0, 0, 0.0, 0.25, 0, 0, 0.05], "turned"),
    ],
)
def test_a_refused_picture_has_no_number_and_a_reject_flag(belief: list[float], code: str) -> None:
    study = measured(film(drawn()), belief=belief)
    assert study.result.values is None
    assert study.result.lines == {}
    assert not study.labels.any()
    assert code in codes(study)
    assert study.result.verdict == "reject"


def test_a_doubtful_picture_is_measured_but_a_reader_must_look() -> None:
    study = measured(film(drawn()), belief=[0.4, 0, 0, 0, 0.3, 0, 0, 0, 0.3])
    assert study.result.values is not None
    assert "perhaps_not_frontal" in codes(study)
    assert study.result.verdict == "review"


@pytest.mark.parametrize(
    ("tags", "code", "verdict"),
    [
        ({"ViewPosition": "AP"}, "projection_ap", "ok"),
        ({}, "projection_unknown", "ok"),
        ({"ViewPosition": "LL"}, "not_frontal_chest", "reject"),
        ({"ViewPosition": "AP", "PatientPosition": "HFS"}, "supine", "review"),
        ({"ViewPosition": "AP SUPINE"}, "supine", "review"),
        ({"ViewPosition": "AP SUPINE"}, "projection_ap", "review"),
        ({"ViewPosition": "PA", "BodyPartExamined": "HAND"}, "perhaps_not_frontal", "review"),
    ],
)
def test_what_the_header_says(tags: dict[str, str], code: str, verdict: str) -> None:
    study = measured(film(drawn(), tags=tags))
    assert code in codes(study)
    assert study.result.verdict == verdict


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("", "pixel size is unknown"),
        ("ImagerPixelSpacing", "at the detector, larger than in the patient"),
        ("NominalScannedPixelSpacing", "at the detector, larger than in the patient"),
        ("ImagerPixelSpacing/EstimatedRadiographicMagnificationFactor", "estimate of the magnification"),
        ("PixelSpacing", ""),
    ],
)
def test_what_the_millimeters_are_worth_is_said(source: str, words: str) -> None:
    study = measured(film(drawn(), spacing_source=source))
    said = [flag.text for flag in study.result.flags if flag.code == "spacing_uncalibrated"]
    assert len(said) == bool(words)
    assert all(words in text for text in said)
    assert study.result.values is not None
    assert (study.result.values.cardiac_diameter_mm is None) is (source == "")


def test_a_missing_heart_is_a_reject_flag_with_labels_but_no_number() -> None:
    labels = drawn()
    labels[labels == HEART] = 0
    study = measured(film(labels))
    assert study.result.values is None
    assert "organ_missing" in codes(study)
    assert (study.labels == LEFT_LUNG).any()


def test_a_lung_at_the_border_is_cut() -> None:
    assert "cut_by_border" in codes(measured(film(drawn()[:, 30:])))


def test_a_heart_that_lies_right_is_told() -> None:
    labels = drawn()[:, ::-1].copy()
    swapped = np.array([0, RIGHT_LUNG, LEFT_LUNG, HEART], np.uint8)[labels]
    assert "heart_on_the_right" in codes(measured(film(swapped)))


def test_a_narrow_lung_above_the_heart_tells_of_rotation() -> None:
    labels = drawn()
    labels[40:130, 30:70] = 0
    assert "rotated_patient" in codes(measured(film(labels)))


def test_a_leaning_thorax_is_told_with_the_upright_ratio() -> None:
    leaning = ndimage.rotate(drawn(), -14, order=0, reshape=False)
    study = measured(film(leaning))
    flag = next(f for f in study.result.flags if f.code == "tilted")
    assert "14" in flag.evidence or "13." in flag.evidence
    assert study.result.values is not None
    assert f"{study.result.values.ctr_tilt_corrected:.2f}" in flag.text


def test_every_flag_raised_here_is_in_the_published_list() -> None:
    known = {code: grade for grade, listed in FLAG_CODES.items() for code in listed}
    one_lung = np.full_like(drawn(), RIGHT_LUNG)
    for image in (film(drawn(), tags={}, spacing_source=""), film(drawn()[:, 30:]), film(one_lung)):
        for flag in measured(image).result.flags:
            assert known[flag.code] == flag.grade.value


def test_cancelling_between_steps_reaches_the_caller() -> None:
    def cancel(fraction: float, step: str) -> None:
        if fraction > 0.5:
            raise Cancelled

    gate = model(SaysAlways(CLEAR_FILM), "radiograph-gate", 64)
    with pytest.raises(Cancelled):
        run(film(drawn()), model(ReadsGreys()), gate, None, cancel)


def test_an_edited_mask_is_measured_again_and_the_automatic_values_stay() -> None:
    image = film(drawn())
    study = measured(image)
    labels = study.labels.copy()
    labels[150:170, 190:206] = HEART
    edited = edited_labels(study, image, labels, reader="AB", what="heart mask")
    assert edited.result.values is not None
    assert edited.result.values.cardiac_diameter_px == pytest.approx(111, abs=1)
    assert edited.result.automatic == study.result.values
    assert "edited" in codes(edited)
    assert edited.result.provenance.edits[0].what == "heart mask"
    again = edited_labels(edited, image, study.labels, reader="AB", what="heart mask")
    assert again.result.automatic == study.result.values
    assert len(again.result.provenance.edits) == 2


def test_an_edit_that_removes_the_heart_rejects_and_one_that_draws_it_measures() -> None:
    image = film(drawn())
    study = measured(image)
    without = np.where(study.labels == HEART, 0, study.labels)
    gone = edited_labels(study, image, without, reader="", what="heart mask")
    assert gone.result.values is None
    assert gone.result.verdict == "reject"
    back = edited_labels(gone, image, study.labels, reader="", what="heart mask")
    assert back.result.verdict == "ok"
    assert back.result.values is not None


@pytest.mark.parametrize("orientation", ["L\\F", "R\\F", "F\\L"])
def test_a_dragged_line_stays_horizontal_and_the_ratio_follows(orientation: str) -> None:
    store = {"L\\F": lambda a: a, "R\\F": lambda a: a[:, ::-1], "F\\L": lambda a: a.T}[orientation]
    image = film(
        np.ascontiguousarray(store(drawn())), tags={"ViewPosition": "PA", "PatientOrientation": orientation}
    )
    study = measured(image)
    line = study.result.lines["T"]
    along = np.array(line.end_px) - line.start_px
    longer = tuple(np.array(line.end_px) + along / np.linalg.norm(along) * 10)
    edited = edited_line(study, image, "T", (line.start_px, longer), reader="AB")
    before, after = study.result.values, edited.result.values
    assert before is not None
    assert after is not None
    assert after.thoracic_diameter_px == pytest.approx(before.thoracic_diameter_px + 10)
    assert after.ctr == pytest.approx(after.cardiac_diameter_px / after.thoracic_diameter_px)
    assert edited.result.lines["Th"] == study.result.lines["Th"]
    np.testing.assert_array_equal(edited.labels, study.labels)


def test_a_dragged_midline_survives_a_later_mask_edit() -> None:
    image = film(drawn())
    study = edited_midline(measured(image), image, 120.0, reader="AB")
    assert study.result.values is not None
    assert study.result.values.midline_px == 120.0
    later = edited_labels(study, image, study.labels, reader="AB", what="heart mask")
    assert later.result.values is not None
    assert later.result.values.midline_px == 120.0


def test_flags_of_the_values_follow_a_moved_line_and_midline() -> None:
    image = film(drawn())
    study = measured(image)
    start, end = (np.array(p) for p in (study.result.lines["T"].start_px, study.result.lines["T"].end_px))
    narrow = edited_line(study, image, "T", (tuple(start), tuple(start + (end - start) * 0.6)), reader="AB")
    assert narrow.result.values is not None
    (flag,) = (f for f in narrow.result.flags if f.code == "implausible")
    assert f"CTR {narrow.result.values.ctr:.3f}" in flag.evidence
    back = edited_line(narrow, image, "T", (tuple(start), tuple(end)), reader="AB")
    assert "implausible" not in codes(back)
    aside = edited_midline(back, image, study.result.lines["Th"].end_px[0] - 1.0, reader="AB")
    assert "heart_on_the_right" in codes(aside)


def test_a_mask_of_another_grid_is_refused_in_words() -> None:
    image = film(drawn())
    with pytest.raises(GeometryProblem, match="255 x 256"):
        edited_labels(measured(image), image, np.zeros((256, 255), np.uint8), reader="", what="x")


@pytest.mark.parametrize(
    ("doubtful", "stays"),
    [
        ("right chest wall", False),
        ("right chest wall and the left chest wall", False),
        ("left heart border", True),
        ("left chest wall and the left heart border", True),
    ],
)
def test_a_moved_line_settles_doubts_about_its_own_ends_alone(doubtful: str, stays: bool) -> None:
    image = film(drawn())
    study = measured(image)
    doubt = Flag("uncertain_border", Grade.REVIEW, f"The network is unsure of the {doubtful}: check.", "")
    study = replace(study, result=replace(study.result, flags=(doubt,)))
    line = study.result.lines["T"]
    edited = edited_line(study, image, "T", (line.start_px, line.end_px), reader="AB")
    assert ("uncertain_border" in codes(edited)) == stays


def test_a_row_names_each_flag_once() -> None:
    study = measured(film(np.zeros((256, 256), np.uint8)))
    assert [flag.code for flag in study.result.flags].count("organ_missing") > 1
    assert row_of(study.result)["flags"] == "organ_missing"


def test_a_line_without_length_is_refused() -> None:
    image = film(drawn())
    with pytest.raises(GeometryProblem, match="no length"):
        edited_line(measured(image), image, "T", ((50.0, 60.0), (50.0, 60.0)), reader="")


def test_oblong_pixels_are_shown_to_the_network_in_proportion_and_measured_on_their_own_grid() -> None:
    squeezed = np.ascontiguousarray(drawn()[::2])
    study = measured(film(squeezed, spacing_mm=(1.5, 3.0, 1.0)))
    whole = measured(film(drawn()))
    assert study.result.values is not None
    assert whole.result.values is not None
    assert study.labels.shape == squeezed.shape
    assert study.result.values.ctr == pytest.approx(whole.result.values.ctr, abs=0.01)
    assert study.result.values.heart_area_mm2 == pytest.approx(whole.result.values.heart_area_mm2, rel=0.03)
