"""Weighted kappa: exact tables, statsmodels for the interval, properties."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cardiothorax.stats.inputs import UnusableNumbers
from cardiothorax.stats.kappa import category_agreement, category_table, weighted_kappa

CATEGORIES = ("0", "1-10", "11-100", "101-400", ">400")
TABLE = np.array(
    [[10, 2, 0, 0, 0], [1, 8, 3, 0, 0], [0, 2, 12, 1, 0], [0, 0, 1, 9, 2], [0, 0, 0, 1, 8]]
)  # rows are the reference

tables = arrays(np.int64, st.integers(2, 5).map(lambda k: (k, k)), elements=st.integers(0, 30)).filter(
    lambda t: np.count_nonzero(t.sum(0) + t.sum(1)) > 1
)


@pytest.mark.parametrize(
    ("weights", "expected"), [("linear", 0.85635359), ("quadratic", 0.93936567), ("none", 0.72746331)]
)
def test_risk_groups_exactly(weights: str, expected: float) -> None:
    assert weighted_kappa(TABLE, weights).estimate == pytest.approx(expected, abs=5e-9)


def test_everything_at_once_from_names() -> None:
    pairs = [(r, m) for r, row in enumerate(TABLE) for m, count in enumerate(row) for _ in range(count)]
    reference, measured = ([CATEGORIES[p[side]] for p in pairs] for side in (0, 1))
    found = category_agreement(measured, reference, CATEGORIES)
    assert np.array_equal(found.table, TABLE)
    assert found.agreement.estimate == pytest.approx(0.78333333, abs=5e-9)
    assert (found.agreement.count, found.agreement.total) == (47, 60)
    assert found.linear_kappa == weighted_kappa(TABLE, "linear")
    assert found.quadratic_kappa == weighted_kappa(TABLE, "quadratic")
    assert found.kappa == weighted_kappa(TABLE, "none")


@settings(max_examples=60, deadline=None)
@given(tables, st.sampled_from(("none", "linear", "quadratic")))
def test_against_statsmodels(table: np.ndarray, weights: str) -> None:
    from statsmodels.stats.inter_rater import cohens_kappa

    k = len(table)
    distance = np.abs(np.subtract.outer(np.arange(k), np.arange(k)))
    given_weights = {"none": None, "linear": distance / (k - 1), "quadratic": (distance / (k - 1)) ** 2}[
        weights
    ]
    with np.errstate(all="ignore"):
        expected = cohens_kappa(table, weights=given_weights)
    found = weighted_kappa(table, weights)
    assert found.estimate == pytest.approx(float(expected.kappa), abs=1e-10)
    if np.trace(table) == table.sum():
        return
    if np.isnan(expected.kappa_low):  # a variance of 0, below it by rounding: one reader saw one category
        assert found.low == pytest.approx(found.high, abs=1e-6)
    else:
        assert found.low == pytest.approx(float(expected.kappa_low), abs=1e-6)
        assert found.high == pytest.approx(min(float(expected.kappa_upp), 1.0), abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(tables)
def test_turned_tables_and_two_categories(table: np.ndarray) -> None:
    """The two readers may change places; with two categories all weights are the same."""
    for weights in ("none", "linear", "quadratic"):
        assert weighted_kappa(table.T, weights).estimate == pytest.approx(
            weighted_kappa(table, weights).estimate, abs=1e-12
        )
    if len(table) == 2:
        assert weighted_kappa(table, "linear") == weighted_kappa(table, "none")


def test_perfect_agreement_is_one() -> None:
    found = weighted_kappa(np.diag([3, 1, 5]), "linear")
    assert (found.estimate, found.low, found.high) == (1.0, 1.0, 1.0)


def test_agreement_by_chance_is_zero() -> None:
    assert weighted_kappa(np.outer([1, 2, 3], [2, 3, 1]), "linear").estimate == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ([[3, 0], [0, 0]], "one category"),
        ([[0, 0], [0, 0]], "not all of them 0"),
        ([[1, -1], [0, 2]], "counts"),
        ([[1, 2, 3], [4, 5, 6]], "square"),
        ([[4]], "square"),
    ],
)
def test_what_carries_no_kappa(table: list[list[int]], words: str) -> None:
    with pytest.raises(UnusableNumbers, match=words):
        weighted_kappa(table, "none")


def test_unknown_names() -> None:
    with pytest.raises(UnusableNumbers, match="'1-11' is none of the categories"):
        category_table(["1-11"], ["0"], CATEGORIES)
    with pytest.raises(UnusableNumbers, match="2 measured and 1 reference"):
        category_table(["0", "0"], ["0"], CATEGORIES)
    with pytest.raises(ValueError, match="cubic"):
        weighted_kappa(TABLE, "cubic")
