"""The grid engine's array operations in numpy and scipy."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import numpy as np

from ..engines.base import usable_cores
from .backend import Corners, Tile

NEGLIGIBLE = 1e-3
"""Where no pixel around is likelier than this to be of a class, its messages are taken as zero. Most of a
picture is far from most organs; this is below what the Gaussians' tails leave out."""
_TILE_PX = 160
"""Pixels are worked on in tiles of this size, however many threads there are: sums keep their order, so
results do not depend on the machine. A tile's share of the grid fits the first-level cache."""


@dataclass(frozen=True)
class _TileMatrix:
    """``matrix`` reads the cells of ``window`` for the pixels of ``tile``, ``transposed`` writes."""

    tile: Tile
    window: Tile
    matrix: Any
    transposed: Any


class NumpyBackend:
    """numpy and scipy, on as many threads as this process may use cores.

    Nothing here calls BLAS: its own threads would wait for each other behind ours on a busy machine.
    """

    def __init__(self) -> None:
        threads = usable_cores()
        self._pool = ThreadPoolExecutor(threads) if threads > 1 else None

    def __enter__(self) -> NumpyBackend:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def array(self, values: np.ndarray) -> np.ndarray:
        return np.ascontiguousarray(values, np.float32)

    def to_numpy(self, values: np.ndarray) -> np.ndarray:
        return values

    def empty(self, shape: tuple[int, ...]) -> np.ndarray:
        return np.empty(shape, np.float32)

    def axis_matrix(self, matrix: Any) -> Any:
        return matrix.astype(np.float32)

    def tiles(self, shape: tuple[int, ...]) -> list[Tile]:
        rows, columns = (
            [slice(first, min(first + _TILE_PX, length)) for first in range(0, length, _TILE_PX)]
            for length in shape
        )
        return [(down, across) for down in rows for across in columns]

    def support(self, picture: np.ndarray) -> Tile | None:
        rows = np.flatnonzero(picture.max(axis=1) > NEGLIGIBLE)
        columns = np.flatnonzero(picture.max(axis=0) > NEGLIGIBLE)
        if not len(rows):
            return None
        return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)

    def each(self, work: Callable[[Any], Any], tasks: Iterable[Any]) -> list[Any]:
        return list(map(work, tasks) if self._pool is None else self._pool.map(work, tasks))

    def softmax(self, logits: np.ndarray) -> np.ndarray:
        peak = logits.max(axis=0)
        np.maximum(peak, 0.0, out=peak)
        logits -= peak
        gains: np.ndarray = np.exp(logits, out=logits)
        gains /= gains.sum(axis=0) + np.exp(-peak)
        return gains

    def interpolation(
        self, corners: Corners, shape: tuple[int, ...], cells: tuple[int, ...]
    ) -> list[_TileMatrix]:
        from scipy.sparse import csr_array

        def of_tile(tile: Tile) -> _TileMatrix:
            window, touched, weights = corners(tile)
            size = int(np.prod([side.stop - side.start for side in window])) * cells[2]
            starts = np.arange(0, touched.size + 1, touched.shape[1], dtype=np.int32)
            matrix = csr_array((weights.ravel(), touched.ravel(), starts), shape=(len(touched), size))
            return _TileMatrix(tile, window, matrix, matrix.T)

        return self.each(of_tile, self.tiles(shape))

    def scaled(self, matrix: list[_TileMatrix], factors: np.ndarray) -> list[_TileMatrix]:
        for part in matrix:
            of_pixel = factors[part.tile].reshape(-1, 1)
            part.matrix.data.reshape(len(of_pixel), -1)[:] *= of_pixel
        return matrix

    def splat(self, matrix: list[_TileMatrix], values: np.ndarray, out: np.ndarray) -> None:
        def gathered(part: _TileMatrix) -> list[np.ndarray | None]:
            pieces = (picture[part.tile].ravel() for picture in values)
            return [part.transposed @ piece if piece.max() > NEGLIGIBLE else None for piece in pieces]

        out[:] = 0.0
        for part, pieces in zip(matrix, self.each(gathered, matrix), strict=True):
            for grid, piece in zip(out, pieces, strict=True):
                if piece is not None:
                    window = grid[part.window]
                    window += piece.reshape(window.shape)

    def slice(self, matrix: list[_TileMatrix], grids: np.ndarray, out: np.ndarray) -> None:
        def read(part: _TileMatrix) -> None:
            for grid, picture in zip(grids, out, strict=True):
                window, tile = grid[part.window].ravel(), picture[part.tile]
                tile[:] = (part.matrix @ window).reshape(tile.shape) if window.any() else 0.0

        self.each(read, matrix)
