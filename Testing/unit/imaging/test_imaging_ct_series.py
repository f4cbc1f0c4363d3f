"""DICOM series: positions alone order the slices, and every voxel keeps its place in the patient."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import numpy as np
import pytest
import SimpleITK
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom.data import get_testdata_file
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
)

from cardiothorax.imaging import Image, read_ct
from Testing.unit.imaging.ct_slices import ORIGIN, SPACING, chest, write_series

HU = chest()


def test_a_clean_series(tmp_path: Path) -> None:
    write_series(tmp_path / "study", HU)
    image = read_ct(tmp_path / "study")
    assert image.array.dtype == np.int16
    assert image.array.flags.c_contiguous
    np.testing.assert_array_equal(image.array, HU)
    assert image.spacing_mm == SPACING
    assert image.origin_mm == ORIGIN
    assert image.direction == (1, 0, 0, 0, 1, 0, 0, 0, 1)
    assert (image.modality, image.spacing_source, image.source) == ("CT", "PixelSpacing", "study")
    assert image.notes == ()
    assert float(image.tags["KVP"]) == 120
    assert image.tags["ConvolutionKernel"] == "STANDARD"
    assert image.tags["SliceThickness"] == "3.0"


@pytest.mark.parametrize("seed", range(3))
def test_neither_names_nor_instance_numbers_order_slices(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    numbers = rng.sample(range(1, 100), len(HU))
    paths = write_series(tmp_path, HU, each=lambda k: {"InstanceNumber": numbers[k], "SliceLocation": 7.0})
    names = rng.sample(range(100), len(HU))
    for path, name in zip(paths, names, strict=True):
        path.rename(tmp_path / f"{name}.dcm")
    image = read_ct(tmp_path)
    np.testing.assert_array_equal(image.array, HU)
    assert image.origin_mm == ORIGIN


ORIENTATIONS = {
    "supine": ((1, 0, 0), (0, 1, 0)),
    "prone": ((-1, 0, 0), (0, -1, 0)),
    "feet first, seen from the head": ((-1, 0, 0), (0, 1, 0)),
    "mirrored rows": ((1, 0, 0), (0, -1, 0)),
    "on the right side": ((0, 1, 0), (-1, 0, 0)),
    "turned by 20 degrees": ((0.93969262, 0.34202014, 0), (-0.34202014, 0.93969262, 0)),
}


@pytest.mark.parametrize("downward", [False, True], ids=["upward", "downward"])
@pytest.mark.parametrize("how", ORIENTATIONS)
def test_every_voxel_keeps_its_place_in_every_position(how: str, downward: bool, tmp_path: Path) -> None:
    """The array stays as stored in the plane; k always runs to the head."""
    row, column = ORIENTATIONS[how]
    step = (0, 0, -1) if downward else (0, 0, 1)
    write_series(tmp_path, HU, row=row, column=column, step=step)
    image = read_ct(tmp_path)
    np.testing.assert_array_equal(image.array, HU[::-1] if downward else HU)
    assert image.direction_matrix[:, 2] == pytest.approx([0, 0, 1])
    for k, j, i in ((0, 0, 0), (2, 5, 7), (5, 19, 23)):
        place = (
            np.array(ORIGIN)
            + np.multiply(row, i * SPACING[0])
            + np.multiply(column, j * SPACING[1])
            + np.multiply(step, k * SPACING[2])
        )
        stored_k = len(HU) - 1 - k if downward else k
        assert image.lps(i, j, stored_k) == pytest.approx(tuple(place), abs=1e-4)
        assert image.array[stored_k, j, i] == HU[k, j, i]


def voxels_in_space(image: Image) -> set[tuple[float, float, float, int]]:
    corners = ((0, 0, 0), (1, 3, 2), (4, 7, 9))
    return {(*(round(v, 3) for v in image.lps(i, j, k)), int(image.array[k, j, i])) for k, j, i in corners}


@pytest.mark.parametrize("how", ORIENTATIONS)
def test_the_same_voxels_as_itk_for_a_series_without_fault(how: str, tmp_path: Path) -> None:
    """ITK orders slices along their normal, which may point to the feet: places and values agree."""
    row, column = ORIENTATIONS[how]
    write_series(tmp_path, HU, row=row, column=column)
    reader = SimpleITK.ImageSeriesReader()
    reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(tmp_path)))
    reference, image = reader.Execute(), read_ct(tmp_path)
    for k, j, i in ((0, 0, 0), (5, 19, 23), (2, 7, 4), (3, 11, 20)):
        place = image.lps(i, j, k)
        assert reference.GetPixel(reference.TransformPhysicalPointToIndex(place)) == image.array[k, j, i]
        back = reference.TransformIndexToPhysicalPoint(reference.TransformPhysicalPointToIndex(place))
        assert back == pytest.approx(place, abs=1e-3)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(list(range(5))), seed=st.integers(0, 2**16))
def test_the_order_of_files_never_matters(
    order: list[int], seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("series")
    hu = chest(5, 8, 10)
    for place, path in zip(order, write_series(folder, hu), strict=True):
        path.rename(folder / f"{seed}_{place}.dcm")
    image = read_ct(folder)
    np.testing.assert_array_equal(image.array, hu)
    assert voxels_in_space(image) == {
        (ORIGIN[0] + i * 0.5, ORIGIN[1] + j * 0.75, ORIGIN[2] + k * 3.0, int(hu[k, j, i]))
        for k, j, i in ((0, 0, 0), (1, 3, 2), (4, 7, 9))
    }


@pytest.mark.parametrize("increment", [0.3, 0.625, 1.25, 2.5, 2.9, 3.2, 5.0, 10.0])
def test_the_increment_is_exact(increment: float, tmp_path: Path) -> None:
    """No noise of subtraction: 2.9 is 2.9, not 2.8999999999."""
    write_series(tmp_path, HU, spacing=(0.4, 0.4, increment), SliceThickness=3.0)
    assert read_ct(tmp_path).spacing_mm == (0.4, 0.4, increment)


def test_positions_that_headers_round_are_one_increment(tmp_path: Path) -> None:
    """1.25 mm written with one decimal alternates between 1.2 and 1.3."""
    heights = [0.0, 1.2, 2.5, 3.8, 5.0, 6.2, 7.5]
    write_series(tmp_path, chest(7), each=lambda k: {"ImagePositionPatient": [0, 0, heights[k]]})
    assert read_ct(tmp_path).spacing_mm[2] == 1.25


def test_slice_thickness_is_never_the_increment(tmp_path: Path) -> None:
    for thickness in (1.0, 3.0, 6.0, None):
        write_series(tmp_path, HU, SliceThickness=thickness)
        image = read_ct(tmp_path)
        assert image.spacing_mm[2] == 3.0
        assert image.notes == ()


def test_thickness_that_changes_is_noted(tmp_path: Path) -> None:
    write_series(tmp_path, HU, each=lambda k: {"SliceThickness": 3.0 if k < 3 else 5.0})
    assert read_ct(tmp_path).notes == ("Slice thickness differs within the series (3 to 5 mm).",)


def test_one_file_stands_for_its_series(tmp_path: Path) -> None:
    paths = write_series(tmp_path / "a", HU)
    write_series(tmp_path / "b", HU + 100)
    image = read_ct(paths[3])
    np.testing.assert_array_equal(image.array, HU)
    assert image.source == "s003.dcm"


def test_a_copy_stands_for_its_series_too(tmp_path: Path) -> None:
    shutil.copy(write_series(tmp_path, HU)[2], tmp_path / "z.dcm")
    np.testing.assert_array_equal(read_ct(tmp_path / "z.dcm").array, HU)


def test_series_whose_uids_were_taken_away(tmp_path: Path) -> None:
    """The folder and the series number tell them apart."""
    bare = {"StudyInstanceUID": None, "SeriesInstanceUID": None, "SOPInstanceUID": "1.2"}
    write_series(tmp_path, HU, name="a{}.dcm", SeriesNumber=1, **bare)
    write_series(tmp_path, HU + 7, name="b{}.dcm", SeriesNumber=2, **bare)
    for name in ("a3.dcm", "a0.dcm"):
        np.testing.assert_array_equal(read_ct(tmp_path / name).array, HU)
    np.testing.assert_array_equal(read_ct(tmp_path, series="2").array, HU + 7)


def test_without_preamble_and_meta_information(tmp_path: Path) -> None:
    """Old archives write the datasets alone, without endings."""
    for k, path in enumerate(write_series(tmp_path, HU)):
        content = path.read_bytes()
        path.unlink()
        (tmp_path / f"IM{k:04d}").write_bytes(content[content.index(b"\x08\x00\x08\x00CS") :])
    np.testing.assert_array_equal(read_ct(tmp_path).array, HU)
    np.testing.assert_array_equal(read_ct(tmp_path / "IM0002").array, HU)


def test_slices_in_sub_folders_are_one_series(tmp_path: Path) -> None:
    for k, path in enumerate(write_series(tmp_path, HU)):
        (tmp_path / f"{k % 2}").mkdir(exist_ok=True)
        path.rename(tmp_path / f"{k % 2}" / path.name)
    np.testing.assert_array_equal(read_ct(tmp_path).array, HU)


@pytest.mark.parametrize("name", ["IM{:04d}", "1.2.840.{}", "Müller 胸部 {}.dcm", "{}.IMA", "{}.DCM"])
def test_names_of_all_kinds(name: str, tmp_path: Path) -> None:
    write_series(tmp_path / "Südflügel 心", HU, name=name)
    np.testing.assert_array_equal(read_ct(tmp_path / "Südflügel 心").array, HU)


def test_a_long_path(tmp_path: Path) -> None:
    folder = tmp_path / ("x" * 120) / ("y" * 120)
    write_series(folder, HU, name="z" * 100 + "{}.dcm")
    np.testing.assert_array_equal(read_ct(folder).array, HU)


def test_other_dicom_objects_beside_a_series(tmp_path: Path) -> None:
    """A report, a segmentation, an MR slice, a captured dose page in the same export."""
    write_series(tmp_path, HU)
    for name in ("test-SR.dcm", "liver_1frame.dcm", "MR_small.dcm", "rtplan.dcm", "waveform_ecg.dcm"):
        shutil.copy(get_testdata_file(name, download=False), tmp_path)
    write_series(tmp_path, HU[:1], name="dose{}.dcm", SOPClassUID="1.2.840.10008.5.1.4.1.1.7")
    image = read_ct(tmp_path)
    np.testing.assert_array_equal(image.array, HU)
    assert image.notes == ()


def test_what_lies_beside_a_series_is_ignored(tmp_path: Path) -> None:
    write_series(tmp_path, HU)
    for name in ("DICOMDIR", "Thumbs.db", ".DS_Store", "report.pdf", "._s001.dcm", "notes.txt", "VERSION"):
        (tmp_path / name).write_bytes(b"not an image")
    np.testing.assert_array_equal(read_ct(tmp_path).array, HU)


@pytest.mark.parametrize("intercept", [-1024, 0], ids=["unsigned", "signed"])
@pytest.mark.parametrize("syntax", [RLELossless, JPEGLSLossless, JPEG2000Lossless, JPEGLosslessSV1])
def test_compressed_slices(syntax: str, intercept: int, tmp_path: Path) -> None:
    """The last is what most archives send; SimpleITK decodes it."""
    write_series(tmp_path, HU, syntax=syntax, RescaleIntercept=intercept)
    np.testing.assert_array_equal(read_ct(tmp_path).array, HU)


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, DeflatedExplicitVRLittleEndian])
def test_other_encodings(syntax: str, tmp_path: Path) -> None:
    import pydicom

    for path in write_series(tmp_path, HU):
        dataset = pydicom.dcmread(path)
        dataset.file_meta.TransferSyntaxUID = syntax
        dataset.save_as(path)
    np.testing.assert_array_equal(read_ct(tmp_path).array, HU)


def test_two_slices_are_a_series(tmp_path: Path) -> None:
    write_series(tmp_path, HU[:2])
    assert read_ct(tmp_path).spacing_mm == SPACING
