"""Figures of a network: hand-made truths and findings with known answers."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from cardiothorax.calcium import cohort
from cardiothorax.calcium.cohort import Case, labeled_cases, phantom_cases
from cardiothorax.calcium.evidence import measured_as_plain, metrics, write_metrics
from cardiothorax.calcium.validation import cohort_figures, measure_study
from cardiothorax.cli.measure_calcium import in_words
from cardiothorax.imaging.image import Image
from cardiothorax.models.card import card_to_json, read_card
from cardiothorax.records import from_plain, to_plain
from Testing.unit.calcium.drawn_chest import CARD, chest, told_network

FIRST, SECOND, THIRD = (3, 100, 140, 320), (5, 90, 170, 450), (1, 120, 120, 220)
"""Bright spots of 16 mm², 48 mm³: Agatston 48, 64 and 32."""


def labeled(*spots: tuple[tuple[int, int, int, int], int]) -> np.ndarray:
    labels = np.zeros((8, 240, 300), np.uint8)
    for (k, j, i, _), code in spots:
        labels[k, j : j + 4, i : i + 4] = code
    return labels


@pytest.fixture(scope="module")
def image() -> Image:
    return chest(bright_spots=(FIRST, SECOND, THIRD))


TRUTH = labeled((FIRST, 1), (SECOND, 4))
"""LAD and left main; the third spot is not coronary."""


def measured(monkeypatch: pytest.MonkeyPatch, image: Image, found: np.ndarray, id: str = "a", **more):
    return measure_study(image, TRUTH, told_network(monkeypatch, found), id=id, **more)


def test_a_perfect_finding(monkeypatch: pytest.MonkeyPatch, image: Image) -> None:
    study = measured(monkeypatch, image, TRUTH)
    assert study.truth == study.found
    assert study.truth["total"] == pytest.approx(
        {"agatston": 112.0, "volume_mm3": 96.0, "mass_mg": 0.00089 * (320 + 450) * 48}
    )
    assert study.truth["lad"]["agatston"] == 112.0  # the left main counts as LAD
    assert (study.truth_category, study.found_category) == ("101-400", "101-400")
    assert (study.truth_cac_drs, study.found_cac_drs) == ("A2", "A2")
    assert (study.truth_pixels, study.found_pixels, study.both_pixels) == (32, 32, 32)
    figures = cohort_figures([study])["all"]
    assert figures.lesions.volume_f1 == figures.lesions.f1 == figures.pixel_f1 == 1.0
    assert figures.lesions.artery_accuracy.estimate == 1.0


def test_the_left_main_named_lad_is_right(monkeypatch: pytest.MonkeyPatch, image: Image) -> None:
    study = measured(monkeypatch, image, labeled((FIRST, 1), (SECOND, 1)))
    assert study.lesions.right_artery == 2
    assert study.arteries["lad"].overlap_mm3 == 96.0


def test_one_missed_one_false_one_in_another_artery(monkeypatch: pytest.MonkeyPatch, image: Image) -> None:
    study = measured(monkeypatch, image, labeled((FIRST, 2), (THIRD, 3)))
    figures = cohort_figures([study])["all"]
    assert figures.lesions.sensitivity.estimate == 0.5
    assert figures.lesions.ppv.estimate == 0.5
    assert figures.lesions.artery_accuracy.estimate == 0.0
    assert figures.lesions.volume_f1 == 0.5
    assert figures.lesions.false_per_study == 1.0
    assert figures.arteries["lad"].volume_f1 == 0.0
    assert study.found is not None
    assert study.found["lcx"]["agatston"] == 48.0
    assert study.found["rca"]["agatston"] == 32.0


def test_labels_below_the_threshold_play_no_part(monkeypatch: pytest.MonkeyPatch, image: Image) -> None:
    generous = TRUTH.copy()
    generous[4, 100:140, 100:140] = 1
    study = measure_study(image, generous, told_network(monkeypatch, TRUTH), id="a")
    assert study.truth == study.found
    assert study.truth_pixels == 32


def test_a_refused_scan_counts_as_refused_and_as_nothing_found(monkeypatch: pytest.MonkeyPatch) -> None:
    study = measured(monkeypatch, chest(blood_hu=300, bright_spots=(FIRST, SECOND)), TRUTH)
    assert study.found is None
    assert study.found_category is None
    figures = cohort_figures([study])["all"]
    assert (figures.studies, figures.refused) == (1, 1)
    assert figures.agreement["agatston"]["total"] is None
    assert figures.lesions.sensitivity.estimate == 0.0


def test_groups_agreement_and_classes(monkeypatch: pytest.MonkeyPatch, image: Image) -> None:
    findings = [TRUTH, labeled((FIRST, 1)), labeled(), TRUTH]
    studies = [
        measured(monkeypatch, image, found, id=str(n), groups=("chest",) if n % 2 else ("cardiac",))
        for n, found in enumerate(findings)
    ]
    figures = cohort_figures(studies)
    assert list(figures) == ["all", "cardiac", "chest"]
    assert figures["cardiac"].studies == 2
    total = figures["all"].agreement["agatston"]["total"]
    assert total is not None
    assert total.mean_difference == pytest.approx((0 - 64 - 112 + 0) / 4)
    assert total.icc is not None
    assert total.icc.estimate == 0.0  # all true scores are alike
    classes = figures["all"].categories
    assert classes is not None
    assert classes.agreement.count == 2
    assert figures["all"].volume_f1 is not None
    assert figures["all"].volume_f1.low <= figures["all"].volume_f1.estimate <= figures["all"].volume_f1.high
    assert from_plain(type(studies[0]), json.loads(json.dumps(to_plain(studies[0])))) == studies[0]


def cases(image: Image, asked: list[str]) -> list[Case]:
    def loading(name: str):
        def load():
            asked.append(name)
            return image, TRUTH

        return load

    return [Case(name, ("cardiac",), loading(name)) for name in ("a", "b", "c")]


def test_a_stopped_run_goes_on_and_gives_the_same(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, image: Image
) -> None:
    model, asked = told_network(monkeypatch, TRUTH), []
    rows = tmp_path / "figures.json.rows"
    first = measured_as_plain(model, cases(image, asked)[:2], rows=rows, command="x")
    with open(rows, "a", encoding="utf-8") as file:
        file.write('{"fingerprint": "cut by a pow')
    whole = measured_as_plain(model, cases(image, asked), rows=rows, command="x")
    assert asked == ["a", "b", "c"]
    assert whole["studies"][:2] == first["studies"]
    assert whole["groups"]["all"]["studies"] == 3
    json.dumps(whole, allow_nan=False)
    assert in_words(whole["groups"]["all"]).startswith(
        "3 studies, 0 refused; volume F1 1.000; lesions found 1.000"
    )


def test_another_network_is_measured_anew(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, image: Image
) -> None:
    from dataclasses import replace

    model, asked = told_network(monkeypatch, TRUTH), []
    measured_as_plain(model, cases(image, asked), rows=tmp_path / "rows", command="x")
    measured_as_plain(
        replace(model, sha256="cd" * 32), cases(image, asked), rows=tmp_path / "rows", command="x"
    )
    assert len(asked) == 6


def test_only_drawn_studies_are_called_simulated(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, image: Image
) -> None:
    from dataclasses import replace

    model = told_network(monkeypatch, TRUTH)
    real = cases(image, [])
    drawn = [replace(case, simulated=True) for case in real]
    assert measured_as_plain(model, real, rows=tmp_path / "rows", command="x")["remark"] == ""
    assert "No patient" in measured_as_plain(model, drawn, rows=tmp_path / "rows", command="x")["remark"]


def test_figures_in_the_card_measure_nothing_anew(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, image: Image
) -> None:
    from dataclasses import replace

    model, asked = told_network(monkeypatch, TRUTH), []
    plain = measured_as_plain(model, cases(image, asked), rows=tmp_path / "rows", command="x")
    card = replace(model.card, metrics=tuple(metrics(plain)))
    measured_as_plain(replace(model, card=card), cases(image, asked), rows=tmp_path / "rows", command="x")
    assert len(asked) == 3


def test_figures_go_into_the_card(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, image: Image) -> None:
    (tmp_path / "model.json").write_text(card_to_json(CARD), "utf-8")
    model = told_network(monkeypatch, TRUTH)
    plain = measured_as_plain(model, cases(image, []), rows=tmp_path / "rows", command="the command")
    write_metrics(tmp_path, plain)
    kept = {(m.name, m.source): m for m in read_card(tmp_path).metrics}
    assert kept["volume_f1", "all"].value == 1.0
    assert kept["lesion_sensitivity", "cardiac"].count == 6
    assert {m.command for m in kept.values()} == {"the command"}
    assert len(kept) == len(list(metrics(plain)))


def test_what_is_found_in_scans_without_calcium_is_listed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, image: Image
) -> None:
    sitk = pytest.importorskip("SimpleITK")
    stored = sitk.GetImageFromArray(image.array)
    stored.SetSpacing(image.spacing_mm)
    sitk.WriteImage(stored, str(tmp_path / "clean.nrrd"))
    model = told_network(monkeypatch, labeled((FIRST, 1)))
    plain = measured_as_plain(
        model, [], rows=tmp_path / "rows", command="x",
        free_of_calcium=[tmp_path / "clean.nrrd", tmp_path / "absent.nrrd"],
    )  # fmt: skip
    clean, absent = plain["free_of_calcium"]
    assert (clean["agatston"], clean["lesions"]) == (48.0, 1)
    assert "absent.nrrd" in absent["error"]


def test_phantoms_are_kept_for_the_next_network(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, image: Image
) -> None:
    from types import SimpleNamespace

    drawn: list[object] = []
    monkeypatch.setattr(
        "cardiothorax.phantoms.ct.draw_ct",
        lambda options: drawn.append(options) or SimpleNamespace(image=image, labels=TRUTH),
    )
    (case,) = phantom_cases(1, 7, tmp_path)
    assert case.id == "test_0007"
    assert set(case.groups) <= {"cardiac", "chest", "thick"}
    first, (again, labels) = case.load(), case.load()
    assert len(drawn) == 1
    np.testing.assert_array_equal(again.array, first[0].array)
    np.testing.assert_array_equal(labels, TRUTH)
    assert (again.tags, again.spacing_mm) == (image.tags, image.spacing_mm)
    (file,) = tmp_path.iterdir()
    assert cohort.drawn_by() in file.name


def test_a_folder_of_labeled_scans(tmp_path: Path, image: Image) -> None:
    sitk = pytest.importorskip("SimpleITK")
    for folder, array in (("images", image.array), ("labels", TRUTH)):
        (tmp_path / folder).mkdir()
        stored = sitk.GetImageFromArray(array)
        stored.SetSpacing(image.spacing_mm)
        for name in ("one", "two"):
            sitk.WriteImage(stored, str(tmp_path / folder / f"{name}.nrrd"))
    (tmp_path / "index.csv").write_text("id,patient,split,source\none,p1,test,mine\ntwo,p2,train,mine\n")
    (case,) = labeled_cases(tmp_path, "test")
    assert (case.id, case.groups) == ("one", ("mine",))
    read, labels = case.load()
    np.testing.assert_array_equal(read.array, image.array)
    np.testing.assert_array_equal(labels, TRUTH)
