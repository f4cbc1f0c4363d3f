"""The same films give the same numbers as at the last change that was meant to change them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from Testing.bench.fixed_films import FILMS, TABLE, table

TOLERANCE_RATIO = 0.001
TOLERANCE_PX = 0.5
"""Processors round differently; what a change of the method does is larger."""
TOLERANCE_AREA = 0.002
ADVICE = "if this is meant: make numbers, and name it in CHANGELOG.md"

Films = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def kept() -> Films:
    films: Films = json.loads(TABLE.read_text("utf-8"))
    return films


@pytest.fixture(scope="module")
def measured() -> Films:
    return table()


@pytest.mark.parametrize("name", FILMS)
def test_numbers_are_those_of_the_table(kept: Films, measured: Films, name: str) -> None:
    now, before = measured[name], kept[name]
    for what in ("model_sha256", "verdict", "flags"):
        assert now[what] == before[what], f"{what}; {ADVICE}"
    assert now["true_ctr"] == pytest.approx(before["true_ctr"], abs=1e-6), (
        f"the film itself changed; {ADVICE}"
    )
    assert (now["values"] is None) == (before["values"] is None), ADVICE
    for field, value in (before["values"] or {}).items():
        assert now["values"][field] == close_to(field, value), f"{field}; {ADVICE}"


def close_to(field: str, value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if field.endswith(("_area_px", "_area_mm2")):
        return pytest.approx(value, rel=TOLERANCE_AREA)
    absolute = TOLERANCE_RATIO if field in ("ctr", "ctr_tilt_corrected", "cutoff") else TOLERANCE_PX
    return pytest.approx(value, abs=absolute)


def test_same_film_same_numbers_to_the_last_digit(measured: Films) -> None:
    name = next(iter(FILMS))
    assert table([name])[name] == measured[name]
