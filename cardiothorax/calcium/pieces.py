"""Connected pieces of sparse pixels: cost follows their number, not the size of the picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

REACH = {4: 0, 8: 1}
"""Connectivity in a picture -> how many columns a neighbor in the next row may be off."""


def connected(index: np.ndarray, kind: np.ndarray, shape: tuple[int, ...], connectivity: int) -> np.ndarray:
    """The piece of each pixel, numbered from 0 in the order of their first pixels.

    ``index`` are rising flat indices into an array ``[picture, row, column]`` of ``shape``; pixels join
    within a picture, 4- or 8-connected, where they are of one ``kind`` (the artery).
    """
    if not index.size:
        return np.zeros(0, np.int64)
    runs = _runs(index, kind, shape[-1])
    first, second = _touching(runs, shape[-2], shape[-1], REACH[connectivity])
    return np.repeat(joined(runs.first.size, first, second), runs.last - runs.first + 1)


def joined(count: int, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """The piece of each of ``count`` things, of which ``first`` and ``second`` are joined pair by pair;
    numbered from 0 in the order of their first members."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    if not count:
        return np.zeros(0, np.int64)
    pairs = (np.ones(first.size, np.int8), (first, second))
    _, found = connected_components(coo_matrix(pairs, shape=(count, count)), directed=False)
    order = np.argsort(first_of_each(found), kind="stable")
    rank = np.empty(order.size, np.int64)
    rank[order] = np.arange(order.size)
    numbered: np.ndarray = rank[found]
    return numbered


def first_of_each(group: np.ndarray) -> np.ndarray:
    """By number, the position where it stands first; every number from 0 on must stand somewhere."""
    first = np.zeros(int(group.max(initial=-1)) + 1, np.int64)
    first[group[::-1]] = np.arange(group.size)[::-1]  # of equal targets the last one written stays
    return first


@dataclass(frozen=True)
class _Runs:
    """Neighbors of one kind in a row: flat indices of both ends, and the kind."""

    first: np.ndarray
    last: np.ndarray
    kind: np.ndarray


def _runs(index: np.ndarray, kind: np.ndarray, columns: int) -> _Runs:
    begins = np.ones(index.size, bool)
    begins[1:] = (np.diff(index) != 1) | (kind[1:] != kind[:-1]) | (index[1:] % columns == 0)
    start = np.flatnonzero(begins)
    stop = np.append(start[1:], index.size) - 1
    return _Runs(index[start], index[stop], kind[start])


def _touching(runs: _Runs, rows: int, columns: int, reach: int) -> tuple[np.ndarray, np.ndarray]:
    """Numbers of all runs, and of the runs of one kind that they touch in the next row of their picture."""
    row_start = runs.first // columns * columns
    low = np.maximum(runs.first - reach, row_start) + columns
    high = np.minimum(runs.last + reach, row_start + columns - 1) + columns
    begin = np.searchsorted(runs.last, low)
    end = np.searchsorted(runs.first, high, side="right")
    count = np.where(runs.first // columns % rows == rows - 1, 0, end - begin)
    first = np.repeat(np.arange(runs.first.size), count)
    second = np.arange(first.size) + np.repeat(begin - (np.cumsum(count) - count), count)
    same = runs.kind[first] == runs.kind[second]
    return first[same], second[same]
