"""Overlap of masks. Two empty masks agree: Dice and IoU are 1."""

from __future__ import annotations

import numpy as np

from .inputs import UnusableNumbers


def dice(first: np.ndarray, second: np.ndarray) -> float:
    """Boolean masks of one shape, any dimension.

    >>> dice(np.array([1, 1, 0], bool), np.array([1, 0, 0], bool)) == 2 / 3
    True
    """
    a, b = _masks(first, second)
    total = int(a.sum()) + int(b.sum())
    return 2 * int((a & b).sum()) / total if total else 1.0


def iou(first: np.ndarray, second: np.ndarray) -> float:
    a, b = _masks(first, second)
    union = int((a | b).sum())
    return int((a & b).sum()) / union if union else 1.0


def _masks(first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    if first.shape != second.shape:
        raise UnusableNumbers(f"The masks have shapes {first.shape} and {second.shape}.")
    return first.astype(bool), second.astype(bool)
