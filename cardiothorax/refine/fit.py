"""Parameters of the dense CRF fitted to films with known masks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from .dense import dense_crf
from .parameters import CrfParameters


@dataclass(frozen=True)
class Example:
    """One film: ``grey`` uint8 ``[h, w]``, a network's ``probabilities`` ``[c, h, w]``, the truth as labels.

    ``classes`` are the labels that the truth knows; where a source drew no heart, leave 3 out.
    """

    grey: np.ndarray
    probabilities: np.ndarray
    truth: np.ndarray
    classes: tuple[int, ...] | None = None


@dataclass(frozen=True)
class Trial:
    """Parameters and the mean Dice that they reached."""

    params: CrfParameters
    dice: float


@dataclass(frozen=True)
class Fit:
    """``best`` is the best trial; ``without`` the mean Dice of the probabilities as they are; ``trials`` all,
    in the order tried, for a table."""

    best: Trial
    without: float
    trials: tuple[Trial, ...]

    @property
    def gain(self) -> float:
        """What the CRF adds to the mean Dice; not above zero where it is better left off."""
        return self.best.dice - self.without


def fit_parameters(
    examples: Sequence[Example],
    *,
    trials: int = 50,
    rng: np.random.Generator,
    engine: str = "grid",
    progress: Callable[[int, int], None] | None = None,
) -> Fit:
    """Random search for the parameters with the highest mean Dice over examples and organs.

    The first trial is the default; the others are drawn from :func:`draw_parameters`. Same ``rng`` state,
    same result. ``progress`` is called with trials done and trials in all. Raises ``ValueError`` when there
    is nothing to fit on.
    """
    if not examples or trials < 1:
        raise ValueError(f"fitting needs examples and trials, but got {len(examples)} and {trials}")
    done = []
    for n in range(trials):
        params = draw_parameters(rng) if n else CrfParameters()
        scores = [
            mean_dice(dense_crf(film.grey, film.probabilities, engine=engine, params=params).argmax(0), film)
            for film in examples
        ]
        done.append(Trial(params, float(np.mean(scores))))
        if progress is not None:
            progress(n + 1, trials)
    without = float(np.mean([mean_dice(film.probabilities.argmax(0), film) for film in examples]))
    return Fit(max(done, key=lambda trial: trial.dice), without, tuple(done))


def draw_parameters(rng: np.random.Generator) -> CrfParameters:
    """Sigmas and weights spread evenly over their logarithm, within what is of use on a radiograph."""

    def between(low: float, high: float) -> float:
        return float(round(np.exp(rng.uniform(np.log(low), np.log(high))), 2))

    return CrfParameters(
        iterations=int(rng.integers(2, 11)),
        smoothness_sigma_px=between(1.5, 8.0),
        smoothness_weight=between(0.5, 8.0),
        appearance_sigma_px=between(12.0, 100.0),
        appearance_sigma_grey=between(4.0, 40.0),
        appearance_weight=between(0.3, 10.0),
    )


def mean_dice(labels: np.ndarray, example: Example) -> float:
    """Mean Dice over the organs that the truth knows; two empty masks score 1."""
    organs = example.classes or tuple(range(1, len(example.probabilities)))
    scores = []
    for organ in organs:
        found, true = labels == organ, example.truth == organ
        sizes = np.count_nonzero(found) + np.count_nonzero(true)
        scores.append(2.0 * np.count_nonzero(found & true) / sizes if sizes else 1.0)
    return float(np.mean(scores))
