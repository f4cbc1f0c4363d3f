"""The appearance kernel: a Gaussian over position and intensity, evaluated on a coarse grid."""

from __future__ import annotations

from typing import Any

import numpy as np

from .backend import Backend

CELL_SIGMAS = 0.5
"""Cell size over the position's sigma."""
BIN_SIGMAS = 0.25
"""Width of an intensity bin over the intensity's sigma; a bin is never narrower than one grey level."""
_MOST_CELLS = 32_000_000


class BilateralGrid:
    """``weight`` times the symmetrically normalized kernel of the picture ``grey`` ``[h, w]``.

    In position the interpolation is linear. In intensity there is none: a picture has 256 levels, and
    a bin holds whole levels. What linear interpolation and binning widen the kernel by is taken off the
    variance of the blur, so the kernel has the sigma asked for.
    """

    def __init__(
        self, grey: np.ndarray, sigma_px: float, sigma_grey: float, weight: float, backend: Backend
    ) -> None:
        self._backend = backend
        rows, columns = (_Axis.of_positions(length, sigma_px) for length in grey.shape)
        levels, bins = _intensity_bins(grey, sigma_grey)
        self._cells = (rows.n_cells, columns.n_cells, bins.n_cells)
        if np.prod(self._cells) > _MOST_CELLS:
            raise ValueError(
                f"an appearance sigma of {sigma_px:g} px is too small for a picture of "
                f"{grey.shape[0]} x {grey.shape[1]} px: the grid would have {np.prod(self._cells):,} cells"
            )
        self._blurs = [backend.array(axis.blur) for axis in (rows, columns, bins)]
        places, weights = _interpolation(rows, columns, bins.n_cells, levels)
        n_cells = int(np.prod(self._cells))
        plain = backend.interpolation(places, weights, n_cells)
        ones = backend.array(np.ones((1, grey.size), np.float32))
        sums = backend.to_numpy(backend.slice(plain, self._blurred(backend.splat(plain, ones))))[0]
        weights *= np.sqrt(weight / sums)[:, None]
        self._matrix = backend.interpolation(places, weights, n_cells)

    def apply(self, values: Any) -> Any:
        """The kernel applied to pixels ``[c, h * w]``."""
        cells = self._blurred(self._backend.splat(self._matrix, values))
        return self._backend.slice(self._matrix, cells)

    def _blurred(self, cells: Any) -> Any:
        rows, columns, bins = self._blurs
        n_rows, n_columns, n_bins = self._cells
        grid = cells.reshape(-1, n_bins) @ bins
        grid = columns @ grid.reshape(-1, n_columns, n_bins)
        grid = rows @ grid.reshape(-1, n_rows, n_columns * n_bins)
        return grid.reshape(cells.shape)


class _Axis:
    """One axis of the grid: where samples fall and the blur ``[n_cells, n_cells]`` along it."""

    def __init__(self, n_cells: int, cell: float, sigma: float, widened_by: float) -> None:
        self.n_cells = n_cells
        variance = sigma**2 - widened_by
        distance = cell * np.subtract.outer(np.arange(n_cells), np.arange(n_cells))
        self.blur = np.exp(-0.5 * distance**2 / variance).astype(np.float32)
        self.lower = np.zeros(0, np.int32)
        self.fraction = np.zeros(0, np.float32)

    @classmethod
    def of_positions(cls, length_px: int, sigma_px: float) -> _Axis:
        cell_px = max(1.0, CELL_SIGMAS * sigma_px)
        position = np.arange(length_px) / cell_px
        lower = np.floor(position).astype(np.int32)
        fraction = position - lower
        # Linear interpolation between cells widens by f (1 - f) cells squared, in splat and in slice.
        widened_px2 = 2.0 * cell_px**2 * float(np.mean(fraction * (1.0 - fraction)))
        axis = cls(int(lower[-1]) + 2, cell_px, sigma_px, widened_px2)
        axis.lower, axis.fraction = lower, fraction.astype(np.float32)
        return axis


def _intensity_bins(grey: np.ndarray, sigma_grey: float) -> tuple[np.ndarray, _Axis]:
    width = max(1, int(BIN_SIGMAS * sigma_grey))
    darkest = int(grey.min())
    levels = ((grey - np.uint8(darkest)) // np.uint8(min(width, 255))).astype(np.int32)
    # Whole levels within a bin spread by (width^2 - 1) / 12, at both ends of a pair.
    return levels, _Axis(int(levels.max()) + 1, float(width), sigma_grey, (width**2 - 1) / 6.0)


def _interpolation(
    rows: _Axis, columns: _Axis, n_bins: int, levels: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Cells int32 ``[h * w, 4]`` that each pixel touches, and its weights there."""
    places = np.empty((*levels.shape, 4), np.int32)
    weights = np.empty((*levels.shape, 4), np.float32)
    corner = (rows.lower[:, None] * columns.n_cells + columns.lower[None, :]) * n_bins + levels
    for n, (down, right) in enumerate(((0, 0), (0, 1), (1, 0), (1, 1))):
        places[..., n] = corner + (down * columns.n_cells + right) * n_bins
        along_rows = rows.fraction if down else 1.0 - rows.fraction
        along_columns = columns.fraction if right else 1.0 - columns.fraction
        weights[..., n] = np.outer(along_rows, along_columns)
    return places.reshape(-1, 4), weights.reshape(-1, 4)
