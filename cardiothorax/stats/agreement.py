"""How well two methods of measuring one quantity agree.

Differences are always ``measured - reference``. Sources: Bland and Altman, Lancet 1986;1:307-310 and
Stat Methods Med Res 1999;8:135-160.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from .inputs import CONFIDENCE, Interval, UnusableNumbers, exactly_constant, paired

LIMITS_MULTIPLIER = 1.96
NORMALITY_ALPHA = 0.05
SHAPIRO_LARGEST_N = 5000
"""Beyond it scipy's p value is not trustworthy; such samples are tested with Wilcoxon."""


@dataclass(frozen=True)
class BlandAltman:
    """``bias`` and both limits with confidence intervals; ``sd`` of the differences (n - 1)."""

    n: int
    bias: Interval
    sd: float
    lower_limit: Interval
    upper_limit: Interval


@dataclass(frozen=True)
class PairedTest:
    """``name`` is ``paired t``, ``Wilcoxon signed rank`` or ``none`` (no difference anywhere).

    ``normality_p`` is Shapiro and Wilk's for the differences, ``None`` where it cannot be had.
    """

    name: str
    statistic: float | None
    p_value: float
    normality_p: float | None
    why: str


def bland_altman(
    measured: ArrayLike,
    reference: ArrayLike,
    *,
    multiplier: float = LIMITS_MULTIPLIER,
    confidence: float = CONFIDENCE,
) -> BlandAltman:
    """Bias and limits of agreement, ``bias ± multiplier · SD``; at least two pairs.

    >>> bland_altman([1.0, 2.0, 3.0], [1.0, 1.0, 1.0]).bias.estimate
    1.0
    """
    first, second = paired(measured, reference, at_least=2)
    difference = first - second
    return limits_of_agreement(
        difference.size,
        float(difference.mean()),
        float(difference.std(ddof=1)),
        multiplier=multiplier,
        confidence=confidence,
    )


def limits_of_agreement(
    n: int,
    bias: float,
    sd: float,
    *,
    multiplier: float = LIMITS_MULTIPLIER,
    confidence: float = CONFIDENCE,
) -> BlandAltman:
    """The same from published summary numbers.

    Intervals use Student's t with n - 1 degrees of freedom and the standard errors ``SD / √n`` for the
    bias and ``SD · √(1/n + multiplier² / (2 (n - 1)))`` for a limit (Bland and Altman 1999, section 2.1).
    """
    from scipy.stats import t

    if n < 2:
        raise UnusableNumbers(f"There is {n} pair; limits of agreement need at least 2.")
    quantile = float(t.ppf((1 + confidence) / 2, n - 1))
    error_of_bias = quantile * sd / n**0.5
    error_of_limit = quantile * sd * (1 / n + multiplier**2 / (2 * (n - 1))) ** 0.5

    def around(center: float, error: float) -> Interval:
        return Interval(center, center - error, center + error)

    return BlandAltman(
        n=n,
        bias=around(bias, error_of_bias),
        sd=sd,
        lower_limit=around(bias - multiplier * sd, error_of_limit),
        upper_limit=around(bias + multiplier * sd, error_of_limit),
    )


def pearson(measured: ArrayLike, reference: ArrayLike, *, confidence: float = CONFIDENCE) -> Interval:
    """Correlation with Fisher's z interval; at least four pairs, neither side constant."""
    from scipy.stats import norm

    first, second = paired(measured, reference, at_least=4)
    for values, name in ((first, "measured"), (second, "reference")):
        if exactly_constant(values):
            raise UnusableNumbers(f"All {name} values are equal; correlation is not defined.")
    r = float(np.clip(np.corrcoef(first, second)[0, 1], -1.0, 1.0))
    if abs(r) > 1 - 1e-14:  # a straight line, but for rounding
        return Interval(*[float(np.sign(r))] * 3)
    error = float(norm.ppf((1 + confidence) / 2)) / (first.size - 3) ** 0.5
    z = np.arctanh(r)
    return Interval(r, float(np.tanh(z - error)), float(np.tanh(z + error)))


def mean_absolute_error(measured: ArrayLike, reference: ArrayLike) -> float:
    first, second = paired(measured, reference)
    return float(np.abs(first - second).mean())


def within_subject_cv(measured: ArrayLike, reference: ArrayLike) -> float:
    """Coefficient of variation of duplicate measurements: ``√(Σ d² / 2n) / grand mean``, a fraction.

    It counts the bias as error too (Dahlberg). The grand mean must be positive.
    """
    first, second = paired(measured, reference)
    mean = float((first + second).mean() / 2)
    if mean <= 0:
        raise UnusableNumbers(f"The grand mean is {mean:g}; a coefficient of variation needs a positive one.")
    return float(np.sqrt(((first - second) ** 2).mean() / 2) / mean)


def paired_difference_test(measured: ArrayLike, reference: ArrayLike) -> PairedTest:
    """Paired t where Shapiro and Wilk do not reject normal differences at 0.05, else Wilcoxon.

    At least three pairs. Wilcoxon's test leaves zero differences out, as Wilcoxon (1945) did.
    """
    from scipy.stats import shapiro, ttest_rel

    first, second = paired(measured, reference, at_least=3)
    difference = first - second
    scale = float(max(np.abs(first).max(), np.abs(second).max()))
    if exactly_constant(difference, scale=scale):
        if abs(float(difference.mean())) <= 8 * np.finfo(float).eps * scale:
            return PairedTest("none", None, 1.0, None, "All differences are zero.")
        return _wilcoxon(difference, None, "All differences are equal, so normality cannot be tested.")
    if difference.size > SHAPIRO_LARGEST_N:
        return _wilcoxon(difference, None, f"More than {SHAPIRO_LARGEST_N} pairs.")
    normality = float(shapiro(difference).pvalue)
    if normality < NORMALITY_ALPHA:
        why = f"Differences are not normal (Shapiro-Wilk p = {normality:.2g})."
        return _wilcoxon(difference, normality, why)
    test = ttest_rel(first, second)
    why = f"Normal differences are not rejected (Shapiro-Wilk p = {normality:.2g})."
    return PairedTest("paired t", float(test.statistic), float(test.pvalue), normality, why)


def _wilcoxon(difference: np.ndarray, normality_p: float | None, why: str) -> PairedTest:
    from scipy.stats import wilcoxon

    test = wilcoxon(difference, zero_method="wilcox")
    return PairedTest("Wilcoxon signed rank", float(test.statistic), float(test.pvalue), normality_p, why)
