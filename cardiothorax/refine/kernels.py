"""The two Gaussian kernels of the dense CRF, evaluated on grids: splat, blur, slice.

Both are normalized as ``D^-1/2 K D^-1/2`` with D the row sums of K. A pixel counts among its own
neighbors. Both choices are pydensecrf's defaults.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .axis import Axis, along_axes, level_axis, position_axis
from .backend import Backend, Tile

BIN_SIGMAS = 0.34
"""Width of an intensity bin over the intensity's sigma; a bin is never narrower than one grey level."""
_BOX_STEP = 32
_LONELY = 1e-6
"""Added to the row sums, which are 1/4 or more for a pixel that sends. One that does not may have a level
that no sender is near: it receives nothing."""
_MOST_CELLS = 32_000_000


class SmoothnessKernel:
    """``weight`` times the kernel of position alone, on a picture of ``shape``; each axis by itself.

    Every ``step_px``-th pixel of every ``step_px``-th row sends, standing for those around it.
    """

    def __init__(
        self, shape: tuple[int, ...], sigma_px: float, weight: float, step_px: int, backend: Backend
    ) -> None:
        self._backend = backend
        self._weight = weight
        self._axes = [position_axis(length_px, sigma_px, step_px) for length_px in shape]
        self._operators = self._matrices_of(None for _ in shape)
        self._to_all = self._operators
        if step_px > 1:
            self._to_all = self._matrices_of(position_axis(length_px, sigma_px) for length_px in shape)
        self._cuts: dict[tuple[int, int, int], tuple[Any, Any, Any]] = {}

    def _matrices_of(self, readers: Iterable[Axis | None]) -> list[list[Any]]:
        return [
            [self._backend.axis_matrix(matrix) for matrix in axis.operators(0.5, reader)]
            for axis, reader in zip(self._axes, readers, strict=True)
        ]

    def apply(self, values: Any, out: Any) -> None:
        """Let senders ``out`` get what senders ``values`` ``[c, h, w]`` send, around where that is not
        negligible."""

        def filtered(c: int) -> None:
            out[c] = 0.0
            support = self._backend.support(values[c])
            if support is not None:
                rows, columns = (self._reached(n, part) for n, part in enumerate(support))
                box = (slice(*rows), slice(*columns))
                out[c][box] = self._filtered(values[c][box], self._cut(0, *rows), self._cut(1, *columns))

        self._backend.each(filtered, range(len(values)))

    def read(self, values: Any, out: Any) -> None:
        """Let all pixels ``out`` get what senders ``values`` send."""

        def filtered(c: int) -> None:
            out[c] = self._filtered(values[c], *self._to_all)

        self._backend.each(filtered, range(len(values)))

    def _filtered(self, values: Any, rows: Sequence[Any], columns: Sequence[Any]) -> Any:
        (down, blur_down, up), (left, blur_left, right) = rows, columns
        return along_axes(values * self._weight, [(down, blur_down), (left, blur_left), (up,), (right,)])

    def _reached(self, n: int, part: slice) -> tuple[int, int]:
        """Senders of axis ``n`` that the kernel reaches from ``part``, widened so that boxes repeat."""
        reach = self._axes[n].reach
        length = len(self._axes[n].lower)
        first = max(0, part.start - reach) // _BOX_STEP * _BOX_STEP
        return first, min(length, -(-(part.stop + reach) // _BOX_STEP) * _BOX_STEP)

    def _cut(self, n: int, first: int, last: int) -> tuple[Any, Any, Any]:
        """Splat, blur and slice of the senders ``first:last`` of axis ``n``."""
        if (n, first, last) not in self._cuts:
            lower = self._axes[n].lower
            senders, cells = slice(first, last), slice(int(lower[first]), int(lower[last - 1]) + 2)
            splat, blur, read = self._operators[n]
            self._cuts[n, first, last] = splat[cells, senders], blur[cells, cells], read[senders, cells]
        return self._cuts[n, first, last]


class AppearanceKernel:
    """``weight`` times the kernel of position and intensity, on the picture ``grey`` ``[h, w]``.

    A bilateral grid (Chen, Paris and Durand, "Real-time edge-aware image processing with the bilateral
    grid", 2007), linear in position. Intensity needs no interpolation: a picture has 256 levels.
    Every ``step_px``-th pixel of every ``step_px``-th row sends, standing for those around it.
    """

    def __init__(
        self,
        grey: np.ndarray,
        sigma_px: float,
        sigma_grey: float,
        weight: float,
        step_px: int,
        backend: Backend,
    ) -> None:
        self._backend = backend
        levels = level_axis(grey - grey.min(), sigma_grey, BIN_SIGMAS)
        senders, pixels = (
            _GridOfPicture(
                position_axis(grey.shape[0], sigma_px, step),
                position_axis(grey.shape[1], sigma_px, step),
                levels.lower[::step, ::step],
                levels.n_cells,
            )
            for step in (step_px, 1)
        )
        if np.prod(senders.cells) > _MOST_CELLS:
            raise ValueError(
                f"an appearance sigma of {sigma_px:g} px is too small for a picture of "
                f"{grey.shape[0]} x {grey.shape[1]} px: the grid would have {np.prod(senders.cells):,} cells"
            )
        self._blurs = [[backend.axis_matrix(axis.blur)] for axis in (senders.rows, senders.columns, levels)]
        self._grids = backend.empty((0, *senders.cells))
        self._to_all = backend.interpolation(pixels.corners, grey.shape, pixels.cells)
        self._matrix = self._to_all
        if step_px > 1:
            self._matrix = backend.interpolation(senders.corners, senders.levels.shape, senders.cells)
        sums = backend.empty((1, *grey.shape))
        self.read(backend.array(np.ones((1, *senders.levels.shape), np.float32)), sums)
        factors = (weight / (sums[0] + _LONELY)) ** 0.5
        self._to_all = backend.scaled(self._to_all, factors)
        same = step_px == 1
        self._matrix = self._to_all if same else backend.scaled(self._matrix, factors[::step_px, ::step_px])

    def apply(self, values: Any, out: Any) -> None:
        """Let senders ``out`` get what senders ``values`` ``[c, h, w]`` send."""
        self._backend.slice(self._matrix, self._blurred(values), out)

    def read(self, values: Any, out: Any) -> None:
        """Let all pixels ``out`` get what senders ``values`` send."""
        self._backend.slice(self._to_all, self._blurred(values), out)

    def _blurred(self, values: Any) -> Any:
        if len(self._grids) != len(values):
            self._grids = self._backend.empty((len(values), *self._grids.shape[1:]))
        grids = self._grids
        self._backend.splat(self._matrix, values, grids)

        def blur(c: int) -> None:
            grids[c] = along_axes(grids[c], self._blurs)

        self._backend.each(blur, range(len(grids)))
        return grids


@dataclass(frozen=True)
class _GridOfPicture:
    """Where a picture's pixels lie in the grid: their rows, columns and ``levels`` ``[h, w]``, of
    ``n_levels``."""

    rows: Axis
    columns: Axis
    levels: np.ndarray
    n_levels: int

    @property
    def cells(self) -> tuple[int, int, int]:
        return self.rows.n_cells, self.columns.n_cells, self.n_levels

    def corners(self, tile: Tile) -> tuple[Tile, np.ndarray, np.ndarray]:
        """The four cells around each pixel of a tile, at the pixel's level, and their bilinear weights."""
        (rows, down), (columns, right) = (
            (axis.lower[part], axis.fraction[part].astype(np.float32))
            for axis, part in zip((self.rows, self.columns), tile, strict=True)
        )
        window = (slice(int(rows[0]), int(rows[-1]) + 2), slice(int(columns[0]), int(columns[-1]) + 2))
        per_row = int(columns[-1] - columns[0]) + 2
        levels = self.levels[tile]
        corner = ((rows - rows[0])[:, None] * per_row + (columns - columns[0])) * self.n_levels + levels
        cells = np.empty((*corner.shape, 4), np.int32)
        weights = np.empty((*corner.shape, 4), np.float32)
        for n, (below, beside) in enumerate(((0, 0), (0, 1), (1, 0), (1, 1))):
            cells[..., n] = corner + (below * per_row + beside) * self.n_levels
            weights[..., n] = np.outer(down if below else 1 - down, right if beside else 1 - right)
        return window, cells.reshape(-1, 4), weights.reshape(-1, 4)
