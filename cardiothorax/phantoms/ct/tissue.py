"""From distances to Hounsfield units: which tissue lies where, slice by slice."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .bending import Bending, Placing
from .coronaries import Artery
from .fields import Points, smooth_cut, smooth_union
from .heart import Heart
from .options import AnatomyOptions, CtPhantomOptions
from .thorax import Thorax, mediastinum

COARSE_MM = 3.0
"""Distances are smooth, so they are computed this coarsely and interpolated."""


@dataclass(frozen=True)
class Tissue:
    """Distances on a coarse grid, float32 ``[k, j, i]``, and smooth fields of Hounsfield units."""

    x: np.ndarray
    y: np.ndarray
    z: np.ndarray
    fields: dict[str, np.ndarray]


def coarse_axes(low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    axes = [
        np.arange(low[n] - COARSE_MM, high[n] + 2 * COARSE_MM, COARSE_MM, dtype=np.float32) for n in range(3)
    ]
    return axes[0], axes[1], axes[2]


def tissue(
    options: CtPhantomOptions, bending: Bending, tree: tuple[Artery, ...], low: np.ndarray, high: np.ndarray,
    rng: np.random.Generator,
) -> Tissue:  # fmt: skip
    """Everything that is larger than a vessel of the heart, between two corners of the world."""
    x, y, z = coarse_axes(low, high)
    atlas = bending((x[None, None, :], y[None, :, None], z[:, None, None]))
    own = Placing.of(options.anatomy)(atlas)
    heart, thorax = Heart(options.anatomy), Thorax(options.anatomy)
    fields = _heart_fields(heart, own, options, rng, (x, y, z))
    carve_grooves(fields, (x, y, z), tree, options.anatomy)
    cavity = smooth_union(thorax.cavity(atlas), fields["heart"] - 2.0, 14.0)
    bone, disc, canal = thorax.spine(atlas)
    below = thorax.diaphragm(atlas)
    gullet = thorax.esophagus(atlas)
    belly = np.maximum(below + 3, 1.5 - fields.pop("apron"))
    middle = mediastinum(atlas, fields["sac"], np.minimum(bone, disc), gullet, options.anatomy)
    ribs, cartilage = thorax.ribs(atlas, cavity)
    fields |= {
        "lungs": np.maximum(np.maximum(cavity, -middle), -below),
        "skin": thorax.skin(atlas, cavity),
        "cavity": cavity,
        "muscle": thorax.muscle(atlas, cavity),
        "ribs": ribs,
        "cartilage": cartilage,
        "sternum": thorax.sternum(atlas, cavity),
        "spine": bone,
        "disc": np.minimum(disc, canal),
        "esophagus": gullet,
        "airways": np.maximum(thorax.airways(atlas), 3 - np.minimum(fields["chambers"], fields["vessels"])),
        "liver": np.maximum(np.maximum(thorax.liver(atlas), belly), cavity + 1),
        "stomach": np.maximum(thorax.stomach(atlas), belly),
        "spleen": np.maximum(np.maximum(thorax.spleen(atlas), belly), cavity + 2),
        "diaphragm": below,
    }
    if options.anatomy.breast_mm > 0:
        fields["gland"] = thorax.breast_gland(atlas)
    shape = (len(z), len(y), len(x))
    return Tissue(x, y, z, {n: np.broadcast_to(f, shape).astype(np.float32) for n, f in fields.items()})


def _heart_fields(
    heart: Heart,
    own: Points,
    options: CtPhantomOptions,
    rng: np.random.Generator,
    axes: tuple[np.ndarray, ...],
) -> dict[str, np.ndarray]:
    """Muscle and blood of the heart, its vessels, and the fat sac around it."""
    anatomy, scan = options.anatomy, options.scan
    chambers = heart.chambers(own, 4.0)
    vessels = [
        heart.ascending(own),
        heart.pulmonary(own),
        heart.cava(own),
        heart.veins(own),
        heart.far_aorta(own),
    ]
    pipes = np.minimum.reduce(vessels)
    sac = heart.chambers(own, 8 + 10 * anatomy.groove_fat)
    fat = anatomy.fat_mm * (0.2 + 1.6 * slow_noise(rng, axes, 35.0))
    apron = sac - fat * anatomy.heart_scale
    for vessel in vessels[:3]:
        sac = smooth_union(sac, vessel, 16 + 8 * anatomy.groove_fat)
    inner = sac - fat * anatomy.heart_scale
    sac = smooth_union(smooth_union(inner, vessels[3], 8.0), vessels[4] - 1.5, 10.0)
    cavity = heart.left_ventricle(own, 10.0)
    lumen = np.minimum(np.minimum(cavity, heart.right_ventricle(own) + 3.5), pipes + 1.5)
    lumen = np.minimum(lumen, np.minimum(heart.left_atrium(own), heart.right_atrium(own)) + 2.0)
    blood = np.clip(0.5 - lumen / np.float32(3.0), 0, 1)
    heat = scan.muscle_hu + (scan.blood_hu + scan.contrast_hu - scan.muscle_hu) * blood
    return {"chambers": chambers, "vessels": pipes, "sac": sac, "soft_hu": heat, "heart": inner,
            "apron": apron}  # fmt: skip


GROOVES = {"lad": 1.0, "rca": 1.25, "lcx": 1.1, "posterior_descending": 0.8, "lm": 1.0}
"""Arteries that lie sunk in fat, and how deep compared with each other."""


OPENING = ((0.0, 1.0), (1.2, 1.25), (2.5, 1.6))
"""A groove widens outward: balls this far out, and this much larger, in units of its depth."""


def carve_grooves(
    fields: dict[str, np.ndarray],
    axes: tuple[np.ndarray, ...],
    tree: tuple[Artery, ...],
    anatomy: AnatomyOptions,
) -> None:
    """Take fat-filled grooves along the arteries out of the chambers; in place."""
    away = np.full(fields["chambers"].shape, 20.0, np.float32)
    middle = np.mean([a.points.mean(axis=0) for a in tree if a.name in ("lad", "rca", "lcx")], axis=0)
    for artery in tree:
        depth = GROOVES.get(artery.name, 0.0) * (2.6 + 2.6 * anatomy.groove_fat) * anatomy.heart_scale
        if depth:
            fade = np.linspace(1.0, 0.55, len(artery.points))
            points, radii = artery.points[::3], (depth * fade)[::3]
            out = points - middle
            out /= np.linalg.norm(out, axis=1, keepdims=True)
            for distance, wider in OPENING:
                _nearest(away, axes, points + distance * out * radii[:, None], radii * wider)
    fields["chambers"] = smooth_cut(fields["chambers"], away, 5.0)


def _nearest(away: np.ndarray, axes: tuple[np.ndarray, ...], points: np.ndarray, radii: np.ndarray) -> None:
    """Lower ``away`` to the distance from balls, near them; in place."""
    for point, radius in zip(points, radii, strict=True):
        spans = [
            np.searchsorted(a, (c - radius - 8, c + radius + 8)) for a, c in zip(axes, point, strict=True)
        ]
        (i0, i1), (j0, j1), (k0, k1) = spans
        dx, dy, dz = (a[b:e] - np.float32(c) for a, (b, e), c in zip(axes, spans, point, strict=True))
        distance = np.sqrt(dz[:, None, None] ** 2 + dy[:, None] ** 2 + dx**2) - np.float32(radius)
        patch = away[k0:k1, j0:j1, i0:i1]
        np.minimum(patch, distance, out=patch)


def slow_noise(rng: np.random.Generator, axes: tuple[np.ndarray, ...], length_mm: float) -> np.ndarray:
    """Smooth random values around 0.5, about 0 to 1, float32 ``[k, j, i]``."""
    x, y, z = axes
    waves = 8
    direction = rng.normal(size=(waves, 3)) * (1.6 / length_mm)
    phase = rng.uniform(0, 2 * np.pi, waves)
    total = np.zeros((len(z), len(y), len(x)), np.float32)
    for (kx, ky, kz), p in zip(direction.astype(np.float32), phase.astype(np.float32), strict=True):
        total += np.sin(x[None, None, :] * kx + y[None, :, None] * ky + z[:, None, None] * kz + p)
    return np.asarray(np.clip(np.float32(0.5) + total * np.float32(0.25 / np.sqrt(waves / 2)), 0, 1))
