"""What each cell contributes: Agatston weight, volume and HU, by the region that it lies in.

A region's weight comes from its own peak, for all its pixels; one smaller than the preset's smallest
region contributes nothing. The increment, not the slice thickness, stands for the third side of a voxel.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..imaging.image import Image
from .regions import Cells, largest
from .settings import Settings

AGATSTON_SLICE_MM = 3.0
"""The original protocol's contiguous slices (Agatston et al., JACC 1990)."""


@dataclass(frozen=True)
class Weighted:
    """One entry a cell, all 0 in a region that does not count. Sums are over whole numbers before anything
    is multiplied, so that they do not depend on how cells are grouped."""

    weighted_pixels: np.ndarray
    """Weight, 1 to 4, times pixels."""
    pixels: np.ndarray
    sum_hu: np.ndarray
    voxel_mm3: float
    mass_factor: float

    def agatston(self, group: np.ndarray, groups: int) -> np.ndarray:
        """By ``group`` of each cell, numbered from 0; so the other sums."""
        total = np.bincount(group, self.weighted_pixels, groups)
        scores: np.ndarray = total * (self.voxel_mm3 / AGATSTON_SLICE_MM)
        return scores

    def volume_mm3(self, group: np.ndarray, groups: int) -> np.ndarray:
        volumes: np.ndarray = np.bincount(group, self.pixels, groups) * self.voxel_mm3
        return volumes

    def mass_mg(self, group: np.ndarray, groups: int) -> np.ndarray:
        masses: np.ndarray = np.bincount(group, self.sum_hu, groups) * (self.mass_factor * self.voxel_mm3)
        return masses


def weighted(cells: Cells, image: Image, settings: Settings) -> Weighted:
    column_mm, row_mm, increment_mm = image.spacing_mm
    region_pixels = np.bincount(cells.region, cells.pixels)
    region_peak_hu = largest(cells.peak_hu, cells.region, region_pixels.size)
    counts = region_pixels >= settings.rules.minimum_pixels(column_mm, row_mm)
    weight = np.searchsorted(settings.limits.weight_limits_hu, region_peak_hu, side="right") + 1
    counted = counts[cells.region]
    return Weighted(
        weighted_pixels=(weight * counts)[cells.region] * cells.pixels,
        pixels=cells.pixels * counted,
        sum_hu=cells.sum_hu * counted,
        voxel_mm3=column_mm * row_mm * increment_mm,
        mass_factor=settings.factor,
    )
