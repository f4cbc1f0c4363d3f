"""HU of the blood and its noise, from drawn chests and from real ones."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cardiothorax.calcium.blood import measure_blood
from cardiothorax.calcium.flags import LARGEST_PLAIN_BLOOD_HU
from cardiothorax.imaging import read_ct
from cardiothorax.imaging.image import Image
from Testing.unit.calcium.drawn_chest import chest, exchanged, prone


@pytest.mark.parametrize("hu", [35.0, 45.0, 60.0, 90.0, 150.0, 400.0])
def test_blood_is_what_was_drawn_whatever_bone_shines_beside_it(hu: float) -> None:
    found = measure_blood(chest(blood_hu=hu))
    assert found is not None
    assert abs(found.hu - hu) < 3.0


@pytest.mark.parametrize("noise", [5.0, 15.0, 40.0])
def test_noise_is_measured_without_bias(noise: float) -> None:
    found = measure_blood(chest(noise_hu=noise))
    assert found is not None
    assert abs(found.noise_hu - noise) < 0.1 * noise + 1.0


def test_white_noise_has_no_correlation_and_grainy_noise_has() -> None:
    white, grainy = measure_blood(chest(grain_px=0)), measure_blood(chest(grain_px=1.2))
    assert white is not None
    assert grainy is not None
    assert abs(white.correlation) < 0.1
    assert grainy.correlation > 0.6


def test_a_patient_on_his_belly_measures_the_same() -> None:
    image = chest()
    supine, belly = measure_blood(image), measure_blood(prone(image))
    assert supine is not None
    assert belly is not None
    assert belly.hu == pytest.approx(supine.hu, abs=1.0)
    assert belly.cells == pytest.approx(supine.cells, rel=0.1)


@pytest.mark.parametrize("blood_hu", [45.0, 180.0])
def test_exchanged_rows_and_columns_measure_the_same(blood_hu: float) -> None:
    image = chest(blood_hu=blood_hu)
    blood, other = measure_blood(image), measure_blood(exchanged(image))
    assert blood is not None
    assert other is not None
    assert (other.hu, other.cells) == (blood.hu, blood.cells)
    assert other.noise_hu == pytest.approx(blood.noise_hu)
    assert other.correlation == pytest.approx(blood.correlation)


def test_no_lungs_no_answer() -> None:
    assert measure_blood(chest(lungs=False)) is None


@pytest.mark.parametrize("shape", [(2, 2, 2), (1, 1, 1), (3, 40, 40)])
def test_small_volumes_have_no_answer(shape: tuple[int, int, int]) -> None:
    assert measure_blood(Image(np.full(shape, 40, np.int16), (0.7, 0.7, 3.0))) is None


def test_fractions_of_hu_are_taken_as_they_are() -> None:
    image = chest()
    fine = replace(image, array=image.array.astype(np.float32) + np.float32(0.25))
    whole, shifted = measure_blood(image), measure_blood(fine)
    assert whole is not None
    assert shifted is not None
    assert shifted.hu == pytest.approx(whole.hu + 0.25, abs=0.01)


def test_the_scan_is_not_changed() -> None:
    image = chest()
    before = image.array.copy()
    measure_blood(image)
    np.testing.assert_array_equal(image.array, before)


@pytest.mark.parametrize(
    ("scan", "enhanced"),
    [
        ("thorax/plain_01.nii.gz", False),
        ("thorax/plain_02.nii.gz", False),
        ("thorax/plain_03.nii.gz", False),
        ("chest_two_series", False),
        ("thorax/contrast_01.nii.gz", True),
        ("thorax/contrast_02_sharp.nii.gz", True),
    ],
)
def test_real_scans_are_told_apart_by_their_blood(shared_data: Path, scan: str, enhanced: bool) -> None:
    found = measure_blood(read_ct(shared_data / "ct" / scan))
    assert found is not None
    assert (found.hu > LARGEST_PLAIN_BLOOD_HU) == enhanced
    assert abs(found.hu - LARGEST_PLAIN_BLOOD_HU) > 10


@pytest.mark.parametrize(
    ("file", "enhanced"),
    [
        ("contrast_untagged", True),
        ("contrast_100kvp", True),
        ("contrast_abdomen_toshiba", True),
        ("plain_120kvp", False),
        ("plain_5mm", False),
        ("calcified_ge_2.5mm", False),
    ],
)
def test_real_slices_stacked_are_told_apart_too(shared_data: Path, file: str, enhanced: bool) -> None:
    """Single slices, which the reader refuses, so twice: heavy calcium is no contrast agent."""
    pydicom = pytest.importorskip("pydicom")
    slice_ = pydicom.dcmread(shared_data / "ct" / "slices" / f"{file}.dcm")
    hu = slice_.pixel_array.astype(np.int32) * int(slice_.RescaleSlope) + int(slice_.RescaleIntercept)
    pixel = [float(v) for v in slice_.PixelSpacing]
    stack = np.maximum(np.stack([hu, hu]), -1024).astype(np.int16)
    found = measure_blood(Image(stack, (pixel[1], pixel[0], 3.0)))
    assert found is not None
    assert (found.hu > LARGEST_PLAIN_BLOOD_HU) == enhanced


def test_the_foam_of_the_table_is_no_lung() -> None:
    """A slab as light as lung below the body, with air beside it: blood is measured as without it."""
    image = chest()
    array = image.array.copy()
    array[:, 232:, 60:240] = -900
    with_foam, without = measure_blood(replace(image, array=array)), measure_blood(image)
    assert with_foam == without
