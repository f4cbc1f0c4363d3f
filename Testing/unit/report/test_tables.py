"""Tables and JSON keep every digit and appear whole."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cardiothorax.errors import StoreProblem
from cardiothorax.report import write_csv, write_json
from cardiothorax.report.tables import cell_text, text_of_cell


def read(path: Path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_cells() -> None:
    cells = [
        None,
        "",
        "a;b",
        3,
        0.1 + 0.2,
        True,
        False,
        ("x", "y"),
        [],
        np.float32(0.5),
        np.int64(7),
        np.True_,
    ]
    said = ["", "", "a;b", "3", "0.30000000000000004", "true", "false", "x;y", "", "0.5", "7", "true"]
    assert [cell_text(cell) for cell in cells] == said


@pytest.mark.parametrize("text", ["=1+1.dcm", "+film.png", "-film.png", "@cmd", "\t=1", "\r=1", "'=quoted"])
def test_text_never_runs_as_a_formula(text: str) -> None:
    assert cell_text(text) == f"'{text}"
    assert text_of_cell(cell_text(text)) == text


@pytest.mark.parametrize("value", [-3, -0.25, "-3", "+2.5e-3", "O'Hara.dcm", "a=b", "'"])
def test_numbers_and_harmless_text_stay(value: object) -> None:
    assert cell_text(value) == str(value)


@given(st.text())
def test_every_text_comes_back(text: str) -> None:
    assert text_of_cell(cell_text(text)) == text


@pytest.mark.parametrize("value", [float("nan"), float("inf"), np.float64("nan")])
def test_numbers_that_do_not_exist_are_refused(value: float, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="None for a missing number"):
        write_csv([{"ctr": value}], tmp_path / "t.csv")
    with pytest.raises(ValueError, match="None for a missing number"):
        write_json({"ctr": value}, tmp_path / "t.json")
    assert list(tmp_path.iterdir()) == []


@settings(deadline=None)
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_floats_come_back_exactly(tmp_path_factory: pytest.TempPathFactory, numbers: list[float]) -> None:
    path = tmp_path_factory.mktemp("t") / "t.csv"
    write_csv([{"x": number} for number in numbers], path)
    assert [float(row["x"]) for row in read(path)] == numbers


def test_columns_and_awkward_text(tmp_path: Path) -> None:
    rows = [
        {"file": 'Größe "1", neu\n.dcm', "ctr": 0.5},
        {"ctr": None, "flags": ("a", "b"), "file": "中.png"},
    ]
    write_csv(rows, tmp_path / "t.csv")
    assert read(tmp_path / "t.csv") == [
        {"file": 'Größe "1", neu\n.dcm', "ctr": "0.5", "flags": ""},
        {"file": "中.png", "ctr": "", "flags": "a;b"},
    ]
    assert b"\r" not in (tmp_path / "t.csv").read_bytes()


def test_given_columns_hold(tmp_path: Path) -> None:
    write_csv([{"b": 1}], tmp_path / "t.csv", columns=("a", "b"))
    assert (tmp_path / "t.csv").read_text() == "a,b\n,1\n"
    with pytest.raises(ValueError, match="the header lacks: c"):
        write_csv([{"c": 1}], tmp_path / "t.csv", columns=("a", "b"))


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    write_csv([{"a": 1}], path)
    with pytest.raises(ValueError, match="missing number"):
        write_csv([{"a": 2}, {"a": float("nan")}], path)
    assert path.read_text() == "a\n1\n"
    assert [p.name for p in tmp_path.iterdir()] == ["t.csv"]


def test_a_folder_in_the_way_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "t.csv").mkdir()
    with pytest.raises(StoreProblem, match=r"t\.csv could not be written"):
        write_csv([{"a": 1}], tmp_path / "t.csv")


def test_json_of_dataclasses(tmp_path: Path) -> None:
    @dataclass(frozen=True)
    class Thing:
        name: str
        width_mm: float | None

    write_json({"things": [Thing("Thoräx", 0.1), Thing("b", None)]}, tmp_path / "t.json")
    text = (tmp_path / "t.json").read_text(encoding="utf-8")
    assert "Thoräx" in text
    assert json.loads(text) == {
        "things": [{"name": "Thoräx", "width_mm": 0.1}, {"name": "b", "width_mm": None}]
    }
