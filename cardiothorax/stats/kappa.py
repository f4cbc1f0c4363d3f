"""Agreement of categories beyond chance: Cohen's kappa, plain or weighted.

Cohen, Psychol Bull 1968;70:213-220; the interval is the large-sample one of Fleiss, Cohen and Everitt,
Psychol Bull 1969;72:323-327.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from .diagnostic import Proportion, wilson
from .inputs import CONFIDENCE, Interval, UnusableNumbers

WEIGHTS = ("none", "linear", "quadratic")


@dataclass(frozen=True)
class CategoryAgreement:
    """``table`` counts ``[reference][measured]`` in the order of ``categories``."""

    categories: tuple[str, ...]
    table: tuple[tuple[int, ...], ...]
    agreement: Proportion
    kappa: Interval
    linear_kappa: Interval
    quadratic_kappa: Interval


def category_agreement(
    measured: Sequence[str], reference: Sequence[str], categories: Sequence[str]
) -> CategoryAgreement:
    """All of it for two lists of category names; ``categories`` in their natural order."""
    table = category_table(measured, reference, categories)
    return CategoryAgreement(
        categories=tuple(categories),
        table=tuple(tuple(int(count) for count in row) for row in table),
        agreement=wilson(int(np.trace(table)), int(table.sum())),
        kappa=weighted_kappa(table, "none"),
        linear_kappa=weighted_kappa(table, "linear"),
        quadratic_kappa=weighted_kappa(table, "quadratic"),
    )


def category_table(
    measured: Sequence[str], reference: Sequence[str], categories: Sequence[str]
) -> np.ndarray:
    """Counts ``[reference, measured]``; a name that is no category is refused."""
    if len(measured) != len(reference):
        raise UnusableNumbers(
            f"There are {len(measured)} measured and {len(reference)} reference categories."
        )
    place = {name: number for number, name in enumerate(categories)}
    table = np.zeros((len(place), len(place)), np.int64)
    for first, second in zip(reference, measured, strict=True):
        for name in (first, second):
            if name not in place:
                raise UnusableNumbers(f"{name!r} is none of the categories {', '.join(categories)}.")
        table[place[first], place[second]] += 1
    return table


def weighted_kappa(table: ArrayLike, weights: str = "linear", *, confidence: float = CONFIDENCE) -> Interval:
    """``1 - ΣwO / ΣwE`` of a square table of counts, rows the reference; ``weights`` one of :data:`WEIGHTS`.

    ``w`` is ``|i - j| / (k - 1)`` when linear, its square when quadratic, 0 or 1 for ``none``. Perfect
    agreement is 1 with the interval [1, 1]; where all subjects fall into one category kappa is not defined.

    >>> round(weighted_kappa([[20, 5], [10, 15]], "none").estimate, 12)
    0.4
    """
    counts = _counts(table)
    n, k = float(counts.sum()), len(counts)
    shares = counts / n
    rows, columns = shares.sum(axis=1), shares.sum(axis=0)
    distance = _distance(k, weights)
    expected = float((distance * np.outer(rows, columns)).sum())
    if expected == 0:
        raise UnusableNumbers("All subjects are in one category; kappa is not defined.")
    kappa = 1 - float((distance * shares).sum()) / expected
    if not (distance * shares).any():
        return Interval(1.0, 1.0, 1.0)
    error = _standard_error(shares, 1 - distance, kappa, n)
    from scipy.stats import norm

    half = float(norm.ppf((1 + confidence) / 2)) * error
    return Interval(kappa, kappa - half, min(kappa + half, 1.0))


def _counts(table: ArrayLike) -> np.ndarray:
    counts = np.asarray(table, dtype=float)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1] or len(counts) < 2:
        raise UnusableNumbers(
            f"A table of shape {counts.shape} was given; kappa needs a square one, 2 x 2 or more."
        )
    if not np.isfinite(counts).all() or (counts < 0).any() or counts.sum() == 0:
        raise UnusableNumbers("The table must hold counts, and not all of them 0.")
    return counts


def _distance(categories: int, weights: str) -> np.ndarray:
    if weights not in WEIGHTS:
        raise ValueError(f"weights is one of {', '.join(WEIGHTS)}, not {weights!r}")
    place = np.arange(categories)
    steps: np.ndarray = np.abs(place[:, None] - place[None, :]) / (categories - 1)
    by_weights: dict[str, np.ndarray] = {
        "none": (steps > 0).astype(float),
        "linear": steps,
        "quadratic": steps**2,
    }
    return by_weights[weights]


def _standard_error(shares: np.ndarray, agreement: np.ndarray, kappa: float, n: float) -> float:
    rows, columns = shares.sum(axis=1), shares.sum(axis=0)
    by_chance = float((agreement * np.outer(rows, columns)).sum())
    of_row, of_column = agreement @ columns, rows @ agreement
    spread = agreement - (of_row[:, None] + of_column[None, :]) * (1 - kappa)
    variance = float((shares * spread**2).sum()) - (kappa - by_chance * (1 - kappa)) ** 2
    return math.sqrt(max(variance, 0.0) / n) / (1 - by_chance)
