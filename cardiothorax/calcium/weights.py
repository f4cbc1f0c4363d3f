"""What each candidate contributes: Agatston weight, volume and HU, by the region that it lies in.

A region's weight comes from its own peak, for all its pixels; one smaller than the preset's smallest
region contributes nothing. The increment, not the slice thickness, stands for the third side of a voxel.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..imaging.image import Image
from .regions import Candidates
from .settings import Settings

AGATSTON_SLICE_MM = 3.0
"""The original protocol's contiguous slices (Agatston et al., JACC 1990)."""


@dataclass(frozen=True)
class Weighted:
    """One entry a candidate. Sums are over whole numbers before anything is multiplied, so that they do
    not depend on how voxels are grouped."""

    weight: np.ndarray
    """1 to 4; 0 in a region that does not count."""
    hu: np.ndarray
    """0 in a region that does not count."""
    voxel_mm3: float
    mass_factor: float

    def agatston(self, group: np.ndarray, groups: int) -> np.ndarray:
        """By ``group``, numbered from 0; so the other sums."""
        total: np.ndarray = np.bincount(group, self.weight, groups) * (self.voxel_mm3 / AGATSTON_SLICE_MM)
        return total

    def volume_mm3(self, group: np.ndarray, groups: int) -> np.ndarray:
        total: np.ndarray = np.bincount(group, self.weight > 0, groups) * self.voxel_mm3
        return total

    def mass_mg(self, group: np.ndarray, groups: int) -> np.ndarray:
        total: np.ndarray = np.bincount(group, self.hu, groups) * (self.mass_factor * self.voxel_mm3)
        return total


def weighted(found: Candidates, image: Image, settings: Settings) -> Weighted:
    column_mm, row_mm, increment_mm = image.spacing_mm
    counts = found.region_pixels >= settings.rules.minimum_pixels(column_mm, row_mm)
    weight = np.searchsorted(settings.limits.weight_limits_hu, found.region_peak_hu, side="right") + 1
    return Weighted(
        weight=(weight * counts)[found.region],
        hu=np.where(counts[found.region], found.hu, 0.0),
        voxel_mm3=column_mm * row_mm * increment_mm,
        mass_factor=settings.factor,
    )
