"""Hounsfield units: rescaled as the header says, padding masked, and refused where they are none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..errors import UnsupportedImage
from .checks import check_values
from .ct_headers import finite
from .dicom_grey import padded

LOWEST_HU = -1024
"""What lies below stands for "nothing was reconstructed here" (-1500, -2000, -2048, -3024 by vendor)."""
_AIR_HU = -900
"""Padding this dark or darker can be taken for nothing but air."""
WHOLE_TOLERANCE_HU = 1e-3
"""Values this close to whole numbers are whole numbers that a float format blurred."""
NOT_HOUNSFIELD = "Choose the series in Hounsfield units (air about -1000, water 0)."

_HOUNSFIELD = ("", "HU", "HU_MOD", "US", "HOUNSFIELD", "HOUNDSFIELD", "HOUNSFIELD UNIT", "HOUNSFIELD UNITS")
"""RescaleType of HU; US (unspecified) stands in many scanners' HU too."""
_OTHER_TYPES = {
    "MGML": "an iodine or calcium map (mg/ml)",
    "Z_EFF": "an atomic number map",
    "ED": "an electron density map",
    "EDW": "an electron density map",
    "PCT": "a percentage map",
    "OD": "optical density",
}


def check_hounsfield_header(name: str, tags: Mapping[str, str]) -> None:
    """Refuses maps that are stored as CT but hold something else than HU."""
    said = tags.get("RescaleType", "").strip().upper()
    if said in _HOUNSFIELD or said.startswith(("HOUN", "HU ")):
        return
    what = _OTHER_TYPES.get(said, f"values of the kind {said}")
    raise UnsupportedImage(f"{name} holds {what} (RescaleType), not Hounsfield units.", NOT_HOUNSFIELD)


def rescaled(
    name: str, dataset: Any, stored: np.ndarray, tags: Mapping[str, str]
) -> tuple[np.ndarray, float | None]:
    """Stored values ``[rows, columns]`` in HU, and what stood for padding if that was no air.

    ``tags`` are the slice's own: slope and intercept may differ from slice to slice. Padding around the
    field of view becomes -1024 here where it would pass for tissue or calcium; darker padding is left to
    :func:`hounsfield`. int16 or int32 where slope and intercept are whole numbers, else float64.
    """
    slope, intercept = (
        finite(tags.get(keyword, default))
        for keyword, default in (("RescaleSlope", 1), ("RescaleIntercept", 0))
    )
    if not slope or intercept is None:
        raise UnsupportedImage(
            f"{name} has no usable rescale to Hounsfield units (slope {tags.get('RescaleSlope', 'missing')}, "
            f"intercept {tags.get('RescaleIntercept', 'missing')}).",
            NOT_HOUNSFIELD,
        )
    whole = stored.dtype.kind in "iu" and slope.is_integer() and intercept.is_integer()
    values: np.ndarray
    if whole:
        values = _whole_rescaled(stored, int(slope), int(intercept))
    else:
        values = stored.astype(np.float64) * slope + intercept
    padding = finite(tags.get("PixelPaddingValue"))
    if padding is None or padding * slope + intercept <= _AIR_HU:
        return values, None
    outside = padded(dataset, stored)
    if outside is None:
        return values, None
    shown = float(values[outside].max())
    values[outside] = LOWEST_HU
    return values, shown


def _whole_rescaled(stored: np.ndarray, slope: int, intercept: int) -> np.ndarray:
    """int16 where every value fits, which halves the memory of a long series."""
    ends = [int(stored.min()) * slope + intercept, int(stored.max()) * slope + intercept]
    narrow = np.iinfo(np.int16)
    fits = narrow.min <= min(ends) and max(ends) <= narrow.max
    values: np.ndarray = stored.astype(np.int32)
    values *= slope
    values += intercept
    return values.astype(np.int16) if fits else values


def hounsfield(name: str, values: np.ndarray) -> tuple[np.ndarray, tuple[str, ...]]:
    """``values`` of any type as int16, or as float32 where they are not whole: a score takes HU as they
    are and rounds nothing. What lies below -1024 becomes -1024, and a note says so.

    Raises :class:`UnsupportedImage` for NaN, a constant, bytes, fractions of one and grey values from
    which 1024 was not subtracted.
    """
    if values.dtype.kind not in "iuf":
        raise UnsupportedImage(f"{name} holds values of the type {values.dtype}, not HU.", NOT_HOUNSFIELD)
    check_values(name, values)
    low, high = float(values.min()), float(values.max())
    _check_range(name, values, low, high)
    notes: list[str] = []
    if low < LOWEST_HU:
        notes.append(f"Padding below {LOWEST_HU} HU (down to {low:.0f}) was set to {LOWEST_HU}.")
        values = np.maximum(values, LOWEST_HU)
    top = np.iinfo(np.int16).max
    if high > top:
        notes.append(f"Values above {top} HU (up to {high:.0f}) were set to {top}.")
        values = np.minimum(values, top)
    return _as_whole(values), tuple(notes)


def _as_whole(values: np.ndarray) -> np.ndarray:
    if values.dtype.kind == "f":
        rounded = np.rint(values)
        if np.abs(values - rounded).max() > WHOLE_TOLERANCE_HU:
            return np.ascontiguousarray(values, np.float32)
        values = rounded
    return np.ascontiguousarray(values, np.int16)


_SHIFTED_SHARE = 0.2
_SHIFTED_TISSUE = (900, 1300)
_SHIFTED_AIR = 300


def _check_range(name: str, values: np.ndarray, low: float, high: float) -> None:
    if values.dtype.itemsize == 1:
        raise UnsupportedImage(
            f"{name} holds bytes ({low:g} to {high:g}): labels or grey values, not Hounsfield units.",
            NOT_HOUNSFIELD,
        )
    if high - low <= 2.0 and values.dtype.kind == "f":
        raise UnsupportedImage(
            f"{name} holds values from {low:g} to {high:g}: scaled for display or for a network, not "
            "Hounsfield units.",
            NOT_HOUNSFIELD,
        )
    if low >= 0 and _shifted(values):
        raise UnsupportedImage(
            f"{name} holds values from {low:g} to {high:g} with most tissue near 1000: 1024 was not "
            "subtracted, so they are no Hounsfield units.",
            NOT_HOUNSFIELD,
        )


def _shifted(values: np.ndarray) -> bool:
    """Whether air lies near 0 and soft tissue near 1000, as in stored values before the rescale."""
    sample = values[:: max(1, len(values) // 8), ::4, ::4]
    air = float(np.mean(sample < _SHIFTED_AIR))
    tissue = float(np.mean((sample >= _SHIFTED_TISSUE[0]) & (sample <= _SHIFTED_TISSUE[1])))
    return air >= _SHIFTED_SHARE and tissue >= _SHIFTED_SHARE
