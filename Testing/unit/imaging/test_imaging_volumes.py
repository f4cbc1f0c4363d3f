"""NRRD, NIfTI and MetaImage films and masks: geometry in and out, exactly."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import SimpleITK

from cardiothorax.errors import GeometryProblem, StoreProblem, UnreadableImage, UnsupportedImage
from cardiothorax.imaging import (
    IDENTITY,
    Image,
    radiograph_from_array,
    read_mask,
    read_radiograph,
    write_mask,
)

ENDINGS = ["nrrd", "nii", "nii.gz", "mha"]
FILM = (np.arange(30 * 40).reshape(30, 40) % 240).astype(np.uint8)
ANGLE = np.deg2rad(25)
OBLIQUE = (
    *(float(np.cos(ANGLE)), 0.0, float(np.sin(ANGLE))),
    *(float(np.sin(ANGLE)), 0.0, -float(np.cos(ANGLE))),
    *(0.0, 1.0, 0.0),
)


def stored(array: np.ndarray, **geometry: tuple[float, ...]) -> SimpleITK.Image:
    image = SimpleITK.GetImageFromArray(array)
    for name, value in geometry.items():
        getattr(image, f"Set{name}")(value)
    return image


@pytest.mark.parametrize("ending", ENDINGS)
def test_one_slice_keeps_its_geometry(ending: str, tmp_path: Path) -> None:
    geometry = {"Spacing": (0.14, 0.2, 1.0), "Origin": (-10.0, 20.0, 30.0), "Direction": OBLIQUE}
    SimpleITK.WriteImage(stored(FILM[None], **geometry), str(tmp_path / f"film.{ending}"))
    image = read_radiograph(tmp_path / f"film.{ending}")
    np.testing.assert_array_equal(image.array[0], FILM)
    assert image.spacing_mm == pytest.approx((0.14, 0.2, 1.0))
    assert image.origin_mm == pytest.approx((-10, 20, 30))
    assert image.direction == pytest.approx(OBLIQUE, abs=1e-6)
    assert image.spacing_known


@pytest.mark.parametrize("ending", ENDINGS)
def test_two_dimensional_files(ending: str, tmp_path: Path) -> None:
    SimpleITK.WriteImage(stored(FILM, Spacing=(0.14, 0.2)), str(tmp_path / f"film.{ending}"))
    image = read_radiograph(tmp_path / f"film.{ending}")
    np.testing.assert_array_equal(image.array, FILM[None])
    assert image.spacing_mm[:2] == pytest.approx((0.14, 0.2))


@pytest.mark.parametrize(("ending", "header"), [("nrrd", "NRRD header"), ("mha", "MetaImage header")])
@pytest.mark.parametrize("name", ["film.dcm", "film", "film.png"])
def test_content_counts_and_not_the_name(ending: str, header: str, name: str, tmp_path: Path) -> None:
    SimpleITK.WriteImage(stored(FILM, Spacing=(0.14, 0.2)), str(tmp_path / f"film.{ending}"))
    (tmp_path / f"film.{ending}").rename(tmp_path / name)
    image = read_radiograph(tmp_path / name)
    np.testing.assert_array_equal(image.array, FILM[None])
    assert image.spacing_source == header


def test_compressed_nifti_is_called_by_its_format(tmp_path: Path) -> None:
    SimpleITK.WriteImage(stored(FILM, Spacing=(0.14, 0.2)), str(tmp_path / "film.nii.gz"))
    assert read_radiograph(tmp_path / "film.nii.gz").spacing_source == "NIfTI header"


def test_a_mask_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableImage, match=r"mask\.nrrd does not exist"):
        read_mask(tmp_path / "mask.nrrd")


def test_a_spacing_of_one_is_unknown(tmp_path: Path) -> None:
    SimpleITK.WriteImage(stored(FILM[None]), str(tmp_path / "film.nrrd"))
    assert not read_radiograph(tmp_path / "film.nrrd").spacing_known


@pytest.mark.parametrize("kind", [np.int16, np.uint16, np.float32, np.float64, np.int32])
def test_deeper_values_get_a_window_and_shallow_ones_stay(kind: type, tmp_path: Path) -> None:
    SimpleITK.WriteImage(stored(FILM[None].astype(kind)), str(tmp_path / "film.nrrd"))
    np.testing.assert_array_equal(read_radiograph(tmp_path / "film.nrrd").array[0], FILM)
    deep = FILM[None].astype(kind) * 17 - 500 * (kind != np.uint16)
    SimpleITK.WriteImage(stored(deep), str(tmp_path / "film.nrrd"))
    image = read_radiograph(tmp_path / "film.nrrd")
    assert (image.array.min(), image.array.max()) == (0, 255)
    assert image.array.dtype == np.float32
    assert image.notes


def test_a_share_of_one_is_not_black(tmp_path: Path) -> None:
    SimpleITK.WriteImage(stored((FILM / 239).astype(np.float32)), str(tmp_path / "film.nii"))
    assert read_radiograph(tmp_path / "film.nii").array.max() == 255


@pytest.mark.parametrize("shape", [(5, 30, 40), (2, 1, 30, 40)])
def test_stacks_are_refused(shape: tuple[int, ...], tmp_path: Path) -> None:
    array = np.random.default_rng(0).integers(0, 200, shape).astype(np.uint8)
    image = SimpleITK.GetImageFromArray(array, isVector=False)
    SimpleITK.WriteImage(image, str(tmp_path / "stack.nrrd"))
    with pytest.raises(UnsupportedImage, match="a stack of slices, not a radiograph"):
        read_radiograph(tmp_path / "stack.nrrd")


def test_grey_and_colored_vectors(tmp_path: Path) -> None:
    grey = np.repeat(FILM[..., None], 3, 2)[None]
    SimpleITK.WriteImage(SimpleITK.GetImageFromArray(grey, isVector=True), str(tmp_path / "rgb.nrrd"))
    np.testing.assert_array_equal(read_radiograph(tmp_path / "rgb.nrrd").array[0], FILM)
    colored = np.dstack([FILM, FILM[::-1], FILM[:, ::-1]])[None]
    SimpleITK.WriteImage(SimpleITK.GetImageFromArray(colored, isVector=True), str(tmp_path / "c.nrrd"))
    with pytest.raises(UnsupportedImage, match="color picture"):
        read_radiograph(tmp_path / "c.nrrd")
    vectors = SimpleITK.GetImageFromArray(np.dstack([FILM, FILM])[None], isVector=True)
    SimpleITK.WriteImage(vectors, str(tmp_path / "vectors.nrrd"))
    with pytest.raises(UnsupportedImage, match="2 values a pixel"):
        read_radiograph(tmp_path / "vectors.nrrd")


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_no_number_is_counted(value: float, tmp_path: Path) -> None:
    array = FILM.astype(np.float32)
    array[3:5, 7] = value
    SimpleITK.WriteImage(stored(array), str(tmp_path / "film.nrrd"))
    with pytest.raises(UnsupportedImage, match="2 pixels that are not numbers"):
        read_radiograph(tmp_path / "film.nrrd")


@pytest.mark.parametrize("name", ["Röntgen Thorax.nrrd", "胸部 X線.nii.gz", "brust/ö ä/film.mha"])
def test_paths_with_other_letters_and_spaces(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    plain = tmp_path / f"plain.{name.split('.', 1)[1]}"
    SimpleITK.WriteImage(stored(FILM[None]), str(plain))
    plain.rename(path)
    np.testing.assert_array_equal(read_radiograph(path).array[0], FILM)
    image = read_radiograph(path)
    write_mask(path.with_name("mäsk 掩码_labels.nrrd"), FILM % 4, image)
    np.testing.assert_array_equal(read_mask(path.with_name("mäsk 掩码_labels.nrrd"), image)[0], FILM % 4)


MASK = (np.arange(30 * 40).reshape(30, 40) % 4).astype(np.uint8)
PLACED = Image(
    FILM[None].astype(np.float32),
    spacing_mm=(0.14, 0.2, 1.0),
    origin_mm=(-10.0, 20.0, 30.0),
    direction=OBLIQUE,
)


@pytest.mark.parametrize("ending", ENDINGS)
def test_masks_keep_labels_and_place(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"film_labels.{ending}"
    write_mask(path, MASK, PLACED)
    back = SimpleITK.ReadImage(str(path))
    assert back.GetPixelID() == SimpleITK.sitkUInt8
    np.testing.assert_array_equal(SimpleITK.GetArrayFromImage(back)[0], MASK)
    assert back.GetSpacing() == pytest.approx(PLACED.spacing_mm)
    assert back.GetOrigin() == pytest.approx(PLACED.origin_mm)
    assert back.GetDirection() == pytest.approx(PLACED.direction, abs=1e-6)
    labels = read_mask(path, PLACED)
    assert labels.dtype == np.uint8
    np.testing.assert_array_equal(labels, MASK[None])
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_nrrd_masks_are_compressed_unless_told_otherwise(tmp_path: Path) -> None:
    film = Image(np.zeros((1, 500, 400), np.float32))
    write_mask(tmp_path / "small.nrrd", np.zeros((500, 400), np.uint8), film)
    write_mask(tmp_path / "large.nrrd", np.zeros((500, 400), np.uint8), film, compress=False)
    assert (tmp_path / "small.nrrd").stat().st_size < 2000
    assert (tmp_path / "large.nrrd").stat().st_size > 200_000
    assert b"encoding: gzip" in (tmp_path / "small.nrrd").read_bytes()


def test_masks_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    with pytest.raises(GeometryProblem, match=r"\(1, 40, 30\)"):
        write_mask(tmp_path / "m.nrrd", MASK.T, PLACED)
    with pytest.raises(StoreProblem, match="whole labels"):
        write_mask(tmp_path / "m.nrrd", MASK + 0.5, PLACED)
    with pytest.raises(StoreProblem, match="whole labels"):
        write_mask(tmp_path / "m.nrrd", MASK.astype(np.int16) - 1, PLACED)
    with pytest.raises(StoreProblem, match=r"m\.png: masks are written as"):
        write_mask(tmp_path / "m.png", MASK, PLACED)
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreProblem):
        write_mask(tmp_path / "file" / "m.nrrd", MASK, PLACED)
    assert [file.name for file in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"spacing_mm": (0.15, 0.2, 1.0)}, "spacing"),
        ({"origin_mm": (-10.0, 20.5, 30.0)}, "origin"),
        ({"direction": IDENTITY}, "direction"),
        ({"array": np.zeros((1, 40, 30), np.float32)}, "shape"),
    ],
)
def test_a_mask_of_another_grid_is_named(change: dict[str, object], what: str, tmp_path: Path) -> None:
    from dataclasses import replace

    write_mask(tmp_path / "m.nrrd", MASK, PLACED)
    with pytest.raises(GeometryProblem, match=what):
        read_mask(tmp_path / "m.nrrd", replace(PLACED, **change))


def test_two_dimensional_masks_fit_by_what_they_have(tmp_path: Path) -> None:
    film = Image(FILM[None].astype(np.float32), spacing_mm=(0.14, 0.2, 1.0))
    SimpleITK.WriteImage(stored(MASK, Spacing=(0.14, 0.2)), str(tmp_path / "m.nrrd"))
    np.testing.assert_array_equal(read_mask(tmp_path / "m.nrrd", film)[0], MASK)


def test_what_is_no_mask(tmp_path: Path) -> None:
    (tmp_path / "m.nrrd").write_text("no")
    with pytest.raises(UnreadableImage, match=r"m\.nrrd"):
        read_mask(tmp_path / "m.nrrd")
    SimpleITK.WriteImage(stored(FILM[None] * 0.5), str(tmp_path / "half.nrrd"))
    with pytest.raises(GeometryProblem, match="not a mask"):
        read_mask(tmp_path / "half.nrrd")


def test_films_from_arrays_follow_the_same_rules() -> None:
    image = radiograph_from_array(
        FILM.astype(np.int16) * 10,
        spacing_mm=(0.2, 0.2, 1),
        direction=OBLIQUE,
        tags={"ViewPosition": "PA", "PatientName": "Nobody"},
        source="Film node",
    )
    assert image.array.shape == (1, 30, 40)
    assert (image.array.min(), image.array.max()) == (0, 255)
    assert image.tags == {"ViewPosition": "PA"}
    for wrong, words in [
        (np.zeros((5, 30, 40)), "stack of slices"),
        (np.zeros((30, 40)), "every pixel is 0"),
        (np.full((30, 40), np.nan), "not numbers"),
        (np.stack([FILM, FILM.T.reshape(30, 40), FILM // 2], -1), "color picture"),
    ]:
        with pytest.raises(UnsupportedImage, match=words):
            radiograph_from_array(wrong, source="Film node")
    with pytest.raises(GeometryProblem, match="not a place"):
        radiograph_from_array(FILM, spacing_mm=(0, 1, 1))
    with pytest.raises(GeometryProblem, match="do not span"):
        radiograph_from_array(FILM, direction=(1, 0, 0, 1, 0, 0, 0, 0, 1))
    with pytest.raises(GeometryProblem, match="9"):
        radiograph_from_array(FILM, direction=(1, 0, 0, 1))


def test_grey_stored_as_rgb_arrays_of_any_layout() -> None:
    rgb = np.repeat(FILM[..., None], 3, 2)
    for array in (rgb, rgb[None], np.dstack([rgb, np.full((30, 40, 1), 255, np.uint8)])):
        np.testing.assert_array_equal(radiograph_from_array(array).array[0], FILM)
