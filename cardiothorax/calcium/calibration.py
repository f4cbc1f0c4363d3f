"""The mass factor of a scan that holds calibration rods, as phantoms and some tables do.

McCollough et al., Radiology 2007: density over the rod's brightness above water.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..errors import GeometryProblem, UnsupportedImage
from ..imaging.image import Image, Vector
from .presets import MASS_FACTOR_PER_CM3

DISC_CM2 = 1.5
DISC_RADIUS_MM = math.sqrt(DISC_CM2 * 100 / math.pi)
UNEVEN = 0.15
"""Of the rod's brightness above water: more difference between parts of a disc is no noise of a usual scan.

A disc that reaches over the border of its rod by less shifts the factor by at most a few percent."""


@dataclass(frozen=True)
class Disc:
    """Mean and standard deviation in HU over 1.5 cm²; ``unevenness_hu`` between the means of its parts:
    the inner quarter of its area and the four quarters of the ring around that."""

    mean_hu: float
    sd_hu: float
    unevenness_hu: float


@dataclass(frozen=True)
class Calibration:
    """``mass_factor`` in mg per mm³ and HU."""

    rod: Disc
    water: Disc
    mass_factor: float

    @property
    def unevenness_limit_hu(self) -> float:
        return UNEVEN * (self.rod.mean_hu - self.water.mean_hu)


def calibrate(image: Image, *, rod_ijk: Vector, water_ijk: Vector, rod_mg_cm3: float) -> Calibration:
    """From a rod of hydroxyapatite of density ``rod_mg_cm3`` and one of water.

    ``rod_ijk`` and ``water_ijk`` are points on the rods' axes: column, row, slice of ``image``, from 0. HU
    are means over 1.5 cm² around them in the nearest slice. Raises :class:`GeometryProblem` where such a disc
    is not inside the image or its rod, and :class:`UnsupportedImage` where the two differ by less or more
    than any scanner's calcium does.
    """
    rod, water = disc(image, rod_ijk), disc(image, water_ijk)
    above = rod.mean_hu - water.mean_hu
    low, high = (rod_mg_cm3 / limit for limit in reversed(MASS_FACTOR_PER_CM3))
    if not low <= above <= high:
        raise UnsupportedImage(
            f"The rod has {rod.mean_hu:.0f} HU and the water {water.mean_hu:.0f} HU; "
            f"{rod_mg_cm3:g} mg/cm³ of calcium is {low:.0f} to {high:.0f} HU brighter than water.",
            "Place both points in the middle of their rods, and check the rod's density.",
        )
    calibration = Calibration(rod, water, rod_mg_cm3 / 1000 / above)
    for name, circle in (("rod", rod), ("water", water)):
        if circle.unevenness_hu > calibration.unevenness_limit_hu:
            raise GeometryProblem(
                f"The circle in the {name} is not even: its parts differ by {circle.unevenness_hu:.0f} HU "
                f"(at most {calibration.unevenness_limit_hu:.0f}), standard deviation {circle.sd_hu:.0f} HU.",
                "It may reach over the border: move it to the middle. If it lies well inside, the scan is "
                "too noisy: take a softer reconstruction or another slice.",
            )
    return calibration


def disc(image: Image, ijk: Vector) -> Disc:
    """Over the pixels whose centers lie within 6.9 mm of ``ijk`` in the nearest slice."""
    i, j, k = ijk
    slices, rows, columns = image.array.shape
    reach_i, reach_j = DISC_RADIUS_MM / image.spacing_mm[0], DISC_RADIUS_MM / image.spacing_mm[1]
    inside = reach_i <= i <= columns - 1 - reach_i and reach_j <= j <= rows - 1 - reach_j
    number = math.floor(k + 0.5)
    if not inside or not 0 <= number < slices:
        raise GeometryProblem(
            f"A circle of {DISC_CM2:g} cm² around column {i:g}, row {j:g} in slice {k:g} is not inside the "
            f"image, which has {columns} columns, {rows} rows and {slices} slices, counted from 0.",
            "Choose a point in the middle of the rod.",
        )
    y, x = np.ogrid[:rows, :columns]
    down, right = (y - j) * image.spacing_mm[1], (x - i) * image.spacing_mm[0]
    away = np.hypot(down, right)
    values = image.array[number].astype(np.float64)
    core, ring = away <= DISC_RADIUS_MM / 2, (away > DISC_RADIUS_MM / 2) & (away <= DISC_RADIUS_MM)
    sideways = np.abs(right) >= np.abs(down)
    parts = (
        core,
        ring & sideways & (right > 0),
        ring & sideways & (right < 0),
        ring & ~sideways & (down > 0),
        ring & ~sideways & (down < 0),
    )
    means = [values[part].mean() for part in parts]
    whole = values[away <= DISC_RADIUS_MM]
    return Disc(float(whole.mean()), float(whole.std()), float(max(means) - min(means)))
