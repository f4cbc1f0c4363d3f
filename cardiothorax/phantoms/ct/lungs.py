"""Vessels of the lungs: branching lines from the hila outward."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .options import CtPhantomOptions

HILA = ((-44.0, 22.0, 30.0), (42.0, 32.0, 30.0))


def lung_vessels(
    rng: np.random.Generator, to_world: Callable[[np.ndarray], np.ndarray], options: CtPhantomOptions
) -> np.ndarray:
    """``[n, 4]``: world x, y, z and radius of balls along the vessels."""
    wide = options.anatomy.thorax_scale[0]
    balls: list[np.ndarray] = []
    for side, hilum in zip((-1, 1), HILA, strict=True):
        for _ in range(22):
            out = np.array([side * rng.uniform(0.2, 1.0), rng.normal() * 0.7, rng.normal() * 0.8])
            _grow(
                rng,
                np.array(hilum) * (wide, 1, 1),
                out / np.linalg.norm(out),
                rng.uniform(2.0, 4.5),
                balls,
                0,
            )
    lines = np.concatenate(balls)
    lines[:, :3] = to_world(lines[:, :3])
    return lines.astype(np.float32)


def _grow(
    rng: np.random.Generator,
    start: np.ndarray,
    out: np.ndarray,
    radius: float,
    balls: list[np.ndarray],
    depth: int,
) -> None:
    length = rng.uniform(12, 30)
    steps = np.arange(0, length, max(1.0, 0.8 * radius))
    bend = rng.normal(size=3) * 0.25
    along = steps[:, None]
    points = start + along * out + (along / 20) ** 2 * bend * 10
    radii = np.linspace(radius, radius * 0.8, len(steps))
    balls.append(np.c_[points, radii])
    if depth < 3 and radius > 1.2:
        for _ in range(2):
            turned = out + bend * 0.5 + rng.normal(size=3) * 0.5
            _grow(
                rng,
                points[-1],
                turned / np.linalg.norm(turned),
                radius * rng.uniform(0.55, 0.8),
                balls,
                depth + 1,
            )
