"""The mass factor of a scan that holds calibration rods, as phantoms and some tables do.

McCollough et al., Radiology 2007: density over the rod's brightness above water.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ..errors import GeometryProblem, UnsupportedImage
from ..imaging.image import Image
from .header import PER_CM3

DISC_CM2 = 1.5
DISC_RADIUS_MM = math.sqrt(DISC_CM2 * 100 / math.pi)


def mass_factor_from_rods(
    image: Image, *, rod_mm: Sequence[float], water_mm: Sequence[float], rod_mg_cm3: float
) -> float:
    """mg per mm³ and HU, from a rod of hydroxyapatite of density ``rod_mg_cm3`` and one of water.

    ``rod_mm`` and ``water_mm`` are points (LPS) on the rods' axes; HU are means over 1.5 cm² around them in
    the nearest slice. Raises :class:`GeometryProblem` where such a disc is not inside the image and
    :class:`UnsupportedImage` where the two differ by less or more than any scanner's calcium does.
    """
    rod, water = disc_mean_hu(image, rod_mm), disc_mean_hu(image, water_mm)
    above = rod - water
    low, high = (rod_mg_cm3 / limit for limit in reversed(PER_CM3))
    if not low <= above <= high:
        raise UnsupportedImage(
            f"The rod has {rod:.0f} HU and the water {water:.0f} HU; {rod_mg_cm3:g} mg/cm³ of calcium is "
            f"{low:.0f} to {high:.0f} HU brighter than water.",
            "Place both points in the middle of their rods, and check the rod's density.",
        )
    return rod_mg_cm3 / 1000 / above


def disc_mean_hu(image: Image, center_mm: Sequence[float]) -> float:
    """Mean over the pixels whose centers lie within 6.9 mm of ``center_mm`` in the nearest slice."""
    offset = np.asarray(center_mm, dtype=float) - np.asarray(image.origin_mm)
    i, j, k = (np.linalg.inv(image.direction_matrix) @ offset) / np.asarray(image.spacing_mm)
    slices, rows, columns = image.array.shape
    reach_i, reach_j = DISC_RADIUS_MM / image.spacing_mm[0], DISC_RADIUS_MM / image.spacing_mm[1]
    inside = reach_i <= i <= columns - 1 - reach_i and reach_j <= j <= rows - 1 - reach_j
    number = math.floor(k + 0.5)
    if not inside or not 0 <= number < slices:
        place = ", ".join(f"{value:.1f}" for value in center_mm)
        raise GeometryProblem(
            f"A disc of {DISC_CM2:g} cm² around ({place}) mm is not inside the image.",
            "Choose a point in the middle of the rod.",
        )
    y, x = np.ogrid[:rows, :columns]
    away = np.hypot((y - j) * image.spacing_mm[1], (x - i) * image.spacing_mm[0])
    return float(image.array[number][away <= DISC_RADIUS_MM].mean(dtype=float))
