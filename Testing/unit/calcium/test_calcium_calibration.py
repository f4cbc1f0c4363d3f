"""The mass factor from rods in the scan."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cardiothorax.calcium.calibration import Calibration, calibrate, disc
from cardiothorax.errors import GeometryProblem, UnsupportedImage
from cardiothorax.imaging.image import Image
from cardiothorax.phantoms.ct.qrm import PROTOCOLS, QrmScan, qrm_insert
from Testing.unit.calcium.drawn import ct

ROD, WATER = (120.0, 60.0, 1.2), (40.0, 60.0, 1.2)


def rods(
    rod_hu: float = 240.0, water_hu: float = -10.0, noise_hu: float = 0.0, radius: float = 10.0
) -> Image:
    """Rods in the second of three slices, 40 HU elsewhere, pixels of 0.5 mm."""
    y, x = np.mgrid[:120, :160] * 0.5
    array = np.full((3, 120, 160), 40.0)
    for (i, j, _), hu in ((ROD, rod_hu), (WATER, water_hu)):
        array[1][np.hypot(x - i / 2, y - j / 2) <= radius] = hu
    return ct(array + noise_hu * np.random.default_rng(1).standard_normal(array.shape))


def factor_of(image: Image, **change: Any) -> Calibration:
    return calibrate(image, **{"rod_ijk": ROD, "water_ijk": WATER, "rod_mg_cm3": 200.0, **change})


def test_density_over_brightness_above_water() -> None:
    found = factor_of(rods())
    assert found.mass_factor == pytest.approx(0.0008, rel=1e-12)
    assert (found.rod.mean_hu, found.rod.sd_hu, found.rod.unevenness_hu) == (240.0, 0.0, 0.0)
    assert found.water.mean_hu == -10.0


def test_the_disc_is_one_and_a_half_square_centimeters() -> None:
    """A bright pixel 6.5 mm off the middle counts, one at 7.5 mm does not."""
    image = rods()
    before = disc(image, ROD)
    image.array[1, 60, 120 + 15] += 1e6
    assert disc(image, ROD) == before
    image.array[1, 60, 120 + 13] += 600
    assert disc(image, ROD).mean_hu - before.mean_hu == pytest.approx(600 * 0.25 / 150, rel=0.02)


@pytest.mark.parametrize(
    "place", [(10.0, 60.0, 1.0), (120.0, 110.0, 1.0), (120.0, 60.0, -0.6), (120.0, 60.0, 2.5)]
)
def test_discs_that_leave_the_image(place: tuple[float, float, float]) -> None:
    with pytest.raises(GeometryProblem, match="not inside the image, which has 160 columns"):
        factor_of(rods(), rod_ijk=place)


def test_points_that_are_no_rods() -> None:
    with pytest.raises(UnsupportedImage, match="100 to 1000 HU brighter"):
        factor_of(rods(rod_hu=40.0))
    with pytest.raises(UnsupportedImage, match="-10 HU and the water 240 HU"):
        factor_of(rods(), rod_ijk=WATER, water_ijk=ROD)


def test_noise_alone_is_not_taken_for_a_border() -> None:
    found = factor_of(rods(noise_hu=30.0))
    assert found.rod.sd_hu == pytest.approx(30.0, rel=0.1)
    assert found.mass_factor == pytest.approx(0.0008, rel=0.02)


@pytest.mark.parametrize("name", ["rod", "water"])
@pytest.mark.parametrize("shift", [(14, 0), (-14, 0), (0, 14), (0, -14), (10, 10)])
def test_a_circle_over_the_border_is_refused_and_named(name: str, shift: tuple[int, int]) -> None:
    """7 mm off the middle, 4 mm of the circle stand in what surrounds the rod."""
    i, j, k = {"rod": ROD, "water": WATER}[name]
    place = (i + shift[0], j + shift[1], k)
    with pytest.raises(GeometryProblem, match=f"circle in the {name} is not even") as problem:
        factor_of(rods(), **{f"{name}_ijk": place})
    assert "reach over the border" in problem.value.hint


def test_a_rod_too_thin_for_the_circle_is_refused() -> None:
    with pytest.raises(GeometryProblem, match="circle in the rod is not even"):
        factor_of(rods(radius=5.0))


def test_what_is_let_through_shifts_the_factor_little() -> None:
    for away in np.arange(0.0, 20.0, 1.0):
        try:
            found = factor_of(rods(), rod_ijk=(ROD[0] + away, *ROD[1:]))
        except GeometryProblem:
            assert away >= 6, "3 mm off the middle is well inside a rod of 20 mm"
            break
        assert found.mass_factor == pytest.approx(0.0008, rel=0.04)
    else:
        pytest.fail("no shift was refused")


def on_grid(scan: QrmScan, rod: str) -> tuple[float, float, float]:
    x, y = scan.rods_mm[rod]
    spacing, origin = scan.image.spacing_mm, scan.image.origin_mm
    return (x - origin[0]) / spacing[0], (y - origin[1]) / spacing[1], 7.0


@pytest.mark.parametrize("vendor", PROTOCOLS)
@pytest.mark.parametrize("ring", [False, True])
def test_the_insert_gives_back_each_vendors_factor(vendor: str, ring: bool) -> None:
    scan = qrm_insert(vendor, seed=2, ring=ring)
    found = factor_of(scan.image, rod_ijk=on_grid(scan, "calcium"), water_ijk=on_grid(scan, "water"))
    assert found.mass_factor == pytest.approx(1e-3 / PROTOCOLS[vendor].hu_per_mg_cm3, rel=0.02)
