"""Where an organ begins and ends on each row, to a fraction of a pixel.

Coordinates are columns with pixel centres at integers, so the left border of column 10 is 9.5.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np


class Sampler(Protocol):
    """Class probabilities at given pixels of the measured grid (arrays of equal length)."""

    def __call__(self, label: int, rows: np.ndarray, columns: np.ndarray) -> np.ndarray: ...


@dataclass(frozen=True)
class RowBorders:
    """Per row: leftmost and rightmost border; NaN on rows that the organ does not touch."""

    left: np.ndarray
    right: np.ndarray

    @property
    def present(self) -> np.ndarray:
        present: np.ndarray = np.isfinite(self.left)
        return present


def row_borders(labels: np.ndarray, label: int, probabilities: Sampler | None = None) -> RowBorders:
    """Outermost borders of ``label`` on every row of ``labels`` ``[rows, columns]``.

    The border is where the probability of the label crosses one half, linearly between the last pixel
    inside and the first outside. A mask alone is a probability of one inside and zero outside, which
    puts the crossing on the border between the two pixels; so does the picture's edge, and so do
    probabilities that contradict the mask (a reader's edit, a filled hole).
    """
    inside = labels == label
    rows = np.flatnonzero(inside.any(axis=1))
    left = np.full(len(labels), np.nan)
    right = left.copy()
    first = inside[rows].argmax(axis=1)
    last = inside.shape[1] - 1 - inside[rows, ::-1].argmax(axis=1)
    left[rows] = first - _overshoot(label, rows, first, first - 1, labels.shape[1], probabilities)
    right[rows] = last + _overshoot(label, rows, last, last + 1, labels.shape[1], probabilities)
    return RowBorders(left, right)


def _overshoot(
    label: int,
    rows: np.ndarray,
    inside: np.ndarray,
    outside: np.ndarray,
    width: int,
    probabilities: Sampler | None,
) -> np.ndarray:
    """How far beyond the centre of the last inside pixel the border lies, 0 to 1."""
    halves = np.full(len(rows), 0.5)
    if probabilities is None or not len(rows):
        return halves
    p_in = probabilities(label, rows, inside).astype(float)
    p_out = probabilities(label, rows, outside.clip(0, width - 1)).astype(float)
    usable = (p_in >= 0.5) & (p_out < 0.5) & (outside >= 0) & (outside < width)
    crossing = np.divide(p_in - 0.5, p_in - p_out, out=halves.copy(), where=usable)
    result: np.ndarray = np.where(usable, crossing, halves)
    return result
