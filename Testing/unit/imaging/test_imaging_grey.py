"""Modality, VOI and polarity: one table of headers with the grey value that each must give."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLSLossless,
    RLELossless,
)

from cardiothorax.errors import UnsupportedImage
from cardiothorax.imaging import pixel_sha256, read_radiograph, window_to_uint8
from cardiothorax.imaging.grayscale import LookUpTable, Window, automatic_window

FULL = {"WindowCenter": 2048, "WindowWidth": 4096, "BitsStored": 12}


def lut(values: np.ndarray, first: int, bits: int, vr: str = "US") -> list[Dataset]:
    item = Dataset()
    item.add_new("LUTDescriptor", vr, [len(values) % 65536, first, bits])
    item.add_new("LUTData", "OW", values.astype("<u2").tobytes())
    return [item]


def shown(v: float, center: float, width: float) -> float:
    """LINEAR of DICOM PS3.3 C.11.2.1.2.1, from its text."""
    if v <= center - 0.5 - (width - 1) / 2:
        return 0.0
    if v > center - 0.5 + (width - 1) / 2:
        return 255.0
    return ((v - (center - 0.5)) / (width - 1) + 0.5) * 255.0


HEADERS: dict[str, tuple[dict[str, Any], Callable[[float], float]]] = {
    "window": (FULL, lambda v: v / 4095 * 255),
    "narrow window": ({"WindowCenter": 1000, "WindowWidth": 401}, lambda v: shown(v, 1000, 401)),
    "exact": (
        {"WindowCenter": 1000, "WindowWidth": 400, "VOILUTFunction": "LINEAR_EXACT"},
        lambda v: float(np.clip((v - 800) / 400 * 255, 0, 255)),
    ),
    "sigmoid": (
        {"WindowCenter": 1000, "WindowWidth": 400, "VOILUTFunction": "SIGMOID"},
        lambda v: 255 / (1 + np.exp(-4 * (v - 1000) / 400)) if v < 8000 else 255,
    ),
    "first of two windows": ({"WindowCenter": [2048, 9], "WindowWidth": [4096, 9]}, lambda v: v / 4095 * 255),
    "width 0, then a good one": (
        {"WindowCenter": [5, 2048], "WindowWidth": [0, 4096]},
        lambda v: v / 4095 * 255,
    ),
    "width 1": (
        {"WindowCenter": 1000, "WindowWidth": 1},
        lambda v: float(np.clip((v - 999.5) * 255, 0, 255)),
    ),
    "rescale": (
        {"RescaleSlope": 2, "RescaleIntercept": -10, "WindowCenter": 1000, "WindowWidth": 401},
        lambda v: shown(2 * v - 10, 1000, 401),
    ),
    "slope below 0 (Agfa)": (
        {"RescaleSlope": -1, "RescaleIntercept": 4095, **FULL},
        lambda v: (4095 - v) / 4095 * 255,
    ),
    "slope 0": ({"RescaleSlope": 0, "RescaleIntercept": 0, **FULL}, lambda v: v / 4095 * 255),
    "MONOCHROME1": ({"PhotometricInterpretation": "MONOCHROME1", **FULL}, lambda v: 255 - v / 4095 * 255),
    "inverse shape": ({"PresentationLUTShape": "INVERSE", **FULL}, lambda v: 255 - v / 4095 * 255),
    "both turn once": (
        {"PhotometricInterpretation": "MONOCHROME1", "PresentationLUTShape": "INVERSE", **FULL},
        lambda v: 255 - v / 4095 * 255,
    ),
    "MONOCHROME1 and slope below 0": (
        {"PhotometricInterpretation": "MONOCHROME1", "RescaleSlope": -1, "RescaleIntercept": 4095, **FULL},
        lambda v: v / 4095 * 255,
    ),
    "VOI LUT before window": (
        {"VOILUTSequence": lut(np.arange(4096) // 16, 0, 8), "WindowCenter": 5, "WindowWidth": 3},
        lambda v: float(v // 16),
    ),
    "VOI LUT of 16 bits": (
        {"VOILUTSequence": lut(np.arange(4096) * 16, 0, 16)},
        lambda v: v * 16 / 65535 * 255,
    ),
    "VOI LUT that begins late": (
        {"VOILUTSequence": lut(np.arange(2048) * 2, 1024, 12)},
        lambda v: np.clip(v - 1024, 0, 2047) * 2 / 4095 * 255,
    ),
    "VOI LUT turned by MONOCHROME1": (
        {"VOILUTSequence": lut(np.arange(4096), 0, 12), "PhotometricInterpretation": "MONOCHROME1"},
        lambda v: 255 - v / 4095 * 255,
    ),
    "VOI LUT after rescale, begins below 0": (
        {
            "VOILUTSequence": lut(np.arange(4096), -1024, 12, "SS"),
            "RescaleSlope": 1,
            "RescaleIntercept": -1024,
        },
        lambda v: v / 4095 * 255,
    ),
    "the same, its start written unsigned": (
        {
            "VOILUTSequence": lut(np.arange(4096), 65536 - 1024, 12),
            "RescaleSlope": 1,
            "RescaleIntercept": -1024,
        },
        lambda v: v / 4095 * 255,
    ),
    "VOI LUT whose bits are wrong": (
        {"VOILUTSequence": lut(np.arange(4096), 0, 16)},
        lambda v: v / 4095 * 255,
    ),
    "modality LUT, then window": (
        {"ModalityLUTSequence": lut(np.arange(4096)[::-1], 0, 12), **FULL},
        lambda v: (4095 - v) / 4095 * 255,
    ),
}


@pytest.mark.parametrize("case", HEADERS)
def test_every_header_gives_its_grey_values(
    case: str, dicom_film: Callable[..., Path], ramp: np.ndarray
) -> None:
    header, expected = HEADERS[case]
    image = read_radiograph(dicom_film(ramp, **{"BitsStored": 12, **header}))
    assert image.array.dtype == np.float32
    assert image.array.shape == (1, 64, 64)
    wanted = np.array([expected(float(v)) for v in ramp.ravel()]).reshape(64, 64)
    np.testing.assert_allclose(image.array[0], wanted, atol=2e-3)


@pytest.mark.parametrize("bits", [8, 10, 12, 14, 15, 16])
@pytest.mark.parametrize("signed", [False, True])
def test_every_depth_and_sign(bits: int, signed: bool, dicom_film: Callable[..., Path]) -> None:
    low = -(2 ** (bits - 1)) if signed else 0
    values = np.linspace(low, low + 2**bits - 1, 64 * 64).round()
    stored = values.astype({False: "u", True: "i"}[signed] + ("1" if bits == 8 else "2")).reshape(64, 64)
    center = low + 2 ** (bits - 1)
    film = dicom_film(stored, BitsStored=bits, WindowCenter=center, WindowWidth=2**bits)
    expected = (values.reshape(64, 64) - low) / (2**bits - 1) * 255
    np.testing.assert_allclose(read_radiograph(film).array[0], expected, atol=1e-3)


def test_bits_above_those_stored_are_not_pixels(dicom_film: Callable[..., Path], ramp: np.ndarray) -> None:
    plain = read_radiograph(dicom_film(ramp, **FULL)).array
    with_overlay = read_radiograph(dicom_film(ramp | np.uint16(0x8000), **FULL)).array
    np.testing.assert_array_equal(plain, with_overlay)


def test_too_few_bits_in_the_header_are_corrected(dicom_film: Callable[..., Path]) -> None:
    """Masked to 10 bits the film would wrap: bright bone would be black."""
    film = film_with_shutter(3000)
    window = {"WindowCenter": 2048, "WindowWidth": 4096}
    right, wrong = (
        dicom_film(film, "right.dcm", BitsStored=12, **window),
        dicom_film(film, BitsStored=10, **window),
    )
    image = read_radiograph(wrong)
    np.testing.assert_array_equal(image.array, read_radiograph(right).array)
    assert image.notes == ("The header says 10 bits (BitsStored), the pixels use 12: these were taken.",)
    upper = dicom_film(film * np.uint16(16), BitsStored=12, HighBit=15, WindowCenter=32768, WindowWidth=65536)
    np.testing.assert_allclose(read_radiograph(upper).array, image.array, atol=0.07)


def test_an_overlay_in_the_high_bits_is_masked(dicom_film: Callable[..., Path]) -> None:
    film = film_with_shutter(3000)
    marked = film.copy()
    marked[20:60:3, 30:50] |= 0x8000
    plain = read_radiograph(dicom_film(film, "plain.dcm", BitsStored=12))
    image = read_radiograph(dicom_film(marked, BitsStored=12))
    np.testing.assert_array_equal(image.array, plain.array)
    assert image.notes == plain.notes


@pytest.mark.parametrize(
    "syntax",
    [
        ExplicitVRBigEndian,
        ImplicitVRLittleEndian,
        DeflatedExplicitVRLittleEndian,
        RLELossless,
        JPEGLSLossless,
        JPEG2000Lossless,
    ],
)
def test_lossless_syntaxes_read_the_same(
    syntax: str, dicom_film: Callable[..., Path], ramp: np.ndarray
) -> None:
    plain = read_radiograph(dicom_film(ramp, **FULL))
    other = read_radiograph(dicom_film(ramp, syntax=syntax, **FULL))
    np.testing.assert_array_equal(other.array, plain.array)
    assert pixel_sha256(other) == pixel_sha256(plain)


def test_windows_can_be_chosen(dicom_film: Callable[..., Path], ramp: np.ndarray) -> None:
    film = dicom_film(ramp, BitsStored=12, WindowCenter=[2048, 1000], WindowWidth=[4096, 401])
    second = read_radiograph(film, voi=1).array[0]
    np.testing.assert_allclose(
        second.ravel()[700:1300], [shown(v, 1000, 401) for v in range(700, 1300)], atol=1e-3
    )
    paper = read_radiograph(film, voi=(1000, 400)).array[0]
    np.testing.assert_array_equal(np.rint(paper), window_to_uint8(ramp, 1000, 400))
    with pytest.raises(UnsupportedImage, match="has 2 windows; number 2"):
        read_radiograph(film, voi=2)
    with pytest.raises(UnsupportedImage, match="width 0 at 1000 shows nothing"):
        read_radiograph(film, voi=(1000, 0))
    with_table = dicom_film(
        ramp, VOILUTSequence=lut(np.arange(4096) // 16, 0, 8), WindowCenter=2048, WindowWidth=4096
    )
    np.testing.assert_array_equal(read_radiograph(with_table, voi=0).array[0], ramp // 16)
    np.testing.assert_allclose(read_radiograph(with_table, voi=1).array[0], ramp / 4095 * 255, atol=1e-3)


def test_a_window_beside_the_film_is_ignored_and_noted(
    dicom_film: Callable[..., Path], ramp: np.ndarray
) -> None:
    image = read_radiograph(dicom_film(ramp, BitsStored=12, WindowCenter=30000, WindowWidth=10))
    assert image.array.std() > 50
    assert any("window shows nothing" in note for note in image.notes)


def test_without_window_bytes_stay_and_deeper_films_get_an_automatic_one(
    dicom_film: Callable[..., Path], ramp: np.ndarray
) -> None:
    small = (ramp // 16).astype(np.uint8)
    image = read_radiograph(dicom_film(small))
    np.testing.assert_array_equal(image.array[0], small)
    assert image.notes == ()
    image = read_radiograph(dicom_film(ramp, BitsStored=12))
    assert image.array.min() == 0
    assert image.array.max() == 255
    assert np.corrcoef(image.array[0].ravel(), ramp.ravel())[0, 1] > 0.999
    assert image.notes[0].startswith("No window in the header")


def film_with_shutter(shutter: int, tilt: float = 0.0) -> np.ndarray:
    """A smooth chest-like field of 800 to 3200 with a uniform shutter around it."""
    y, x = np.mgrid[:300, :240].astype(float)
    film = 2000 + 1200 * np.sin(x / 30) * np.cos(y / 40)
    inside = (abs(x - 120 + tilt * (y - 150)) < 80) & (abs(y - 150 - tilt * (x - 120)) < 110)
    return np.where(inside, film, shutter).astype(np.uint16)


@pytest.mark.parametrize("shutter", [0, 65535])
@pytest.mark.parametrize("tilt", [0.0, 0.1])
def test_a_shutter_does_not_set_the_window(shutter: int, tilt: float) -> None:
    black, white = automatic_window(film_with_shutter(shutter, tilt))
    assert 750 <= black <= 900
    assert 3100 <= white <= 3250


@pytest.mark.parametrize("kind", [np.uint16, np.int16, np.float32])
def test_a_shutter_with_noise_is_still_a_shutter(kind: type) -> None:
    film = film_with_shutter(30000).astype(kind)
    film[film == 30000] += np.random.default_rng(0).integers(-3, 4, (film == 30000).sum()).astype(kind)
    black, white = automatic_window(film)
    assert 750 <= black <= 900
    assert 3100 <= white <= 3250


def test_padding_may_be_a_range_that_ends_at_zero(dicom_film: Callable[..., Path]) -> None:
    stored = (film_with_shutter(0).astype(np.int16) + 0).astype(np.int16)
    stored[:20] = -500  # two kinds of padding: -500 at the top, 0 around
    film = dicom_film(
        stored, PixelPaddingValue=-500, PixelPaddingRangeLimit=0, PhotometricInterpretation="MONOCHROME1"
    )
    image = read_radiograph(film)
    assert (image.array[0, :30] == 0).all()
    assert (image.array[0, :, :20] == 0).all()


def test_padding_is_black_and_does_not_set_the_window(dicom_film: Callable[..., Path]) -> None:
    stored = film_with_shutter(0)
    stored[150, 120] = 0  # the padding value inside the patient is no padding
    for polarity in ("MONOCHROME1", "MONOCHROME2"):
        image = read_radiograph(dicom_film(stored, PixelPaddingValue=0, PhotometricInterpretation=polarity))
        assert (image.array[0, :30] == 0).all()
        assert image.array[0, 150, 120] == (255 if polarity == "MONOCHROME1" else 0)
        assert 100 < image.array[0, 50:250, 50:190].mean() < 155
        assert any("PixelPaddingValue" in note for note in image.notes)


def test_signed_padding_written_unsigned(dicom_film: Callable[..., Path]) -> None:
    stored = (film_with_shutter(0).astype(np.int16) - 1000).astype(np.int16)
    stored[film_with_shutter(0) == 0] = -2000
    image = read_radiograph(dicom_film(stored, PixelPaddingValue=-2000))
    assert (image.array[0, :30] == 0).all()
    assert 100 < image.array[0, 50:250, 50:190].mean() < 155


@given(st.floats(-2000, 2000), st.floats(1.5, 5000), st.sampled_from(["LINEAR", "LINEAR_EXACT", "SIGMOID"]))
def test_windows_rise_from_black_to_white_through_the_middle(
    center: float, width: float, function: str
) -> None:
    values = np.linspace(center - 3 * width, center + 3 * width, 601)
    grey = Window(center, width, function)(values)
    assert (np.diff(grey) >= 0).all()
    assert grey[0] < 1e-2 + 0.01 * 255 * (function == "SIGMOID")
    assert grey[-1] > 254
    middle = 255 / 2 + (255 * 0.5 / (width - 1) if function == "LINEAR" else 0.0)
    assert grey[300] == pytest.approx(min(middle, 255), abs=0.05)


def test_linear_and_sigmoid_agree_with_pydicom(ramp: np.ndarray) -> None:
    from pydicom.pixels.processing import apply_windowing

    for function in ("LINEAR", "LINEAR_EXACT", "SIGMOID"):
        dataset = Dataset()
        dataset.PhotometricInterpretation, dataset.BitsStored, dataset.PixelRepresentation = (
            "MONOCHROME2",
            12,
            0,
        )
        dataset.WindowCenter, dataset.WindowWidth, dataset.VOILUTFunction = 1500, 700, function
        theirs = apply_windowing(ramp, dataset) / 4095 * 255
        np.testing.assert_allclose(Window(1500, 700, function)(ramp), theirs, atol=1e-3)


def test_the_papers_rule_from_its_ends() -> None:
    values = np.array([-1000, 0, 50, 100, 150, 200, 9999])
    assert window_to_uint8(values, 100, 200).tolist() == [0, 0, 64, 128, 191, 255, 255]
    assert window_to_uint8(values, 100, 200).dtype == np.uint8
    with pytest.raises(ValueError, match="width is 0"):
        window_to_uint8(values, 100, 0)


def test_a_table_repeats_its_ends() -> None:
    table = LookUpTable(np.array([10.0, 20.0, 30.0]), 5, 8)
    assert table(np.array([0, 5, 6, 7, 100])).tolist() == [10, 10, 20, 30, 30]
