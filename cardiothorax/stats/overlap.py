"""Overlap of masks and distance between their surfaces.

Two empty masks agree: Dice and IoU are 1, distances 0. One empty mask has Dice 0 and no distance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .inputs import UnusableNumbers


@dataclass(frozen=True)
class SurfaceDistance:
    """``mean_mm`` over both surfaces' points together; ``hausdorff95_mm`` is the larger of the two
    directions' 95th percentiles. Border pixels' centers are the surface."""

    mean_mm: float
    hausdorff95_mm: float
    hausdorff_mm: float


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


def surface_distance(
    first: np.ndarray, second: np.ndarray, spacing_mm: Sequence[float]
) -> SurfaceDistance | None:
    """``spacing_mm`` in the order of the array's axes. ``None`` when one mask alone is empty."""
    from scipy.ndimage import binary_erosion, distance_transform_edt

    a, b = _masks(first, second)
    if len(spacing_mm) != a.ndim:
        raise UnusableNumbers(f"{len(spacing_mm)} spacings were given for {a.ndim} axes.")
    if not a.any() and not b.any():
        return SurfaceDistance(0.0, 0.0, 0.0)
    if not a.any() or not b.any():
        return None
    surfaces = [mask & ~binary_erosion(mask) for mask in (a, b)]
    to_second = distance_transform_edt(~surfaces[1], sampling=spacing_mm)[surfaces[0]]
    to_first = distance_transform_edt(~surfaces[0], sampling=spacing_mm)[surfaces[1]]
    return SurfaceDistance(
        mean_mm=float(np.concatenate([to_second, to_first]).mean()),
        hausdorff95_mm=float(max(np.percentile(to_second, 95), np.percentile(to_first, 95))),
        hausdorff_mm=float(max(to_second.max(), to_first.max())),
    )


def _masks(first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    if first.shape != second.shape:
        raise UnusableNumbers(f"The masks have shapes {first.shape} and {second.shape}.")
    return first.astype(bool), second.astype(bool)
