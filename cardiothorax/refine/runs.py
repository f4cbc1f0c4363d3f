"""Connected regions of a label picture, found on runs of equal pixels instead of on pixels.

A radiograph's mask of seven million pixels has some ten thousand runs, so that regions, their neighbors
and whether they reach the picture's border cost milliseconds. Pixels are connected when they share an edge.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np


@dataclass(frozen=True)
class Runs:
    """A label picture ``[h, w]`` as runs in reading order, which together cover it.

    ``starts`` are flat pixel positions, ``lengths`` pixels, ``labels`` one value a run. ``pairs`` ``[n, 2]``
    are runs that share ``contact`` ``[n]`` pixel edges.
    """

    shape: tuple[int, int]
    starts: np.ndarray
    lengths: np.ndarray
    labels: np.ndarray
    pairs: np.ndarray
    contact: np.ndarray

    @classmethod
    def of(cls, picture: np.ndarray) -> Runs:
        height, width = picture.shape
        begins = np.empty((height, width), bool)
        begins[:, 0] = True
        np.not_equal(picture[:, 1:], picture[:, :-1], out=begins[:, 1:])
        starts = np.flatnonzero(begins)
        lengths = np.diff(starts, append=picture.size)
        beside = np.flatnonzero(starts[1:] % width)
        pairs, contact = [np.stack([beside, beside + 1], 1)], [np.ones(len(beside), np.int64)]
        if height > 1:
            # Between two cuts one run of a row lies over one run of the next.
            cuts = np.union1d(starts[starts >= width], starts[starts < picture.size - width] + width)
            above = np.searchsorted(starts, cuts - width, side="right") - 1
            below = np.searchsorted(starts, cuts, side="right") - 1
            pairs.append(np.stack([above, below], 1))
            contact.append(np.diff(cuts, append=picture.size))
        values = picture.ravel()[starts]
        return cls((height, width), starts, lengths, values, np.concatenate(pairs), np.concatenate(contact))

    def relabeled(self, labels: np.ndarray) -> Runs:
        """The same runs with other values."""
        return replace(self, labels=labels)

    def picture(self) -> np.ndarray:
        return np.repeat(self.labels, self.lengths).reshape(self.shape)

    def regions(self) -> Regions:
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import connected_components

        same = self.labels[self.pairs[:, 0]] == self.labels[self.pairs[:, 1]]
        first, second = self.pairs[same].T
        graph = coo_array((np.ones(len(first), bool), (first, second)), shape=(len(self.starts),) * 2)
        count, of_run = connected_components(graph, directed=False)
        labels = np.zeros(count, self.labels.dtype)
        labels[of_run] = self.labels
        areas = np.bincount(of_run, self.lengths, count).astype(np.int64)
        return Regions(of_run, labels, areas, self._reach_border(of_run, count))

    def _reach_border(self, of_run: np.ndarray, count: int) -> np.ndarray:
        height, width = self.shape
        ends = self.starts + self.lengths
        outer = (self.starts % width == 0) | (ends % width == 0)
        outer |= (self.starts < width) | (self.starts >= (height - 1) * width)
        reached = np.zeros(count, bool)
        reached[of_run[outer]] = True
        return reached


@dataclass(frozen=True)
class Regions:
    """``of_run`` names each run's region; the others hold one value a region."""

    of_run: np.ndarray
    labels: np.ndarray
    areas_px: np.ndarray
    reach_border: np.ndarray
