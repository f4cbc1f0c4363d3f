"""Where in a CT the lungs are: the box in which a network looks for calcium."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

CELL_MM = 3.0
"""The lungs are looked for in cells of this size: quick, and little noise is left in their means."""
LUNG_HU = (-965.0, -450.0)
"""Outside air is darker, soft tissue brighter."""
SOFT_FROM_HU = -250.0
SMALLEST_LUNG_MM3 = 60_000.0
MARGIN_MM = 12.0
"""Around the lungs: the chest wall beside the heart belongs to the picture."""

Span = tuple[int, int]


@dataclass(frozen=True)
class ChestBox:
    """First and one past the last index of slices, rows and columns."""

    slices: Span
    rows: Span
    columns: Span


def chest_box(array: np.ndarray, spacing_mm: tuple[float, float, float]) -> ChestBox:
    """The box around the lungs in an axial CT in HU ``[k, j, i]``, ``spacing_mm`` (i, j, k).

    The whole picture where no lungs are seen: a narrow field of view holds the heart alone.
    """
    factors = [max(1, round(CELL_MM / s)) for s in spacing_mm[::-1]]
    lungs = _lungs(_cells(array, factors), [f * s for f, s in zip(factors, spacing_mm[::-1], strict=True)])
    if not lungs.any():
        return ChestBox(*((0, n) for n in array.shape))
    spans = []
    for axis, (factor, step, length) in enumerate(zip(factors, spacing_mm[::-1], array.shape, strict=True)):
        others = tuple(a for a in range(3) if a != axis)
        seen = np.flatnonzero(lungs.any(axis=others))
        margin = round(MARGIN_MM / step)
        first = max(0, int(seen[0]) * factor - margin)
        spans.append((first, min(length, (int(seen[-1]) + 1) * factor + margin)))
    return ChestBox(*spans)


def _cells(array: np.ndarray, factors: list[int]) -> np.ndarray:
    """Means of whole cells; what does not fill a cell at the far borders is left out."""
    deep, down, across = (n // f for n, f in zip(array.shape, factors, strict=True))
    cut = array[: deep * factors[0] : factors[0], : down * factors[1], : across * factors[2]]
    shape = (deep, down, factors[1], across, factors[2])
    return np.asarray(cut.reshape(shape).mean(axis=(2, 4), dtype=np.float32))


def _lungs(cells: np.ndarray, cell_mm: list[float]) -> np.ndarray:
    """Large connected pieces of lung density with soft tissue on three sides at least: not the foam of the
    table, not clothes; thin shells at the skin are opened away."""
    from scipy import ndimage

    in_plane = np.ones((1, 3, 3), bool)
    soft = np.asarray(ndimage.binary_opening(cells > SOFT_FROM_HU, in_plane))
    lung = (cells > LUNG_HU[0]) & (cells < LUNG_HU[1]) & (_sides(soft) >= 3)
    pieces, _ = ndimage.label(ndimage.binary_opening(lung, in_plane))
    sizes = np.bincount(pieces.ravel()) * float(np.prod(cell_mm))
    sizes[0] = 0
    kept: np.ndarray = (sizes >= SMALLEST_LUNG_MM3)[pieces]
    return kept


def _sides(soft: np.ndarray) -> np.ndarray:
    """On how many of its four sides in the slice (right, left, front, back) a cell sees soft tissue."""
    count = np.zeros(soft.shape, np.uint8)
    for axis in (1, 2):
        count += np.logical_or.accumulate(soft, axis=axis)
        count += np.flip(np.logical_or.accumulate(np.flip(soft, axis), axis=axis), axis)
    return count
