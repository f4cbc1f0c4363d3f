"""Streaks beside the moving heart and around metal."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from .blobs import Sampling
from .coronaries import Artery
from .options import CtPhantomOptions

METAL_HU = 1600.0
MOST_PIECES = 6
"""Of metal in a slice that get a star of streaks: the largest."""


def add_streaks(
    volume: np.ndarray,
    grid: Sampling,
    options: CtPhantomOptions,
    tree: tuple[Artery, ...],
    rng: np.random.Generator,
) -> None:
    """Bright and dark lines over one to three slices, started at the heart's moving border; in place."""
    z = grid.centers(2)
    anchors = np.concatenate([a.points for a in tree])
    for _ in range(options.confounders.streaks):
        cx, cy, cz = anchors[rng.integers(len(anchors))] + rng.normal(size=3) * 8
        width, length = rng.uniform(0.8, 3.0), rng.uniform(15, 60)
        angle, strength = rng.uniform(0, np.pi), np.exp(rng.uniform(np.log(8), np.log(110)))
        line = strength * _line(grid, (cx, cy), angle, width, length)
        depth = rng.uniform(0.4, 1.2) * grid.spacing_mm[2]
        for k in np.flatnonzero(np.abs(z - cz) < 2 * depth):
            volume[k] += line * np.float32(np.exp(-0.5 * ((z[k] - cz) / depth) ** 2))


def add_metal_streaks(volume: np.ndarray, grid: Sampling, rng: np.random.Generator) -> None:
    """Stars of lines around whatever is brighter than bone and calcium; in place."""
    for k in np.flatnonzero((volume > METAL_HU).any(axis=(1, 2))):
        pieces, count = ndimage.label(volume[k] > METAL_HU)
        sizes = np.bincount(pieces.ravel(), minlength=count + 1)[1:]
        total = np.zeros(grid.shape[1:], np.float32)
        for piece in np.argsort(-sizes, kind="stable")[:MOST_PIECES] + 1:
            row, col = np.argwhere(pieces == piece).mean(axis=0)
            middle = (
                grid.origin_mm[0] + col * grid.spacing_mm[0],
                grid.origin_mm[1] + row * grid.spacing_mm[1],
            )
            for _ in range(int(rng.integers(2, 6))):
                strength = rng.uniform(15, 120) * (1 if rng.random() < 0.5 else -1)
                total += strength * _line(grid, middle, rng.uniform(0, np.pi), rng.uniform(0.5, 1.5), 18.0)
        volume[k] += total


def _line(
    grid: Sampling, middle: tuple[float, float], angle: float, width: float, length: float
) -> np.ndarray:
    """A bright line with a darker one beside it, fading and widening from the middle; float32."""
    dx = (grid.centers(0) - middle[0]).astype(np.float32)[None, :]
    dy = (grid.centers(1) - middle[1]).astype(np.float32)[:, None]
    c, s = np.float32(np.cos(angle)), np.float32(np.sin(angle))
    far, side = np.abs(dx * c + dy * s), dy * c - dx * s
    fan = np.float32(width) * (1 + far / 60)
    line = np.exp(-0.5 * (side / fan) ** 2) - 0.8 * np.exp(-0.5 * ((side - 2.4 * fan) / (1.2 * fan)) ** 2)
    return np.asarray(line * np.exp(-far / np.float32(length)), np.float32)
