"""MESA risk and percentiles by a table of the user's."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardiothorax.calcium.percentiles import (
    COLUMNS,
    PercentileProblem,
    Place,
    group_of,
    place,
    read_percentiles,
)
from cardiothorax.calcium.risk import ETHNICITIES, Person, RiskUnknown, mesa_risk

MAN = Person(70, True, "hispanic", 190, 50, 130, pressure_drug=True)


@pytest.mark.parametrize(("agatston", "percent"), [(0, 3.06), (100, 10.43)])
def test_published_example(agatston: float, percent: float) -> None:
    assert 100 * mesa_risk(MAN, agatston) == pytest.approx(percent, abs=0.005)


@given(
    st.builds(
        Person,
        st.floats(45, 84.9),
        st.booleans(),
        st.sampled_from(tuple(ETHNICITIES)),
        st.floats(201, 500),
        st.floats(10, 199),
        st.floats(60, 250),
        *[st.booleans()] * 5,
    ),
    st.floats(0, 5000),
)
def test_it_rises_with_what_harms(person: Person, agatston: float) -> None:
    risk = mesa_risk(person, agatston)
    assert 0 < risk < 1
    assert mesa_risk(person, agatston + 10) > risk
    assert mesa_risk(replace(person, hdl_mg_dl=200), agatston) <= risk
    for harm in ("male", "diabetes", "smoker", "lipid_drug", "pressure_drug", "family_history"):
        assert mesa_risk(replace(person, **{harm: True}), agatston) >= risk


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"age_years": 44.9}, "Age is 44.9 years.*made for 45 to 84"),
        ({"age_years": 85}, "Age is 85 years"),
        ({"ethnicity": "martian"}, "white, chinese, black, hispanic, not 'martian'"),
        ({"age_years": float("nan")}, "Age is nan"),
        ({"cholesterol_mg_dl": 5.2}, "Total cholesterol is 5.2 mg/dl; 50 to 500 mg/dl"),
        ({"hdl_mg_dl": 1.3}, "HDL cholesterol is 1.3 mg/dl"),
        ({"systolic_mmhg": 13}, "Systolic pressure is 13 mmHg"),
        ({"cholesterol_mg_dl": 50, "hdl_mg_dl": 190}, "HDL cholesterol .190 mg/dl. is not below total"),
    ],
)
def test_persons_of_whom_it_knows_nothing(change: dict[str, object], words: str) -> None:
    with pytest.raises(RiskUnknown, match=words):
        mesa_risk(replace(MAN, **change), 0)


def test_a_value_in_another_unit_is_told_how_to_convert() -> None:
    with pytest.raises(RiskUnknown) as problem:
        mesa_risk(replace(MAN, cholesterol_mg_dl=4.9), 0)
    assert "1 mmol/l of it is 38.67 mg/dl" in problem.value.hint
    with pytest.raises(RiskUnknown) as problem:
        mesa_risk(replace(MAN, systolic_mmhg=13), 0)
    assert "mmol" not in problem.value.hint


@pytest.mark.parametrize("agatston", [-1, float("inf"), float("nan")])
def test_impossible_scores(tmp_path: Path, agatston: float) -> None:
    with pytest.raises(RiskUnknown, match="Agatston"):
        mesa_risk(MAN, agatston)
    (group,) = read_percentiles(table(tmp_path, MEN))
    with pytest.raises(PercentileProblem, match="Agatston"):
        place(group, agatston)


def table(folder: Path, *rows: str, header: str = ",".join(COLUMNS), encoding: str = "utf-8") -> Path:
    path = folder / "percentiles.csv"
    path.write_text("\n".join((header, *rows)) + "\n", encoding=encoding)
    return path


MEN = "male,white,45,54,0,1.5,40,150"
OLDER = "Male, White ,55,64,2,50,200,600"


@pytest.mark.parametrize(
    ("age", "score", "expected", "words"),
    [
        (50, 0, Place(0, 25), "at or below the 25th percentile"),
        (54.9, 1, Place(25, 50), "between the 25th and 50th percentile"),
        (45, 1.5, Place(50, 75), "between the 50th and 75th percentile"),
        (50, 149, Place(75, 90), "between the 75th and 90th percentile"),
        (50, 150, Place(90, 100), "at or above the 90th percentile"),
        (55, 1, Place(0, 25), "at or below the 25th percentile"),
        (60, 0, Place(0, 25), "at or below the 25th percentile"),
    ],
)
def test_places(tmp_path: Path, age: float, score: float, expected: Place, words: str) -> None:
    groups = read_percentiles(table(tmp_path, MEN, OLDER, encoding="utf-8-sig"))
    found = place(group_of(groups, sex="Male", ethnicity=" White", age_years=age), score)
    assert found == expected
    assert found.words == words


def test_no_calcium_where_half_the_group_has_none(tmp_path: Path) -> None:
    (group,) = read_percentiles(table(tmp_path, "female,white,45,74,0,0,24.5,139.8"))
    found = place(group, 0)
    assert (found, found.words) == (Place(0, 50), "at or below the 50th percentile")
    assert place(group, 1) == Place(50, 75)


@pytest.mark.parametrize(
    ("sex", "ethnicity", "age"), [("female", "white", 50), ("male", "x", 50), ("male", "white", 65)]
)
def test_groups_that_are_missing(tmp_path: Path, sex: str, ethnicity: str, age: float) -> None:
    groups = read_percentiles(table(tmp_path, MEN, OLDER))
    with pytest.raises(PercentileProblem, match=f"{sex}, {ethnicity}, {age} years"):
        group_of(groups, sex=sex, ethnicity=ethnicity, age_years=age)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([], "no rows"),
        (["m,white,45,54,0,1,2,3"], "line 2: sex is 'm'"),
        (["male,,45,54,0,1,2,3"], "ethnicity ''"),
        ([MEN, "male,white,54,60,0,1,2,3"], "white males share ages, 45 to 54 and 54 to 60"),
        (["male,white,54,45,0,1,2,3"], "54 to 45"),
        (["male,white,45.5,54,0,1,2,3"], "no range of whole years"),
        (["male,white,45,54,5,1,2,3"], "must not fall: 5, 1, 2, 3"),
        (["male,white,45,54,0,1,2,many"], "p90 is 'many'"),
        (["male,white,45,54,0,1,2"], "p90 is None"),
        (["male,white,45,54,0,1,2,-3"], "p90 is '-3'"),
        (["male,white,45,54,0,nan,2,3"], "p50 is 'nan'"),
    ],
)
def test_tables_with_mistakes(tmp_path: Path, rows: list[str], words: str) -> None:
    with pytest.raises(PercentileProblem, match=words):
        read_percentiles(table(tmp_path, *rows))


def test_files_that_are_no_table(tmp_path: Path) -> None:
    with pytest.raises(PercentileProblem, match="lacks the columns age_to, p90") as problem:
        read_percentiles(table(tmp_path, MEN, header="sex,ethnicity,age_from,p25,p50,p75"))
    assert ",".join(COLUMNS) in problem.value.hint
    with pytest.raises(PercentileProblem, match="No such file"):
        read_percentiles(tmp_path / "none.csv")
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(PercentileProblem, match="UTF-8"):
        read_percentiles(tmp_path / "binary.csv")
