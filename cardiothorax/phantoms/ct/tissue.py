"""From distances to Hounsfield units: which tissue lies where, slice by slice."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .bending import Bending, Placing
from .fields import FAR_MM, Points, smooth_union
from .heart import Heart
from .options import CtPhantomOptions
from .thorax import Thorax, mediastinum

COARSE_MM = 2.0
"""Distances are smooth, so they are computed this coarsely and interpolated."""


@dataclass(frozen=True)
class Tissue:
    """Distances on a coarse grid, float32 ``[k, j, i]``, and smooth fields of Hounsfield units."""

    x: np.ndarray
    y: np.ndarray
    z: np.ndarray
    fields: dict[str, np.ndarray]


def coarse_axes(low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    axes = [np.arange(low[n] - COARSE_MM, high[n] + 2 * COARSE_MM, COARSE_MM, dtype=np.float32) for n in range(3)]
    return axes[0], axes[1], axes[2]


def tissue(
    options: CtPhantomOptions, bending: Bending, low: np.ndarray, high: np.ndarray, rng: np.random.Generator
) -> Tissue:
    """Everything that is larger than a vessel of the heart, between two corners of the world."""
    x, y, z = coarse_axes(low, high)
    atlas = bending((x[None, None, :], y[None, :, None], z[:, None, None]))
    own = Placing.of(options.anatomy)(atlas)
    heart, thorax = Heart(options.anatomy), Thorax(options.anatomy)
    fields = _heart_fields(heart, own, options, rng, (x, y, z))
    cavity = thorax.cavity(atlas)
    bone, disc, canal = thorax.spine(atlas)
    below = thorax.diaphragm(atlas)
    solid = np.minimum(fields.pop("sac"), fields["vessels"] - 2.5)
    middle = mediastinum(atlas, solid, np.minimum(bone, disc), options.anatomy)
    lungs = np.maximum(np.maximum(cavity, -middle), -below)
    ribs, cartilage = thorax.ribs(atlas, cavity)
    fields |= {
        "lungs": lungs,
        "skin": thorax.skin(atlas, cavity),
        "cavity": cavity,
        "muscle": thorax.muscle(atlas, cavity),
        "ribs": ribs,
        "cartilage": cartilage,
        "sternum": thorax.sternum(atlas),
        "spine": bone,
        "disc": np.minimum(disc, canal),
        "esophagus": thorax.esophagus(atlas),
        "airways": thorax.airways(atlas),
        "liver": np.maximum(thorax.liver(atlas, below), cavity + 1),
        "stomach": np.maximum(thorax.stomach(atlas), below + 3),
        "spleen": np.maximum(np.maximum(thorax.spleen(atlas), below + 3), cavity + 2),
        "diaphragm": np.maximum(np.abs(below - 1.5) - 1.5, cavity),
    }
    if options.anatomy.breast_mm > 0:
        fields["gland"] = thorax.breast_gland(atlas)
    shape = (len(z), len(y), len(x))
    return Tissue(x, y, z, {n: np.broadcast_to(f, shape).astype(np.float32) for n, f in fields.items()})


def _heart_fields(
    heart: Heart, own: Points, options: CtPhantomOptions, rng: np.random.Generator, axes: tuple[np.ndarray, ...]
) -> dict[str, np.ndarray]:
    """Muscle and blood of the heart, its vessels, and the fat sac around it."""
    anatomy, scan = options.anatomy, options.scan
    chambers = heart.chambers(own, 5.0)
    aorta = heart.ascending(own)
    vessels = heart.great_vessels(own)
    solid = np.minimum(np.minimum(chambers, aorta), vessels)
    fat = anatomy.fat_mm * (0.25 + 1.5 * slow_noise(rng, axes, 35.0))
    sac = smooth_union(heart.chambers(own, 6 + 16 * anatomy.groove_fat), np.minimum(aorta, vessels), 10.0)
    sac = sac - fat * anatomy.heart_scale
    cavity = heart.left_ventricle(own, 10.0)
    inner = np.minimum(np.minimum(cavity, heart.right_ventricle(own) + 3.5), np.minimum(aorta, vessels) + 1.5)
    inner = np.minimum(inner, np.minimum(heart.left_atrium(own), heart.right_atrium(own)) + 2.0)
    blood = np.clip(0.5 - inner / np.float32(3.0), 0, 1)
    heat = scan.muscle_hu + (scan.blood_hu + scan.contrast_hu - scan.muscle_hu) * blood
    return {"chambers": chambers, "vessels": np.minimum(vessels, aorta), "sac": sac, "soft_hu": heat,
            "heart": np.minimum(solid, sac), "pericardium": np.abs(sac - 0.5) - 0.6, "sac_keep": sac}  # fmt: skip


def slow_noise(rng: np.random.Generator, axes: tuple[np.ndarray, ...], length_mm: float) -> np.ndarray:
    """Smooth random values around 0.5, about 0 to 1, float32 ``[k, j, i]``."""
    x, y, z = axes
    waves = 8
    direction = rng.normal(size=(waves, 3)) * (1.6 / length_mm)
    phase = rng.uniform(0, 2 * np.pi, waves)
    total = np.float32(0)
    for (kx, ky, kz), p in zip(direction.astype(np.float32), phase.astype(np.float32), strict=True):
        total = total + np.sin(x[None, None, :] * kx + y[None, :, None] * ky + z[:, None, None] * kz + p)
    return np.clip(np.float32(0.5) + total * np.float32(0.25 / np.sqrt(waves / 2)), 0, 1)


FAR = FAR_MM
