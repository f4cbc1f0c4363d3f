"""Cylinders and spheres sampled at pixel centers: the scores come to what geometry says."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from cardiothorax.calcium.result import CalciumValues
from cardiothorax.calcium.score import score
from cardiothorax.calcium.settings import Settings
from Testing.unit.calcium.drawn import BACKGROUND_HU, LAD, ct

FACTOR = 0.00089
SIDE_MM = 16.0
WEIGHTS = [(150, 1), (200, 2), (299, 2), (300, 3), (399, 3), (400, 4), (1200, 4)]


def sampled(
    hu: int,
    pixel_mm: float,
    increment_mm: float,
    radius_mm: Callable[[np.ndarray], np.ndarray],
    height_mm: float = 12.0,
) -> CalciumValues:
    """A body of one HU around the middle; ``radius_mm`` of heights above it.

    Slice centers lie half an increment off the lower end, so that whole slices make up the height.
    """
    across, slices = round(SIDE_MM / pixel_mm), round(height_mm / increment_mm)
    place = (np.arange(across) + 0.5) * pixel_mm - SIDE_MM / 2
    radius = radius_mm((np.arange(slices) + 0.5) * increment_mm - height_mm / 2)[:, None, None]
    inside = place[:, None] ** 2 + place[None, :] ** 2 < radius**2
    array = np.where(inside, hu, BACKGROUND_HU).astype(np.int16)
    image = ct(array, (pixel_mm, pixel_mm, increment_mm))
    return score(image, np.full(array.shape, LAD, np.uint8), Settings()).values


def cylinder(hu: int, pixel_mm: float, increment_mm: float, radius_mm: float = 2.5) -> CalciumValues:
    """12 mm high, filling all slices."""
    return sampled(hu, pixel_mm, increment_mm, lambda z: np.full(z.shape, radius_mm))


def ball(hu: int, pixel_mm: float, increment_mm: float, radius_mm: float = 3.0) -> CalciumValues:
    return sampled(hu, pixel_mm, increment_mm, lambda z: np.sqrt(np.maximum(radius_mm**2 - z**2, 0)))


@pytest.mark.parametrize(("hu", "weight"), WEIGHTS)
def test_cylinder_in_the_limit_of_small_pixels(hu: int, weight: int) -> None:
    """Agatston is weight x area x height / 3 mm; volume area x height; mass factor x HU x volume."""
    area, height = math.pi * 2.5**2, 12.0
    values = cylinder(hu, 0.05, 3.0)
    assert values.agatston == pytest.approx(weight * area * height / 3, rel=2e-3)
    assert values.volume_mm3 == pytest.approx(area * height, rel=2e-3)
    assert values.mass_mg == pytest.approx(FACTOR * hu * area * height, rel=2e-3)
    assert (values.lesions, values.arteries["lad"].lesions) == (1, 1)


@pytest.mark.parametrize("pixel_mm", [0.8, 0.4, 0.2, 0.1])
def test_pixels_miss_at_most_what_the_rim_holds(pixel_mm: float) -> None:
    """Gauss's circle problem: the error of the area is below the rim's length times a pixel's diagonal."""
    values, radius, height = cylinder(500, pixel_mm, 3.0), 2.5, 12.0
    rim = 2 * math.pi * radius * pixel_mm * math.sqrt(2)
    assert abs(values.volume_mm3 / height - math.pi * radius**2) <= rim


@pytest.mark.parametrize("increment_mm", [6.0, 3.0, 2.5 * 1.2, 1.5, 1.0, 0.75, 0.5])
def test_overlap_and_thickness_do_not_change_a_full_cylinder(increment_mm: float) -> None:
    """The increment corrects what more slices would add."""
    values, expected = cylinder(350, 0.4, increment_mm), cylinder(350, 0.4, 3.0)
    for key in ("agatston", "volume_mm3", "mass_mg"):
        assert getattr(values, key) == pytest.approx(getattr(expected, key), rel=1e-12)


@pytest.mark.parametrize("hu", [150, 450])
def test_ball_in_the_limit(hu: int) -> None:
    volume = 4 / 3 * math.pi * 3.0**3
    values = ball(hu, 0.1, 0.1)
    assert values.volume_mm3 == pytest.approx(volume, rel=3e-3)
    assert values.agatston == pytest.approx((1 if hu < 200 else 4) * volume / 3, rel=3e-3)
    assert values.mass_mg == pytest.approx(FACTOR * hu * volume, rel=3e-3)


def test_interpolated_volume_of_a_cylinder() -> None:
    """Planes fill the height between the first and the last slice center, both included."""
    pixel, increment = 0.1, 3.0
    values = cylinder(300, pixel, increment)
    planes = round((12.0 - increment) / pixel) + 1
    area = values.volume_mm3 / 12.0
    assert values.volume_interpolated_mm3 == pytest.approx(planes * area * pixel, rel=1e-12)


def test_interpolation_puts_the_end_where_hu_crosses_the_threshold() -> None:
    """From 400 to 40 HU over 3 mm, 130 HU is reached after 2.25 mm: 23 of 31 planes 0.1 mm apart."""
    array = np.full((2, 40, 40), BACKGROUND_HU, np.int16)
    array[0, 10:30, 10:30] = 400
    labels = np.full(array.shape, LAD, np.uint8)
    values = score(ct(array, (0.1, 0.1, 3.0)), labels, Settings()).values
    assert values.volume_interpolated_mm3 == pytest.approx(400 * 0.01 * 23 * 0.1, rel=1e-12)


@pytest.mark.parametrize("preset", ["literature", "siemens", "philips", "canon"])
@pytest.mark.parametrize("view_mm", [180, 220, 300, 400])
def test_field_of_view_changes_little(view_mm: int, preset: str) -> None:
    """A lesion of 5 mm is large in every view: presets agree, and over all positions of the grid the mean
    is the true one."""
    pixel, radius = view_mm / 512, 2.5
    place = (np.arange(40) - 20) * pixel
    scores = []
    for down, right in np.ndindex(5, 5):
        y, x = place[:, None] + down * pixel / 5, place[None, :] + right * pixel / 5
        array = np.where(y**2 + x**2 <= radius**2, 450, BACKGROUND_HU).astype(np.int16)
        labels = np.full((1, 40, 40), LAD, np.uint8)
        scores.append(score(ct(array, (pixel, pixel, 3.0)), labels, Settings(preset)).values.agatston)
    assert np.mean(scores) == pytest.approx(4 * math.pi * radius**2, rel=0.01)
