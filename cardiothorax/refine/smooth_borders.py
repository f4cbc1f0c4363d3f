"""Smooth borders that stay where they are."""

from __future__ import annotations

import numpy as np

_LEAST_SIGMA_PX = 0.5


def smooth_borders(labels: np.ndarray, sigma_px: float) -> np.ndarray:
    """``labels`` ``[h, w]`` with every border smoothed by a Gaussian of ``sigma_px``."""
    from scipy.ndimage import find_objects, gaussian_filter

    if sigma_px < _LEAST_SIGMA_PX:
        return labels.copy()
    margin = int(np.ceil(4 * sigma_px))
    best = np.full(labels.shape, 0.5, np.float32)
    result = np.zeros_like(labels)
    for organ, box in enumerate(find_objects(labels), start=1):
        if box is None:
            continue
        around = tuple(
            slice(max(0, side.start - margin), min(size, side.stop + margin))
            for side, size in zip(box, labels.shape, strict=True)
        )
        share = gaussian_filter((labels[around] == organ).astype(np.float32), sigma_px, mode="nearest")
        wins = share > best[around]
        best[around][wins] = share[wins]
        result[around][wins] = organ
    return result
