"""Hounsfield units: exactly what slope and intercept say, padding masked and said, other values refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cardiothorax.errors import CardiothoraxError, UnreadableImage, UnsupportedImage
from cardiothorax.imaging import ct_from_array, read_ct
from cardiothorax.imaging.image import IDENTITY
from Testing.unit.imaging.ct_slices import chest, write_series

HU = chest()


@pytest.mark.parametrize(("slope", "intercept"), [(1, -1024), (1, 0), (1, -8192), (2, -1024), (1, -1000)])
def test_whole_numbers_stay_whole(slope: int, intercept: int, tmp_path: Path) -> None:
    hu = (HU // 2) * 2
    write_series(tmp_path, hu, RescaleSlope=slope, RescaleIntercept=intercept)
    image = read_ct(tmp_path)
    assert image.array.dtype == np.int16
    np.testing.assert_array_equal(image.array, hu)


def test_each_slice_has_its_own_rescale(tmp_path: Path) -> None:
    """PET-CT and some archives scale slice by slice."""
    write_series(tmp_path, HU, each=lambda k: {"RescaleIntercept": -1024 - 10 * k, "RescaleSlope": 1 + k % 2})
    found = read_ct(tmp_path).array
    np.testing.assert_array_equal(found[::2], HU[::2])
    assert np.abs(found[1::2] - HU[1::2].astype(int)).max() <= 1


def test_a_slope_that_is_no_whole_number_is_not_rounded(tmp_path: Path) -> None:
    """129.6 HU is below the threshold of 130 and stays so."""
    stored = np.arange(6 * 20 * 24).reshape(6, 20, 24) % 4000
    write_series(tmp_path, stored * 0.4 - 1000.0, RescaleSlope=0.4, RescaleIntercept=-1000)
    image = read_ct(tmp_path)
    assert image.array.dtype == np.float32
    np.testing.assert_allclose(image.array, stored * 0.4 - 1000, atol=1e-4)
    assert (image.array >= 130).sum() == np.count_nonzero(stored * 4 >= 11300)


def test_a_slope_that_is_one_but_for_the_last_digit(tmp_path: Path) -> None:
    write_series(tmp_path, HU, RescaleSlope="1.0000000", RescaleIntercept="-1024.000")
    assert read_ct(tmp_path).array.dtype == np.int16


@pytest.mark.parametrize("padding", [-1500, -2000, -2048])
def test_padding_is_masked_and_said(padding: int, tmp_path: Path) -> None:
    hu = HU.copy()
    hu[:, :3] = padding - 24
    write_series(tmp_path, hu, RescaleIntercept=-24, PixelPaddingValue=padding)
    image = read_ct(tmp_path)
    assert (image.array[:, :3] == -1024).all()
    np.testing.assert_array_equal(image.array[:, 3:], HU[:, 3:])
    assert image.notes == (f"Padding below -1024 HU (down to {padding - 24}) was set to -1024.",)


def test_padding_with_the_wrong_sign(tmp_path: Path) -> None:
    """63488 for pixels of -2048: the bits are the same."""
    import pydicom

    hu = HU.copy()
    hu[:, :3] = -2048
    for path in write_series(tmp_path, hu, RescaleIntercept=0):
        dataset = pydicom.dcmread(path)
        dataset.add_new("PixelPaddingValue", "US", 63488)
        dataset.save_as(path)
    image = read_ct(tmp_path)
    assert (image.array[:, :3] == -1024).all()
    np.testing.assert_array_equal(image.array[:, 3:], HU[:, 3:])
    assert image.notes == ("Padding of -2048 HU around the field of view was set to -1024.",)


@pytest.mark.parametrize("value", [-1500, -2000, -2048, -3024, -32768])
def test_padding_that_no_tag_names(value: int, tmp_path: Path) -> None:
    hu = HU.copy()
    hu[:, 0] = value
    write_series(tmp_path, hu, RescaleIntercept=0)
    image = read_ct(tmp_path)
    assert image.array.min() == -1024
    assert f"down to {value}" in image.notes[0]


def test_bright_padding_is_no_calcium(tmp_path: Path) -> None:
    """Padding of 3071 HU around the field of view; the same value inside is metal and stays."""
    hu = HU.copy()
    hu[:, :2], hu[:, -1] = 3071, 3071
    hu[2, 10, 10] = 3071
    write_series(tmp_path, hu, PixelPaddingValue=4095)
    image = read_ct(tmp_path)
    assert (image.array[:, :2] == -1024).all()
    assert (image.array[:, -1] == -1024).all()
    assert image.array[2, 10, 10] == 3071
    assert image.notes == ("Padding of 3071 HU around the field of view was set to -1024.",)


def test_compression_with_loss_is_noted(tmp_path: Path) -> None:
    write_series(tmp_path, HU, LossyImageCompression="01", LossyImageCompressionRatio="12")
    assert read_ct(tmp_path).notes == ("The pixels were compressed with loss (ratio 12): HU may differ.",)


def test_minus_1024_is_no_padding(tmp_path: Path) -> None:
    hu = HU.copy()
    hu[:, 0] = -1024
    write_series(tmp_path, hu)
    assert read_ct(tmp_path).notes == ()


def test_an_extended_scale_is_kept(tmp_path: Path) -> None:
    hu = HU.astype(int)
    hu[1, 5, 5], hu[2, 5, 5] = 30710, 40000
    write_series(tmp_path, hu)
    image = read_ct(tmp_path)
    assert image.array[1, 5, 5] == 30710
    assert image.array[2, 5, 5] == 32767
    assert image.notes == ("Values above 32767 HU (up to 40000) were set to 32767.",)


@pytest.mark.parametrize("rows", [(0, 1), (0, 0), (3, 4)])
def test_twelve_bits_with_something_above_them(rows: tuple[int, int], tmp_path: Path) -> None:
    """Old devices left overlays in the unused bits."""
    import pydicom

    for path in write_series(tmp_path, HU, BitsStored=12, HighBit=11):
        dataset = pydicom.dcmread(path)
        stored = np.frombuffer(dataset.PixelData, np.uint16).reshape(HU.shape[1:]).copy()
        stored[rows[0] : rows[1]] |= 0x4000
        dataset.PixelData = stored.tobytes()
        dataset.save_as(path)
    np.testing.assert_array_equal(read_ct(tmp_path).array, HU)


NOT_HU: dict[str, tuple[dict[str, Any], type[CardiothoraxError], str]] = {
    "iodine map": ({"RescaleType": "MGML"}, UnsupportedImage, "an iodine or calcium map"),
    "atomic number": ({"RescaleType": "Z_EFF"}, UnsupportedImage, "an atomic number map"),
    "something else": ({"RescaleType": "XYZ"}, UnsupportedImage, "values of the kind XYZ"),
    "slope 0": ({"RescaleSlope": "0"}, UnsupportedImage, "no usable rescale"),
    "slope no number": ({"RescaleSlope": None, "RescaleIntercept": None}, UnsupportedImage, "1024 was not"),
    "no pixels": ({"PixelData": None}, UnreadableImage, "no pixel data"),
    "empty": ({"PixelData": bytes(20 * 24 * 2)}, UnsupportedImage, "every pixel is"),
}


@pytest.mark.parametrize("case", NOT_HU)
def test_values_that_are_no_hounsfield_units(case: str, tmp_path: Path) -> None:
    header, kind, words = NOT_HU[case]
    hu = HU.copy()
    hu[:, 12:] = np.random.default_rng(0).integers(20, 60, hu[:, 12:].shape)
    write_series(tmp_path, hu, each=lambda _: header if case != "slope 0" else {})
    if case == "slope 0":
        import pydicom

        for path in tmp_path.iterdir():
            dataset = pydicom.dcmread(path)
            dataset.RescaleSlope = 0
            dataset.save_as(path)
    if case == "slope no number":  # what was subtracted is not said: air 24, tissue 1060
        write_series(tmp_path, hu + 1024, RescaleIntercept=None, each=lambda _: {"RescaleSlope": None})
    with pytest.raises(kind, match=words) as caught:
        read_ct(tmp_path)
    assert caught.value.hint


@pytest.mark.parametrize("said", ["HU", "", "US", "Houndsfield Unit", "HU_MOD", "hounsfield"])
def test_hounsfield_units_as_scanners_call_them(said: str, tmp_path: Path) -> None:
    write_series(tmp_path, HU, RescaleType=said)
    np.testing.assert_array_equal(read_ct(tmp_path).array, HU)


def volume(values: np.ndarray) -> np.ndarray:
    return ct_from_array(
        values, spacing_mm=(0.5, 0.5, 3), origin_mm=(0, 0, 0), direction=IDENTITY, source="Node"
    ).array


@pytest.mark.parametrize("kind", [np.int16, np.int32, np.int64, np.float32, np.float64])
def test_whole_values_of_any_type_are_int16(kind: type, tmp_path: Path) -> None:
    found = volume(HU.astype(kind))
    assert found.dtype == np.int16
    np.testing.assert_array_equal(found, HU)


def test_values_that_a_float_format_blurred_are_whole() -> None:
    found = volume(HU + np.float32(1e-4))
    assert found.dtype == np.int16
    np.testing.assert_array_equal(found, HU)


def test_half_units_stay() -> None:
    found = volume(HU + 0.5)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, (HU + 0.5).astype(np.float32))


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ((HU > 0).astype(np.uint8), "bytes"),
        ((HU // 20).astype(np.int8), "bytes"),
        (((HU + 1024) / 2048).astype(np.float32), "scaled for display"),
        (np.where(HU > 0, np.nan, HU.astype(float)), "not numbers"),
        (np.where(HU > 0, np.inf, HU.astype(float)), "not numbers"),
        (np.full((3, 4, 5), 40, np.int16), "every pixel is 40"),
        (np.ones((3, 4, 5), bool), "type bool"),
        (np.ones((3, 4, 5), complex), "type complex"),
    ],
)
def test_arrays_that_are_no_hounsfield_units(values: np.ndarray, words: str) -> None:
    with pytest.raises(UnsupportedImage, match=words) as caught:
        volume(values)
    assert "Node" in caught.value.message


def test_copies_for_display_with_eight_bits(tmp_path: Path) -> None:
    """As an archive exports a windowed CT: without this, 130 of 255 grey values would pass for 130 HU."""
    import pydicom

    grey = np.clip(HU, 0, 255)
    eight = {"BitsAllocated": 8, "BitsStored": 8, "HighBit": 7}
    for k, path in enumerate(write_series(tmp_path, grey, RescaleIntercept=0)):
        dataset = pydicom.dcmread(path)
        for keyword, value in eight.items():
            setattr(dataset, keyword, value)
        dataset.PixelData = grey[k].astype(np.uint8).tobytes()
        dataset.save_as(path)
    with pytest.raises(UnsupportedImage, match="stores 8 bits a pixel"):
        read_ct(tmp_path)


def test_stored_values_from_which_nothing_was_subtracted() -> None:
    hu = chest(6, 40, 40)
    hu[:, :20] = 45
    with pytest.raises(UnsupportedImage, match="1024 was not subtracted"):
        volume(hu + 1024)


def test_a_phantom_without_air_is_no_error() -> None:
    """Soft tissue with plaques alone: values from 40 up are Hounsfield units too."""
    hu = np.full((3, 10, 10), 40, np.int16)
    hu[1, 4:6, 4:6] = (131, 1000), (129, 250)
    np.testing.assert_array_equal(volume(hu), hu)
