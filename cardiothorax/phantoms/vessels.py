"""The lungs' vessels: trees from both hila, thinner and more of them towards the pleura."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import CubicSpline

from .anatomy import Thorax
from .shapes import Cloud, Film, noise_field

BLOOD_OVER_LUNG = 1.0
"""Water equivalent of a vessel with its sheath, over the lung that it takes the place of."""


@dataclass
class _Branches:
    lines: list[np.ndarray]
    radii: list[np.ndarray]


def vessels(thorax: Thorax, film: Film, lung_share: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Millimetres of blood in place of lung, float32 ``[rows, cols]``."""
    size = thorax.body.thorax_mm
    branches = _Branches([], [])
    full = 1.0 + 0.12 * rng.standard_normal() + 0.15 * thorax.body.portable
    sides = ((-1, 0.44, RIGHT_TRUNK, RIGHT_STEMS), (1, 0.405, LEFT_TRUNK, LEFT_STEMS))
    for side, level, trunk, stems in sides:
        place = np.array([side * size, 1.0])
        drift = np.array([0.6 * thorax.body.rotation_degrees, 0.0]) + rng.normal(0, 1.5, 2)
        points = np.array([(x, float(thorax.level_mm(t))) for x, t in trunk]) * place + drift
        artery = CubicSpline(np.arange(len(points)), points)(np.linspace(0, len(points) - 1, 50))
        radius = np.linspace(8.6, 5.2, 50) * full
        branches.lines.append(artery)
        branches.radii.append(radius)
        for turn in (-0.35, 0.05, 0.45):
            _grow(branches, artery[-1], np.deg2rad(74) + turn, 3.6 * full, side, 1, rng)
        hilum = np.array([side * 0.140 * size + drift[0], float(thorax.level_mm(level))])
        for angle, thick, lead in stems:
            start = hilum + np.array([0.0, lead]) + rng.normal(0, 2.5, 2)
            direction = np.deg2rad(angle + rng.normal(0, 8))
            _grow(branches, start, direction, thick * full * rng.uniform(0.85, 1.15), side, 0, rng)
    cloud = Cloud()
    for line, radius in zip(branches.lines, branches.radii, strict=True):
        cloud.add_tube(line, radius, 0.7 * film.pixel_mm)
    _fine(cloud, thorax, rng)
    total = cloud.on(film) + _hila(thorax, film, rng)
    return np.asarray(np.minimum(total, 26) * np.clip(lung_share * 2.2, 0, 1), np.float32)


RIGHT_TRUNK = ((0.06, 0.400), (0.110, 0.408), (0.150, 0.432), (0.172, 0.482), (0.182, 0.545))
LEFT_TRUNK = ((0.07, 0.385), (0.120, 0.362), (0.162, 0.378), (0.185, 0.428), (0.196, 0.495))
"""The arteries to the lower lobes, (x, t) as in :mod:`.anatomy`."""
RIGHT_STEMS = (
    (100, 3.2, 14), (48, 2.8, 12), (24, 2.6, 6), (-4, 2.4, -2), (-34, 2.7, -8),
    (-58, 2.9, -10), (-78, 2.2, -10), (112, 2.3, 18), (66, 2.5, 16),
)  # fmt: skip
LEFT_STEMS = (
    (94, 3.0, 14), (42, 2.8, 10), (14, 2.5, 2), (-12, 2.4, -2), (-40, 2.7, -6),
    (-63, 2.8, -8), (-80, 2.1, -8), (62, 2.5, 14),
)  # fmt: skip
"""(angle below the horizontal outwards in degrees, radius in mm, start below the hilum in mm)."""


def _grow(
    out: _Branches,
    start: np.ndarray,
    angle: float,
    radius: float,
    side: int,
    depth: int,
    rng: np.random.Generator,
) -> None:
    """One vessel and, from its end and its side, the next; a vessel that runs along the ray is short."""
    if radius < 0.42 or depth > 7:
        return
    length = (7.0 + 5.2 * radius) * rng.uniform(0.6, 1.25) * (1.0 if depth else 1.15)
    u = np.linspace(0, 1, 12)
    bend = rng.normal(0, 0.38)
    heading = angle + bend * u + rng.normal(0, 0.18) * np.sin(2 * np.pi * u)
    step = length / 11
    moves = np.column_stack([side * np.cos(heading), np.sin(heading)]) * step
    line = start + np.cumsum(moves, axis=0) - moves[0]
    out.lines.append(line)
    out.radii.append(radius * np.linspace(1.0, 0.84, 12))
    spread, share = rng.uniform(0.22, 0.62), rng.uniform(0.60, 0.80)
    sign = 1 if rng.random() < 0.5 else -1
    main, end = radius * 0.86 * rng.uniform(0.9, 1), heading[-1]
    _grow(out, line[-1], end + sign * spread * 0.45, main, side, depth + 1, rng)
    _grow(out, line[-1], end - sign * spread, radius * share, side, depth + 1, rng)
    if depth < 4 and rng.random() < 0.75:
        twig = radius * rng.uniform(0.35, 0.55)
        _grow(out, line[int(rng.integers(3, 9))], angle + rng.normal(0, 0.8), twig, side, depth + 1, rng)


def _hila(thorax: Thorax, film: Film, rng: np.random.Generator) -> np.ndarray:
    """Vessel walls, bronchi and nodes where everything enters: a soft, uneven shadow on either side."""
    x, y = film.coordinates()
    uneven = 1 + 0.35 * noise_field((film.rows, film.cols), 5 / film.pixel_mm, rng)
    total = np.zeros_like(x)
    for fx, t in ((-0.155, 0.455), (0.170, 0.420)):
        n = rng.standard_normal(3)
        cx, cy = fx * thorax.body.thorax_mm, float(thorax.level_mm(t + 0.008 * n[0]))
        r = np.hypot((x - cx) / (17 + 2 * n[1]), (y - cy) / 27)
        total += (10 + n[2]) * np.exp(-(r**2)) * uneven
    return total


def _fine(cloud: Cloud, thorax: Thorax, rng: np.random.Generator) -> None:
    """Vessels too many to grow: short threads that point away from the hilum, all over the lung."""
    count, points = 700, 24
    size = thorax.body.thorax_mm
    side = np.where(rng.random(count) < 0.5, -1.0, 1.0)
    x0 = side * size * rng.uniform(0.09, 0.48, count)
    y0 = np.asarray(thorax.level_mm(rng.uniform(0.03, 1.0, count)))
    hilum_y = thorax.level_mm(0.42)
    heading = np.arctan2(y0 - hilum_y, x0 - side * 0.09 * size) + rng.normal(0, 0.45, count)
    length = rng.uniform(8, 24, count)
    radius = rng.uniform(0.35, 0.85, count)
    u = np.linspace(0, 1, points)
    turn = heading[:, None] + rng.normal(0, 0.9, count)[:, None] * u
    step = (length / points)[:, None]
    x = x0[:, None] + np.cumsum(np.cos(turn) * step, axis=1)
    y = y0[:, None] + np.cumsum(np.sin(turn) * step, axis=1)
    volume = np.pi * radius[:, None] ** 2 * step * np.sin(np.pi * (0.1 + 0.8 * u))
    cloud.add(x, y, volume)


def parenchyma(film: Film, rng: np.random.Generator) -> np.ndarray:
    """Uneven air content, as a factor around 1: what the eye sees as lung texture."""
    shape = (film.rows, film.cols)
    field = np.ones(shape, np.float32)
    for grain_mm, strength in ((40, 0.020), (14, 0.012), (5, 0.009), (2.0, 0.006)):
        field += strength * noise_field(shape, grain_mm / film.pixel_mm, rng)
    return field
