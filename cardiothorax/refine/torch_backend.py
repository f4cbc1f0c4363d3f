"""The grid engine's array operations in torch, for a GPU."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import numpy as np

from ..errors import ModelProblem
from .backend import Corners, Tile


@dataclass(frozen=True)
class _Interpolation:
    """``cells`` ``[4, n]`` that each pixel reads in the flat grid, and ``weights`` ``[4, n]``."""

    cells: Any
    weights: Any


class TorchBackend:
    """torch on one device. The whole picture is one tile: a GPU spreads the work by itself."""

    def __init__(self, device: str) -> None:
        try:
            import torch
        except ImportError as problem:
            raise ModelProblem(
                f"The CRF was asked to run on {device}, but torch is not installed ({problem}).",
                "Install torch (in Slicer with the PyTorch extension), or run on cpu without it.",
            ) from problem
        self._torch = torch
        try:
            self._device = torch.empty(0, device=device).device
        except (RuntimeError, AssertionError) as problem:
            raise ModelProblem(
                f"The CRF cannot run on the device {device!r} ({str(problem).splitlines()[0]}).",
                "Choose another device; cpu always runs.",
            ) from problem

    def __enter__(self) -> TorchBackend:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing is held."""

    def array(self, values: np.ndarray) -> Any:
        return self._torch.tensor(np.ascontiguousarray(values, np.float32), device=self._device)

    def to_numpy(self, values: Any) -> np.ndarray:
        return np.asarray(values.cpu().numpy())

    def empty(self, shape: tuple[int, ...]) -> Any:
        return self._torch.empty(tuple(shape), dtype=self._torch.float32, device=self._device)

    def axis_matrix(self, matrix: Any) -> Any:
        return self.array(matrix.toarray())

    def tiles(self, shape: tuple[int, ...]) -> list[Tile]:
        return [(slice(0, shape[0]), slice(0, shape[1]))]

    def support(self, picture: Any) -> Tile | None:
        return slice(0, picture.shape[0]), slice(0, picture.shape[1])

    def each(self, work: Callable[[Any], Any], tasks: Iterable[Any]) -> list[Any]:
        return list(map(work, tasks))

    def softmax(self, logits: Any) -> Any:
        last = self._torch.zeros_like(logits[:1])
        return self._torch.softmax(self._torch.cat([logits, last]), 0)[:-1]

    def interpolation(
        self, corners: Corners, shape: tuple[int, ...], cells: tuple[int, ...]
    ) -> _Interpolation:
        _, touched, weights = corners(self.tiles(shape)[0])
        indices = self._torch.tensor(touched.T.astype(np.int64), device=self._device)
        return _Interpolation(indices, self.array(weights.T))

    def scaled(self, matrix: _Interpolation, factors: Any) -> _Interpolation:
        return _Interpolation(matrix.cells, matrix.weights * factors.reshape(1, -1))

    def splat(self, matrix: _Interpolation, values: Any, out: Any) -> None:
        cells, pixels = matrix.cells.reshape(-1), values.reshape(len(values), -1)
        for c, grid in enumerate(out.reshape(len(values), -1)):
            grid.zero_()
            shares = (matrix.weights * pixels[c]).reshape(-1)
            if self._device.type == "cpu":
                grid.index_add_(0, cells, shares)
            else:
                # This sorts before it adds, so that a GPU adds in the same order every time.
                grid.index_put_((cells,), shares, accumulate=True)

    def slice(self, matrix: _Interpolation, grids: Any, out: Any) -> None:
        for c, grid in enumerate(grids.reshape(len(grids), -1)):
            out[c] = (grid[matrix.cells] * matrix.weights).sum(0).reshape(out[c].shape)
