"""ICC(A,1) against Shrout and Fleiss's table and exact small cases."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cardiothorax.stats.icc import icc_a1, mean_squares
from cardiothorax.stats.inputs import UnusableNumbers

# Shrout and Fleiss 1979, table 2: six targets (rows) rated by four judges
SHROUT_FLEISS = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
X = np.array([0, 12, 55, 130, 420, 900.0])
Y = np.array([0, 10, 60, 121, 450, 880.0])


def test_shrout_and_fleiss() -> None:
    """Table 4 of the paper gives ICC(2,1) = .29; the R package psych gives 0.019 to 0.76."""
    found = icc_a1(SHROUT_FLEISS)
    assert round(found.estimate, 2) == 0.29
    assert round(found.low, 3) == 0.019
    assert round(found.high, 2) == 0.76


def test_mean_squares_of_shrout_and_fleiss() -> None:
    """Table 3: between targets 11.24, between judges 32.49, residual 1.02."""
    found = mean_squares(SHROUT_FLEISS)
    assert (found.n, found.k) == (6, 4)
    assert [round(value, 2) for value in (found.rows, found.columns, found.error)] == [11.24, 32.49, 1.02]


def test_calcium_scores_exactly() -> None:
    squares = mean_squares(np.column_stack([X, Y]))
    assert (squares.rows, squares.columns, squares.error) == pytest.approx(
        (246376.9333, 1.3333, 140.7333), abs=1e-4
    )
    assert icc_a1(np.column_stack([X, Y])).estimate == pytest.approx(0.99904654, abs=5e-9)


def test_constant_shift_lowers_absolute_agreement() -> None:
    """Consistency would say 1."""
    found = icc_a1(np.column_stack([X, X + 20]))
    assert found.estimate == pytest.approx(0.99839723, abs=5e-9)
    assert found.low < found.estimate < found.high <= 1


@pytest.mark.parametrize("x", [X, np.linspace(0.31, 0.62, 9), np.array([1e-9, 2e-9])])
def test_perfect_agreement(x: np.ndarray) -> None:
    found = icc_a1(np.column_stack([x, x]))
    assert (found.estimate, found.low, found.high) == (1.0, 1.0, 1.0)


def test_two_raters_against_variance_components() -> None:
    """Brute force: subject, rater and residual variance from statsmodels' anova table."""
    import pandas as pd
    from statsmodels.formula.api import ols
    from statsmodels.stats.anova import anova_lm

    rng = np.random.default_rng(11)
    truth = rng.normal(0.48, 0.06, 25)
    table = np.column_stack([truth + rng.normal(0.01, 0.02, 25), truth + rng.normal(0, 0.02, 25)])
    long = pd.DataFrame(
        {"y": table.ravel(), "subject": np.repeat(np.arange(25), 2), "rater": np.tile([0, 1], 25)}
    )
    anova = anova_lm(ols("y ~ C(subject) + C(rater)", data=long).fit())["mean_sq"]
    residual = anova["Residual"]
    subjects = (anova["C(subject)"] - residual) / 2
    raters = (anova["C(rater)"] - residual) / 25
    assert icc_a1(table).estimate == pytest.approx(subjects / (subjects + raters + residual), rel=1e-9)


def test_interval_covers_as_often_as_it_says() -> None:
    """1,000 studies of 40 films with true ICC 0.9 and no rater effect."""
    rng = np.random.default_rng(3)
    held = 0
    for _ in range(1000):
        truth = rng.normal(0, 3, 40)
        found = icc_a1(truth[:, None] + rng.normal(0, 1, (40, 2)))
        held += found.low < 0.9 < found.high
    assert held / 1000 == pytest.approx(0.95, abs=0.025)


tables = arrays(float, (8, 2), elements=st.floats(0.2, 0.9), unique=True)


@settings(deadline=None)  # the first example pays for importing scipy
@given(tables, st.floats(-5, 5), st.floats(0.1, 100))
def test_same_for_another_zero_and_unit(table: np.ndarray, shift: float, scale: float) -> None:
    one, other = icc_a1(table), icc_a1(table * scale + shift)
    assert (other.estimate, other.low, other.high) == pytest.approx(
        (one.estimate, one.low, one.high), abs=1e-6
    )


@settings(deadline=None)
@given(tables)
def test_order_of_raters_and_subjects_does_not_matter(table: np.ndarray) -> None:
    one = icc_a1(table)
    assert icc_a1(table[::-1, ::-1]).estimate == pytest.approx(one.estimate, abs=1e-9)
    assert one.low <= one.estimate <= one.high <= 1


@pytest.mark.parametrize(
    ("ratings", "words"),
    [
        ([[0.5, 0.5], [0.5, 0.5]], "do not vary"),
        ([[0.3, 0.3], [0.1 + 0.2, 0.3]], "do not vary"),
        ([[0.5, 0.4]], "at least 2 subjects"),
        ([[0.5], [0.4]], "at least 2 subjects"),
        ([0.5, 0.4], "at least 2 subjects"),
        ([[0.5, np.nan], [0.4, 0.4], [np.inf, 0.3]], "2 subjects have missing"),
    ],
)
def test_refused_in_words(ratings: list, words: str) -> None:
    with pytest.raises(UnusableNumbers, match=words):
        icc_a1(ratings)
