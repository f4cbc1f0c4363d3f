"""How well a yes or no answers a reference yes or no; proportions with Wilson's score interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from .inputs import CONFIDENCE, UnusableNumbers, binary


@dataclass(frozen=True)
class Proportion:
    """``count`` of ``total``; estimate and interval are ``None`` where ``total`` is 0."""

    count: int
    total: int
    estimate: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Confusion:
    true_positive: int
    false_positive: int
    false_negative: int
    true_negative: int


@dataclass(frozen=True)
class Diagnostic:
    confusion: Confusion
    accuracy: Proportion
    sensitivity: Proportion
    specificity: Proportion
    ppv: Proportion
    npv: Proportion


def wilson(count: int, total: int, *, confidence: float = CONFIDENCE) -> Proportion:
    """Wilson's score interval without continuity correction (JASA 1927;22:209-212).

    >>> p = wilson(81, 263)
    >>> round(p.low, 4), round(p.high, 4)
    (0.2553, 0.3662)
    """
    from scipy.stats import norm

    if not 0 <= count <= total:
        raise UnusableNumbers(f"{count} of {total} is not a proportion.")
    if total == 0:
        return Proportion(0, 0, None, None, None)
    z2 = float(norm.ppf((1 + confidence) / 2)) ** 2
    share = count / total
    center = (share + z2 / (2 * total)) / (1 + z2 / total)
    half = (z2 * (share * (1 - share) / total + z2 / (4 * total**2))) ** 0.5 / (1 + z2 / total)
    low = 0.0 if count == 0 else center - half
    high = 1.0 if count == total else center + half
    return Proportion(count, total, share, low, high)


def confusion(predicted: ArrayLike, truth: ArrayLike) -> Confusion:
    """Counts over two lists of true and false (or 1 and 0) of one length."""
    first, second = binary(predicted, "predicted"), binary(truth, "truth")
    if first.size != second.size:
        raise UnusableNumbers(f"There are {first.size} predicted and {second.size} true answers.")
    return Confusion(
        true_positive=int(np.sum(first & second)),
        false_positive=int(np.sum(first & ~second)),
        false_negative=int(np.sum(~first & second)),
        true_negative=int(np.sum(~first & ~second)),
    )


def diagnostic(predicted: ArrayLike, truth: ArrayLike, *, confidence: float = CONFIDENCE) -> Diagnostic:
    """Accuracy, sensitivity, specificity and predictive values, each with its counts."""
    counts = confusion(predicted, truth)
    tp, fp = counts.true_positive, counts.false_positive
    fn, tn = counts.false_negative, counts.true_negative

    def share(count: int, total: int) -> Proportion:
        return wilson(count, total, confidence=confidence)

    return Diagnostic(
        confusion=counts,
        accuracy=share(tp + tn, tp + fp + fn + tn),
        sensitivity=share(tp, tp + fn),
        specificity=share(tn, tn + fp),
        ppv=share(tp, tp + fp),
        npv=share(tn, tn + fn),
    )
