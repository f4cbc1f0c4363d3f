"""Flags, exact JSON, files that are never half written."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardiothorax.errors import StoreProblem
from cardiothorax.records import (
    Edit,
    Flag,
    Grade,
    Provenance,
    from_plain,
    to_plain,
    verdict,
    write_atomically,
)


@pytest.mark.parametrize(
    ("grades", "expected"),
    [
        ([], "ok"),
        ([Grade.NOTE, Grade.NOTE], "ok"),
        ([Grade.NOTE, Grade.REVIEW], "review"),
        ([Grade.REJECT, Grade.REVIEW], "reject"),
    ],
)
def test_verdict_is_the_worst_grade(grades: list[Grade], expected: str) -> None:
    assert verdict(Flag("c", grade, "t") for grade in grades) == expected


@dataclass(frozen=True)
class Sample:
    number: float
    maybe: float | None
    point: tuple[float, float]
    flags: tuple[Flag, ...]
    options: dict[str, str | float | bool]


@given(
    number=st.floats(allow_nan=False, allow_infinity=False),
    maybe=st.none() | st.floats(allow_nan=False, allow_infinity=False),
    text=st.text(max_size=20),
)
def test_json_round_trip_is_exact(number: float, maybe: float | None, text: str) -> None:
    sample = Sample(
        number, maybe, (number, 0.1), (Flag("c", Grade.REVIEW, text),), {"a": text, "b": number, "c": True}
    )
    assert from_plain(Sample, json.loads(json.dumps(to_plain(sample)))) == sample


def test_whole_numbers_come_back_as_floats_where_floats_belong() -> None:
    plain = json.loads('{"number": 3, "maybe": null, "point": [1, 2], "flags": [], "options": {}}')
    assert isinstance(from_plain(Sample, plain).number, float)


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_number_that_does_not_exist_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="None"):
        to_plain({"x": value})


def test_unknown_and_missing_fields_are_named() -> None:
    with pytest.raises(ValueError, match=r"unknown fields \['when'\].*missing fields \['edited_at'\]"):
        from_plain(Edit, {"what": "a", "edited_by": "b", "when": "c"})


def test_provenance_knows_whether_it_was_edited() -> None:
    untouched = Provenance("1", "m", "1", "0", "onnx", "cpu")
    assert not untouched.edited
    assert Provenance("1", "m", "1", "0", "onnx", "cpu", edits=(Edit("T", "a", "now"),)).edited


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "results.csv"
    target.write_text("old", encoding="utf-8")

    def fail() -> None:
        with write_atomically(target) as temporary:
            temporary.write_text("half", encoding="utf-8")
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        fail()
    assert [p.name for p in tmp_path.iterdir()] == ["results.csv"]
    assert target.read_text(encoding="utf-8") == "old"


def test_writing_keeps_the_suffix_and_creates_the_folder(tmp_path: Path) -> None:
    with write_atomically(tmp_path / "new" / "mask.nii.gz") as temporary:
        assert temporary.name.endswith(".nii.gz")
        temporary.write_bytes(b"x")
    assert (tmp_path / "new" / "mask.nii.gz").read_bytes() == b"x"


def test_a_full_disk_is_a_store_problem_in_words(tmp_path: Path) -> None:
    def fail() -> None:
        with write_atomically(tmp_path / "a.csv"):
            raise OSError(28, "No space left on device")

    with pytest.raises(StoreProblem, match="No space left on device"):
        fail()
    assert list(tmp_path.iterdir()) == []
