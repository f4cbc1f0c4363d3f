"""The few array operations that the grid engine needs, whichever library does them.

The algorithm itself is written once, on top of these and of what numpy and torch spell alike (``@``, ``+``,
``.T``, ``reshape``, slices).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Any, Protocol

import numpy as np

Tile = tuple[slice, slice]
"""Rows and columns of a picture or of a grid."""
Corners = Callable[[Tile], tuple[Tile, np.ndarray, np.ndarray]]
"""For the pixels of a tile: the window of the grid that they touch, the cells int32 ``[n, k]`` that each
touches, counted within that window, and its weights float32 ``[n, k]`` there."""


class Backend(Protocol):
    """Arrays of one library on one device, float32; ``Any`` stands for that library's array.

    A context manager: its threads end with the block.
    """

    def __enter__(self) -> Backend: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def array(self, values: np.ndarray) -> Any:
        """A numpy array brought to the device."""

    def to_numpy(self, values: Any) -> np.ndarray:
        """An array brought back."""

    def empty(self, shape: tuple[int, ...]) -> Any:
        """An array to be filled."""

    def axis_matrix(self, matrix: Any) -> Any:
        """A sparse scipy matrix brought to the device, to be cut and to be multiplied with ``@``."""

    def tiles(self, shape: tuple[int, ...]) -> list[Tile]:
        """The pieces in which a picture ``[h, w]`` is best worked on."""

    def support(self, picture: Any) -> Tile | None:
        """The box outside of which a picture is negligible; None when it is negligible everywhere."""

    def each(self, work: Callable[[Any], Any], tasks: Iterable[Any]) -> list[Any]:
        """``work`` done on every task, at once where that helps; results in the order of the tasks."""

    def softmax(self, logits: Any) -> Any:
        """Softmax ``[c - 1, ...]`` over the first axis of ``logits`` and a last class that has logit zero
        everywhere and is left out of both. May overwrite ``logits``."""

    def interpolation(self, corners: Corners, shape: tuple[int, ...], cells: tuple[int, ...]) -> Any:
        """The matrix that reads a grid of ``cells`` (rows, columns, levels) at the corners of every pixel."""

    def scaled(self, matrix: Any, factors: Any) -> Any:
        """An interpolation matrix with each pixel's row multiplied by ``factors`` ``[h, w]``."""

    def splat(self, matrix: Any, values: Any, out: Any) -> None:
        """Let grids ``out`` ``[c, rows, columns, levels]`` gather pixels ``[c, h, w]`` (transposed)."""

    def slice(self, matrix: Any, grids: Any, out: Any) -> None:
        """Let pixels ``out`` ``[c, h, w]`` read grids ``[c, rows, columns, levels]``."""
