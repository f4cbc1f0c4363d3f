"""A volume on the grid through a network: in stacks of slabs, or slab by slab with its neighbors."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..progress import Progress, silent

Predict = Callable[[np.ndarray], np.ndarray]
STACK = 48
"""Slabs at a time. A calcium scan has fewer, and goes through whole."""
OVERLAP = 8
"""Slabs given beyond a stack's ends, whose answers are left out: there the network lacks its neighbors."""
NEIGHBORS_BATCH = 4


def normalised(
    hu: np.ndarray, window_hu: tuple[float, float] | None, scale: tuple[float, float]
) -> np.ndarray:
    """float32 between the two numbers of ``scale``: the window, or minimum to maximum of the volume."""
    low, high = (float(hu.min()), float(hu.max())) if window_hu is None else window_hu
    share = np.clip((hu.astype(np.float32) - low) / max(high - low, 1e-6), 0, 1)
    return np.asarray(share * np.float32(scale[1] - scale[0]) + np.float32(scale[0]))


def padded(volume: np.ndarray, multiples: tuple[int, int, int]) -> np.ndarray:
    """With the last slab repeated and rows and columns filled with the darkest value."""
    deep, down, across = (-n % m for n, m in zip(volume.shape, multiples, strict=True))
    volume = np.pad(volume, ((0, 0), (0, down), (0, across)), constant_values=float(volume.min()))
    return np.pad(volume, ((0, deep), (0, 0), (0, 0)), mode="edge")


def predict_volume(
    predict: Predict, volume: np.ndarray, multiples: tuple[int, int, int], progress: Progress = silent
) -> np.ndarray:
    """``[classes, d, h, w]`` float32 of a normalised ``[d, h, w]``; ``predict`` takes ``[1, 1, d, h, w]``."""
    depth, height, width = volume.shape
    whole = padded(volume, multiples)
    unit = multiples[0]
    if len(whole) <= STACK + 2 * OVERLAP:
        progress(0.0, "Looking for calcium")
        return np.ascontiguousarray(predict(whole[None, None])[0, :, :depth, :height, :width])
    stack, overlap = -(-STACK // unit) * unit, -(-OVERLAP // unit) * unit
    parts = []
    for first in range(0, len(whole), stack):
        progress(first / len(whole), f"Looking for calcium, slice {first + 1} of {depth}")
        low, high = max(0, first - overlap), min(len(whole), first + stack + overlap)
        answer = predict(whole[None, None, low:high])[0]
        parts.append(answer[:, first - low : first - low + min(stack, len(whole) - first), :height, :width])
    return np.concatenate(parts, axis=1)[:, :depth]


def predict_slabs(
    predict: Predict,
    volume: np.ndarray,
    neighbors: int,
    multiple: int,
    progress: Progress = silent,
) -> np.ndarray:
    """``[classes, d, h, w]`` float32; ``predict`` takes ``[n, neighbors, h, w]`` and answers for the middle.

    The first and last slab are repeated where neighbors are missing.
    """
    depth, height, width = volume.shape
    reach = neighbors // 2
    whole = np.pad(padded(volume, (1, multiple, multiple)), ((reach, reach), (0, 0), (0, 0)), mode="edge")
    parts = []
    for first in range(0, depth, NEIGHBORS_BATCH):
        progress(first / depth, f"Looking for calcium, slice {first + 1} of {depth}")
        rows = range(first, min(depth, first + NEIGHBORS_BATCH))
        batch = np.stack([whole[k : k + neighbors] for k in rows])
        parts.append(predict(batch)[:, :, :height, :width])
    return np.concatenate(parts).swapaxes(0, 1)
