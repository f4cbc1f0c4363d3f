"""PNG, JPEG, TIFF and BMP: every way to store grey, and what is done to color and orientation."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Picture

from cardiothorax.errors import UnsupportedImage
from cardiothorax.imaging import radiographic_view, read_radiograph

GREY = (np.arange(48 * 64).reshape(48, 64) % 251).astype(np.uint8)
DEEP = (np.arange(48 * 64).reshape(48, 64) * 21).astype(np.uint16)


def grey() -> Picture.Image:
    return Picture.fromarray(GREY)


LOSSLESS = {
    "grey.png": grey,
    "grey.tif": grey,
    "grey.bmp": grey,
    "rgb.png": lambda: grey().convert("RGB"),
    "rgba.png": lambda: grey().convert("RGBA"),
    "grey_alpha.png": lambda: grey().convert("LA"),
    "palette.png": lambda: grey().convert("P"),
    "ending_says_jpeg.jpg.png": grey,
}


@pytest.mark.parametrize("name", LOSSLESS)
def test_bytes_stay_what_they_are(name: str, tmp_path: Path) -> None:
    LOSSLESS[name]().save(tmp_path / name)
    image = read_radiograph(tmp_path / name)
    np.testing.assert_array_equal(image.array, GREY[None].astype(np.float32))
    assert image.array.dtype == np.float32
    assert image.notes == ()
    assert not image.spacing_known
    assert image.source == name


def test_the_content_decides_not_the_ending(tmp_path: Path) -> None:
    grey().save(tmp_path / "film.png")
    (tmp_path / "film.png").rename(tmp_path / "film.dcm")
    np.testing.assert_array_equal(read_radiograph(tmp_path / "film.dcm").array[0], GREY)


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_jpeg_stays_within_its_own_loss(mode: str, tmp_path: Path) -> None:
    y, x = np.mgrid[:200, :160]
    smooth = (128 + 100 * np.sin(x / 30) * np.cos(y / 40)).astype(np.uint8)
    Picture.fromarray(smooth).convert(mode).save(tmp_path / "film.jpg", quality=92)
    assert abs(read_radiograph(tmp_path / "film.jpg").array[0] - smooth).max() <= 6


def test_dots_per_inch_are_no_patient_spacing(tmp_path: Path) -> None:
    grey().save(tmp_path / "film.png", dpi=(72, 72))
    assert read_radiograph(tmp_path / "film.png").spacing_source == ""


@pytest.mark.parametrize("name", ["deep.png", "deep.tif"])
def test_sixteen_bits_get_a_window(name: str, tmp_path: Path) -> None:
    Picture.fromarray(DEEP).save(tmp_path / name)
    image = read_radiograph(tmp_path / name)
    assert (image.array.min(), image.array.max()) == (0, 255)
    assert np.corrcoef(image.array.ravel(), DEEP.ravel())[0, 1] > 0.999
    assert "No window" in image.notes[0]


def test_sixteen_bit_files_that_hold_bytes_stay(tmp_path: Path) -> None:
    Picture.fromarray(GREY.astype(np.uint16)).save(tmp_path / "film.png")
    np.testing.assert_array_equal(read_radiograph(tmp_path / "film.png").array[0], GREY)


def test_transparent_parts_are_black(tmp_path: Path) -> None:
    alpha = np.full(GREY.shape, 255, np.uint8)
    alpha[:, :10] = 0
    rgba = np.dstack([GREY, GREY, GREY, alpha])
    Picture.fromarray(rgba).save(tmp_path / "film.png")
    image = read_radiograph(tmp_path / "film.png")
    assert (image.array[0, :, :10] == 0).all()
    np.testing.assert_array_equal(image.array[0, :, 10:], GREY[:, 10:])


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_turns_the_view_and_leaves_the_pixels(orientation: int, tmp_path: Path) -> None:
    stored = {
        1: GREY,
        2: GREY[:, ::-1],
        3: GREY[::-1, ::-1],
        4: GREY[::-1],
        5: GREY.T,
        6: np.rot90(GREY, 1),
        7: GREY.T[::-1, ::-1],
        8: np.rot90(GREY, -1),
    }[orientation]
    exif = Picture.Exif()
    exif[0x0112] = orientation
    Picture.fromarray(np.ascontiguousarray(stored)).save(tmp_path / "film.png", exif=exif)
    image = read_radiograph(tmp_path / "film.png")
    np.testing.assert_array_equal(image.array[0], stored)
    view, turn = radiographic_view(image)
    np.testing.assert_array_equal(view, GREY)
    np.testing.assert_array_equal(turn.back(view), stored)
    assert bool(image.notes) == (orientation != 1)


def test_a_phones_picture_is_the_first_of_its_file(tmp_path: Path) -> None:
    preview = Picture.fromarray(GREY[::4, ::4])
    Picture.fromarray(GREY).save(tmp_path / "film.jpg", format="MPO", save_all=True, append_images=[preview])
    image = read_radiograph(tmp_path / "film.jpg")
    assert image.array.shape[1:] == GREY.shape
    assert np.abs(image.array[0] - GREY).mean() < 4


def test_an_exif_orientation_that_means_nothing_is_ignored(tmp_path: Path) -> None:
    exif = Picture.Exif()
    exif[0x0112] = 9
    Picture.fromarray(GREY).save(tmp_path / "film.jpg", exif=exif)
    image = read_radiograph(tmp_path / "film.jpg")
    assert (image.notes, image.tags) == ((), {})


def color_photograph() -> np.ndarray:
    y, x = np.mgrid[:200, :300]
    sky = np.stack([90 + 0 * x, 140 + y // 8, 220 - y // 8], -1)
    grass = np.stack([60 + x // 10, 120 + 0 * x, 50 + 0 * x], -1)
    return np.where((y < 110)[..., None], sky, grass).astype(np.uint8)


@pytest.mark.parametrize("ending", ["jpg", "png"])
def test_color_photographs_are_refused(ending: str, tmp_path: Path) -> None:
    Picture.fromarray(color_photograph()).save(tmp_path / f"photo.{ending}")
    with pytest.raises(UnsupportedImage, match="color picture") as caught:
        read_radiograph(tmp_path / f"photo.{ending}")
    assert "grey stored as RGB is fine" in caught.value.hint


def test_a_mostly_grey_picture_with_a_colored_patch_is_refused(tmp_path: Path) -> None:
    rgb = np.repeat(np.tile(GREY, (4, 4))[..., None], 3, 2)
    rgb[:60, :60] = (200, 40, 40)  # 7 % of it
    Picture.fromarray(rgb).save(tmp_path / "flag.png")
    with pytest.raises(UnsupportedImage, match="7% of its pixels"):
        read_radiograph(tmp_path / "flag.png")


def test_a_small_burnt_in_colored_marker_is_let_through(tmp_path: Path) -> None:
    rgb = np.repeat(np.tile(GREY, (4, 4))[..., None], 3, 2)
    rgb[:20, :20] = (200, 40, 40)  # under 1 %
    Picture.fromarray(rgb).save(tmp_path / "film.png")
    assert read_radiograph(tmp_path / "film.png").array[0, 0, 0] == pytest.approx(87.8, abs=0.1)


def test_several_pictures_in_a_file_are_refused(tmp_path: Path) -> None:
    grey().save(tmp_path / "pages.tif", save_all=True, append_images=[grey(), grey()])
    with pytest.raises(UnsupportedImage, match="holds 3 pictures"):
        read_radiograph(tmp_path / "pages.tif")


@pytest.mark.parametrize("value", [0, 128, 255])
def test_a_picture_of_one_value_is_empty(value: int, tmp_path: Path) -> None:
    Picture.new("L", (50, 50), value).save(tmp_path / "film.png")
    with pytest.raises(UnsupportedImage, match=f"every pixel is {value}"):
        read_radiograph(tmp_path / "film.png")
