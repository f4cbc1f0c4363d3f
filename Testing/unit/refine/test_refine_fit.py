"""Fitting: finds what helps, says what it gains, repeats itself."""

from __future__ import annotations

import numpy as np
import pytest

from cardiothorax.refine import CrfParameters, Example, fit_parameters
from cardiothorax.refine.fit import mean_dice


def example(seed: int) -> Example:
    """A bright organ on a dark picture, its probabilities shaken by noise."""
    rng = np.random.default_rng(seed)
    truth = np.zeros((48, 48), np.uint8)
    truth[10:36, 12:38] = 1
    grey = np.where(truth == 1, 180, 70) + rng.normal(0, 8, truth.shape)
    organ = np.clip(np.where(truth == 1, 0.6, 0.4) + rng.normal(0, 0.2, truth.shape), 0.01, 0.99)
    return Example(grey.astype(np.uint8), np.stack([1 - organ, organ]).astype(np.float32), truth)


def test_the_fit_gains_and_repeats_itself() -> None:
    examples = [example(1), example(2)]
    seen: list[tuple[int, int]] = []
    fits = [
        fit_parameters(
            examples, trials=6, rng=np.random.default_rng(5), progress=lambda n, all_: seen.append((n, all_))
        )
        for _ in range(2)
    ]
    assert fits[0] == fits[1]
    assert seen[:6] == [(n, 6) for n in range(1, 7)]
    assert fits[0].trials[0].params == CrfParameters()
    assert fits[0].best.dice == max(trial.dice for trial in fits[0].trials)
    assert fits[0].gain > 0.05
    assert fits[0].without == pytest.approx(
        np.mean([mean_dice(e.probabilities.argmax(0), e) for e in examples])
    )


def test_dice_counts_the_organs_that_the_truth_knows() -> None:
    truth = np.array([[1, 1, 0, 0]], np.uint8)
    film = Example(np.zeros((1, 4), np.uint8), np.zeros((4, 1, 4), np.float32), truth, classes=(1, 2))
    # Organ 1: one of two pixels found, Dice 2/3; organ 2 is absent and not found, Dice 1.
    assert mean_dice(np.array([[1, 0, 3, 0]]), film) == pytest.approx((2 / 3 + 1) / 2)


@pytest.mark.parametrize(("examples", "trials"), [([], 3), ([example(1)], 0)])
def test_nothing_to_fit_is_refused(examples: list[Example], trials: int) -> None:
    with pytest.raises(ValueError, match="fitting needs"):
        fit_parameters(examples, trials=trials, rng=np.random.default_rng(0))
