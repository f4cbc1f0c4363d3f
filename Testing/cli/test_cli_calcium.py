"""``cardiothorax calcium`` and ``calcium-score`` from files to table, masks and reports."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest

from Testing.unit.calcium.drawn_chest import chest
from Testing.unit.calcium.test_calcium_pipeline import SPOT, spot_labels

sitk = pytest.importorskip("SimpleITK")

REQUIRED = (
    "file", "agatston", "volume_mm3", "mass_mg", "lesions", "category", "cac_drs", "agatston_lad",
    "agatston_lcx", "agatston_rca",
)  # fmt: skip


def write(path, array, image):
    stored = sitk.GetImageFromArray(array)
    stored.SetSpacing(image.spacing_mm)
    path.parent.mkdir(parents=True, exist_ok=True)
    sitk.WriteImage(stored, str(path))
    return path


@pytest.fixture(scope="module")
def image():
    return chest(bright_spots=(SPOT,))


@pytest.fixture
def study(tmp_path, image):
    return write(tmp_path / "studies" / "study.nrrd", image.array, image)


@pytest.fixture
def labels(tmp_path, image):
    return write(tmp_path / "drawn.nrrd", spot_labels(1), image)


def rows_of(folder):
    with open(folder / "results.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_given_labels_become_a_row_and_a_report(cardiothorax, study, labels):
    pytest.importorskip("jinja2")
    out = cardiothorax.folder / "out"
    done = cardiothorax("calcium-score", study, "--labels", labels, "--out", out, "--report")
    assert done.code == 0, done.err
    assert done.out.strip() == str(out / "results.csv")
    assert "Agatston 48.0, A1/N1" in done.err
    (row,) = rows_of(out)
    columns = tuple(row)
    assert columns[: len(REQUIRED)] == REQUIRED
    assert columns.index("flags") < columns.index("error") < columns.index("seconds")
    assert (row["agatston"], row["agatston_lad"], row["lesions"]) == ("48.0", "48.0", "1")
    assert (row["category"], row["cac_drs"], row["verdict"], row["error"]) == ("11-100", "A1/N1", "ok", "")
    assert {p.name for p in out.iterdir()} >= {"study.html", "study.png", "study_lesions.csv", "results.json"}
    (kept,) = json.loads((out / "results.json").read_text("utf-8"))["results"]
    assert kept["result"]["schema"] == "cardiothorax/calcium/1"
    assert kept["result"]["lesions"][0]["agatston"] == 48.0
    assert kept["result"]["flags"][0]["evidence"]


def test_preset_threshold_and_mass_factor_reach_the_numbers(cardiothorax, study, labels):
    done = cardiothorax(
        "calcium-score", study, "--labels", labels, "--out", "out", "--preset", "siemens",
        "--threshold", "150", "--weights", "310,315,321", "--mass-factor", "0.001",
    )  # fmt: skip
    assert done.code == 0, done.err
    (row,) = rows_of(cardiothorax.folder / "out")
    assert (row["preset"], row["threshold_hu"], row["mass_factor"]) == ("siemens", "150.0", "0.001")
    assert row["mass_factor_source"] == "user"
    assert float(row["agatston"]) == 3 * 16.0


def test_other_labels_are_scored_anew_and_the_same_ones_are_not(cardiothorax, study, labels, image):
    command = ("calcium-score", study, "--labels", labels, "--out", "out")
    cardiothorax(*command)
    assert "1 done before" in cardiothorax(*command).err
    write(labels, spot_labels(3), image)
    again = cardiothorax(*command)
    assert "done before" not in again.err
    (row,) = rows_of(cardiothorax.folder / "out")
    assert (row["agatston_lad"], row["agatston_rca"]) == ("0.0", "48.0")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("grid", "has the spacing"),
        ("values", "which are no artery labels"),
        ("place", "labeled voxels reaches 130 HU"),
        ("text", "drawn.nrrd cannot be read"),
    ],
)
def test_wrong_labels_say_what_is_wrong(cardiothorax, study, labels, image, change, said):
    if change == "grid":
        stored = sitk.ReadImage(str(labels))
        stored.SetSpacing((0.7, 0.7, 3.0))
        sitk.WriteImage(stored, str(labels))
    elif change == "values":
        write(labels, spot_labels(9), image)
    elif change == "place":
        write(labels, np.roll(spot_labels(1), 20, axis=2), image)
    else:
        labels.write_text("no labels")
    done = cardiothorax("calcium-score", study, "--labels", labels, "--out", "out")
    assert done.code == 3
    (row,) = rows_of(cardiothorax.folder / "out")
    assert said in row["error"]
    assert row["agatston"] == ""
    assert "Traceback" not in done.err


def test_absent_labels_are_a_usage_error(cardiothorax, study):
    done = cardiothorax("calcium-score", study, "--labels", "gone.nrrd", "--out", "out")
    assert done.code == 2
    assert "gone.nrrd" in done.err


def test_without_a_network_there_is_no_score_but_a_verdict(cardiothorax, study, image):
    done = cardiothorax("calcium", study, "--out", "out", "--method", "none", "--masks")
    assert done.code == 0, done.err
    assert "no score, review (not_scored" in done.err
    (row,) = rows_of(cardiothorax.folder / "out")
    assert (row["agatston"], row["category"], row["verdict"]) == ("", "", "review")
    mask = sitk.ReadImage(str(cardiothorax.folder / "out" / "study_lesions.nrrd"))
    assert mask.GetSize() == image.array.shape[::-1]
    assert not sitk.GetArrayFromImage(mask).any()


def test_an_empty_mask_can_be_drawn_on_and_scored(cardiothorax, study):
    cardiothorax("calcium", study, "--out", "out", "--method", "none", "--masks")
    mask = cardiothorax.folder / "out" / "study_lesions.nrrd"
    stored = sitk.ReadImage(str(mask))
    for column in range(140, 144):
        for row in range(100, 104):
            stored[column, row, 3] = 4
    sitk.WriteImage(stored, str(cardiothorax.folder / "mine.nrrd"))
    done = cardiothorax("calcium-score", study, "--labels", "mine.nrrd", "--out", "scored")
    assert done.code == 0, done.err
    assert rows_of(cardiothorax.folder / "scored")[0]["agatston_lm"] == "48.0"


def test_bad_files_cost_one_row_each_and_own_files_are_no_studies(cardiothorax, study, image):
    text = study.parent / "notes.nrrd"
    text.write_text("no image")
    command = ("calcium", study.parent, "gone.nii.gz", "--out", study.parent / "out", "--method", "none")
    done = cardiothorax(*command, "--masks", "--jobs", "2")
    assert done.code == 3
    rows = {row["file"].rsplit("/", 1)[-1]: row for row in rows_of(study.parent / "out")}
    assert set(rows) == {"study.nrrd", "notes.nrrd", "gone.nii.gz"}
    assert "notes.nrrd" in rows["notes.nrrd"]["error"]
    assert rows["study.nrrd"]["error"] == ""
    assert "3 studies" in done.err
    assert "2 failed" in done.err
    again = cardiothorax(*command, "--masks")
    assert "1 done before" in again.err


def test_an_enhanced_scan_is_refused_with_the_evidence(cardiothorax):
    enhanced = chest(blood_hu=210)
    path = write(cardiothorax.folder / "enhanced.nii.gz", enhanced.array, enhanced)
    done = cardiothorax("calcium", path, "--out", "out", "--method", "none")
    assert done.code == 0
    (row,) = rows_of(cardiothorax.folder / "out")
    assert (row["verdict"], row["flags"].split(";")[0]) == ("reject", "contrast_enhanced")
    (kept,) = json.loads((cardiothorax.folder / "out" / "results.json").read_text("utf-8"))["results"]
    assert "limit 70 HU" in kept["result"]["flags"][0]["evidence"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--weights", "1,2"), "three numbers"),
        (("--weights", "400,300,200"), "must rise"),
        (("--threshold", "450"), ""),
        (("--threshold", "-1"), "not in the range"),
        (("--preset", "fuji"), "fuji"),
        (("--method", "denseraunets"), "denseraunets"),
        (("--model", "no-such-model"), "no-such-model"),
    ],
)
def test_wrong_options_are_told_before_anything_is_read(cardiothorax, study, options, said):
    method = () if {"--method", "--model"} & set(options) else ("--method", "none")
    done = cardiothorax("calcium", study, "--out", "out", *method, *options)
    if said:
        assert done.code == 2
        assert said in done.err
        assert not (cardiothorax.folder / "out").exists()
    else:  # a threshold above the weights' limits shows when the scan's own limits are known
        assert done.code == 3
        assert "do not fit together" in rows_of(cardiothorax.folder / "out")[0]["error"]


def test_help_is_there_without_loading_anything_heavy(cardiothorax):
    for command in ("calcium", "calcium-score"):
        done = cardiothorax(command, "--help")
        assert done.code == 0
        assert "1 LAD, 2 LCX, 3 RCA, 4 LM, 5 not coronary" in done.out


def test_the_demo_takes_a_ct_and_says_where_everything_is(cardiothorax, study):
    pytest.importorskip("jinja2")
    done = cardiothorax("demo", study, "--out", "shown")
    assert done.code == 0, done.err
    assert "Verdict: " in done.out
    for name in ("study.html", "study.png", "study_lesions.nrrd", "results.csv"):
        assert (cardiothorax.folder / "shown" / name).is_file()
        assert name in done.out
