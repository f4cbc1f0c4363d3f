"""Agreement statistics against published worked examples and other implementations."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cardiothorax.stats.agreement import (
    bland_altman,
    limits_of_agreement,
    mean_absolute_error,
    paired_difference_test,
    pearson,
    within_subject_cv,
)
from cardiothorax.stats.inputs import UnusableNumbers

# Bland and Altman, Lancet 1986, table 1: peak expiratory flow (l/min), first readings of 17 people
WRIGHT = [494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427]
MINI = [512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451]

samples = arrays(float, 12, elements=st.floats(0.2, 0.9), unique=True)


def test_peak_flow_bias_and_limits_as_published() -> None:
    """The paper's figures: -2.1, SD 38.8, limits -79.7 and 75.5 (with 2 SD), bias -22.0 to 17.8."""
    found = bland_altman(WRIGHT, MINI, multiplier=2)
    assert round(found.bias.estimate, 1) == -2.1
    assert round(found.sd, 1) == 38.8
    assert found.lower_limit.estimate == pytest.approx(-79.7, abs=0.06)
    assert found.upper_limit.estimate == pytest.approx(75.5, abs=0.1)
    assert found.bias.low == pytest.approx(-22.0, abs=0.06)
    assert found.bias.high == pytest.approx(17.8, abs=0.06)


def test_peak_flow_correlation_as_published() -> None:
    assert round(pearson(WRIGHT, MINI).estimate, 2) == 0.94


def test_limits_from_summary_as_published() -> None:
    """Bland and Altman 1999, blood pressure: n 85, mean -16.29, SD 19.61; the error of a limit is 3.64
    (their 1.71 s / sqrt n) and, with t for their 1.96, 1.96 SD limits are -54.7 and 22.1."""
    from scipy.stats import t

    found = limits_of_agreement(85, -16.29, 19.61)
    assert found.lower_limit.estimate == pytest.approx(-54.7, abs=0.05)
    assert found.upper_limit.estimate == pytest.approx(22.1, abs=0.05)
    error = (found.upper_limit.high - found.upper_limit.estimate) / t.ppf(0.975, 84)
    assert error == pytest.approx(3.64, abs=0.02)


def test_intervals_cover_as_often_as_they_say() -> None:
    """Known truth, 2,000 repetitions of n = 30: about 95 % of intervals hold the true bias and limit."""
    rng = np.random.default_rng(5)
    held = np.zeros(2)
    for _ in range(2000):
        found = bland_altman(rng.normal(0.01, 0.02, 30), np.zeros(30))
        upper = 0.01 + 1.96 * 0.02
        held += (
            found.bias.low < 0.01 < found.bias.high,
            found.upper_limit.low < upper < found.upper_limit.high,
        )
    assert held / 2000 == pytest.approx([0.95, 0.95], abs=0.02)


def test_pearson_matches_scipy() -> None:
    from scipy.stats import pearsonr

    theirs = pearsonr(WRIGHT, MINI)
    interval = theirs.confidence_interval()
    ours = pearson(WRIGHT, MINI)
    assert (ours.estimate, ours.low, ours.high) == pytest.approx(
        (theirs.statistic, interval.low, interval.high), rel=1e-12
    )


@pytest.mark.parametrize(("sign", "r"), [(1, 1.0), (-1, -1.0)])
def test_perfect_correlation_has_no_width(sign: int, r: float) -> None:
    x = np.arange(5.0)
    found = pearson(sign * x, x)
    assert (found.estimate, found.low, found.high) == (r, r, r)


def test_within_subject_cv_by_hand() -> None:
    """Differences 2, -2 on a grand mean of 10: sqrt(4 / 2) / 10."""
    assert within_subject_cv([11, 9], [9, 11]) == pytest.approx(2**0.5 / 10)


def test_mean_absolute_error_by_hand() -> None:
    assert mean_absolute_error([0.5, 0.4], [0.4, 0.6]) == pytest.approx(0.15)


def test_normal_differences_get_the_t_test() -> None:
    from scipy.stats import ttest_rel

    found = paired_difference_test(WRIGHT, MINI)
    assert found.name == "paired t"
    assert found.p_value == pytest.approx(ttest_rel(WRIGHT, MINI).pvalue)
    assert found.normality_p is not None
    assert found.normality_p > 0.05


def test_skewed_differences_get_wilcoxon() -> None:
    from scipy.stats import wilcoxon

    difference = np.exp(np.linspace(-3, 4, 40)) - 1
    found = paired_difference_test(difference, np.zeros(40))
    assert found.name == "Wilcoxon signed rank"
    assert found.p_value == pytest.approx(wilcoxon(difference).pvalue)
    assert "not normal" in found.why


def test_equal_methods_are_not_tested() -> None:
    found = paired_difference_test([0.4, 0.5, 0.6], [0.4, 0.5, 0.6])
    assert (found.name, found.p_value, found.normality_p) == ("none", 1.0, None)


def test_constant_shift_is_not_called_normal() -> None:
    x = np.linspace(0.3, 0.7, 20)
    found = paired_difference_test(x + 0.1, x)
    assert found.name == "Wilcoxon signed rank"
    assert found.p_value < 0.001


@settings(deadline=None)  # the first example pays for importing scipy
@given(samples, samples, st.floats(-1, 1), st.floats(0.01, 100))
def test_shift_and_scale(a: np.ndarray, b: np.ndarray, shift: float, scale: float) -> None:
    """Shifting one method shifts the bias alone; a change of unit changes everything in proportion."""
    plain = bland_altman(a, b)
    moved = bland_altman(a + shift, b)
    assert moved.bias.estimate == pytest.approx(plain.bias.estimate + shift, abs=1e-9)
    assert moved.sd == pytest.approx(plain.sd, abs=1e-9)
    scaled = bland_altman(a * scale, b * scale)
    assert scaled.upper_limit.high == pytest.approx(plain.upper_limit.high * scale, rel=1e-9, abs=1e-9)


@settings(deadline=None)
@given(samples, samples)
def test_swapping_the_methods_turns_the_limits_round(a: np.ndarray, b: np.ndarray) -> None:
    one, other = bland_altman(a, b), bland_altman(b, a)
    assert one.lower_limit.estimate == pytest.approx(-other.upper_limit.estimate, abs=1e-12)
    assert one.bias.high == pytest.approx(-other.bias.low, abs=1e-12)


@pytest.mark.parametrize("statistic", [bland_altman, pearson, mean_absolute_error, paired_difference_test])
def test_bad_lists_are_refused_in_words(statistic) -> None:
    with pytest.raises(UnusableNumbers, match="position 2"):
        statistic([0.4, np.nan, 0.5, 0.6], [0.4, 0.5, 0.5, 0.6])
    with pytest.raises(UnusableNumbers, match="4 measured and 5 reference"):
        statistic([0.4, 0.5, 0.5, 0.6], [0.4, 0.5, 0.5, 0.6, 0.7])
    with pytest.raises(UnusableNumbers, match="at least"):
        statistic([], [])


@pytest.mark.parametrize(
    ("statistic", "fewest"), [(bland_altman, 2), (pearson, 4), (paired_difference_test, 3)]
)
def test_fewest_pairs(statistic, fewest: int) -> None:
    x = np.linspace(0.4, 0.6, fewest)
    statistic(x, x[::-1] * 1.1)
    with pytest.raises(UnusableNumbers, match=f"at least {fewest}"):
        statistic(x[1:], x[1:])


def test_constant_list_has_no_correlation() -> None:
    with pytest.raises(UnusableNumbers, match="All reference values are equal"):
        pearson([1, 2, 3, 4], [0.1 + 0.2, 0.3, 0.3, 0.3])


def test_cv_needs_a_positive_mean() -> None:
    with pytest.raises(UnusableNumbers, match="grand mean"):
        within_subject_cv([-1, 1], [1, -1])
