"""Proportions and accuracy against published tables."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cardiothorax.stats.diagnostic import confusion, diagnostic, wilson
from cardiothorax.stats.inputs import UnusableNumbers


@pytest.mark.parametrize(
    ("count", "total", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_as_published(count: int, total: int, low: float, high: float) -> None:
    """Newcombe, Stat Med 1998;17:857-872, table I, method 3."""
    found = wilson(count, total)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


@settings(deadline=None)  # the first example pays for importing scipy
@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_matches_statsmodels(case: tuple[int, int]) -> None:
    from statsmodels.stats.proportion import proportion_confint

    found = wilson(*case)
    assert (found.low, found.high) == pytest.approx(proportion_confint(*case, method="wilson"), abs=1e-12)
    mirrored = wilson(case[1] - case[0], case[1])
    assert mirrored.low == pytest.approx(1 - found.high, abs=1e-12)


def test_nothing_to_judge_has_no_proportion() -> None:
    found = wilson(0, 0)
    assert (found.estimate, found.low, found.high) == (None, None, None)


def test_impossible_counts_are_refused() -> None:
    with pytest.raises(UnusableNumbers, match="5 of 4"):
        wilson(5, 4)


def test_paper_table() -> None:
    """500 films as the method's paper has them: sensitivity 97.2, specificity 92.7, PPV 94.8, NPV 96.0,
    accuracy 95.3 %: 292 of 300 enlarged and 185 of 200 normal hearts come closest."""
    predicted = [1] * 292 + [0] * 8 + [1] * 15 + [0] * 185
    truth = [1] * 300 + [0] * 200
    found = diagnostic(predicted, truth)
    assert found.confusion == confusion(predicted, truth)
    assert (found.sensitivity.count, found.sensitivity.total) == (292, 300)
    assert (found.specificity.count, found.specificity.total) == (185, 200)
    assert (found.ppv.count, found.ppv.total) == (292, 307)
    assert (found.npv.count, found.npv.total) == (185, 193)
    assert found.accuracy.estimate == pytest.approx(477 / 500)


def test_without_positives_sensitivity_is_unknown() -> None:
    found = diagnostic([False, True], [False, False])
    assert found.sensitivity.estimate is None
    assert found.specificity.estimate == 0.5
    assert found.ppv.estimate == 0.0


@settings(deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=60))
def test_counts_by_brute_force(cases: list[tuple[bool, bool]]) -> None:
    found = confusion([p for p, _ in cases], [t for _, t in cases])
    assert found.true_positive == sum(p and t for p, t in cases)
    assert found.false_positive == sum(p and not t for p, t in cases)
    assert found.false_negative == sum(t and not p for p, t in cases)
    assert found.true_negative == sum(not p and not t for p, t in cases)


def test_other_values_than_yes_and_no_are_refused() -> None:
    with pytest.raises(UnusableNumbers, match="truth has values other"):
        confusion([0, 1], [0, 2])
    with pytest.raises(UnusableNumbers, match="missing"):
        confusion([0, np.nan], [0, 1])
    with pytest.raises(UnusableNumbers, match="1 predicted and 2 true"):
        confusion([1], [0, 1])
