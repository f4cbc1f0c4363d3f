"""What is not one grey film is refused: which kind of error, with what in it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as Picture
from pydicom.data import get_testdata_file

from cardiothorax.errors import CardiothoraxError, UnreadableImage, UnsupportedImage
from cardiothorax.imaging import read_radiograph

OTHER_KINDS = {
    "CT_small.dcm": "a CT slice",
    "MR_small.dcm": "an MR slice",
    "JPEG2000.dcm": "a nuclear medicine image",
    "test-SR.dcm": "a structured report",
    "reportsi.dcm": "a structured report",
    "rtplan.dcm": "a radiotherapy plan",
    "rtdose.dcm": "a radiotherapy dose",
    "rtstruct.dcm": "a set of radiotherapy contours",
    "waveform_ecg.dcm": "an electrocardiogram",
    "examples_rgb_color.dcm": "an ultrasound image",
    "liver_1frame.dcm": "a segmentation",
}


@pytest.mark.parametrize("name", OTHER_KINDS)
def test_other_dicom_objects_are_named(name: str) -> None:
    with pytest.raises(UnsupportedImage) as caught:
        read_radiograph(get_testdata_file(name, download=False))
    assert OTHER_KINDS[name] in caught.value.message
    assert name in caught.value.message
    assert "chest radiograph" in caught.value.hint


ENCAPSULATED_PDF = "1.2.840.10008.5.1.4.1.1.104.1"
CT_CLASS = "1.2.840.10008.5.1.4.1.1.2"
HEADERS: dict[str, tuple[dict[str, Any], type[CardiothoraxError], str]] = {
    "CT by Modality alone": ({"Modality": "CT"}, UnsupportedImage, "a CT slice"),
    "CT called DX": ({"SOPClassUID": CT_CLASS}, UnsupportedImage, "a CT slice"),
    "mammogram": ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.1.2"}, UnsupportedImage, "a mammogram"),
    "PDF": ({"SOPClassUID": ENCAPSULATED_PDF, "Modality": "DOC"}, UnsupportedImage, "a document"),
    "modality nobody knows": ({"Modality": "QQ"}, UnsupportedImage, "not a radiograph (Modality QQ)"),
    "several frames": ({"NumberOfFrames": 16}, UnsupportedImage, "16 frames"),
    "no pixels": ({"PixelData": None}, UnreadableImage, "no pixel data"),
    "empty pixels": ({"PixelData": b""}, UnreadableImage, "no pixel data"),
    "half of the pixels": ({"PixelData": bytes(4096)}, UnreadableImage, "4096 of 8192 bytes"),
    "no rows": ({"Rows": None}, UnreadableImage, "Rows"),
    "one pixel": ({"Rows": 1, "Columns": 1}, UnsupportedImage, "1 x 1 pixels"),
    "far too wide": ({"Rows": 2, "Columns": 65535}, UnsupportedImage, "65535 x 2 pixels"),
    "constant": ({"PixelData": bytes(8192)}, UnsupportedImage, "every pixel is 0"),
}


@pytest.mark.parametrize("case", HEADERS)
def test_headers_that_are_no_single_film(
    case: str, dicom_film: Callable[..., Path], ramp: np.ndarray
) -> None:
    header, kind, words = HEADERS[case]
    with pytest.raises(kind) as caught:
        read_radiograph(dicom_film(ramp, **header))
    assert words in caught.value.message
    assert "film.dcm" in caught.value.message
    assert caught.value.hint


def test_captured_films_without_modality_are_accepted(
    dicom_film: Callable[..., Path], ramp: np.ndarray
) -> None:
    image = read_radiograph(dicom_film(ramp, SOPClassUID="1.2.840.10008.5.1.4.1.1.7", Modality=None))
    assert image.modality == ""
    assert image.array.shape == (1, 64, 64)


def test_headers_without_depth_and_photometry_are_completed(
    dicom_film: Callable[..., Path], ramp: np.ndarray
) -> None:
    bare = dicom_film(
        ramp,
        BitsAllocated=None,
        BitsStored=None,
        PixelRepresentation=None,
        SamplesPerPixel=None,
        PhotometricInterpretation=None,
        WindowCenter=2048,
        WindowWidth=4096,
    )
    np.testing.assert_allclose(read_radiograph(bare).array[0], ramp / 4095 * 255, atol=1e-3)
    small = (ramp // 16).astype(np.uint8)
    bare = dicom_film(small, BitsAllocated=None, BitsStored=None, PixelRepresentation=None)
    np.testing.assert_array_equal(read_radiograph(bare).array[0], small)


def test_without_preamble_and_meta_information(dicom_film: Callable[..., Path], ramp: np.ndarray) -> None:
    """Old archives write the dataset alone."""
    film = dicom_film(ramp, WindowCenter=2048, WindowWidth=4096)
    expected = read_radiograph(film).array
    content = film.read_bytes()
    bare = film.with_name("IM0001")
    bare.write_bytes(content[content.index(b"\x08\x00\x16\x00UI") :])
    np.testing.assert_array_equal(read_radiograph(bare).array, expected)


def test_dicom_color_and_palette(dicom_film: Callable[..., Path], tmp_path: Path, ramp: np.ndarray) -> None:
    import pydicom

    grey = (ramp // 16).astype(np.uint8)
    image = read_radiograph(dicom_film(np.repeat(grey[..., None], 3, 2)))
    np.testing.assert_array_equal(image.array[0], grey)
    deep = read_radiograph(dicom_film(np.repeat(ramp[..., None], 3, 2), BitsStored=12))
    np.testing.assert_allclose(deep.array[0], ramp / 4095 * 255, atol=1e-3)
    with pytest.raises(UnsupportedImage, match="color picture"):
        read_radiograph(dicom_film(np.stack([grey, grey.T, grey // 2], 2)))
    with pytest.raises(UnsupportedImage, match="color picture"):
        read_radiograph(get_testdata_file("SC_rgb_rle_16bit.dcm", download=False))
    palette = pydicom.dcmread(get_testdata_file("examples_palette.dcm", download=False))
    palette.Modality, palette.SOPClassUID = "OT", "1.2.840.10008.5.1.4.1.1.7"
    palette.save_as(tmp_path / "palette.dcm")
    with pytest.raises(UnsupportedImage, match="color picture"):
        read_radiograph(tmp_path / "palette.dcm")


def test_float_pixels_with_nan_say_so(dicom_film: Callable[..., Path], ramp: np.ndarray) -> None:
    values = ramp.astype(np.float32)
    header = {"PixelData": None, "BitsStored": None, "HighBit": None, "PixelRepresentation": None}
    good = dicom_film(values, FloatPixelData=values.tobytes(), **header)
    assert read_radiograph(good).array.max() == 255
    values[3, 4] = np.nan
    with pytest.raises(UnsupportedImage, match="1 pixels that are not numbers"):
        read_radiograph(dicom_film(values, FloatPixelData=values.tobytes(), **header))


NOT_IMAGES = {
    "empty.dcm": b"",
    "text.png": b"This is not an image at all, but a letter.\n" * 30,
    "noise.dcm": np.random.default_rng(0).bytes(5000),
    "page.html": b"<!DOCTYPE html><html><body>film.png</body></html>",
    "report.pdf": b"%PDF-1.7\n" + bytes(3000),
    "archive.zip": b"PK\x03\x04" + bytes(3000),
    "short.jpg": b"\xff\xd8\xff\xe0\x00\x10JFIF",
    "header.nrrd": b"NRRD0004\ntype: short\n",
    "header.nii": b"\x5c\x01\x00\x00" + bytes(344),
    "header.mha": b"ObjectType = Image\nNDims = 2\n",
    "zeros.dcm": bytes(132) + b"DICM",
    "zeros": bytes(4000),
}


@pytest.mark.parametrize("name", NOT_IMAGES)
def test_what_is_not_an_image(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(NOT_IMAGES[name])
    with pytest.raises((UnreadableImage, UnsupportedImage)) as caught:
        read_radiograph(tmp_path / name)
    assert name in caught.value.message
    assert str(tmp_path) not in str(caught.value)
    assert caught.value.hint


def test_folders_and_missing_files(tmp_path: Path) -> None:
    with pytest.raises(UnreadableImage, match="is a folder"):
        read_radiograph(tmp_path)
    with pytest.raises(UnreadableImage, match=r"absent\.dcm does not exist"):
        read_radiograph(tmp_path / "absent.dcm")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="needs a user without all rights")
def test_a_file_without_the_right_to_read(tmp_path: Path) -> None:
    (tmp_path / "locked.dcm").write_bytes(b"x")
    (tmp_path / "locked.dcm").chmod(0)
    with pytest.raises(UnreadableImage, match="cannot be opened: Permission denied"):
        read_radiograph(tmp_path / "locked.dcm")


def test_a_dicomdir_is_a_list(tmp_path: Path) -> None:
    from pydicom.fileset import FileSet

    FileSet().write(tmp_path)
    with pytest.raises(UnsupportedImage, match="a list of files"):
        read_radiograph(tmp_path / "DICOMDIR")


@pytest.mark.parametrize("size", [(1, 1), (1, 500), (20000, 10)])
def test_absurd_pictures(size: tuple[int, int], tmp_path: Path) -> None:
    Picture.new("L", size).save(tmp_path / "film.png")
    with pytest.raises(UnsupportedImage, match=f"{size[0]} x {size[1]} pixels"):
        read_radiograph(tmp_path / "film.png")


def test_a_picture_bomb_is_not_unpacked(tmp_path: Path) -> None:
    Picture.new("1", (15000, 14000)).save(tmp_path / "bomb.png")
    with pytest.raises(UnsupportedImage, match=r"bomb\.png is larger than any film"):
        read_radiograph(tmp_path / "bomb.png")


@pytest.mark.parametrize("name", ["Röntgen Thorax.dcm", "胸部.dcm", "a b/c d.dcm", "x" * 200 + ".dcm"])
def test_names_with_other_letters_spaces_and_great_length(
    name: str, dicom_film: Callable[..., Path], tmp_path: Path, ramp: np.ndarray
) -> None:
    path = tmp_path / ("y" * 100) / name
    path.parent.mkdir(parents=True)
    dicom_film(ramp).rename(path)
    assert read_radiograph(str(path)).source == Path(name).name
    picture = path.with_suffix(".png")
    Picture.fromarray((ramp // 16).astype(np.uint8)).save(picture)
    assert read_radiograph(picture).array.shape == (1, 64, 64)


def test_no_identifier_and_no_folder_ever_reaches_a_message_or_a_tag(
    dicom_film: Callable[..., Path], ramp: np.ndarray
) -> None:
    words: list[str] = []
    for header, _, _ in HEADERS.values():
        with pytest.raises(CardiothoraxError) as caught:
            read_radiograph(dicom_film(ramp, **header))
        words.append(str(caught.value))
    image = read_radiograph(dicom_film(ramp))
    words += [*image.tags.values(), *image.notes, image.source, image.spacing_source]
    for secret in ("Nobody", "Anna", "12345", "1950", "Somewhere", os.sep + "tmp"):
        assert not any(secret in word for word in words)
