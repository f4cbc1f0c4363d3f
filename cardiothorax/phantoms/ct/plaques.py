"""Calcified plaques: chains of blobs along the coronary walls."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .blobs import Blobs, Sampling, render
from .coronaries import STEP_MM, Artery
from .options import ARTERY_NAMES, PlaqueOptions

HU_PER_MG_CM3 = 1.25
"""CT numbers of hydroxyapatite at 120 kVp: 200 mg/cm3 stand 250 HU above soft tissue."""
PEAK_LIMITS_HU = (90.0, 1400.0)
STANDARD = (0.5, 0.5, 3.0)
"""Pixel and slice, in millimeters, of the scan in which a plaque's peak is defined."""
STANDARD_SIGMA_MM = 0.64
LONG_CHAIN_MM = (12.0, 45.0)
MUSCLE_AND_BLOOD_HU = 45.0


@dataclass(frozen=True)
class Plaque:
    """One lesion as drawn, in the atlas' millimeters until it is placed in the world."""

    artery: str
    blobs: Blobs
    mass_mg: float


def plaques(tree: tuple[Artery, ...], options: PlaqueOptions, rng: np.random.Generator) -> list[Plaque]:
    """Lesions over the tree with the asked shares; none when ``options.lesions`` is 0."""
    found = []
    if not sum(options.shares) > 0:
        return []
    shares = np.array(options.shares) / sum(options.shares)
    for _ in range(options.lesions):
        name = ARTERY_NAMES[int(rng.choice(4, p=shares))]
        vessels = [a for a in tree if a.territory == name]
        weights = np.array([a.length_mm * (1.0 if a.name == name else 0.35) for a in vessels])
        vessel = vessels[int(rng.choice(len(vessels), p=weights / weights.sum()))]
        found.append(_plaque(vessel, options, rng))
    return found


def _plaque(vessel: Artery, options: PlaqueOptions, rng: np.random.Generator) -> Plaque:
    if rng.random() < options.chain:
        length = rng.uniform(*LONG_CHAIN_MM)
    else:
        length = options.length_mm * np.exp(rng.normal() * options.length_scatter)
    length = min(length, 0.8 * vessel.length_mm)
    start = rng.random() ** options.proximal * max(vessel.length_mm - length, 1.0)
    points, radii, sigmas, weights = _chain(vessel, start, length, rng)
    centers = points + _wall_offsets(points, radii, rng)
    peak = options.peak_hu * np.exp(rng.normal() * options.peak_scatter)
    peak = float(np.clip(peak, *PEAK_LIMITS_HU)) - MUSCLE_AND_BLOOD_HU
    blobs = Blobs(centers, sigmas, weights)
    blobs = blobs.times(peak / standard_peak(blobs))
    return Plaque(vessel.territory, blobs, float(blobs.amounts.sum()) / HU_PER_MG_CM3 / 1000.0)


def _chain(
    vessel: Artery, start: float, length: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Blob centers on the center line with vessel radius, blob size and relative weight."""
    count = max(round(length / 0.55), 1) + 1
    at = start + np.sort(rng.uniform(0, max(length, 0.3), count))
    index = np.clip(at / STEP_MM, 0, len(vessel.points) - 1.001)
    low = index.astype(int)
    share = (index - low)[:, None]
    points = (
        vessel.points[low] * (1 - share) + vessel.points[np.minimum(low + 1, len(vessel.points) - 1)] * share
    )
    slow = np.interp(np.linspace(0, 1, count), np.linspace(0, 1, 6), rng.normal(size=6))
    weights = np.exp(0.5 * rng.normal(size=count) + 0.8 * slow)
    weights *= np.clip(np.sin(np.pi * (np.arange(count) + 0.5) / count), 0.25, 1)
    sigmas = rng.uniform(0.3, 0.7, count) * rng.uniform(0.8, 1.7)
    return points, vessel.radii[low], sigmas, weights


def _wall_offsets(points: np.ndarray, radii: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Away from the center line to one side of the wall, drifting along the vessel."""
    side = rng.normal(size=3) + 0.5 * np.cumsum(rng.normal(size=points.shape) * 0.15, axis=0)
    side /= np.linalg.norm(side, axis=1, keepdims=True)
    return np.asarray(side * radii[:, None] * rng.uniform(0.4, 1.1))


def standard_peak(blobs: Blobs) -> float:
    """Highest HU above the background in the standard scan, slices centered on the brightest place."""
    middle = blobs.centers_mm[int(np.argmax(blobs.amounts))]
    low = blobs.centers_mm.min(axis=0) - 3.0
    size = blobs.centers_mm.max(axis=0) + 3.0 - low
    counts = [int(np.ceil(size[n] / STANDARD[n])) + 1 for n in range(3)]
    shape = (counts[2], counts[1], counts[0])
    origin = middle - np.ceil((middle - low) / STANDARD) * STANDARD
    grid = Sampling(
        shape, STANDARD, (float(origin[0]), float(origin[1]), float(origin[2])), 3.0, STANDARD_SIGMA_MM
    )
    out = np.zeros(shape, np.float32)
    render(blobs, grid, out)
    return float(out.max())
