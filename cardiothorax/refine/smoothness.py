"""The smoothness kernel: a Gaussian over position, exact up to its tail."""

from __future__ import annotations

from typing import Any

import numpy as np

from .backend import Backend

_TAIL_SIGMAS = 4.0
"""Beyond this the Gaussian is below 0.0004 of its peak and is left out."""


class SmoothnessKernel:
    """``weight`` times the symmetrically normalized kernel on a picture of ``shape``."""

    def __init__(self, shape: tuple[int, ...], sigma_px: float, weight: float, backend: Backend) -> None:
        self._shape = shape
        self._backend = backend
        self._rows = backend.band_matrix(weight * _normalized(shape[0], sigma_px))
        self._columns = backend.band_matrix(_normalized(shape[1], sigma_px))

    def apply(self, values: Any) -> Any:
        """The kernel applied to pixels ``[c, h * w]``."""
        pictures = values.reshape(-1, *self._shape)
        return self._backend.on_both_axes(self._rows, self._columns, pictures).reshape(values.shape)


def _normalized(length_px: int, sigma_px: float) -> np.ndarray:
    """``D^-1/2 K D^-1/2`` float32 ``[length, length]`` of a Gaussian along one axis."""
    distance_px = np.abs(np.subtract.outer(np.arange(length_px), np.arange(length_px)))
    kernel = np.where(distance_px <= _TAIL_SIGMAS * sigma_px, np.exp(-0.5 * (distance_px / sigma_px) ** 2), 0.0)
    root = np.sqrt(kernel.sum(axis=1))
    return (kernel / np.outer(root, root)).astype(np.float32)
