"""CT volumes from NRRD, NIfTI, MetaImage and a scene: geometry kept, slices turned to run feet to head."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK
from hypothesis import given, settings
from hypothesis import strategies as st

from cardiothorax.errors import CardiothoraxError, GeometryProblem, UnreadableImage, UnsupportedImage
from cardiothorax.imaging import (
    Image,
    ct_from_array,
    pixel_sha256,
    read_ct,
    read_mask,
    runs_head_to_feet,
    write_mask,
)
from cardiothorax.imaging.image import IDENTITY
from Testing.unit.imaging.ct_slices import ORIGIN, SPACING, chest, write_series

HU = chest()
ENDINGS = ["nrrd", "nii", "nii.gz", "mha"]
DOWNWARD = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, -1.0)
TURN = np.deg2rad(15)
IN_PLANE = (np.cos(TURN), -np.sin(TURN), 0, np.sin(TURN), np.cos(TURN), 0, 0, 0, 1)


def saved(path: Path, array: np.ndarray = HU, direction: Any = IDENTITY, spacing: Any = SPACING) -> Path:
    image = SimpleITK.GetImageFromArray(array)
    image.SetSpacing(spacing)
    image.SetOrigin(ORIGIN)
    image.SetDirection([float(v) for v in direction])
    SimpleITK.WriteImage(image, str(path))
    return path


def ct(array: np.ndarray = HU, **changed: Any) -> Image:
    geometry = {"spacing_mm": SPACING, "origin_mm": ORIGIN, "direction": IDENTITY, "source": "Node"}
    return ct_from_array(array, **(geometry | changed))


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_volume_is_the_series_it_was_made_of(ending: str, tmp_path: Path) -> None:
    write_series(tmp_path / "study", HU)
    series = read_ct(tmp_path / "study")
    image = read_ct(saved(tmp_path / f"ct.{ending}"))
    np.testing.assert_array_equal(image.array, series.array)
    assert image.array.dtype == np.int16
    assert image.spacing_mm == pytest.approx(series.spacing_mm)
    assert image.origin_mm == pytest.approx(series.origin_mm)
    assert image.direction == pytest.approx(series.direction)
    assert pixel_sha256(image) == pixel_sha256(series)
    assert (image.modality, image.source) == ("CT", f"ct.{ending}")
    assert image.spacing_source.endswith(" header")
    assert "KVP" not in image.tags


@pytest.mark.parametrize("ending", ENDINGS)
def test_float_files_of_whole_values_are_the_same(ending: str, tmp_path: Path) -> None:
    image = read_ct(saved(tmp_path / f"ct.{ending}", HU.astype(np.float32)))
    assert image.array.dtype == np.int16
    np.testing.assert_array_equal(image.array, HU)


@pytest.mark.parametrize("ending", ENDINGS)
def test_volumes_that_run_downward_are_turned_and_say_so(ending: str, tmp_path: Path) -> None:
    image = read_ct(saved(tmp_path / f"ct.{ending}", direction=DOWNWARD))
    np.testing.assert_array_equal(image.array, HU[::-1])
    assert image.direction == pytest.approx(IDENTITY)
    assert image.origin_mm == pytest.approx((*ORIGIN[:2], ORIGIN[2] - 15))
    assert image.notes == ("Slices ran from head to feet: their order was reversed.",)


@settings(max_examples=60, deadline=None)
@given(
    angle=st.floats(-180, 180),
    mirrored=st.booleans(),
    downward=st.booleans(),
    index=st.tuples(st.integers(0, 5), st.integers(0, 19), st.integers(0, 23)),
)
def test_every_voxel_keeps_its_place(
    angle: float, mirrored: bool, downward: bool, index: tuple[int, int, int]
) -> None:
    """Turned in the plane, mirrored, upside down: the same value at the same millimeters."""
    turn = np.deg2rad(angle)
    direction = np.array([[np.cos(turn), -np.sin(turn), 0], [np.sin(turn), np.cos(turn), 0], [0, 0, 1]])
    direction[:, 0] *= -1 if mirrored else 1
    direction[:, 2] *= -1 if downward else 1
    k, j, i = index
    before = Image(HU, SPACING, ORIGIN, tuple(direction.flat))
    after = ct(direction=tuple(direction.flat))
    assert runs_head_to_feet(before.direction) is downward
    assert not runs_head_to_feet(after.direction)
    turned = len(HU) - 1 - k if downward else k
    assert after.array[turned, j, i] == HU[k, j, i]
    assert after.lps(i, j, turned) == pytest.approx(before.lps(i, j, k), abs=1e-9)


def test_labels_go_back_by_the_same_rule() -> None:
    """A scene's labels: reversed when the volume was."""
    image = ct(direction=DOWNWARD)
    drawn = image.array > 100
    back = drawn[::-1] if runs_head_to_feet(DOWNWARD) else drawn
    np.testing.assert_array_equal(back, HU > 100)


@pytest.mark.parametrize("ending", ENDINGS)
def test_masks_of_mirrored_and_turned_scans_come_back(ending: str, tmp_path: Path) -> None:
    """A patient seen from the head gives left-handed axes; every mask format must keep them."""
    direction = np.reshape(IN_PLANE, (3, 3)) @ np.diag([-1, 1, 1])
    image = ct(direction=tuple(direction.flat))
    drawn = (image.array > 100).astype(np.uint8) * 3
    write_mask(tmp_path / f"ct_lesions.{ending}", drawn, image)
    np.testing.assert_array_equal(read_mask(tmp_path / f"ct_lesions.{ending}", image), drawn)
    again = read_ct(saved(tmp_path / f"ct.{ending}", direction=tuple(direction.flat)))
    np.testing.assert_array_equal(again.array, image.array)
    assert again.direction == pytest.approx(image.direction, abs=1e-6)


def test_what_the_caller_knows_is_kept_but_no_names() -> None:
    image = ct(tags={"KVP": "100", "PatientName": "Nobody^Anna", "SeriesDescription": "Anna"})
    assert image.tags == {"KVP": "100"}
    assert (image.source, image.modality, image.notes) == ("Node", "CT", ())


def test_the_callers_array_is_not_changed() -> None:
    array = HU.copy()
    array[0, 0, 0] = -2048
    kept = array.copy()
    assert ct(array).array[0, 0, 0] == -1024
    np.testing.assert_array_equal(array, kept)


LEAN = np.deg2rad(20)
SHEARED = (1, 0, 0, 0, 1, np.sin(LEAN), 0, 0, np.cos(LEAN))
REFUSED: dict[str, tuple[np.ndarray, dict[str, Any], type[CardiothoraxError], str]] = {
    "one slice": (HU[:1], {}, UnsupportedImage, "is a single slice"),
    "two axes": (HU[0], {}, UnsupportedImage, "24 x 20 values"),
    "channels": (np.stack([HU] * 3, -1), {}, UnsupportedImage, "not one stack"),
    "coronal": (HU, {"direction": (1, 0, 0, 0, 0, 1, 0, -1, 0)}, UnsupportedImage, "coronal slices"),
    "sagittal": (HU, {"direction": (0, 0, 1, 1, 0, 0, 0, 1, 0)}, UnsupportedImage, "sagittal slices"),
    "sheared": (HU, {"direction": SHEARED}, GeometryProblem, "20.0 degrees off upright"),
    "oblique": (
        HU,
        {"direction": (1, 0, 0, 0, np.cos(LEAN), -np.sin(LEAN), 0, np.sin(LEAN), np.cos(LEAN))},
        UnsupportedImage,
        "oblique slices, 20 degrees",
    ),
    "no spacing": (HU, {"spacing_mm": (0.5, 0.5, 0)}, GeometryProblem, "not a place in space"),
    "meters": (HU, {"spacing_mm": (0.0005, 0.0005, 0.003)}, GeometryProblem, "no CT has that"),
    "huge step": (HU, {"spacing_mm": (0.5, 0.5, 50)}, GeometryProblem, "no CT has that"),
    "huge pixels": (HU, {"spacing_mm": (4, 4, 3)}, GeometryProblem, "no CT has that"),
    "flat": (HU, {"direction": (1, 0, 0, 1, 0, 0, 0, 0, 1)}, GeometryProblem, "do not span space"),
    "MR": (HU, {"tags": {"Modality": "MR"}}, UnsupportedImage, "an MR slice, not a CT"),
    "PET": (HU, {"tags": {"Modality": "PT"}}, UnsupportedImage, "a PET slice, not a CT"),
    "map": (HU, {"tags": {"RescaleType": "MGML"}}, UnsupportedImage, "an iodine or calcium map"),
    "nan": (HU, {"origin_mm": (0, 0, np.nan)}, GeometryProblem, "not a place in space"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_volumes_that_cannot_be_scored(case: str) -> None:
    array, changed, kind, words = REFUSED[case]
    with pytest.raises(kind, match=words) as caught:
        ct(array, **changed)
    assert type(caught.value) is kind
    assert "Node" in caught.value.message


def test_voxels_of_one_millimeter_are_doubted() -> None:
    assert ct(spacing_mm=(1, 1, 1)).notes[0].startswith("Voxels of 1 x 1 x 1 mm")
    assert ct(spacing_mm=(1, 1, 3)).notes == ()


def test_several_volumes_in_one_file(tmp_path: Path) -> None:
    image = SimpleITK.JoinSeries([SimpleITK.GetImageFromArray(HU)] * 2)
    SimpleITK.WriteImage(image, str(tmp_path / "phases.nii"))
    with pytest.raises(UnsupportedImage, match="24 x 20 x 6 x 2"):
        read_ct(tmp_path / "phases.nii")
    single = SimpleITK.JoinSeries([SimpleITK.GetImageFromArray(HU)])
    SimpleITK.WriteImage(single, str(tmp_path / "single.nrrd"))
    np.testing.assert_array_equal(read_ct(tmp_path / "single.nrrd").array, HU)


def test_a_flat_file_is_a_single_slice(tmp_path: Path) -> None:
    SimpleITK.WriteImage(SimpleITK.GetImageFromArray(HU[0]), str(tmp_path / "slice.nrrd"))
    with pytest.raises(UnsupportedImage, match="single slice"):
        read_ct(tmp_path / "slice.nrrd")


@pytest.mark.parametrize("qform", [0, 1], ids=["sform alone", "with an upright qform"])
@pytest.mark.parametrize("ending", ["nii", "nii.gz"])
def test_a_nifti_with_sheared_axes_is_a_tilt(qform: int, ending: str, tmp_path: Path) -> None:
    """A converter keeps the gantry's tilt in the sform; ITK would take the upright qform."""
    content = bytearray(saved(tmp_path / "upright.nii").read_bytes())
    struct.pack_into("<hh", content, 252, qform, 1)
    rows = ((-0.5, 0, 0, 0), (0, -0.75, 1.02606, 0), (0, 0, 2.81908, 0))
    struct.pack_into("<12f", content, 280, *(v for row in rows for v in row))
    path = tmp_path / f"ct.{ending}"
    path.write_bytes(gzip.compress(content) if ending.endswith("gz") else content)
    with pytest.raises(GeometryProblem, match=r"ct\.nii.*right angles \(20\.0 degrees off\)"):
        read_ct(path)


def test_an_nrrd_with_sheared_axes_is_a_tilt(tmp_path: Path) -> None:
    path = saved(tmp_path / "ct.nrrd")
    content = path.read_bytes()
    upright = b"space directions: (0.5,0,0) (0,0.75,0) (0,0,3)"
    assert upright in content
    path.write_bytes(content.replace(upright, b"space directions: (0.5,0,0) (0,0.75,0) (0,1,2.8)"))
    with pytest.raises(GeometryProblem, match=r"19\.7 degrees off upright"):
        read_ct(path)


@pytest.mark.parametrize("ending", ENDINGS)
def test_volumes_cut_short(ending: str, tmp_path: Path) -> None:
    path = saved(tmp_path / f"ct.{ending}")
    content = path.read_bytes()
    for tenth in range(10):
        path.write_bytes(content[: len(content) * tenth // 10])
        with pytest.raises(UnreadableImage, match=rf"ct\.{ending}"):
            read_ct(path)


@pytest.mark.parametrize("ending", ["nrrd", "mha"])
def test_a_volume_is_known_by_its_content(ending: str, tmp_path: Path) -> None:
    saved(tmp_path / f"ct.{ending}").rename(tmp_path / "volume")
    np.testing.assert_array_equal(read_ct(tmp_path / "volume").array, HU)


@pytest.mark.parametrize("name", ["Größe 胸.nrrd", "a b.nii.gz", "x" * 200 + ".mha"])
def test_volumes_with_names_of_all_kinds(name: str, tmp_path: Path) -> None:
    saved(tmp_path / f"ct.{name.split('.', 1)[1]}").rename(tmp_path / name)
    np.testing.assert_array_equal(read_ct(tmp_path / name).array, HU)
