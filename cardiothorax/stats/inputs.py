"""What every statistic checks first, and the interval that most of them return."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ..errors import CardiothoraxError

CONFIDENCE = 0.95


class UnusableNumbers(CardiothoraxError):
    """The numbers given cannot carry the statistic: too few, missing, unequal or constant."""

    code = "unusable_numbers"


@dataclass(frozen=True)
class Interval:
    """An estimate with the ends of its confidence interval."""

    estimate: float
    low: float
    high: float


def finite(values: ArrayLike, name: str, *, at_least: int = 1) -> np.ndarray:
    """``values`` as a float vector; missing or infinite ones are refused by their position."""
    array = np.asarray(values, dtype=float)
    if array.ndim != 1:
        raise UnusableNumbers(f"{name} has {array.ndim} axes, expected one list of numbers.")
    bad = np.flatnonzero(~np.isfinite(array))
    if bad.size:
        raise UnusableNumbers(
            f"{name} has {bad.size} missing or infinite values, the first at position {bad[0] + 1}.",
            "Leave those pairs out and say how many there were.",
        )
    if array.size < at_least:
        raise UnusableNumbers(f"{name} has {array.size} values; at least {at_least} are needed.")
    return array


def paired(measured: ArrayLike, reference: ArrayLike, *, at_least: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Both as float vectors of one length, see :func:`finite`."""
    first = finite(measured, "measured", at_least=at_least)
    second = finite(reference, "reference", at_least=at_least)
    if first.size != second.size:
        raise UnusableNumbers(
            f"There are {first.size} measured and {second.size} reference values.",
            "Each measured value needs its reference at the same position.",
        )
    return first, second


def binary(values: ArrayLike, name: str) -> np.ndarray:
    """``values`` as a boolean vector; anything but true, false, 0 and 1 is refused."""
    array: np.ndarray = np.asarray(values)
    if array.dtype == bool and array.ndim == 1:
        return array
    numbers = finite(array, name)
    if not np.isin(numbers, (0, 1)).all():
        raise UnusableNumbers(f"{name} has values other than true, false, 0 and 1.")
    truth: np.ndarray = numbers == 1
    return truth


def exactly_constant(values: np.ndarray, *, scale: float | None = None) -> bool:
    """Whether ``values`` differ by rounding errors only, seen against ``scale`` (their own size if None)."""
    size = float(np.abs(values).max()) if scale is None else scale
    return float(np.ptp(values)) <= 8 * float(np.finfo(float).eps) * size
