"""Worked examples, exact: 0.5 x 0.5 mm pixels, slices 3 mm apart, background 40 HU."""

from __future__ import annotations

import numpy as np
import pytest

from cardiothorax.calcium.result import CalciumValues
from cardiothorax.calcium.score import score
from cardiothorax.calcium.settings import Settings
from Testing.unit.calcium.brute_force import all_scores
from Testing.unit.calcium.drawn import LAD, LCX, LM, OTHER, RCA, background, ct, where_bright

exactly = pytest.approx


def scored(
    array: np.ndarray,
    labels: np.ndarray,
    preset: str = "literature",
    spacing_mm: tuple[float, float, float] = (0.5, 0.5, 3.0),
    connectivity: int = 4,
) -> CalciumValues:
    """The values, once the slow reference has agreed with every one of them."""
    image, settings = ct(array, spacing_mm), Settings(preset, connectivity=connectivity)
    values = score(image, labels, settings).values
    expected = all_scores(image, labels, settings)
    for name, artery in values.arteries.items():
        assert {key: getattr(artery, key) for key in expected[name]} == exactly(expected[name], abs=1e-12)
    assert {key: getattr(values, key) for key in expected["total"]} == exactly(expected["total"], abs=1e-12)
    return values


def lesion_a() -> tuple[np.ndarray, np.ndarray]:
    array = background()
    array[0, 2, 2:6] = (150, 210, 130, 129)
    array[0, 3, 2] = 131
    return array, where_bright(array, LAD)


def test_a_one_region_of_four_pixels() -> None:
    """129 HU does not count; 4 pixels are exactly the smallest region."""
    values = scored(*lesion_a())
    assert (values.agatston, values.volume_mm3, values.lesions) == exactly((2.0, 3.0, 1))
    assert values.mass_mg == exactly(0.4145175, rel=1e-12)
    assert (values.category, values.cac_drs) == ("1-10", "A1/N1")
    assert values.arteries["lad"].agatston == values.agatston == values.agatston_lad_lm


def test_a_mass_by_vendor() -> None:
    assert scored(*lesion_a(), "canon").mass_mg == exactly(0.33534, rel=1e-12)


def test_a_half_the_increment_is_half_the_score() -> None:
    """1.5 mm³ is not more than 1.5: no lesion."""
    values = scored(*lesion_a(), spacing_mm=(0.5, 0.5, 1.5))
    assert (values.agatston, values.volume_mm3) == exactly((1.0, 1.5))
    assert values.mass_mg == exactly(0.20725875, rel=1e-12)
    assert values.lesions == 0


@pytest.mark.parametrize(
    ("preset", "agatston", "volume"),
    [("literature", 0.0, 0.0), ("siemens", 2.4, 3.6), ("philips", 2.4, 3.6), ("canon", 2.4, 3.6)],
)
def test_a_with_other_pixels(preset: str, agatston: float, volume: float) -> None:
    values = scored(*lesion_a(), preset, (0.3, 0.6, 5.0))
    assert (values.agatston, values.volume_mm3) == exactly((agatston, volume))
    assert values.lesions == 1


def corner_to_corner() -> tuple[np.ndarray, np.ndarray]:
    array = background()
    array[0, 1:3, 1:3] = 320
    array[0, 3:5, 3:5] = 170
    return array, where_bright(array, RCA)


def test_b_blocks_that_touch_by_a_corner() -> None:
    values = scored(*corner_to_corner())
    assert (values.agatston, values.volume_mm3, values.lesions) == exactly((4.0, 6.0, 2))


def test_b_eight_connected() -> None:
    assert scored(*corner_to_corner(), connectivity=8).agatston == exactly(6.0)


def test_c_a_bar_of_two_arteries() -> None:
    array = background()
    array[0, 2:4, 2:5], array[0, 2:4, 5:8] = 310, 420
    labels = np.zeros(array.shape, np.uint8)
    labels[0, 2:4, 2:5], labels[0, 2:4, 5:8] = LAD, LCX
    values = scored(array, labels)
    assert values.arteries["lad"].agatston == exactly(4.5)
    assert values.arteries["lcx"].agatston == exactly(6.0)
    assert values.agatston == exactly(10.5)
    assert (values.arteries["lad"].lesions, values.arteries["lcx"].lesions) == (1, 1)
    assert (values.cac_drs, values.category) == ("A1/N2", "11-100")
    whole = scored(array, where_bright(array, LAD))
    assert (whole.agatston, whole.lesions) == exactly((12.0, 1))


@pytest.mark.parametrize(
    ("preset", "agatston"), [("literature", 0.0), ("philips", 2.0), ("siemens", 2.0), ("canon", 0.0)]
)
def test_d_a_thread_through_three_slices(preset: str, agatston: float) -> None:
    array = background(3)
    for k, hu in enumerate((250, 180, 140)):
        array[k, 3, 3:5] = hu
    values = scored(array, where_bright(array, LCX), preset)
    assert values.agatston == exactly(agatston)
    assert values.lesions == 1
    if preset == "philips":
        assert values.volume_mm3 == exactly(4.5)
        assert values.mass_mg == exactly(0.67545, rel=1e-12)
    if preset == "literature":
        assert (values.category, values.cac_drs, values.visual_suggestion) == ("0", "A0/N0", "none")


@pytest.mark.parametrize(
    ("increment_mm", "agatston", "lesions"), [(3.0, 1.0, 0), (3.2, 1.066666666666667, 1)]
)
def test_e_two_pixels(increment_mm: float, agatston: float, lesions: int) -> None:
    array = background()
    array[0, 3, 3:5] = 210
    values = scored(array, where_bright(array, LAD), "siemens", (0.5, 0.5, increment_mm))
    assert values.agatston == exactly(agatston, rel=1e-12)
    assert values.lesions == lesions


def test_f_bright_then_just_bright_enough() -> None:
    array = background(2)
    array[0, 2:4, 2:4], array[1, 2:4, 2:4] = 400, 130
    values = scored(array, where_bright(array, LAD), spacing_mm=(0.5, 0.5, 2.0))
    assert values.agatston == exactly(10 / 3, rel=1e-12)
    assert values.volume_mm3 == exactly(4.0)
    assert values.mass_mg == exactly(0.9434, rel=1e-12)
    assert values.volume_interpolated_mm3 == exactly(2.5)


def test_g_bright_then_nothing() -> None:
    array = background(2)
    array[0, 2:4, 2:4] = 220
    labels = np.zeros(array.shape, np.uint8)
    labels[:, 2:4, 2:4] = LAD
    values = scored(array, labels, spacing_mm=(0.5, 0.5, 2.0))
    assert values.agatston == exactly(4 / 3, rel=1e-12)
    assert values.volume_mm3 == exactly(2.0)
    assert values.volume_interpolated_mm3 == exactly(1.5)


def test_left_main_joins_the_lad_as_a_sum() -> None:
    """Two halves too small alone stay too small: no new region is formed."""
    array = background()
    array[0, 2, 2:6] = 250
    labels = np.zeros(array.shape, np.uint8)
    labels[0, 2, 2:4], labels[0, 2, 4:6] = LM, LAD
    assert scored(array, labels).agatston_lad_lm == 0.0
    values = scored(array, labels, "siemens")
    assert values.arteries["lm"].agatston == values.arteries["lad"].agatston == exactly(1.0)
    assert values.agatston_lad_lm == exactly(2.0)
    assert values.cac_drs == "A1/N2"


def test_what_is_not_coronary_stays_apart() -> None:
    array = background()
    array[0, 2:6, 2:6] = 500
    values = scored(array, where_bright(array, OTHER))
    assert values.arteries["other"].agatston == exactly(16.0)
    assert (values.agatston, values.volume_mm3, values.mass_mg, values.lesions) == (0.0, 0.0, 0.0, 0)
    assert (values.category, values.cac_drs) == ("0", "A0/N0")


def test_bright_without_a_label_and_label_without_brightness_mean_nothing() -> None:
    array = background()
    array[0, 2:6, 2:6] = 500
    labels = np.zeros(array.shape, np.uint8)
    labels[0, :2] = LAD
    assert scored(array, labels).agatston == 0.0


def test_padding_never_counts() -> None:
    array = background(2)
    array[:] = -2048
    assert scored(array, np.full(array.shape, LAD, np.uint8)).volume_mm3 == 0.0
