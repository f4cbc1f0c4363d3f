"""Borders of the risk groups, of CAC-DRS and of the suggested visual grade."""

from __future__ import annotations

import pytest

from cardiothorax.calcium.categories import cac_drs, category, visual_suggestion


@pytest.mark.parametrize(
    ("score", "group", "severity", "visual"),
    [
        (0, "0", "A0", "none"),
        (0.01, "1-10", "A1", "mild"),
        (10, "1-10", "A1", "mild"),
        (10.01, "11-100", "A1", "mild"),
        (99.99, "11-100", "A1", "mild"),
        (100, "11-100", "A2", "moderate"),
        (100.01, "101-400", "A2", "moderate"),
        (299.99, "101-400", "A2", "moderate"),
        (300, "101-400", "A3", "severe"),
        (400, "101-400", "A3", "severe"),
        (400.01, ">400", "A3", "severe"),
        (4000, ">400", "A3", "severe"),
    ],
)
def test_borders(score: float, group: str, severity: str, visual: str) -> None:
    assert category(score) == group
    assert cac_drs(score, 2) == f"{severity}/N2"
    assert visual_suggestion(score) == visual


def test_sums_that_miss_a_border_by_their_last_bits_stand_on_it() -> None:
    score = 0.1 + 0.2 + 9.7
    assert category(score + 2e-15) == category(10)
    assert category(100 + 1e-13) == "11-100"
    assert cac_drs(100 - 1e-13, 1) == "A2/N1"
    assert cac_drs(300 - 1e-12, 4) == "A3/N4"
