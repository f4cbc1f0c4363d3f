"""Streaks beside the moving heart and from metal."""

from __future__ import annotations

import numpy as np

from .blobs import Sampling
from .coronaries import Artery
from .options import CtPhantomOptions


def add_streaks(
    volume: np.ndarray,
    grid: Sampling,
    options: CtPhantomOptions,
    tree: tuple[Artery, ...],
    rng: np.random.Generator,
) -> None:
    """Bright and dark lines over one to three slices, started at the heart's moving border; in place."""
    x, y, z = (grid.centers(n) for n in range(3))
    anchors = np.concatenate([a.points for a in tree])
    for _ in range(options.confounders.streaks):
        cx, cy, cz = anchors[rng.integers(len(anchors))] + rng.normal(size=3) * 8
        angle = rng.uniform(0, np.pi)
        along, across = np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle), np.cos(angle)])
        dx, dy = x[None, :] - cx, y[:, None] - cy
        far = dx * along[0] + dy * along[1]
        side = dx * across[0] + dy * across[1]
        width, length = rng.uniform(0.8, 3.0), rng.uniform(15, 60)
        fan = width * (1 + np.abs(far) / 60)
        line = np.exp(-0.5 * (side / fan) ** 2) - 0.8 * np.exp(-0.5 * ((side - 2.4 * fan) / (1.2 * fan)) ** 2)
        line *= np.exp(-np.abs(far) / length) * np.exp(rng.uniform(np.log(8), np.log(110)))
        depth = rng.uniform(0.4, 1.2) * grid.spacing_mm[2]
        for k in np.flatnonzero(np.abs(z - cz) < 2 * depth):
            volume[k] += line.astype(np.float32) * np.float32(np.exp(-0.5 * ((z[k] - cz) / depth) ** 2))
