"""Intraclass correlation (A,1): two-way random effects, absolute agreement, single measure.

The same as Shrout and Fleiss's ICC(2,1) (Psychol Bull 1979;86:420-428); the interval is McGraw and
Wong's (Psychol Methods 1996;1:30-46, table 7, with the Satterthwaite degrees of freedom).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from .inputs import CONFIDENCE, Interval, UnusableNumbers


@dataclass(frozen=True)
class MeanSquares:
    """Of a two-way table without replication: subjects (rows), raters (columns), residual."""

    n: int
    k: int
    rows: float
    columns: float
    error: float


def icc_a1(ratings: ArrayLike, *, confidence: float = CONFIDENCE) -> Interval:
    """``ratings`` is ``[subject, rater]``, at least 2 × 2, without gaps.

    Perfect agreement is 1 with the interval [1, 1]. Ratings that are all equal are refused: there is
    nothing to correlate. The estimate may be negative, even below -1.

    >>> found = icc_a1([[0, 0], [12, 10], [55, 60], [130, 121], [420, 450], [900, 880]])
    >>> round(found.estimate, 8)
    0.99904654
    """
    squares = mean_squares(ratings)
    n, k, msr, msc, mse = squares.n, squares.k, squares.rows, squares.columns, squares.error
    spread = msr + (k - 1) * mse + k * (msc - mse) / n
    if spread <= 0:
        raise UnusableNumbers("The ratings do not vary; intraclass correlation is not defined.")
    rho = (msr - mse) / spread
    if mse == 0 and msc == 0:
        return Interval(1.0, 1.0, 1.0)
    low, high = _interval(squares, rho, confidence)
    return Interval(rho, low, high)


def mean_squares(ratings: ArrayLike) -> MeanSquares:
    """Residuals within rounding error of zero become exactly zero."""
    table = np.asarray(ratings, dtype=float)
    if table.ndim != 2 or min(table.shape) < 2:
        raise UnusableNumbers(
            f"Ratings have shape {table.shape}; at least 2 subjects by 2 raters are needed."
        )
    if not np.isfinite(table).all():
        missing = int((~np.isfinite(table)).any(axis=1).sum())
        raise UnusableNumbers(
            f"{missing} subjects have missing or infinite ratings.", "Leave them out and say how many."
        )
    n, k = table.shape
    table = table - table.mean()
    row_means, column_means = table.mean(axis=1), table.mean(axis=0)
    residual = table - row_means[:, None] - column_means[None, :]
    rounding = (16 * np.finfo(float).eps * max(float(np.abs(ratings).max()), np.finfo(float).tiny)) ** 2
    columns = float(n * (column_means**2).sum() / (k - 1))
    error = float((residual**2).sum() / ((n - 1) * (k - 1)))
    rows = float(k * (row_means**2).sum() / (n - 1))
    rows, columns, error = (0.0 if value <= rounding * n * k else value for value in (rows, columns, error))
    return MeanSquares(n, k, rows, columns, error)


def _interval(squares: MeanSquares, rho: float, confidence: float) -> tuple[float, float]:
    from scipy.stats import f

    n, k, msr, msc, mse = squares.n, squares.k, squares.rows, squares.columns, squares.error
    tail = (1 + confidence) / 2
    # a and b of McGraw and Wong, both times (1 - rho) so that rho = 1 needs no special case. A negative
    # estimate stands for a variance of zero; with it the degrees of freedom would mean nothing.
    share = max(rho, 0.0)
    a = k * share / n
    b = (1 - share) + k * share * (n - 1) / n
    weight = (a * msc) ** 2 / (k - 1) + (b * mse) ** 2 / ((n - 1) * (k - 1))
    freedom = (a * msc + b * mse) ** 2 / weight if weight > 0 else (n - 1) * (k - 1)
    freedom = max(freedom, np.finfo(float).tiny)
    upper = float(f.ppf(tail, n - 1, freedom))
    lower = float(f.ppf(tail, freedom, n - 1))
    rest = k * msc + (k * n - k - n) * mse
    low = n * (msr - upper * mse) / (upper * rest + n * msr)
    high = n * (lower * msr - mse) / (rest + n * lower * msr)
    return low, min(high, 1.0)
