"""Smooth borders that stay where they are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from .axis import along_axes, position_axis

_LEAST_SIGMA_PX = 0.5
"""Less smoothing than this changes no pixel worth changing."""
_TIP_SHARE = 0.3
"""An organ's pixel with less of its own organ around it than this lies in a tip sharper than some 110
degrees, or stands out by more than half a sigma. Costophrenic angles do; fine raggedness does not."""
_EXTREME_SHARE = 0.44
"""In its outermost rows and columns an organ keeps pixels with this share, since widths are measured there.
The last pixel of a disc has 0.45, as a tooth of one pixel has; what stands out further has less and goes."""
_LEAST_KEPT = 0.5
"""An organ of which smoothing would leave less than this part is smaller than the smoothing: it stays as
drawn."""
_NEIGHBOR_PX = 1.5
"""Pixels that share an edge or a corner are closer than this."""


def smooth_borders(labels: np.ndarray, sigma_px: float, organs: Iterable[int]) -> np.ndarray:
    """``labels`` ``[h, w]`` with the borders of ``organs`` smoothed by a Gaussian of ``sigma_px``.

    Each pixel goes to the label, background among them, that has the largest share of its Gaussian
    neighborhood. Straight borders stay; a border of radius R moves inwards by about
    ``sigma_px ** 2 / (2 R)``, 0.05 px for R = 100 px at 3.2 px. Tips are left as drawn, since the
    thorax is often widest there. Returns a new array.
    """
    if sigma_px < _LEAST_SIGMA_PX or not labels.any():
        return labels.copy()
    margin_px = int(np.ceil(4.0 * sigma_px))
    result = np.zeros_like(labels)
    whole = _box(labels != 0, margin_px)
    _smooth(labels[whole], result[whole], sigma_px, margin_px, organs)
    return result


def _smooth(
    labels: np.ndarray, result: np.ndarray, sigma_px: float, margin_px: int, organs: Iterable[int]
) -> None:
    total = np.zeros(labels.shape, np.float32)
    shares, small = [], []
    for organ in organs:
        mask = labels == organ
        around = _box(mask, margin_px)
        share = _share(mask[around], sigma_px)
        total[around] += share
        if np.count_nonzero(share > 0.5) < _LEAST_KEPT * np.count_nonzero(mask[around]):
            small.append(mask)
            continue
        shares.append((organ, around, share))
        np.putmask(result[around], share > 0.5, organ)
    _settle_junctions(result, total, shares)
    for organ, around, share in shares:
        _keep_extremes(result[around], labels[around] == organ, organ, share)
        _keep_tips(result[around], labels[around], organ, share)
    for mask in small:
        result[mask] = labels[mask]


def _box(mask: np.ndarray, margin_px: int) -> tuple[slice, slice]:
    """The box around a mask that is not empty, with a margin inside the picture."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    down, across = (
        slice(max(0, int(touched[0]) - margin_px), min(length_px, int(touched[-1]) + 1 + margin_px))
        for touched, length_px in zip((rows, columns), mask.shape, strict=True)
    )
    return down, across


def _share(mask: np.ndarray, sigma_px: float) -> np.ndarray:
    """The part of each pixel's Gaussian neighborhood inside the picture that is ``mask``, 0 to 1."""
    (down, blur_down, up), (left, blur_left, right) = (
        position_axis(length_px, sigma_px).operators(balance=1.0) for length_px in mask.shape
    )
    groups = [(down, blur_down), (left, blur_left), (up,), (right,)]
    return np.asarray(along_axes(mask.astype(np.float32), groups))


def _settle_junctions(
    result: np.ndarray, total: np.ndarray, shares: list[tuple[int, Any, np.ndarray]]
) -> None:
    """Give pixels where organs meet and none has the majority to the largest, if it beats the background."""
    rows, columns = np.nonzero((result == 0) & (total > 0.5))
    best = 1.0 - total[rows, columns]
    for organ, around, share in shares:
        row, column = rows - around[0].start, columns - around[1].start
        inside = (row >= 0) & (column >= 0) & (row < share.shape[0]) & (column < share.shape[1])
        here = np.zeros(len(rows), np.float32)
        here[inside] = share[row[inside], column[inside]]
        wins = here > best
        best[wins] = here[wins]
        result[rows[wins], columns[wins]] = organ


def _keep_extremes(result: np.ndarray, mask: np.ndarray, organ: int, share: np.ndarray) -> None:
    """Give back the caps that smoothing took from an organ's outermost rows and columns."""
    rows, columns = _box(mask, 0)
    for line in (
        np.s_[rows.start, columns],
        np.s_[rows.stop - 1, columns],
        np.s_[rows, columns.start],
        np.s_[rows, columns.stop - 1],
    ):
        kept = mask[line] & (result[line] == 0) & (share[line] > _EXTREME_SHARE)
        np.putmask(result[line], kept, organ)


def _keep_tips(result: np.ndarray, labels: np.ndarray, organ: int, share: np.ndarray) -> None:
    """Give back each connected piece of what smoothing took from an organ that holds a tip."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import cKDTree

    taken = np.argwhere((labels == organ) & (share <= 0.5))
    is_tip = share[tuple(taken.T)] < _TIP_SHARE
    if is_tip.any():
        first, second = cKDTree(taken).query_pairs(_NEIGHBOR_PX, output_type="ndarray").T
        graph = coo_array((np.ones(len(first), bool), (first, second)), shape=(len(taken), len(taken)))
        pieces = connected_components(graph, directed=False)[1]
        result[tuple(taken[np.isin(pieces, pieces[is_tip])].T)] = organ
