"""Candidates (labelled voxels that are bright enough) and the pieces they form, slice by slice.

A *region* is a connected piece of one artery's candidates in one slice; scores are sums over regions.
A *piece* is 6-connected in space; lesions are counted by pieces. Arteries are separated first. Both are
put together from *cells*, the 4-connected pieces of one artery in a slice: with 4-connected regions each
cell is a region. What is kept of a slice depends on that slice alone, so an edit forms a few slices again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .pieces import REACH, connected, first_of_each, joined

CONNECTIVITIES = tuple(REACH)


@dataclass(frozen=True)
class SliceCells:
    """``pixel`` (flat, rising) and ``cell`` have one entry a candidate; all others one a cell, numbered from
    0 by their first pixels. ``region`` counts from 0 in the slice. The confidence is summed over
    ``proposed`` pixels, those where it is not 0."""

    pixel: np.ndarray
    cell: np.ndarray
    artery: np.ndarray
    region: np.ndarray
    pixels: np.ndarray
    sum_hu: np.ndarray
    peak_hu: np.ndarray
    sum_row: np.ndarray
    sum_column: np.ndarray
    proposed: np.ndarray
    sum_confidence: np.ndarray


def cells_of_slice(
    hu: np.ndarray,
    labels: np.ndarray,
    threshold_hu: float,
    connectivity: int,
    confidence: np.ndarray | None = None,
) -> SliceCells:
    """All arrays ``[row, column]``."""
    columns = labels.shape[1]
    pixel = np.flatnonzero(labels != 0)
    values = hu.reshape(-1)[pixel]
    bright = values >= threshold_hu
    pixel, values = pixel[bright], values[bright].astype(float)
    artery = labels.reshape(-1)[pixel]
    shape = (1, *labels.shape)
    cell = connected(pixel, artery, shape, 4)
    first = first_of_each(cell)
    cells = first.size
    region = cell if connectivity == 4 else connected(pixel, artery, shape, connectivity)
    belief = np.zeros(pixel.size) if confidence is None else confidence.reshape(-1)[pixel].astype(float)
    return SliceCells(
        pixel=pixel,
        cell=cell,
        artery=artery[first],
        region=region[first],
        pixels=np.bincount(cell, minlength=cells),
        sum_hu=np.bincount(cell, values, cells),
        peak_hu=largest(values, cell, cells),
        sum_row=np.bincount(cell, pixel // columns, cells),
        sum_column=np.bincount(cell, pixel % columns, cells),
        proposed=np.bincount(cell, belief > 0, cells),
        sum_confidence=np.bincount(cell, belief, cells),
    )


def links(below: SliceCells, above: SliceCells) -> tuple[np.ndarray, np.ndarray]:
    """Cells of one artery that touch from slice to slice: their numbers below and above, pair by pair."""
    if not below.pixel.size or not above.pixel.size:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    place = np.minimum(np.searchsorted(above.pixel, below.pixel), above.pixel.size - 1)
    there = above.pixel[place] == below.pixel
    lower, upper = below.cell[there], above.cell[place[there]]
    same = below.artery[lower] == above.artery[upper]
    pairs = np.unique(lower[same] * above.artery.size + upper[same])
    return pairs // above.artery.size, pairs % above.artery.size


def largest(values: np.ndarray, group: np.ndarray, groups: int) -> np.ndarray:
    """The largest of ``values`` in each of ``groups``, numbered from 0; none may be empty."""
    found = np.full(groups, -np.inf)
    np.maximum.at(found, group, values)
    return found


@dataclass(frozen=True)
class Cells:
    """The cells of a volume, slices upwards; arrays have one entry a cell.

    ``region`` and ``piece`` are numbered from 0 by their first voxels: equal labels give equal numbers.
    """

    slice: np.ndarray
    artery: np.ndarray
    region: np.ndarray
    piece: np.ndarray
    pixels: np.ndarray
    sum_hu: np.ndarray
    peak_hu: np.ndarray
    sum_row: np.ndarray
    sum_column: np.ndarray
    proposed: np.ndarray
    sum_confidence: np.ndarray


_TABLE = ("artery", "pixels", "sum_hu", "peak_hu", "sum_row", "sum_column", "proposed", "sum_confidence")


@dataclass(frozen=True)
class Candidates:
    """One entry a candidate voxel, slices upwards. ``position``: slices, rows, columns. ``piece`` counts
    from 0; the lesion of that piece has the ``id`` one higher."""

    shape: tuple[int, ...]
    position: tuple[np.ndarray, np.ndarray, np.ndarray]
    artery: np.ndarray
    piece: np.ndarray


@dataclass
class Regions:
    """The candidates of a volume; :meth:`refresh` follows the labels in some of its slices."""

    array: np.ndarray
    threshold_hu: float
    connectivity: int
    confidence: np.ndarray | None = None
    _slices: list[SliceCells] = field(default_factory=list)
    _links: list[tuple[np.ndarray, np.ndarray]] = field(default_factory=list)

    @classmethod
    def of(cls, array: np.ndarray, labels: np.ndarray, **rules: Any) -> Regions:
        """``array`` in HU, ``labels`` uint8, both ``[k, j, i]``."""
        regions = cls(array, **rules)
        regions._slices = [regions._formed(labels, k) for k in range(len(labels))]
        regions._links = [links(*regions._slices[k : k + 2]) for k in range(len(labels) - 1)]
        return regions

    def refresh(self, labels: np.ndarray, first: int, stop: int) -> None:
        """Form slices ``first`` to ``stop - 1`` again from ``labels`` (the whole volume)."""
        for k in range(first, stop):
            self._slices[k] = self._formed(labels, k)
        for k in range(max(first - 1, 0), min(stop, len(self._links))):
            self._links[k] = links(self._slices[k], self._slices[k + 1])

    def cells(self) -> Cells:
        counts = np.array([one.artery.size for one in self._slices])
        start = np.cumsum(counts) - counts
        lower = [pair[0] + start[k] for k, pair in enumerate(self._links)]
        upper = [pair[1] + start[k + 1] for k, pair in enumerate(self._links)]
        regions = np.array([int(one.region.max(initial=-1)) + 1 for one in self._slices])
        offset = np.cumsum(regions) - regions
        return Cells(
            slice=np.repeat(np.arange(counts.size), counts),
            region=np.concatenate([one.region + offset[k] for k, one in enumerate(self._slices)]),
            piece=joined(int(counts.sum()), _concatenated(lower), _concatenated(upper)),
            **{name: np.concatenate([getattr(one, name) for one in self._slices]) for name in _TABLE},
        )

    def candidates(self) -> Candidates:
        """Voxel by voxel, with the piece that each lies in."""
        cells, columns = self.cells(), self.array.shape[2]
        sizes = [one.artery.size for one in self._slices]
        of_cells = np.split(cells.piece, np.cumsum(sizes)[:-1])
        pixel = np.concatenate([one.pixel for one in self._slices])
        number = np.repeat(np.arange(len(sizes)), [one.pixel.size for one in self._slices])
        return Candidates(
            shape=self.array.shape,
            position=(number, pixel // columns, pixel % columns),
            artery=np.concatenate([one.artery[one.cell] for one in self._slices]),
            piece=np.concatenate(
                [piece[one.cell] for piece, one in zip(of_cells, self._slices, strict=True)]
            ),
        )

    def _formed(self, labels: np.ndarray, k: int) -> SliceCells:
        confidence = None if self.confidence is None else self.confidence[k]
        return cells_of_slice(self.array[k], labels[k], self.threshold_hu, self.connectivity, confidence)


def find_candidates(
    array: np.ndarray, labels: np.ndarray, threshold_hu: float, connectivity: int = 4
) -> Candidates:
    """All candidates of ``labels`` (uint8) on ``array`` (HU), both ``[k, j, i]``."""
    return Regions.of(array, labels, threshold_hu=threshold_hu, connectivity=connectivity).candidates()


def _concatenated(parts: list[np.ndarray]) -> np.ndarray:
    return np.concatenate(parts) if parts else np.zeros(0, np.int64)
