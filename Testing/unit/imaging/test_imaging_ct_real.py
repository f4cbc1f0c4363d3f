"""Real CT: each file of the collection gives what its description says (see ``shared/data/ct/README.md``)."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pydicom
import pytest

from cardiothorax.errors import GeometryProblem, UnreadableImage, UnsupportedImage
from cardiothorax.imaging import (
    Image,
    contrast_evidence,
    ct_from_array,
    find_ct_studies,
    is_sharp_kernel,
    list_ct_series,
    pixel_sha256,
    read_ct,
)


@pytest.fixture(scope="module")
def real(shared_data: Path) -> Path:
    return shared_data / "ct"


@pytest.fixture(scope="module")
def whole(real: Path) -> Image:
    return read_ct(real / "chest_two_series")


@pytest.fixture
def soft(real: Path, tmp_path: Path) -> Path:
    """Six slices of the soft series, to be damaged."""
    for path in sorted((real / "chest_two_series").glob("b_*.dcm"))[:6]:
        shutil.copy(path, tmp_path)
    return tmp_path


def test_two_series_in_a_folder(real: Path) -> None:
    sharp, soft = list_ct_series(real / "chest_two_series")
    assert soft.words() == "series 3: 38 slices of 5 mm every 5 mm, 120 kVp, kernel B"
    assert sharp.words() == "series 2: 8 slices of 5 mm every 5 mm, 120 kVp, kernel L"
    assert (soft.problem, sharp.problem) == ("", "")
    assert is_sharp_kernel(sharp.tags)
    assert not is_sharp_kernel(soft.tags)


def test_the_soft_series_is_the_one_to_score(whole: Image) -> None:
    image = whole
    assert image.array.shape == (38, 512, 512)
    assert image.array.dtype == np.int16
    assert image.spacing_mm == (0.841796875, 0.841796875, 5.0)
    assert image.origin_mm == (-228.036842, -93.0631599, -399.0)
    assert image.direction == (1, 0, 0, 0, 1, 0, 0, 0, 1)
    assert "series 2: 8 slices" in image.notes[0]
    assert contrast_evidence(image.tags) == ""
    # the motion streak on the inferior wall of the heart, in the 8th slice from the feet (b_049)
    assert image.array[7].max() > 200
    assert pixel_sha256(image) == "755e64189dbf6935501b824e5a29face11ad7c0f1119b850c6678187d7825de8"


def test_the_sharp_series_by_name_and_by_file(real: Path) -> None:
    by_name = read_ct(real / "chest_two_series", series="2")
    by_file = read_ct(real / "chest_two_series" / "l_038.dcm")
    np.testing.assert_array_equal(by_name.array, by_file.array)
    assert by_name.array.shape == (8, 512, 512)
    assert by_name.origin_mm[2] == -329.0


def test_every_slice_is_what_pydicom_decodes(real: Path, whole: Image) -> None:
    for k in (0, 13, 37):
        dataset = pydicom.dcmread(real / "chest_two_series" / f"b_{56 - k:03d}.dcm")
        hu = dataset.pixel_array.astype(int) * int(dataset.RescaleSlope) + int(dataset.RescaleIntercept)
        np.testing.assert_array_equal(whole.array[k], hu.clip(-1024))


def test_the_tilted_head_is_refused_in_words(real: Path) -> None:
    with pytest.raises(GeometryProblem, match=r"tilted gantry \(18\.5 degrees\)"):
        read_ct(real / "head_tilted")
    (series,) = list_ct_series(real / "head_tilted")
    assert "tilted gantry" in series.problem
    assert series.slices == 8


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("coronal", "coronal slices"),
        ("sagittal", "sagittal slices"),
        ("plain_5mm", "is a single slice"),
        ("calcified_ge_2.5mm", "is a single slice"),
        ("calcified_toshiba_5mm", "is a single slice"),
    ],
)
def test_single_slices_and_reformats(name: str, words: str, real: Path) -> None:
    with pytest.raises(UnsupportedImage, match=words) as caught:
        read_ct(real / "slices" / f"{name}.dcm")
    assert f"{name}.dcm" in caught.value.message


@pytest.mark.parametrize(
    ("name", "evidence", "kvp"),
    [
        ("contrast_tagged", "ContrastBolusAgent: NON IONIC", 120),
        ("contrast_100kvp", "ContrastBolusAgent: NON IONIC", 100),
        ("contrast_abdomen_toshiba", "ContrastBolusAgent: CE", 120),
        ("contrast_untagged", "", 120),
        ("plain_120kvp", "", 120),
        ("plain_5mm", "", 120),
    ],
)
def test_contrast_and_tube_voltage_of_the_header(name: str, evidence: str, kvp: int, real: Path) -> None:
    from cardiothorax.imaging.ct_headers import slice_headers

    (header,) = slice_headers(real / "slices" / f"{name}.dcm")
    assert contrast_evidence(header.tags) == evidence
    assert header.number("KVP") == kvp


@pytest.mark.parametrize(
    ("name", "padding"),
    [("calcified_ge_2.5mm", -3024), ("contrast_abdomen_toshiba", -2048), ("calcified_toshiba_5mm", -2048)],
)
def test_vendors_intercepts_and_padding(name: str, padding: int, real: Path, tmp_path: Path) -> None:
    """GE: intercept -1024, padding -2000 that its tag names; Toshiba: intercept 0, padding that no tag
    names. A second slice is made by moving one."""
    source = real / "slices" / f"{name}.dcm"
    shutil.copy(source, tmp_path / "a.dcm")
    dataset = pydicom.dcmread(source)
    x, y, z = dataset.ImagePositionPatient
    dataset.ImagePositionPatient = [x, y, z + 2.5]
    dataset.SOPInstanceUID = "1.2.3"
    dataset.save_as(tmp_path / "b.dcm")
    image = read_ct(tmp_path)
    assert image.array.min() >= -1024
    assert 30 < np.median(image.array[(image.array > 0) & (image.array < 100)]) < 60
    assert image.notes == (f"Padding below -1024 HU (down to {padding}) was set to -1024.",)


def test_a_deleted_slice(soft: Path) -> None:
    (soft / "b_022.dcm").unlink()
    with pytest.raises(GeometryProblem, match=r"1 slice is missing: b_023\.dcm and b_021\.dcm"):
        read_ct(soft)


def test_a_duplicated_slice(soft: Path) -> None:
    before = read_ct(soft)
    shutil.copy(soft / "b_022.dcm", soft / "z.dcm")
    image = read_ct(soft)
    assert pixel_sha256(image) == pixel_sha256(before)
    assert any("there twice" in note for note in image.notes)
    dataset = pydicom.dcmread(soft / "b_021.dcm")  # its pixels at the place of the next
    dataset.ImagePositionPatient = pydicom.dcmread(soft / "b_022.dcm").ImagePositionPatient
    dataset.SOPInstanceUID += ".1"
    dataset.save_as(soft / "y.dcm")
    with pytest.raises(GeometryProblem, match="at the same place"):
        read_ct(soft)


def test_shuffled_names(soft: Path) -> None:
    before = read_ct(soft)
    paths = sorted(soft.iterdir())
    for i, path in enumerate(paths):
        path.rename(soft / f"{(i * 5) % 6:02d}.x.dcm")
    assert replace(read_ct(soft), array=None) == replace(before, array=None)  # type: ignore[arg-type]
    assert pixel_sha256(read_ct(soft)) == pixel_sha256(before)


@pytest.mark.parametrize("keyword", ["PixelSpacing", "ImagePositionPatient"])
def test_a_dropped_value(keyword: str, soft: Path) -> None:
    for path in soft.iterdir():
        dataset = pydicom.dcmread(path)
        del dataset[keyword]
        dataset.save_as(path)
    with pytest.raises(GeometryProblem, match=keyword):
        read_ct(soft)


def test_padding_set_by_the_test(soft: Path) -> None:
    before = read_ct(soft).array
    for path in soft.iterdir():
        dataset = pydicom.dcmread(path)
        stored = dataset.pixel_array.astype(np.int32) - 1024
        stored[:40] = -2048
        dataset.decompress()
        dataset.PixelData = stored.astype(np.int16).tobytes()
        dataset.PixelRepresentation, dataset.RescaleIntercept = 1, 0
        dataset.BitsStored, dataset.HighBit = 16, 15
        dataset.save_as(path)
    image = read_ct(soft)
    assert (image.array[:, :40] == -1024).all()
    np.testing.assert_array_equal(image.array[:, 40:], before[:, 40:])
    assert any("down to -2048" in note for note in image.notes)


@pytest.mark.parametrize("share", [0.02, 0.3, 0.9])
def test_a_file_cut_short(share: float, soft: Path) -> None:
    content = (soft / "b_019.dcm").read_bytes()
    (soft / "b_019.dcm").write_bytes(content[: int(len(content) * share)])
    with pytest.raises(UnreadableImage, match=r"b_019\.dcm"):
        read_ct(soft)


def test_a_crop_to_the_heart(whole: Image) -> None:
    """The field of view of a calcium scan: the same voxels at the same places."""
    part = whole.array[5:30, 150:390, 130:370]
    crop = ct_from_array(
        part,
        spacing_mm=whole.spacing_mm,
        origin_mm=whole.lps(130, 150, 5),
        direction=whole.direction,
        tags=whole.tags,
        source="crop",
    )
    np.testing.assert_array_equal(crop.array, part)
    assert crop.lps(10, 20, 3) == pytest.approx(whole.lps(140, 170, 8))
    assert crop.tags == whole.tags


VOLUMES = {
    "plain_01": ((51, 308, 364), (0.703, 0.703, 2.5)),
    "plain_02": ((35, 146, 188), (1.367, 1.367, 4.0)),
    "plain_03": ((22, 210, 262), (0.977, 0.977, 4.25)),
    "contrast_01": ((39, 210, 246), (0.977, 0.977, 3.0)),
    "contrast_02_sharp": ((24, 228, 268), (0.898, 0.898, 5.0)),
}


@pytest.mark.parametrize("name", VOLUMES)
def test_nifti_volumes(name: str, real: Path) -> None:
    shape, spacing = VOLUMES[name]
    path = real / "thorax" / f"{name}.nii.gz"
    if not path.exists():
        pytest.skip(f"needs {name}.nii.gz")
    image = read_ct(path)
    assert image.array.shape == shape
    assert image.spacing_mm == pytest.approx(spacing, abs=1e-3)
    assert image.array.dtype == np.int16
    assert image.direction_matrix[2, 2] == pytest.approx(1)
    assert "KVP" not in image.tags


def test_the_whole_collection_as_a_batch_finds_it(real: Path) -> None:
    studies = {path.name for path in find_ct_studies(real)}
    assert {"chest_two_series", "head_tilted"} <= studies
    assert {f"{name}.nii.gz" for name in VOLUMES} <= studies
    assert "coronal.dcm" not in studies  # the axial slice of the same study stands for it
