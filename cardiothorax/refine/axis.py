"""One axis of a grid: where samples fall, and the Gaussian blur along it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

CELL_SIGMAS = 0.5
"""Cell size over the sigma of the kernel; never finer than the samples."""
_TAIL_SIGMAS = 3.5
"""Beyond this the Gaussian is below 0.0022 of its peak and is left out."""


@dataclass(frozen=True)
class Axis:
    """Samples that lie between cell ``lower`` and the next, at ``fraction`` of the way, both ``[n]``.

    ``blur``, sparse ``[n_cells, n_cells]``, is narrower than the kernel by what interpolation adds to the
    variance, so the kernel K between samples has the sigma asked for. ``cell`` is the distance of cells, in
    samples.
    """

    lower: np.ndarray
    fraction: np.ndarray
    blur: Any
    cell: float

    @property
    def n_cells(self) -> int:
        return int(self.blur.shape[0])

    @property
    def reach(self) -> int:
        """Samples that the kernel reaches on either side."""
        return int(np.ceil((self.blur[[0]].nnz + 1) * self.cell))

    def interpolation(self) -> Any:
        """The sparse matrix ``[n, n_cells]`` that reads cells at the samples."""
        from scipy.sparse import csr_array

        weights = np.stack([1.0 - self.fraction, self.fraction], axis=1).ravel()
        cells = np.stack([self.lower, self.lower + 1], axis=1).ravel()
        starts = np.arange(0, len(cells) + 1, 2)
        return csr_array((weights, cells, starts), shape=(len(self.lower), self.n_cells))

    def operators(self, balance: float, readers: Axis | None = None) -> tuple[Any, Any, Any]:
        """Splat, blur and slice as sparse float32 matrices, normalized by the row sums D of K.

        ``slice @ blur @ splat`` is ``D^-balance K D^(balance - 1)``: a mean for 1, symmetric for 1/2.
        ``readers``, other samples between the same cells, read in place of those that splat.
        """
        splatting = self.interpolation()
        reading = splatting if readers is None else readers.interpolation()
        sums = self.blur @ splatting.sum(axis=0)
        before = _diagonal((splatting @ sums) ** (balance - 1.0))
        after = _diagonal((reading @ sums) ** -balance)
        splat, blur, read = (
            part.tocsr().astype(np.float32) for part in (splatting.T @ before, self.blur, after @ reading)
        )
        return splat, blur, read


def position_axis(length_px: int, sigma_px: float, step_px: int = 1) -> Axis:
    """Every ``step_px``-th of the pixels 0 to ``length_px - 1``, interpolated linearly between cells of half
    a sigma. The cells are the same for every step."""
    cell_px = max(1.0, CELL_SIGMAS * sigma_px)
    position = np.arange(0, length_px, step_px) / cell_px
    lower = np.floor(position).astype(np.int32)
    fraction = position - lower
    # Linear interpolation adds f (1 - f) squared cells to the variance, once in splat and once in slice.
    added = 2.0 * cell_px**2 * float(np.mean(fraction * (1.0 - fraction)))
    blur = _blur(int((length_px - 1) / cell_px) + 2, cell_px, sigma_px**2 - added)
    return Axis(lower, fraction, blur, cell_px / step_px)


def level_axis(levels: np.ndarray, sigma: float, bin_sigmas: float) -> Axis:
    """Integer samples from 0, each put into a bin of whole levels without interpolation."""
    width = max(1, int(bin_sigmas * sigma))
    lower = (levels // width).astype(np.int32)
    # Levels within a bin have the variance (width^2 - 1) / 12, at both ends of a pair.
    variance = sigma**2 - (width**2 - 1) / 6.0
    return Axis(lower, np.zeros(0), _blur(int(lower.max()) + 1, float(width), variance), float(width))


def _blur(n_cells: int, cell: float, variance: float) -> Any:
    from scipy.sparse import dia_array

    reach = min(int(_TAIL_SIGMAS * np.sqrt(variance) / cell), n_cells - 1)
    offsets = np.arange(-reach, reach + 1)
    weights = np.exp(-0.5 * (cell * offsets) ** 2 / variance)
    return dia_array(
        (np.repeat(weights[:, None], n_cells, axis=1), offsets), shape=(n_cells, n_cells)
    ).tocsr()


def _diagonal(values: np.ndarray) -> Any:
    from scipy.sparse import dia_array

    return dia_array((values[None, :], [0]), shape=(len(values),) * 2)


def along_axes(grid: Any, matrices: Iterable[Sequence[Any]]) -> Any:
    """Apply each group of matrices along one axis of ``grid``, the axes in turn, and round again.

    Each group works on the first axis, which then moves to the end: as many groups as axes, or a
    multiple, bring the axes back to their order.
    """
    for group in matrices:
        rest = grid.shape[1:]
        for matrix in group:
            grid = matrix @ grid.reshape(grid.shape[0], -1)
        grid = grid.T.reshape(*rest, -1)
    return grid
