"""Candidates (labelled voxels that are bright enough) and the pieces they form.

A *region* is a connected piece of one artery's candidates in one slice; scores are sums over regions.
A *piece* is 6-connected in space; lesions are counted by pieces. Arteries are separated first.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .box import Box
from .pieces import IN_SLICE, IN_SPACE, Offset, connected, in_order

CONNECTIVITIES = tuple(IN_SLICE)


@dataclass(frozen=True)
class Candidates:
    """One entry a candidate, in the order of the flat ``index`` into the volume ``[k, j, i]``.

    ``region`` and ``piece`` are numbered without gaps by their first voxel, so equal labels give equal
    numbers, however they came about.
    """

    shape: tuple[int, int, int]
    index: np.ndarray
    artery: np.ndarray
    hu: np.ndarray
    region: np.ndarray
    piece: np.ndarray

    @cached_property
    def region_pixels(self) -> np.ndarray:
        return np.bincount(self.region)

    @cached_property
    def region_peak_hu(self) -> np.ndarray:
        return largest(self.hu, self.region, self.region_pixels.size)

    @cached_property
    def position(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Slice, row and column of each candidate."""
        k, j, i = np.unravel_index(self.index, self.shape)
        return k, j, i


def largest(values: np.ndarray, group: np.ndarray, groups: int) -> np.ndarray:
    """The largest of ``values`` in each of ``groups``, numbered from 0; none may be empty."""
    found = np.full(groups, -np.inf)
    np.maximum.at(found, group, values)
    return found


def find_candidates(
    array: np.ndarray, labels: np.ndarray, threshold_hu: float, connectivity: int
) -> Candidates:
    """All candidates of ``labels`` (uint8) on ``array`` (HU), both ``[k, j, i]``."""
    shape = (labels.shape[0], labels.shape[1], labels.shape[2])
    index, artery, hu = _bright(array, labels, threshold_hu, Box.whole(shape))
    region = connected(index, artery, shape, IN_SLICE[connectivity])
    return Candidates(shape, index, artery, hu, region, connected(index, artery, shape, IN_SPACE))


def changed_candidates(
    old: Candidates, array: np.ndarray, labels: np.ndarray, threshold_hu: float, connectivity: int, box: Box
) -> Candidates:
    """The same as :func:`find_candidates` where ``labels`` differ from before inside ``box`` alone.

    Only pieces that have a voxel in the box, or beside it, are formed again.
    """
    _, rows, columns = old.shape
    start, stop = np.searchsorted(old.index, np.array(box.k) * rows * columns)
    gone = np.zeros(old.index.size, bool)
    gone[start:stop] = _inside(old.index[start:stop], old.shape, box)
    index, artery, hu = _bright(array, labels, threshold_hu, box)
    kept = ~gone
    order = np.argsort(np.concatenate([old.index[kept], index]), kind="stable")

    def joined(before: np.ndarray, now: np.ndarray) -> np.ndarray:
        both: np.ndarray = np.concatenate([before[kept], now])[order]
        return both

    index_now, artery_now = joined(old.index, index), joined(old.artery, artery)
    fresh = joined(np.zeros(old.index.size, bool), np.ones(index.size, bool))
    near = _inside(old.index, old.shape, box.grown(1))

    def formed(before: np.ndarray, steps: tuple[Offset, ...]) -> np.ndarray:
        touched = np.zeros(int(before.max(initial=-1)) + 1, bool)
        touched[before[near]] = True
        again = fresh | joined(touched[before], np.ones(index.size, bool))
        piece = joined(before, np.zeros(index.size, np.int64))
        piece[again] = touched.size + connected(index_now[again], artery_now[again], old.shape, steps)
        return in_order(piece)

    return Candidates(
        shape=old.shape,
        index=index_now,
        artery=artery_now,
        hu=joined(old.hu, hu),
        region=formed(old.region, IN_SLICE[connectivity]),
        piece=formed(old.piece, IN_SPACE),
    )


def _bright(
    array: np.ndarray, labels: np.ndarray, threshold_hu: float, box: Box
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Flat index, artery and HU (float64) of the candidates in ``box``, rising."""
    (k, j, i), (_, rows, columns) = (box.k, box.j, box.i), labels.shape
    found = []
    for number in range(*k):
        part = labels[number, slice(*j), slice(*i)]
        row, column = np.nonzero(part != 0)
        if not row.size:
            continue
        hu = array[number, row + j[0], column + i[0]]
        bright = hu >= threshold_hu
        row, column = row[bright], column[bright]
        index = (number * rows + row + j[0]) * columns + column + i[0]
        found.append((index, part[row, column], hu[bright].astype(float)))
    if not found:
        return np.zeros(0, np.int64), np.zeros(0, np.uint8), np.zeros(0)
    index, artery, hu = (np.concatenate(column) for column in zip(*found, strict=True))
    return index, artery, hu


def _inside(index: np.ndarray, shape: tuple[int, int, int], box: Box) -> np.ndarray:
    k, j, i = np.unravel_index(index, shape)
    inside: np.ndarray = (
        (k >= box.k[0]) & (k < box.k[1]) & (j >= box.j[0]) & (j < box.j[1]) & (i >= box.i[0]) & (i < box.i[1])
    )
    return inside
