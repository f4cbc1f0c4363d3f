"""A box of voxels: what an edit touched, or where candidates are looked for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

Range = tuple[int, int]


@dataclass(frozen=True)
class Box:
    """Half-open ranges of slices ``k``, rows ``j`` and columns ``i``: ``(first, last + 1)``."""

    k: Range
    j: Range
    i: Range

    @classmethod
    def whole(cls, shape: tuple[int, ...]) -> Box:
        """All of an array of shape ``[k, j, i]``."""
        return cls((0, shape[0]), (0, shape[1]), (0, shape[2]))

    @classmethod
    def around(cls, mask: np.ndarray) -> Box | None:
        """The smallest box that holds every non-zero voxel of ``mask``; None where there is none.

        >>> Box.around(np.eye(3, dtype=bool)[None, :2])
        Box(k=(0, 1), j=(0, 2), i=(0, 2))
        """
        marked = np.asarray(mask) != 0
        slices = np.flatnonzero(marked.any(axis=(1, 2)))
        if not slices.size:
            return None
        flat = marked[slices[0] : slices[-1] + 1].any(axis=0)
        rows, columns = np.flatnonzero(flat.any(axis=1)), np.flatnonzero(flat.any(axis=0))
        first, last = (slices[0], rows[0], columns[0]), (slices[-1], rows[-1], columns[-1])
        k, j, i = ((int(a), int(b) + 1) for a, b in zip(first, last, strict=True))
        return cls(k, j, i)

    @property
    def slices(self) -> tuple[slice, slice, slice]:
        """To cut an array: ``array[box.slices]``."""
        return slice(*self.k), slice(*self.j), slice(*self.i)

    @property
    def shape(self) -> tuple[int, int, int]:
        return self.k[1] - self.k[0], self.j[1] - self.j[0], self.i[1] - self.i[0]

    @property
    def empty(self) -> bool:
        return min(self.shape) <= 0

    def clipped(self, shape: tuple[int, ...]) -> Box:
        """The part of the box that lies in an array of ``shape``."""
        k, j, i = (
            (min(max(start, 0), size), min(max(stop, 0), size))
            for (start, stop), size in zip((self.k, self.j, self.i), shape, strict=True)
        )
        return Box(k, j, i)

    def moved(self, slices: int, rows: int, columns: int) -> Box:
        k, j, i = (
            (start + by, stop + by)
            for (start, stop), by in zip((self.k, self.j, self.i), (slices, rows, columns), strict=True)
        )
        return Box(k, j, i)

    def grown(self, voxels: int) -> Box:
        """Larger by ``voxels`` on every side; it may reach outside the array."""
        k, j, i = ((start - voxels, stop + voxels) for start, stop in (self.k, self.j, self.i))
        return Box(k, j, i)
