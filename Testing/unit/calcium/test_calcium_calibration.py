"""The mass factor from rods in the scan."""

from __future__ import annotations

import numpy as np
import pytest

from cardiothorax.calcium.calibration import disc_mean_hu, mass_factor_from_rods
from cardiothorax.errors import GeometryProblem, UnsupportedImage
from cardiothorax.imaging.image import Image
from Testing.unit.calcium.drawn import ct

ROD, WATER = (20.0, 30.0, 103.2), (60.0, 30.0, 103.2)


def rods(rod_hu: float = 240.0, water_hu: float = -10.0) -> Image:
    """Rods of 20 mm in the second of three slices, 40 HU elsewhere; columns run to the patient's right."""
    y, x = np.mgrid[:120, :160] * 0.5
    array = np.full((3, 120, 160), 40.0)
    for (px, py, _), hu in ((ROD, rod_hu), (WATER, water_hu)):
        array[1][np.hypot(x - (80.0 - px), y - py) <= 10.0] = hu
    return ct(array, origin_mm=(80.0, 0.0, 100.0), direction=(-1, 0, 0, 0, 1, 0, 0, 0, 1))


def test_density_over_brightness_above_water() -> None:
    factor = mass_factor_from_rods(rods(), rod_mm=ROD, water_mm=WATER, rod_mg_cm3=200.0)
    assert factor == pytest.approx(0.0008, rel=1e-12)


def test_the_disc_is_one_and_a_half_square_centimeters() -> None:
    """A bright pixel 6.5 mm off the middle counts, one at 7.5 mm does not."""
    image = rods()
    before = disc_mean_hu(image, ROD)
    image.array[1, 60, 120 + 15] += 1e6
    assert disc_mean_hu(image, ROD) == before
    image.array[1, 60, 120 + 13] += 600
    assert disc_mean_hu(image, ROD) - before == pytest.approx(600 * 0.25 / 150, rel=0.02)


@pytest.mark.parametrize(
    "place", [(75.0, 30.0, 103.0), (20.0, 5.0, 103.0), (20.0, 30.0, 98.0), (20.0, 30.0, 108.0)]
)
def test_discs_that_leave_the_image(place: tuple[float, float, float]) -> None:
    with pytest.raises(GeometryProblem, match="not inside the image"):
        mass_factor_from_rods(rods(), rod_mm=place, water_mm=WATER, rod_mg_cm3=200.0)


def test_points_that_are_no_rods() -> None:
    with pytest.raises(UnsupportedImage, match="100 to 1000 HU brighter"):
        mass_factor_from_rods(rods(rod_hu=40.0), rod_mm=ROD, water_mm=WATER, rod_mg_cm3=200.0)
    with pytest.raises(UnsupportedImage, match="-10 HU and the water 240 HU"):
        mass_factor_from_rods(rods(), rod_mm=WATER, water_mm=ROD, rod_mg_cm3=200.0)
