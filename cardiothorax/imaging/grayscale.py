"""From stored values to what a reader sees: modality, VOI, polarity; in this order, once.

Functions take arrays of values and give float32. They are pure, so the reader runs them on a table
of all possible stored values and looks the film up in it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

WHITE = 255.0

AUTOMATIC_PERCENTILES = (0.5, 99.5)
"""Of the film without padding and borders; half a percent keeps markers and metal from setting white."""

BORDER_TOLERANCE = 0.005
"""Of the value range: a run of pixels from the edge that varies less is a border, not a patient."""

_TABLE_SIZE = 65536
"""Tables of values are computed in double precision, whole films in single."""

_SAMPLE_PX = 600
"""Automatic windows look at every n-th pixel, about this many in a row."""


@dataclass(frozen=True)
class Window:
    """A VOI window; ``function`` is LINEAR, LINEAR_EXACT or SIGMOID (DICOM PS3.3 C.11.2.1.2, .3)."""

    center: float
    width: float
    function: str = "LINEAR"

    @property
    def usable(self) -> bool:
        return bool(np.isfinite([self.center, self.width]).all()) and self.width > 0

    def __call__(self, values: np.ndarray) -> np.ndarray:
        """0 to 255, float32."""
        if self.function == "SIGMOID":
            steepness = np.clip((values - float(self.center)) * (-4.0 / self.width), -60.0, 60.0)
            return (WHITE / (1.0 + np.exp(steepness))).astype(np.float32)
        # LINEAR counts whole grey steps: width n covers n values. A width of 1 or less would divide
        # by zero or turn the film, so it is taken exactly.
        steps = self.function == "LINEAR" and self.width > 1
        center, width = (self.center - 0.5, self.width - 1.0) if steps else (self.center, self.width)
        return linear(values, center - width / 2, center + width / 2)


@dataclass(frozen=True)
class LookUpTable:
    """A modality or VOI LUT: ``data[value - first]``, ends repeated; ``bits`` as its descriptor says."""

    data: np.ndarray
    first: int
    bits: int

    def __call__(self, values: np.ndarray) -> np.ndarray:
        index = np.rint(values).astype(np.int64) - self._first_for(values)
        mapped: np.ndarray = self.data[index.clip(0, len(self.data) - 1)].astype(np.float32)
        return mapped

    def _first_for(self, values: np.ndarray) -> int:
        """The first mapped value, which files also give with the wrong sign (US for SS and back):
        the other reading is taken when only that one meets the film's values."""
        low, high = float(values.min()), float(values.max())
        for first in (self.first, self.first - 65536, self.first + 65536):
            if first <= high and first + len(self.data) > low:
                return first
        return self.first

    def display(self, values: np.ndarray) -> np.ndarray:
        """0 to 255, float32."""
        return self(values) * np.float32(WHITE / self.white)

    @property
    def white(self) -> float:
        """The output that is white: what the bits say, unless the data plainly use another depth."""
        stated, largest = 2**self.bits - 1, max(1, int(self.data.max()))
        if largest > stated or largest < stated / 8:
            return float(2 ** largest.bit_length() - 1)
        return float(stated)


def linear(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """``low`` and below 0, ``high`` and above 255, float32."""
    exact = values.size <= _TABLE_SIZE or (values.dtype.kind == "f" and values.dtype.itemsize > 4)
    scaled: np.ndarray = np.subtract(values, low, dtype=np.float64 if exact else np.float32)
    scaled *= WHITE / (high - low)
    np.clip(scaled, 0.0, WHITE, out=scaled)
    return scaled.astype(np.float32, copy=False)


def window_to_uint8(values: np.ndarray, center: float, width: float) -> np.ndarray:
    """The paper's rule: ``center`` ± ``width`` / 2 is mapped to 0 to 255 and rounded; uint8."""
    if not width > 0:
        raise ValueError(f"window width is {width}, expected more than 0")
    grey: np.ndarray = np.rint(linear(np.asarray(values), center - width / 2, center + width / 2))
    return grey.astype(np.uint8)


def automatic_window(values: np.ndarray, known: np.ndarray | None = None) -> tuple[float, float]:
    """Black and white level of a film ``[rows, cols]`` that brings none of its own.

    Percentiles of what is neither padding (``known`` False) nor a border of one value.
    """
    step = max(1, max(values.shape) // _SAMPLE_PX)
    sample = values[::step, ::step].astype(np.float64)  # differences of unsigned pixels would wrap
    keep = np.ones(sample.shape, bool) if known is None else known[::step, ::step]
    inner = keep & ~border(sample, keep)
    # A drawn shape or a flat film may be all border: then everything counts.
    chosen = sample[inner] if inner.mean() > 0.05 else sample[keep] if keep.any() else sample
    low, high = (float(v) for v in np.percentile(chosen, AUTOMATIC_PERCENTILES))
    if high <= low:
        low, high = float(chosen.min()), float(chosen.max())
    if high <= low:
        low, high = float(values.min()), float(values.max())
    return low, high


def border(values: np.ndarray, keep: np.ndarray) -> np.ndarray:
    """Where a film is a shutter, a digitizer's edge or padding: runs of one value from each edge."""
    low, high = np.percentile(values[keep], AUTOMATIC_PERCENTILES) if keep.any() else (0.0, 0.0)
    tolerance = BORDER_TOLERANCE * float(high - low)
    found = np.zeros(values.shape, bool)
    for axis in (0, 1):
        for reverse in (False, True):
            lines = np.moveaxis(values, axis, 0)
            lines = lines[::-1] if reverse else lines
            run = np.logical_and.accumulate(np.abs(lines - lines[:1]) <= tolerance, axis=0)
            run &= run[1:2] if len(run) > 1 else True
            run = run[::-1] if reverse else run
            found |= np.moveaxis(run, 0, axis)
    return found
