"""Never a number from a geometry that is not understood: which error, naming which slice."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cardiothorax.errors import CardiothoraxError, GeometryProblem, UnreadableImage, UnsupportedImage
from cardiothorax.imaging import list_ct_series, read_ct
from Testing.unit.imaging.ct_slices import ORIGIN, PERSON, SPACING, chest, write_series

HU = chest(8)


def refused(folder: Path, kind: type[CardiothoraxError] = GeometryProblem) -> str:
    with pytest.raises(kind) as caught:
        read_ct(folder)
    assert type(caught.value) is kind
    assert caught.value.hint
    words = str(caught.value)
    for secret in (*PERSON.values(), "1.2.826", str(folder.parent)):
        assert secret not in words
    return words


def test_one_missing_slice_is_named_with_its_neighbors(tmp_path: Path) -> None:
    write_series(tmp_path, HU)[3].unlink()
    words = refused(tmp_path)
    assert "1 slice is missing" in words
    assert "s002.dcm and s004.dcm (slices 3 and 4 from the feet) are 6.00 mm apart" in words
    assert "the others 3.00 mm" in words


@pytest.mark.parametrize(
    ("gone", "words"),
    [
        ((3, 4), "2 slices are missing"),
        ((2, 5), "2 slices are missing"),
        ((2, 5), "the others 3.00 mm, and so at 1 more."),
        ((1,), "1 slice is missing"),
        ((6,), "1 slice is missing"),
    ],
)
def test_several_missing_slices_are_counted(gone: tuple[int, ...], words: str, tmp_path: Path) -> None:
    paths = write_series(tmp_path, HU)
    for k in gone:
        paths[k].unlink()
    assert words in refused(tmp_path)


def test_uneven_steps(tmp_path: Path) -> None:
    heights = [0, 3, 6, 9, 13.2, 16.2, 19.2, 22.2]
    write_series(tmp_path, HU, each=lambda k: {"ImagePositionPatient": [0, 0, heights[k]]})
    words = refused(tmp_path)
    assert "unevenly spaced, 3.00 to 4.20 mm apart" in words
    assert "s003.dcm and s004.dcm" in words


def test_two_ranges_with_different_increments(tmp_path: Path) -> None:
    heights = [0, 3, 6, 9, 12, 17, 22, 27]
    write_series(tmp_path, HU, each=lambda k: {"ImagePositionPatient": [0, 0, heights[k]]})
    assert "unevenly spaced" in refused(tmp_path)


def test_the_same_file_twice_is_read_once_and_said(tmp_path: Path) -> None:
    paths = write_series(tmp_path, HU)
    shutil.copy(paths[2], tmp_path / "copy.dcm")
    image = read_ct(tmp_path)
    np.testing.assert_array_equal(image.array, HU)
    assert image.spacing_mm == SPACING
    assert image.notes == ("1 file is there twice: one copy of each was read.",)


def test_the_same_pixels_twice_under_another_instance(tmp_path: Path) -> None:
    write_series(tmp_path, HU)
    write_series(
        tmp_path, HU[2:4], name="again{}.dcm", origin=(*ORIGIN[:2], ORIGIN[2] + 6), InstanceNumber=90
    )
    image = read_ct(tmp_path)
    np.testing.assert_array_equal(image.array, HU)
    assert image.notes == ("2 slices were stored twice with the same pixels: read once.",)


def test_one_instance_given_to_all_slices_hides_none(tmp_path: Path) -> None:
    """Programs that take names away do that; two slices at one place are compared all the same."""
    write_series(tmp_path, HU, SOPInstanceUID="1.2.3")
    np.testing.assert_array_equal(read_ct(tmp_path).array, HU)
    place = (*ORIGIN[:2], ORIGIN[2] + 6)
    write_series(tmp_path, HU[2:3] + 5, name="again{}.dcm", origin=place, SOPInstanceUID="1.2.3")
    assert "show different things" in refused(tmp_path)


def test_different_slices_at_one_place_are_refused(tmp_path: Path) -> None:
    write_series(tmp_path, HU)
    write_series(tmp_path, HU[2:3] + 5, name="again{}.dcm", origin=(*ORIGIN[:2], ORIGIN[2] + 6))
    words = refused(tmp_path)
    assert "lie at the same place and show different things" in words
    assert "again0.dcm" in words
    assert "s002.dcm" in words


def test_every_slice_at_one_place(tmp_path: Path) -> None:
    write_series(tmp_path, HU, each=lambda _: {"ImagePositionPatient": [0, 0, 0]})
    assert "lie at the same place" in refused(tmp_path)


TILT = np.deg2rad(20)
LEANING = (0.0, float(np.cos(TILT)), -float(np.sin(TILT)))


@pytest.mark.parametrize("sign", [1, -1])
def test_a_tilted_gantry_is_refused_with_its_angle(sign: int, tmp_path: Path) -> None:
    """Slices lean, the table moves level: the stack is sheared."""
    write_series(tmp_path, HU, column=(0, LEANING[1], sign * LEANING[2]))
    assert "tilted gantry (20.0 degrees)" in refused(tmp_path)


def test_a_tilt_that_only_the_tag_tells(tmp_path: Path) -> None:
    write_series(tmp_path, HU, GantryDetectorTilt=-12.5)
    assert "tilted gantry (12.5 degrees)" in refused(tmp_path)


def test_upright_slices_that_wander_sideways(tmp_path: Path) -> None:
    write_series(tmp_path, HU, step=(0, 0.1, 1))
    assert "tilted gantry (5.7 degrees)" in refused(tmp_path)


def test_one_slice_beside_the_others(tmp_path: Path) -> None:
    def aside(k: int) -> dict[str, Any]:
        return {"ImagePositionPatient": [ORIGIN[0] + 12.0 * (k == 3), ORIGIN[1], ORIGIN[2] + 3 * k]}

    write_series(tmp_path, HU, each=aside)
    assert "s003.dcm lies 12.0 mm beside the other slices" in refused(tmp_path)


@pytest.mark.parametrize(
    ("row", "column", "step", "words"),
    [
        ((1, 0, 0), (0, 0, -1), (0, 1, 0), "coronal slices"),
        ((0, 1, 0), (0, 0, -1), (1, 0, 0), "sagittal slices"),
        ((1, 0, 0), LEANING, tuple(np.cross((1, 0, 0), LEANING)), "oblique slices, 20 degrees off axial"),
    ],
)
def test_reformats_are_refused_by_name(
    row: tuple[float, ...], column: tuple[float, ...], step: tuple[float, ...], words: str, tmp_path: Path
) -> None:
    write_series(tmp_path, HU, row=row, column=column, step=step)
    assert words in refused(tmp_path, UnsupportedImage)


def test_a_patient_who_lies_a_little_askew_is_axial(tmp_path: Path) -> None:
    lean = np.deg2rad(3)
    column = (0.0, float(np.cos(lean)), float(np.sin(lean)))
    normal = np.cross((1, 0, 0), column)
    write_series(tmp_path, HU, column=column, step=tuple(normal))
    image = read_ct(tmp_path)
    assert image.spacing_mm == pytest.approx(SPACING, abs=1e-5)
    assert image.lps(0, 0, 7) == pytest.approx(tuple(np.array(ORIGIN) + 21 * normal), abs=1e-4)


def test_a_single_slice(tmp_path: Path) -> None:
    write_series(tmp_path, HU[:1])
    assert "is a single slice" in refused(tmp_path, UnsupportedImage)


@pytest.mark.parametrize("keyword", ["ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing"])
@pytest.mark.parametrize("everywhere", [True, False], ids=["all slices", "one slice"])
def test_geometry_that_is_not_there(keyword: str, everywhere: bool, tmp_path: Path) -> None:
    write_series(tmp_path, HU, each=lambda k: {keyword: None} if everywhere or k == 4 else {})
    words = refused(tmp_path)
    assert keyword in words
    assert "s000.dcm" in words or "s004.dcm" in words


@pytest.mark.parametrize("pixel", [[0, 0], [-0.5, 0.5]])
def test_pixels_without_a_size(pixel: list[float], tmp_path: Path) -> None:
    write_series(tmp_path, HU, PixelSpacing=pixel)
    assert "has pixels of" in refused(tmp_path)


def test_slices_of_different_pixel_size(tmp_path: Path) -> None:
    write_series(tmp_path, HU, each=lambda k: {"PixelSpacing": [0.75, 0.5] if k else [0.8, 0.5]})
    assert "s000.dcm has pixels of 0.5 x 0.8 mm, s001.dcm of 0.5 x 0.75 mm" in refused(tmp_path)


def test_slices_of_different_matrix(tmp_path: Path) -> None:
    write_series(tmp_path, HU[:4])
    write_series(
        tmp_path, chest(4, 16, 16), name="small{}.dcm", origin=(*ORIGIN[:2], ORIGIN[2] + 12), InstanceNumber=9
    )
    assert "24 x 20 pixels" in refused(tmp_path)


def test_slices_that_do_not_lie_the_same_way(tmp_path: Path) -> None:
    def turned(k: int) -> dict[str, Any]:
        return {"ImageOrientationPatient": [-1, 0, 0, 0, -1, 0]} if k == 2 else {}

    write_series(tmp_path, HU, each=turned)
    assert "do not all lie the same way" in refused(tmp_path)


@pytest.mark.parametrize(
    ("keyword", "values", "words"),
    [
        ("KVP", (120, 100), "s000.dcm has 120 kVp and kernel STANDARD, s004.dcm 100 kVp"),
        ("ConvolutionKernel", ("B35f", "B70f"), "kernel B35f, s004.dcm 120 kVp and kernel B70f"),
    ],
)
def test_acquisitions_that_are_mixed(
    keyword: str, values: tuple[Any, Any], words: str, tmp_path: Path
) -> None:
    write_series(tmp_path, HU, each=lambda k: {keyword: values[k > 3]})
    assert words in refused(tmp_path)


def test_one_tube_voltage_in_two_spellings(tmp_path: Path) -> None:
    write_series(tmp_path, HU, each=lambda k: {"KVP": ("120", "120.0", "120.00")[k % 3]})
    np.testing.assert_array_equal(read_ct(tmp_path).array, HU)


def test_other_modalities_are_named(tmp_path: Path) -> None:
    write_series(tmp_path / "mr", HU, SOPClassUID="1.2.840.10008.5.1.4.1.1.4", Modality="MR")
    words = refused(tmp_path / "mr", UnreadableImage)
    assert "none of them CT" in words
    assert "an MR slice" in words
    assert "s003.dcm is an MR slice" in refused(tmp_path / "mr" / "s003.dcm", UnsupportedImage)


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.7"}, "a captured picture of a CT"),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.128", "Modality": "PT"}, "a PET slice"),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.66.4", "Modality": "SEG"}, "a segmentation"),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.1.1", "Modality": "DX"}, "not a CT"),
    ],
)
def test_other_objects_are_named(header: dict[str, Any], words: str, tmp_path: Path) -> None:
    paths = write_series(tmp_path, HU[:2], **header)
    assert words in refused(paths[0], UnsupportedImage)


def test_projections_are_no_slices(tmp_path: Path) -> None:
    write_series(tmp_path, HU, ImageType=["DERIVED", "SECONDARY", "AXIAL", "MIP"])
    assert "maximum-intensity projections" in refused(tmp_path, UnsupportedImage)


def test_scouts_alone(tmp_path: Path) -> None:
    write_series(tmp_path, HU[:2], ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"])
    assert "scout views" in refused(tmp_path, UnsupportedImage)


SCOUTS: dict[str, Callable[[int], dict[str, Any]]] = {
    "by type": lambda _: {"ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"]},
    "by direction": lambda _: {"ImageOrientationPatient": [1, 0, 0, 0, 0, -1]},
}


@pytest.mark.parametrize("how", SCOUTS)
def test_scouts_in_a_series_are_left_out_and_said(how: str, tmp_path: Path) -> None:
    write_series(tmp_path, HU)
    write_series(tmp_path, chest(2, 40, 30), name="a_scout{}.dcm", origin=(0, 0, -400), each=SCOUTS[how])
    image = read_ct(tmp_path)
    np.testing.assert_array_equal(image.array, HU)
    assert image.spacing_mm == SPACING
    assert image.notes == ("2 scout views in the series left out.",)
    assert "a_scout0.dcm is a scout view" in refused(tmp_path / "a_scout0.dcm", UnsupportedImage)


def test_an_axial_slice_far_away_is_a_gap_not_a_wider_increment(tmp_path: Path) -> None:
    write_series(tmp_path, HU)
    write_series(tmp_path, HU[:1], name="far{}.dcm", origin=(*ORIGIN[:2], -100))
    words = refused(tmp_path)
    assert "far0.dcm and s000.dcm" in words
    assert "200.00 mm" in words


def test_what_cannot_be_read_is_listed_with_its_reason(tmp_path: Path) -> None:
    write_series(tmp_path, HU)[3].unlink()
    (series,) = list_ct_series(tmp_path)
    assert "1 slice is missing" in series.problem
    assert series.increment_mm is None
    assert series.slices == 7


def test_folders_without_ct(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert "empty holds no CT" in refused(tmp_path / "empty", UnreadableImage)
    assert "absent does not exist" in refused(tmp_path / "absent", UnreadableImage)
    with pytest.raises(UnreadableImage, match="is no folder"):
        list_ct_series(tmp_path / "absent")
    with pytest.raises(UnreadableImage, match="no DICOM CT"):
        list_ct_series(tmp_path / "empty")


def test_a_dicomdir_is_a_list(tmp_path: Path) -> None:
    from pydicom.fileset import FileSet

    FileSet().write(tmp_path)
    assert "a list of files" in refused(tmp_path / "DICOMDIR", UnsupportedImage)


def test_pictures_hold_no_hounsfield_units(tmp_path: Path) -> None:
    (tmp_path / "slice.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    assert "is a picture" in refused(tmp_path / "slice.png", UnsupportedImage)
