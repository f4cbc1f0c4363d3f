"""The few array operations that the grid engine needs, in numpy and scipy.

:mod:`.torch_backend` has the same operations; the algorithm itself is written once, on top of them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

_BANDS = 8
"""Rows are worked on in this many bands, however many threads there are: sums keep their order and
results do not depend on the machine. Eight bands of an 800 x 800 picture fit the second-level cache."""


class Backend(Protocol):
    """Arrays of one library on one device. ``Any`` below is that library's array, float32."""

    def array(self, values: np.ndarray) -> Any:
        """A numpy array brought to the device."""

    def to_numpy(self, values: Any) -> np.ndarray:
        """An array brought back."""

    def interpolation(self, columns: np.ndarray, weights: np.ndarray, n_cells: int) -> Any:
        """The matrix ``[n, n_cells]`` whose row i has ``weights[i]`` at ``columns[i]``, both ``[n, k]``."""

    def splat(self, matrix: Any, values: Any) -> Any:
        """Cells ``[c, n_cells]`` that gather pixels ``[c, n]``: the transposed matrix applied."""

    def slice(self, matrix: Any, cells: Any) -> Any:
        """Pixels ``[c, n]`` that read cells ``[c, n_cells]``."""

    def band_matrix(self, matrix: np.ndarray) -> Any:
        """A symmetric matrix that is zero away from its diagonal."""

    def on_both_axes(self, rows: Any, columns: Any, pictures: Any) -> Any:
        """``rows @ picture @ columns`` for each of the pictures ``[c, h, w]`` and two band matrices."""

    def updated(self, logits: Any, messages: Any, everything: Any) -> Any:
        """Softmax ``[c, n]`` of ``logits`` plus ``messages`` ``[c - 1, n]``, where the messages of all classes
        sum to ``everything`` ``[1, n]``."""

    def softmax(self, logits: Any) -> Any:
        """Softmax over the first axis of ``[c, n]``."""


def open_backend(device: str | None) -> Backend:
    """Numpy for None, else torch on ``device``."""
    if device is None:
        return NumpyBackend()
    from .torch_backend import TorchBackend

    return TorchBackend(device)


@dataclass(frozen=True)
class _Band:
    """Rows ``first:last`` of a matrix, kept with the columns ``low:high`` that they touch."""

    first: int
    last: int
    low: int
    high: int
    matrix: Any


class NumpyBackend:
    """numpy and scipy on as many threads as this process may use cores."""

    def __init__(self) -> None:
        self._threads = min(_BANDS, _usable_cores())

    def array(self, values: np.ndarray) -> np.ndarray:
        return np.ascontiguousarray(values, np.float32)

    def to_numpy(self, values: np.ndarray) -> np.ndarray:
        return values

    def interpolation(self, columns: np.ndarray, weights: np.ndarray, n_cells: int) -> list[_Band]:
        from scipy.sparse import csr_array

        per_row = columns.shape[1]

        def band(first: int, last: int) -> _Band:
            touched = columns[first:last]
            low, high = int(touched.min()), int(touched.max()) + 1
            starts = np.arange(0, touched.size + 1, per_row, dtype=np.int32)
            parts = (weights[first:last].ravel(), (touched - low).ravel(), starts)
            return _Band(first, last, low, high, csr_array(parts, shape=(last - first, high - low)))

        return self._each(lambda ends: band(*ends), _bands(len(columns)))

    def splat(self, matrix: list[_Band], values: np.ndarray) -> np.ndarray:
        def gathered(band: _Band) -> list[np.ndarray]:
            return [band.matrix.T @ row[band.first : band.last] for row in values]

        cells = np.zeros((len(values), max(band.high for band in matrix)), np.float32)
        for band, parts in zip(matrix, self._each(gathered, matrix), strict=True):
            for row, part in zip(cells, parts, strict=True):
                row[band.low : band.high] += part
        return cells

    def slice(self, matrix: list[_Band], cells: np.ndarray) -> np.ndarray:
        pixels = np.empty((len(cells), matrix[-1].last), np.float32)

        def read(band: _Band) -> None:
            for row, out in zip(cells, pixels, strict=True):
                out[band.first : band.last] = band.matrix @ row[band.low : band.high]

        self._each(read, matrix)
        return pixels

    def band_matrix(self, matrix: np.ndarray) -> list[_Band]:
        from scipy.sparse import csr_array

        bands = []
        for first, last in _bands(len(matrix)):
            touched = np.flatnonzero(matrix[first:last].any(axis=0))
            low, high = int(touched[0]), int(touched[-1]) + 1
            bands.append(_Band(first, last, low, high, csr_array(matrix[first:last, low:high])))
        return bands

    def on_both_axes(self, rows: list[_Band], columns: list[_Band], pictures: np.ndarray) -> np.ndarray:
        result = np.empty_like(pictures)

        def filtered(task: tuple[int, _Band]) -> None:
            index, band = task
            strip = (band.matrix @ pictures[index, band.low : band.high]).T.copy()
            for across in columns:
                result[index, band.first : band.last, across.first : across.last] = (
                    across.matrix @ strip[across.low : across.high]
                ).T

        self._each(filtered, [(index, band) for index in range(len(pictures)) for band in rows])
        return result

    def updated(self, logits: np.ndarray, messages: np.ndarray, everything: np.ndarray) -> np.ndarray:
        result = np.empty_like(logits)

        def update(ends: tuple[int, int]) -> None:
            part = slice(*ends)
            energies = logits[:, part].copy()
            energies[:-1] += messages[:, part]
            energies[-1] += everything[0, part] - messages[:, part].sum(axis=0)
            result[:, part] = _softmax(energies)

        self._each(update, _bands(logits.shape[1], 4 * _BANDS))
        return result

    def softmax(self, logits: np.ndarray) -> np.ndarray:
        return _softmax(logits)

    def _each(self, work: Callable[[Any], Any], tasks: Iterable[Any]) -> list[Any]:
        if self._threads == 1:
            return [work(task) for task in tasks]
        with ThreadPoolExecutor(self._threads) as pool:
            return list(pool.map(work, tasks))


def _softmax(logits: np.ndarray) -> np.ndarray:
    shifted = np.exp(logits - logits.max(axis=0))
    shifted /= shifted.sum(axis=0)
    return shifted


def _bands(length: int, count: int = _BANDS) -> list[tuple[int, int]]:
    ends = np.linspace(0, length, min(count, length) + 1).astype(int).tolist()
    return list(zip(ends[:-1], ends[1:], strict=True))


def _usable_cores() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # Windows and macOS
        return os.cpu_count() or 1
