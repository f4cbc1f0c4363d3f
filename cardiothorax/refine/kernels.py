"""The two Gaussian kernels of the dense CRF, evaluated on grids: splat, blur, slice.

Both are normalized as ``D^-1/2 K D^-1/2`` with D the row sums of K. A pixel counts among its own
neighbors. Both choices are pydensecrf's defaults.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .axis import along_axes, level_axis, position_axis
from .backend import Backend, Tile

BIN_SIGMAS = 0.34
"""Width of an intensity bin over the intensity's sigma; a bin is never narrower than one grey level."""
_BOX_STEP_PX = 32
_MOST_CELLS = 32_000_000


class SmoothnessKernel:
    """``weight`` times the kernel of position alone, on a picture of ``shape``; each axis by itself."""

    def __init__(self, shape: tuple[int, ...], sigma_px: float, weight: float, backend: Backend) -> None:
        self._backend = backend
        self._weight = weight
        self._axes = [position_axis(length_px, sigma_px) for length_px in shape]
        self._operators = [
            [backend.axis_matrix(matrix) for matrix in axis.operators(balance=0.5)] for axis in self._axes
        ]
        self._matrices: dict[tuple[int, int, int], tuple[Any, Any, Any]] = {}

    def apply(self, values: Any, out: Any) -> None:
        """Let ``out`` be the kernel applied to pixels ``[c, h, w]``, around where they are not negligible."""

        def filtered(c: int) -> None:
            out[c] = 0.0
            support = self._backend.support(values[c])
            if support is not None:
                rows, columns = (self._reached(n, part) for n, part in enumerate(support))
                box = (slice(*rows), slice(*columns))
                (down, blur_down, up), (left, blur_left, right) = self._cut(0, *rows), self._cut(1, *columns)
                groups = [(down, blur_down), (left, blur_left), (up,), (right,)]
                out[c][box] = along_axes(values[c][box] * self._weight, groups)

        self._backend.each(filtered, range(len(values)))

    def _reached(self, n: int, part: slice) -> tuple[int, int]:
        """Pixels of axis ``n`` that the kernel reaches from ``part``, widened so that boxes repeat."""
        reach_px = self._axes[n].reach
        length_px = len(self._axes[n].lower)
        first = max(0, part.start - reach_px) // _BOX_STEP_PX * _BOX_STEP_PX
        return first, min(length_px, -(-(part.stop + reach_px) // _BOX_STEP_PX) * _BOX_STEP_PX)

    def _cut(self, n: int, first: int, last: int) -> tuple[Any, Any, Any]:
        """Splat, blur and slice of the pixels ``first:last`` of axis ``n``."""
        if (n, first, last) not in self._matrices:
            lower = self._axes[n].lower
            pixels, cells = slice(first, last), slice(int(lower[first]), int(lower[last - 1]) + 2)
            splat, blur, read = self._operators[n]
            self._matrices[n, first, last] = splat[cells, pixels], blur[cells, cells], read[pixels, cells]
        return self._matrices[n, first, last]


class AppearanceKernel:
    """``weight`` times the kernel of position and intensity, on the picture ``grey`` ``[h, w]``.

    A bilateral grid (Chen, Paris and Durand, "Real-time edge-aware image processing with the bilateral
    grid", 2007), linear in position. Intensity needs no interpolation: a picture has 256 levels.
    """

    def __init__(
        self, grey: np.ndarray, sigma_px: float, sigma_grey: float, weight: float, backend: Backend
    ) -> None:
        self._backend = backend
        self._rows, self._columns = (position_axis(length_px, sigma_px) for length_px in grey.shape)
        self._levels = level_axis(grey - grey.min(), sigma_grey, BIN_SIGMAS)
        axes = (self._rows, self._columns, self._levels)
        cells = (self._rows.n_cells, self._columns.n_cells, self._levels.n_cells)
        if np.prod(cells) > _MOST_CELLS:
            raise ValueError(
                f"an appearance sigma of {sigma_px:g} px is too small for a picture of "
                f"{grey.shape[0]} x {grey.shape[1]} px: the grid would have {np.prod(cells):,} cells"
            )
        self._blurs = [[backend.axis_matrix(axis.blur)] for axis in axes]
        self._grids = backend.empty((0, *cells))
        self._matrix = backend.interpolation(self._corners, grey.shape, cells)
        sums = backend.empty((1, *grey.shape))
        self.apply(backend.array(np.ones((1, *grey.shape), np.float32)), sums)
        self._matrix = backend.scaled(self._matrix, (weight / sums[0]) ** 0.5)

    def apply(self, values: Any, out: Any) -> None:
        """Let ``out`` be the kernel applied to pixels ``[c, h, w]``."""
        if len(self._grids) != len(values):
            self._grids = self._backend.empty((len(values), *self._grids.shape[1:]))
        grids = self._grids
        self._backend.splat(self._matrix, values, grids)

        def blur(c: int) -> None:
            grids[c] = along_axes(grids[c], self._blurs)

        self._backend.each(blur, range(len(grids)))
        self._backend.slice(self._matrix, grids, out)

    def _corners(self, tile: Tile) -> tuple[Tile, np.ndarray, np.ndarray]:
        """The four cells around each pixel of a tile, at the pixel's level, and their bilinear weights."""
        (rows, down), (columns, right) = (
            (axis.lower[part], axis.fraction[part].astype(np.float32))
            for axis, part in zip((self._rows, self._columns), tile, strict=True)
        )
        window = (slice(int(rows[0]), int(rows[-1]) + 2), slice(int(columns[0]), int(columns[-1]) + 2))
        per_row = int(columns[-1] - columns[0]) + 2
        levels = self._levels.lower[tile]
        corner = (
            (rows - rows[0])[:, None] * per_row + (columns - columns[0])
        ) * self._levels.n_cells + levels
        cells = np.empty((*corner.shape, 4), np.int32)
        weights = np.empty((*corner.shape, 4), np.float32)
        for n, (below, beside) in enumerate(((0, 0), (0, 1), (1, 0), (1, 1))):
            cells[..., n] = corner + (below * per_row + beside) * self._levels.n_cells
            weights[..., n] = np.outer(down if below else 1 - down, right if beside else 1 - right)
        return window, cells.reshape(-1, 4), weights.reshape(-1, 4)
