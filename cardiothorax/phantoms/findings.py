"""Disease that hides borders. Fluid (an effusion) lifts the lung's lower border and is part of the
outlines; what fills the lung itself is here and leaves the truth as it is."""

from __future__ import annotations

import numpy as np

from .anatomy import Thorax
from .shapes import Film, noise_field, smooth_step


def consolidation(thorax: Thorax, film: Film, names: tuple[str, ...], rng: np.random.Generator) -> np.ndarray:
    """Share of the lung's air that is replaced by fluid, 0 to 0.85, float32 ``[rows, cols]``."""
    x, y = film.coordinates()
    total = np.zeros_like(x)
    shape = (film.rows, film.cols)
    ragged = 0.6 * noise_field(shape, 16 / film.pixel_mm, rng)
    ragged += 0.4 * noise_field(shape, 6 / film.pixel_mm, rng)
    for name, side in (("consolidation_right", -1), ("consolidation_left", 1)):
        u = rng.random(6)
        cx = side * thorax.body.thorax_mm * (0.20 + 0.20 * u[0])
        cy = thorax.level_mm(0.25 + 0.50 * u[1])
        wide, high = 22 + 30 * u[2], 24 + 34 * u[3]
        r = np.hypot((x - cx) / wide, (y - cy) / high) + 0.15 * ragged
        if name in names:
            total += (0.45 + 0.4 * u[4]) * smooth_step(1 - r, 0.5) * (1 + 0.12 * ragged)
    return np.asarray(np.clip(total, 0, 0.85), np.float32)
