"""From thicknesses to what the detector receives: attenuation, scatter, blur and noise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter, zoom

from .shapes import Film

WATER_PER_MM = 0.0195
"""Attenuation of water at the mean energy of a 110 to 125 kV beam behind a chest (about 60 keV
after the grid), per mm; Hubbell and Seltzer, NIST XCOM: 0.0206 at 60 keV, 0.0184 at 80 keV."""
BONE_PER_MM = 0.048
"""Compact bone (1.92 g/cm3), same energies; what it takes the place of is water."""
METAL_PER_MM = 0.9


@dataclass(frozen=True)
class Beam:
    """``scatter`` is scattered over primary light behind 20 cm of water; ``photons`` the quanta a
    0.35 mm pixel receives without a patient; ``blur_mm`` the focus and detector's standard deviation."""

    scatter: float = 0.55
    photons: float = 2.0e5
    blur_mm: float = 0.22


def exposure_of(
    film: Film,
    water_mm: np.ndarray,
    bone_mm: np.ndarray,
    metal_mm: np.ndarray,
    beam: Beam,
    rng: np.random.Generator,
) -> np.ndarray:
    """Negative logarithm of the received light, as water-equivalent mm, float32 ``[rows, cols]``.

    Beer and Lambert along parallel rays; then scatter as a wide blur of the primary; then photon
    noise, which the detector's own blur makes grainy.
    """
    optical = WATER_PER_MM * water_mm + (BONE_PER_MM - WATER_PER_MM) * bone_mm + METAL_PER_MM * metal_mm
    primary = np.exp(-optical)
    light = gaussian_filter(primary, beam.blur_mm / film.pixel_mm, mode="nearest")
    light += beam.scatter * _scattered(film, primary, water_mm)
    photons = beam.photons * (film.pixel_mm / 0.35) ** 2
    noise = rng.standard_normal(light.shape).astype(np.float32) * np.sqrt(light / photons)
    grain = gaussian_filter(noise, 0.14 / film.pixel_mm, mode="nearest")
    light = np.maximum(light + grain, 1e-5)
    return np.asarray(-np.log(light) / WATER_PER_MM, np.float32)


def _scattered(film: Film, primary: np.ndarray, water_mm: np.ndarray) -> np.ndarray:
    """Scatter comes from thick parts and spreads over centimetres: computed on a coarse grid."""
    factor = max(1, round(5.0 / film.pixel_mm))
    source = (primary * np.clip(water_mm / 200, 0, 1.2))[::factor, ::factor]
    wide = gaussian_filter(source, 28 / (factor * film.pixel_mm), mode="constant")
    shape = primary.shape
    big = zoom(wide, (shape[0] / wide.shape[0], shape[1] / wide.shape[1]), order=1)
    return np.asarray(big[: shape[0], : shape[1]], np.float32)
