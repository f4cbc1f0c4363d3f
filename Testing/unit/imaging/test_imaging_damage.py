"""Cut and scrambled files of every format: an error in words, never garbage, never a crash."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import SimpleITK
from PIL import Image as Picture
from pydicom.uid import DeflatedExplicitVRLittleEndian, JPEG2000Lossless, JPEGLSLossless, RLELossless

from cardiothorax.errors import CardiothoraxError, UnreadableImage, UnsupportedImage
from cardiothorax.imaging import Image, read_radiograph

SYNTAXES = {
    "plain.dcm": "",
    "rle.dcm": RLELossless,
    "jpegls.dcm": JPEGLSLossless,
    "jpeg2000.dcm": JPEG2000Lossless,
    "deflated.dcm": DeflatedExplicitVRLittleEndian,
}
PICTURES = ["film.png", "film.jpg", "film.tif", "film.bmp", "deep.png"]
VOLUMES = ["film.nrrd", "film.nii", "film.nii.gz", "film.mha", "packed.nrrd", "packed.mha"]
ALL = [*SYNTAXES, *PICTURES, *VOLUMES]


def chest_like() -> np.ndarray:
    y, x = np.mgrid[:200, :160]
    noise = np.random.default_rng(1).normal(0, 20, (200, 160))
    return (1500 + 1000 * np.sin(x / 30) * np.cos(y / 40) + noise).clip(0, 4095).astype(np.uint16)


@pytest.fixture
def whole(request: pytest.FixtureRequest, tmp_path: Path, dicom_film: Callable[..., Path]) -> Path:
    name: str = request.param
    film, path = chest_like(), tmp_path / name
    if name in SYNTAXES:
        return dicom_film(film, name=name, syntax=SYNTAXES[name], BitsStored=12)
    if name in PICTURES:
        Picture.fromarray(film if "deep" in name else (film // 16).astype(np.uint8)).save(path)
    else:
        SimpleITK.WriteImage(SimpleITK.GetImageFromArray(film[None]), str(path), "packed" in name)
    return path


@pytest.mark.parametrize("whole", ALL, indirect=True)
def test_cut_at_every_tenth(whole: Path) -> None:
    assert read_radiograph(whole).array.shape == (1, 200, 160)
    content = whole.read_bytes()
    for tenth in range(10):
        whole.write_bytes(content[: len(content) * tenth // 10])
        with pytest.raises(UnreadableImage) as caught:
            read_radiograph(whole)
        assert whole.name in caught.value.message
        assert caught.value.hint


@pytest.mark.parametrize("whole", ALL, indirect=True)
def test_the_last_bytes_missing_never_change_a_pixel(whole: Path) -> None:
    content, expected = whole.read_bytes(), read_radiograph(whole).array
    for missing in (1, 2, 3, 4, 8, 12, 16):
        whole.write_bytes(content[:-missing])
        try:
            image = read_radiograph(whole)
        except UnreadableImage:
            continue
        np.testing.assert_array_equal(image.array, expected)


@pytest.mark.filterwarnings("ignore")  # what the libraries mutter about damaged headers
@pytest.mark.parametrize("whole", ALL, indirect=True)
def test_scrambled_bytes_are_survived(whole: Path) -> None:
    """Headers above all: the first 600 bytes are hit most. What is still read is finite grey."""
    content, rng = whole.read_bytes(), np.random.default_rng(7)
    for _ in range(40):
        damaged = bytearray(content)
        for place in (*rng.integers(0, 600, 6), *rng.integers(0, len(content), 3)):
            damaged[min(int(place), len(damaged) - 1)] = int(rng.integers(0, 256))
        whole.write_bytes(damaged)
        image = outcome(whole)
        if isinstance(image, CardiothoraxError):
            assert isinstance(image, (UnreadableImage, UnsupportedImage))
            assert whole.name in image.message
        else:
            assert np.isfinite(image.array).all()
            assert 0 <= image.array.min() <= image.array.max() <= 255


def outcome(path: Path) -> Image | CardiothoraxError:
    try:
        return read_radiograph(path)
    except CardiothoraxError as problem:
        return problem
