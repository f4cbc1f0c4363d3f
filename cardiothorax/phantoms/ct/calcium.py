"""Calcium in a scan: how bright it is at a tube voltage, and which voxels belong to it."""

from __future__ import annotations

import numpy as np

from .blobs import Blobs, Sampling, render
from .plaques import Plaque

CODES = {"lad": 1, "lcx": 2, "rca": 3, "lm": 4}
"""As :mod:`cardiothorax.calcium.labels`, which stands a floor higher; a test holds them together."""
OTHER = 5
GAIN = {70: 1.70, 80: 1.47, 90: 1.31, 100: 1.19, 110: 1.09, 120: 1.0, 130: 0.95, 140: 0.89}
"""How much brighter calcium is than at 120 kVp, so that a lesion's limits move as published
(130 HU at 120, 147 at 100, 167 at 80 kVp, over blood of 45)."""
MATERIAL_HU = 40.0
"""A voxel belongs to a plaque when the plaque alone, without noise, raises it by this much."""


def calcium_gain(kvp: float) -> float:
    """Of any tube voltage from 70 to 140 kVp, between those known."""
    return float(np.interp(kvp, list(GAIN), list(GAIN.values())))


def by_artery(plaques: list[Plaque]) -> dict[int, Blobs]:
    """Label -> all its plaques."""
    return {
        code: Blobs.joined([p.blobs for p in plaques if p.artery == name]) for name, code in CODES.items()
    }


def brighten(volume: np.ndarray, grid: Sampling, groups: dict[int, Blobs]) -> np.ndarray:
    """Add the groups to ``volume`` (float32 ``[k, j, i]``, in place); returns labels, uint8.

    A voxel that several groups raise belongs to the one that raises it most.
    """
    labels = np.zeros(grid.shape, np.uint8)
    best = np.full(grid.shape, MATERIAL_HU, np.float32)
    for code, blobs in groups.items():
        if len(blobs):
            part = np.zeros(grid.shape, np.float32)
            render(blobs, grid, part)
            volume += part
            labels[part > best] = code
            np.maximum(best, part, out=best)
    return labels
