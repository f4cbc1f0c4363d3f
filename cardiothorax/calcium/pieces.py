"""Connected pieces of sparse voxels: cost follows the number of candidates, not the size of the volume."""

from __future__ import annotations

import numpy as np

Offset = tuple[int, int, int]

IN_SLICE: dict[int, tuple[Offset, ...]] = {
    4: ((0, 0, 1), (0, 1, 0)),
    8: ((0, 0, 1), (0, 1, 0), (0, 1, -1), (0, 1, 1)),
}
"""Connectivity within a slice -> steps (slices, rows, columns) to later neighbors."""
IN_SPACE: tuple[Offset, ...] = ((0, 0, 1), (0, 1, 0), (1, 0, 0))
"""Faces of voxels: 6-connected."""


def connected(
    index: np.ndarray, kind: np.ndarray, shape: tuple[int, ...], steps: tuple[Offset, ...]
) -> np.ndarray:
    """The piece of each voxel, numbered from 0 in the order of their first voxels.

    ``index`` are rising flat indices into an array of ``shape``; voxels join where they are ``steps``
    apart and of one ``kind`` (the artery).
    """
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    if not index.size:
        return np.zeros(0, np.int64)
    pairs = [_neighbors(index, shape, step) for step in steps]
    first = np.concatenate([p[0] for p in pairs])
    second = np.concatenate([p[1] for p in pairs])
    same = kind[first] == kind[second]
    first, second = first[same], second[same]
    graph = coo_matrix((np.ones(first.size, np.int8), (first, second)), shape=(index.size, index.size))
    _, found = connected_components(graph, directed=False)
    return in_order(found.astype(np.int64))


def in_order(piece: np.ndarray) -> np.ndarray:
    """The same pieces, numbered without gaps in the order in which they first appear."""
    rank = np.argsort(np.argsort(first_of_each(piece), kind="stable"), kind="stable")
    numbered: np.ndarray = rank[piece]
    return numbered


def first_of_each(piece: np.ndarray) -> np.ndarray:
    """By number, the position where it stands first; past the end for a number that is missing."""
    first = np.full(int(piece.max(initial=-1)) + 1, piece.size)
    first[piece[::-1]] = np.arange(piece.size)[::-1]  # of equal targets the last one written stays
    return first


def last_of_each(piece: np.ndarray) -> np.ndarray:
    """By number, the position where it stands last."""
    last = np.zeros(int(piece.max(initial=-1)) + 1, np.intp)
    last[piece] = np.arange(piece.size)
    return last


def _neighbors(index: np.ndarray, shape: tuple[int, ...], step: Offset) -> tuple[np.ndarray, np.ndarray]:
    """Positions in ``index`` of all voxels and of their neighbors ``step`` further on."""
    _, rows, columns = shape
    slices_on, rows_on, columns_on = step
    inside = np.ones(index.size, bool)
    if columns_on:
        inside &= index % columns != (columns - 1 if columns_on > 0 else 0)
    if rows_on:
        inside &= index // columns % rows != rows - 1
    start = np.flatnonzero(inside)
    target = index[start] + ((slices_on * rows) + rows_on) * columns + columns_on
    place = np.searchsorted(index, target)
    there = place < index.size
    there[there] = index[place[there]] == target[there]
    return start[there], place[there]
