"""Soft tissue and air along the ray: trunk, shoulders, breasts, lungs, airways, bowel gas.

Everything is water-equivalent millimetres, float32 ``[rows, cols]``. Organs are seen on a
radiograph where they push air away, so the sum is: body minus the air inside it.
"""

from __future__ import annotations

import numpy as np

from .anatomy import Thorax
from .shapes import Cloud, Film, chord, noise_field, smooth_step

AIR_IN_LUNG = 0.74
"""Share of air in a lung in inspiration."""
DEEPER_THAN_WIDE = 1.25
"""Of the trachea, and the fat around it."""


def trunk(thorax: Thorax, x: np.ndarray, y: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Chest, abdomen, neck and shoulders, arms held away from the chest."""
    body = thorax.body
    n = rng.standard_normal(10)
    half = 0.5 * body.thorax_mm
    t = (y - body.apex_mm) / body.lung_height_mm
    waist = np.interp(t, [-0.3, 0.2, 0.38, 0.55, 0.75, 1.25, 1.6], [0.80, 0.98, 1.09, 1.04, 1.0, 0.96, 0.98])
    width = (half + body.wall_mm) * waist * (1 + 0.02 * n[0] * np.sign(x))
    depth = body.depth_mm + 0.9 * body.wall_mm + 5
    profile = np.interp(t, [-0.25, 0.0, 0.25, 0.55, 0.9, 1.4], [0.55, 0.68, 0.86, 0.96, 1.0, 1.0])
    chest = depth * profile * chord(x / width, 2.4)
    out = (np.abs(x) - half - body.wall_mm) / half
    under = 0.50 + 0.04 * n[1] - (0.75 + 0.15 * n[2]) * np.clip(out, 0, 1)
    shoulder = (112 + 8 * n[3]) * _rounded((under - t) * body.lung_height_mm, 45)
    shoulder *= smooth_step(np.abs(x) - 0.55 * half, 0.45 * half)
    line = -0.24 + 0.02 * n[4] + (0.13 + 0.025 * n[5]) * np.clip(np.abs(x) / half - 0.25, 0, 2) ** 1.35
    top = _rounded((t - line) * body.lung_height_mm, 28)
    neck_half = 0.195 * body.thorax_mm * (1 + 0.06 * n[6]) * (1 + 0.9 * np.clip(t + 0.14, 0, 0.6))
    neck = (100 + 8 * n[7]) * chord(x / neck_half, 2.5) * smooth_step(0.30 - t, 0.2)
    total = (((chest**5 + shoulder**5) ** 0.2 * top) ** 5 + neck**5) ** 0.2
    return np.asarray(total, np.float32)


def _rounded(distance_mm: np.ndarray, radius_mm: float) -> np.ndarray:
    """0 at a body's edge, 1 from ``radius_mm`` inside on, round as an arm or a shoulder is."""
    return np.asarray(np.sqrt(1 - (1 - np.clip(distance_mm / radius_mm, 0, 1)) ** 2))


def breasts(thorax: Thorax, x: np.ndarray, y: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Women: two domes whose lower borders cross the lung bases; men: pectoral folds, faint."""
    body = thorax.body
    n, u = rng.standard_normal(8), rng.random(2)
    total = np.zeros_like(x)
    for k, side in enumerate((-1, 1)):
        cx = side * body.thorax_mm * (0.29 + 0.012 * n[k])
        if body.sex == "female":
            size = body.thorax_mm * (0.17 + 0.06 * u[0])
            cy = thorax.level_mm(0.62 + 0.12 * u[1] + 0.012 * n[2 + k])
            dx, dy = (x - cx) / (1.10 * size), (y - cy) / size
            dome = chord(np.sqrt(dx * dx + np.where(dy < 0, dy * 0.42, dy) ** 2), 2.2)
            cleavage = smooth_step(side * x - 0.13 * body.thorax_mm, 0.12 * body.thorax_mm)
            total += (12 + 28 * u[0]) * dome**1.3 * smooth_step(dy + 0.55, 1.1) * cleavage
        else:
            size = body.thorax_mm * 0.24
            cy = thorax.level_mm(0.36 + 0.01 * n[2 + k])
            dx, dy = (x - cx) / size, (y - cy) / (0.8 * size)
            total += 11 * chord(np.sqrt(dx * dx + dy * dy), 2) * smooth_step(-dy + 0.6, 0.5)
    return np.asarray(total, np.float32)


def lungs(thorax: Thorax, film: Film, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Millimetres of lung along the ray, and the share of the free depth it is (0 outside)."""
    x, y = film.coordinates()
    body = thorax.body
    n = rng.standard_normal(6)
    right, left = thorax.right_lung.borders(y), thorax.left_lung.borders(y)
    t = (y - body.apex_mm) / body.lung_height_mm
    middle, half = (right[0] + left[1]) / 2, np.maximum((left[1] - right[0]) / 2, 1)
    cap = np.sqrt(np.clip(1 - (1 - np.clip((t + 0.02) / 0.42, 0, 1)) ** 2, 0, 1))
    depth = body.depth_mm * (0.30 + 0.70 * cap) * chord((x - middle) / half, 2.3)
    total, above = np.zeros_like(x), np.zeros_like(x)
    sides = ((right[0], right[1], 10), (left[1], left[0], 21))
    for (outer, inner, recess), dome in zip(sides, thorax.dome_y(x), strict=True):
        inside = np.abs(inner - x) * ((x - outer) * (inner - x) > 0)
        rim = np.clip(inside / (26 + 2 * n[0]), 0, 1)
        soft_rim = smooth_step(inside - recess, recess + 1)
        behind_heart = smooth_step(t - 0.56, 0.08)
        medial = np.sqrt(1 - (1 - rim) ** 2) * (1 - behind_heart) + soft_rim * behind_heart
        apex = np.clip(np.abs(inner - outer) / 45, 0, 1) ** 0.5
        under = y - dome
        recess_left = 1 - (0.38 - 0.05 * n[2]) * smooth_step(under - 0.6, 1.4)
        total += depth * medial * apex * recess_left * (1 - _rounded(under, 62 + 6 * n[1]))
        same_side = (x - middle) * (outer - inner) > 0
        above += smooth_step(-under, 2.5) * same_side
    heart = heart_depth(thorax, x, y) * above  # under the diaphragm there is no lung to push away
    lung = np.maximum(total - heart, np.minimum(total, 8))
    lung += _between_the_lungs(x, t) * ((x - right[1]) * (left[0] - x) > 0)
    share = lung / np.maximum(depth, 30)
    return np.asarray(lung, np.float32), np.asarray(np.clip(share, 0, 1), np.float32)


def _between_the_lungs(x: np.ndarray, t: np.ndarray) -> np.ndarray:
    """Lung in front of and behind the great vessels: the mediastinum is not as dense as the belly."""
    level = smooth_step(t - 0.15, 0.12) * smooth_step(0.50 - t, 0.28)
    return np.asarray(30 * level * np.exp(-((x / 60) ** 2)))


def heart_depth(thorax: Thorax, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Front-to-back millimetres of the heart: rounded at its borders, flatter than wide."""
    left, right = thorax.heart.borders(y)
    half = np.maximum((right - left) / 2, 0)
    u = np.where(half > 0, (x - (left + right) / 2) / np.maximum(half, 0.5), 2)
    widest = float((thorax.heart.right - thorax.heart.left).max()) / 2
    tall = np.sqrt(np.clip(half / widest, 0, 1))
    return np.asarray(np.clip(2.1 * widest, 118, 145) * tall * chord(u, 2.0), np.float32)


def airways(thorax: Thorax, film: Film, rng: np.random.Generator) -> np.ndarray:
    """Air in trachea and main bronchi, to be taken away from the mediastinum."""
    body = thorax.body
    n = rng.standard_normal(6)
    wide = (8.2 if body.sex == "female" else 9.4) * (1 + 0.07 * n[0])
    carina = thorax.level_mm(0.315 + 0.015 * n[1])
    lean = -2.0 - 2.5 * body.age + n[2] + 0.25 * body.rotation_degrees
    top = np.array([1.5 * n[3] + 0.2 * body.rotation_degrees, -20.0])
    fork = np.array([lean, carina])
    total = tube(film, np.linspace(top, fork, 40), np.full(40, wide))
    for side, steep, length, scale in ((-1, 62, 30, 0.80), (1, 42, 46, 0.70)):
        angle = np.deg2rad(steep + 4 * n[4])
        end = fork + length * np.array([side * np.cos(angle), np.sin(angle)])
        line = np.linspace(fork + np.array([side * wide * 0.35, -4.0]), end, 30)
        bronchus = tube(film, line, wide * np.linspace(scale, 0.25 * scale, 30))
        total = np.maximum(total, bronchus)
    return total * DEEPER_THAN_WIDE


def tube(film: Film, line: np.ndarray, radius: np.ndarray) -> np.ndarray:
    """Millimetres through a round tube along ``line`` ``[n, 2]`` (mm) of ``radius`` ``[n]`` (mm)."""
    cloud = Cloud()
    cloud.add_tube(line, radius, 0.6 * film.pixel_mm)
    return cloud.on(film)


def bowel_gas(thorax: Thorax, x: np.ndarray, y: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The gas bubble of the stomach under the left diaphragm, with its level; sometimes colon."""
    body = thorax.body
    n, u = rng.standard_normal(10), rng.random(4)
    _, dome = thorax.dome_y(x)
    cx = body.thorax_mm * (0.25 + 0.03 * n[0])
    wide, deep = 26 + 14 * u[0], 14 + 16 * u[1]
    _, top = thorax.dome_y(np.array([cx]))
    cy = float(top[0]) + 7 + deep
    warp = 0.07 * np.sin((x - cx) / 13 + n[1]) + 0.05 * np.sin((y - cy) / 8 + n[2])
    r = np.hypot((x - cx) / wide, (y - cy) / deep) + warp
    gas = (20 + 30 * u[2]) * chord(r, 2.2) * smooth_step(y - dome - 4, 3)
    if u[3] < 0.75:
        gas *= smooth_step(cy + 0.35 * deep - y, 1.2)
    for k in range(3):
        bx, by = body.thorax_mm * (0.33 - 0.25 * k + 0.03 * n[3 + k]), thorax.level_mm(1.10 + 0.03 * n[6 + k])
        blob = np.hypot((x - bx) / (12 + 4 * k), (y - by) / 9) + 0.25 * np.sin(x / 5 + k) * np.sin(y / 6)
        gas += 12 * chord(blob) * (u[k] > 0.35)
    return np.asarray(gas, np.float32)


def unevenness(film: Film, rng: np.random.Generator) -> np.ndarray:
    """Fat, muscle bundles and folds: slow waves around 1 that multiply soft tissue."""
    shape = (film.rows, film.cols)
    field = np.ones(shape, np.float32)
    for grain_mm, strength in ((70, 0.020), (28, 0.010), (11, 0.0045)):
        field += strength * noise_field(shape, grain_mm / film.pixel_mm, rng)
    return field
