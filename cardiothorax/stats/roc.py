"""Area under the ROC curve with DeLong's interval and comparison (Biometrics 1988;44:837-845)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from .inputs import CONFIDENCE, Interval, UnusableNumbers, binary, finite


@dataclass(frozen=True)
class RocCurve:
    """Points from (0, 0) to (1, 1); a case is positive where its score is at least ``threshold``."""

    false_positive_rate: np.ndarray
    true_positive_rate: np.ndarray
    threshold: np.ndarray


@dataclass(frozen=True)
class AucComparison:
    """``difference`` is first minus second, with its interval; ``z`` and two-sided ``p_value``."""

    first: float
    second: float
    difference: Interval
    z: float
    p_value: float


def roc_curve(scores: ArrayLike, truth: ArrayLike) -> RocCurve:
    score, positive = _checked(scores, truth)
    levels, group = np.unique(-score, return_inverse=True)
    hits = np.bincount(group, weights=positive, minlength=levels.size)
    alarms = np.bincount(group, weights=~positive, minlength=levels.size)
    return RocCurve(
        np.concatenate([[0.0], np.cumsum(alarms) / (~positive).sum()]),
        np.concatenate([[0.0], np.cumsum(hits) / positive.sum()]),
        np.concatenate([[np.inf], -levels]),
    )


def auc(scores: ArrayLike, truth: ArrayLike, *, confidence: float = CONFIDENCE) -> Interval:
    """Area with DeLong's interval, cut off at 0 and 1. Higher scores mean positive; ties count half.

    A single positive or negative has no variance of its own and is refused; at least two of each.
    """
    from scipy.stats import norm

    score, positive = _checked(scores, truth, at_least=2)
    area, covariance = _areas_and_covariance([score], positive)
    half = float(norm.ppf((1 + confidence) / 2)) * float(covariance[0, 0]) ** 0.5
    estimate = float(area[0])
    return Interval(estimate, max(0.0, estimate - half), min(1.0, estimate + half))


def compare_aucs(
    first: ArrayLike, second: ArrayLike, truth: ArrayLike, *, confidence: float = CONFIDENCE
) -> AucComparison:
    """Two scores of the same cases. Equal areas without variance give z 0 and p 1."""
    from scipy.stats import norm

    one, positive = _checked(first, truth, at_least=2)
    other, _ = _checked(second, truth, at_least=2)
    areas, covariance = _areas_and_covariance([one, other], positive)
    difference = float(areas[0] - areas[1])
    variance = max(0.0, float(covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1]))
    error = variance**0.5
    if error == 0.0:
        z = 0.0 if difference == 0.0 else float(np.copysign(np.inf, difference))
    else:
        z = difference / error
    half = float(norm.ppf((1 + confidence) / 2)) * error
    interval = Interval(difference, difference - half, difference + half)
    return AucComparison(float(areas[0]), float(areas[1]), interval, z, float(2 * norm.sf(abs(z))))


def _areas_and_covariance(scores: list[np.ndarray], positive: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Structural components from midranks (Sun and Xu, IEEE Signal Process Lett 2014;21:1389-1393)."""
    from scipy.stats import rankdata

    m, n = int(positive.sum()), int((~positive).sum())
    of_positives, of_negatives = [], []
    for score in scores:
        together = rankdata(score)
        of_positives.append((together[positive] - rankdata(score[positive])) / n)
        of_negatives.append(1 - (together[~positive] - rankdata(score[~positive])) / m)
    v10, v01 = np.array(of_positives), np.array(of_negatives)
    covariance = np.atleast_2d(np.cov(v10)) / m + np.atleast_2d(np.cov(v01)) / n
    return v10.mean(axis=1), covariance


def _checked(scores: ArrayLike, truth: ArrayLike, *, at_least: int = 1) -> tuple[np.ndarray, np.ndarray]:
    score, positive = finite(scores, "scores"), binary(truth, "truth")
    if score.size != positive.size:
        raise UnusableNumbers(f"There are {score.size} scores and {positive.size} true answers.")
    counts = int(positive.sum()), int((~positive).sum())
    if min(counts) < at_least:
        raise UnusableNumbers(
            f"There are {counts[0]} positive and {counts[1]} negative cases;"
            f" at least {at_least} of each are needed."
        )
    return score, positive
