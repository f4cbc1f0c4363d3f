"""``calcium-risk``, ``calcium-visual``, ``calcium-calibrate`` and ``phantom insert``, with worked numbers."""

from __future__ import annotations

import csv
import json
import math
import re
import shlex

import pytest

PERSON = "--age 70 --sex male --ethnicity hispanic"
FACTORS = "--cholesterol 190 --hdl 50 --systolic 130 --pressure-drug"
TABLE = """\
sex,ethnicity,age_from,age_to,p25,p50,p75,p90
male,hispanic,65,74,0,50,200,600
female,Mine,45,54,0,0,3,40
"""


@pytest.fixture
def risk(cardiothorax):
    (cardiothorax.folder / "table.csv").write_text(TABLE, encoding="utf-8")

    def run(line):
        return cardiothorax("calcium-risk", *shlex.split(line))

    return run


# -- risk --------------------------------------------------------------------------------------------


def test_the_published_example(risk):
    done = risk(f"--agatston 100 {PERSON} {FACTORS}")
    assert done.code == 0, done.err
    first, cohort, notice = done.out.splitlines()
    assert first == "Ten-year risk of coronary heart disease: 10.43 % (3.06 % with a score of 0)"
    assert "45 to 84" in cohort
    assert "not a medical device" in notice
    zero = risk(f"--agatston 0 {PERSON} {FACTORS}").out.splitlines()[0]
    assert zero == "Ten-year risk of coronary heart disease: 3.06 %"


def test_mmol_per_liter_gives_the_same_risk(risk):
    factors = f"--cholesterol {190 / 38.67} --hdl {50 / 38.67} --mmol --systolic 130 --pressure-drug"
    assert "10.43 %" in risk(f"--agatston 100 {PERSON} {factors}").out


@pytest.mark.parametrize(
    ("factor", "weight"),
    [
        ("--smoker", 0.3717),
        ("--diabetes", 0.3892),
        ("--family-history", 0.3239),
        ("--lipid-drug", 0.1206),
        ("--pressure-drug", 0.2278),
    ],
)
def test_each_factor_reaches_the_formula(risk, factor, weight):
    """By the paper's weights a factor turns the share without an event into its power of exp(weight)."""
    treated = (1 - 0.1043) ** math.exp(weight - 0.2278)
    done = risk(f"--agatston 100 {PERSON} --cholesterol 190 --hdl 50 --systolic 130 {factor}")
    said = re.search(r"disease: ([\d.]+) %", done.out)
    assert float(said[1]) == pytest.approx(100 * (1 - treated), abs=0.02)


@pytest.mark.parametrize(
    ("person", "score", "said"),
    [
        (PERSON, 100, "Among hispanic males of 65 to 74 years in table.csv: between the 50th and"),
        (PERSON, 600, "at or above the 90th percentile"),
        ("--age 50 --sex female --ethnicity mine", 0, "mine females of 45 to 54 years"),
        ("--age 50 --sex female --ethnicity mine", 0, "at or below the 50th percentile"),
    ],
)  # fmt: skip
def test_percentiles_need_no_blood_values(risk, person, score, said):
    done = risk(f"--agatston {score} {person} --percentiles table.csv")
    assert done.code == 0, done.err
    assert said in done.out
    assert "risk" not in done.out


def test_risk_and_percentile_together(risk):
    done = risk(f"--agatston 100 {PERSON} {FACTORS} --percentiles table.csv")
    assert "10.43 %" in done.out
    assert "between the 50th and 75th percentile" in done.out


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (f"--agatston 100 {PERSON}", "The risk needs --cholesterol, --hdl, --systolic, too."),
        (f"--agatston 100 {PERSON} --hdl 50 --percentiles table.csv", "needs --cholesterol, --systolic, too"),
        (f"--agatston 100 {PERSON} --smoker --percentiles table.csv", "The risk needs"),
        (f"--agatston -1 {PERSON} {FACTORS}", "not in the range"),
        (f"--agatston nan {PERSON} {FACTORS}", "Agatston score is nan"),
        (f"--agatston 1 --age 44 --sex male --ethnicity white {FACTORS}", "Age is 44 years; the risk"),
        (f"--agatston 1 --age 85 --sex male --ethnicity white {FACTORS}", "made for 45 to 84"),
        (f"--agatston 1 --age 60 --sex male --ethnicity mine {FACTORS}", "white, chinese, black, hispanic"),
        (f"--agatston 1 {PERSON} --cholesterol 4.9 --hdl 50 --systolic 130", "1 mmol/l of it is 38.67 mg/dl"),
        (f"--agatston 1 {PERSON} --cholesterol 60 --hdl 90 --systolic 130", "exchanged"),
        (f"--agatston 1 {PERSON} --percentiles gone.csv", "gone.csv"),
        ("--agatston 1 --age 80 --sex male --ethnicity hispanic --percentiles table.csv", "no group for"),
    ],
)  # fmt: skip
def test_what_it_cannot_know_is_said(risk, line, said):
    done = risk(line)
    assert done.code == 2
    assert said in done.err
    assert done.out == ""
    assert "Traceback" not in done.err


# -- visual ------------------------------------------------------------------------------------------


def test_ordinal_score_and_suggested_cac_drs(cardiothorax):
    done = cardiothorax("calcium-visual", *shlex.split("--lm 1 --lad 2 --lcx 0 --rca 1"))
    assert done.code == 0, done.err
    ordinal, cac_drs, notice = done.out.splitlines()
    assert ordinal == "Ordinal score 4 of 12: moderate (4 to 6)"
    assert cac_drs.startswith("CAC-DRS V2/N3")
    assert "your overall impression decides V" in cac_drs
    assert "not a medical device" in notice
    none = cardiothorax("calcium-visual", *shlex.split("--lm 0 --lad 0 --lcx 0 --rca 0"))
    assert none.out.splitlines()[0] == "Ordinal score 0 of 12: none"


def test_all_four_arteries_are_asked_for(cardiothorax):
    done = cardiothorax("calcium-visual", "--lm", "1", "--lad", "2", "--lcx", "0")
    assert (done.code, "--rca" in done.err) == (2, True)
    done = cardiothorax("calcium-visual", *shlex.split("--lm 1 --lad 4 --lcx 0 --rca 1"))
    assert (done.code, "0<=x<=3" in done.err) == (2, True)


# -- calibrate ---------------------------------------------------------------------------------------


def test_an_insert_is_calibrated_and_its_mass_scored(cardiothorax):
    made = cardiothorax("phantom", "insert", "--out", "insert")
    assert made.code == 0, made.err
    truth = json.loads((cardiothorax.folder / "insert" / "insert_truth.json").read_text("utf-8"))
    assert truth["mass_mg"] == pytest.approx(168.23, abs=0.005)
    rod, water = (",".join(map(str, truth["rods"][name]["ijk"])) for name in ("calcium", "water"))
    image = "insert/insert.nrrd"
    asked = ("calcium-calibrate", image, "--rod", rod, "--water", water, "--density", "200")
    done = cardiothorax(*asked)
    assert done.code == 0, done.err
    factor = float(done.out)
    assert factor == pytest.approx(truth["mass_factor"], rel=0.01)
    assert done.err.count("it lies well inside") == 2

    scored = cardiothorax(
        "calcium-score", image, "--labels", "insert/insert_labels.nrrd", "--preset", "siemens",
        "--mass-factor", done.out.strip(), "--out", "scored",
    )  # fmt: skip
    assert scored.code == 0, scored.err
    with open(cardiothorax.folder / "scored" / "results.csv", encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (float(row["mass_factor"]), row["mass_factor_source"]) == (factor, "user")
    assert float(row["mass_mg"]) == pytest.approx(150.1, abs=0.2), "as the tutorial says"
    assert 540 <= float(row["agatston"]) <= 750

    moved = int(rod.split(",")[0]) + 14
    for wrong, said in (
        (f"{moved},302,7", "circle in the rod is not even"),
        ("256,256,7", "brighter than water"),
        ("5,5,7", "is not inside the image"),
        ("330,302", "column, row and slice are needed"),
    ):
        done = cardiothorax(*asked, "--rod", wrong)
        assert (done.code, done.out) == (2, "")
        assert said in done.err


def test_a_scan_that_is_not_there(cardiothorax):
    done = cardiothorax(
        "calcium-calibrate", "gone.nrrd", *shlex.split("--rod 1,1,1 --water 2,2,2 --density 200")
    )
    assert done.code == 2
    assert "gone.nrrd does not exist" in done.err
