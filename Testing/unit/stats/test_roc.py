"""AUC and its comparison on DeLong's own data, and by brute force."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cardiothorax.stats.inputs import UnusableNumbers
from cardiothorax.stats.roc import auc, compare_aucs, roc_curve

# DeLong, DeLong and Clarke-Pearson 1988: albumin, total protein, K-G score, outcome of 43 patients with
# complete data, as SAS/STAT's manual prints them (LOGISTIC, comparing ROC curves)
OVARIAN = """
3.0 5.8 10 0 3.2 6.3 5 1 3.9 6.8 3 1 2.8 4.8 6 0 3.2 5.8 3 1 0.9 4.0 5 0 2.5 5.7 8 0 1.6 5.6 5 1 3.8 5.7 5 1
3.7 6.7 6 1 3.2 5.4 4 1 3.8 6.6 6 1 4.1 6.6 5 1 3.6 5.7 5 1 4.3 7.0 4 1 3.6 6.7 4 0 2.3 4.4 6 1 4.2 7.6 4 0
4.0 6.6 6 0 3.5 5.8 6 1 3.8 6.8 7 1 3.0 4.7 8 0 4.5 7.4 5 1 3.7 7.4 5 1 3.1 6.6 6 1 4.1 8.2 6 1 4.3 7.0 5 1
4.3 6.5 4 1 3.2 5.1 5 1 2.6 4.7 6 1 3.3 6.8 6 0 1.7 4.0 7 0 3.7 6.1 5 1 3.3 6.3 7 1 4.2 7.7 6 1 3.5 6.2 5 1
2.9 5.7 9 0 2.1 4.8 7 1 2.8 6.2 8 0 4.0 7.0 7 1 3.3 5.7 6 1 3.7 6.9 5 1 3.6 6.6 5 1
"""
TABLE = np.array(OVARIAN.split(), float).reshape(-1, 4)
ALBUMIN, PROTEIN, KG, SURVIVED = TABLE[:, 0], TABLE[:, 1], 10 - TABLE[:, 2], TABLE[:, 3] == 1


@pytest.mark.parametrize(
    ("score", "area", "low", "high"),
    [
        (ALBUMIN, 0.7366, 0.5549, 0.9182),
        (KG, 0.7258, 0.5243, 0.9273),
        (PROTEIN, 0.6478, 0.4518, 0.8439),
    ],
    ids=["albumin", "K-G score", "total protein"],
)
def test_delong_areas_as_published(score: np.ndarray, area: float, low: float, high: float) -> None:
    found = auc(score, SURVIVED)
    assert [round(v, 4) for v in (found.estimate, found.low, found.high)] == [area, low, high]


def test_delong_comparisons_as_published() -> None:
    """SAS prints 0.0108 (p 0.9102) for albumin against K-G, -0.0780 (p 0.4561) for protein."""
    albumin, protein = compare_aucs(ALBUMIN, KG, SURVIVED), compare_aucs(PROTEIN, KG, SURVIVED)
    assert (round(albumin.difference.estimate, 4), round(albumin.p_value, 4)) == (0.0108, 0.9102)
    assert (round(protein.difference.estimate, 4), round(protein.p_value, 4)) == (-0.0780, 0.4561)


cases = st.lists(st.tuples(st.integers(0, 9), st.booleans()), min_size=6, max_size=40).filter(
    lambda c: 2 <= sum(t for _, t in c) <= len(c) - 2
)


@settings(deadline=None)  # the first example pays for importing scipy
@given(cases)
def test_area_and_variance_by_brute_force(case: list[tuple[int, bool]]) -> None:
    """Every pair of a positive with a negative: won, drawn or lost; DeLong's components from them."""
    score = np.array([float(s) for s, _ in case])
    truth = np.array([t for _, t in case])
    x, y = score[truth], score[~truth]
    wins = (x[:, None] > y[None, :]) + 0.5 * (x[:, None] == y[None, :])
    variance = wins.mean(axis=1).var(ddof=1) / len(x) + wins.mean(axis=0).var(ddof=1) / len(y)
    found = auc(score, truth)
    assert found.estimate == pytest.approx(wins.mean(), abs=1e-12)
    half = 1.959963984540054 * variance**0.5
    assert found.low == pytest.approx(max(0, wins.mean() - half), abs=1e-9)
    assert found.high == pytest.approx(min(1, wins.mean() + half), abs=1e-9)


@settings(deadline=None)
@given(cases)
def test_area_under_the_drawn_curve_is_the_area(case: list[tuple[int, bool]]) -> None:
    score, truth = np.array([float(s) for s, _ in case]), np.array([t for _, t in case])
    curve = roc_curve(score, truth)
    area = np.trapezoid(curve.true_positive_rate, curve.false_positive_rate)
    assert area == pytest.approx(auc(score, truth).estimate, abs=1e-12)
    assert (curve.false_positive_rate[-1], curve.true_positive_rate[-1]) == (1.0, 1.0)
    assert (np.diff(curve.true_positive_rate) >= 0).all()


def test_points_of_a_small_curve() -> None:
    curve = roc_curve([0.9, 0.8, 0.8, 0.1], [1, 1, 0, 0])
    assert curve.threshold.tolist() == [np.inf, 0.9, 0.8, 0.1]
    assert curve.true_positive_rate.tolist() == [0, 0.5, 1, 1]
    assert curve.false_positive_rate.tolist() == [0, 0, 0.5, 1]


def test_perfect_and_reversed_scores() -> None:
    truth = [0, 0, 0, 1, 1]
    assert auc([1, 2, 3, 4, 5], truth).estimate == 1.0
    assert auc([5, 4, 3, 2, 1], truth).estimate == 0.0


def test_a_score_does_not_differ_from_itself() -> None:
    found = compare_aucs(ALBUMIN, ALBUMIN, SURVIVED)
    assert (found.difference.estimate, found.z, found.p_value) == (0.0, 0.0, 1.0)


def test_one_sided_cases_are_refused() -> None:
    with pytest.raises(UnusableNumbers, match="3 positive and 0 negative"):
        auc([1, 2, 3], [1, 1, 1])
    with pytest.raises(UnusableNumbers, match="1 positive"):
        auc([1, 2, 3], [1, 0, 0])
    with pytest.raises(UnusableNumbers, match="2 scores and 3 true"):
        auc([1, 2], [1, 0, 0])
    with pytest.raises(UnusableNumbers, match="missing"):
        auc([1, np.nan, 3], [1, 0, 0])
