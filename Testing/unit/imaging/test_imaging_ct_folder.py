"""Folders with several series, and which studies files, folders and patterns stand for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cardiothorax.errors import UnreadableImage, UnsupportedImage
from cardiothorax.imaging import find_ct_studies, list_ct_series, read_ct
from Testing.unit.imaging.ct_slices import ORIGIN, chest, write_series

HU = chest()
SOFT = {"series": "1.2.3.1", "SeriesNumber": 2, "ConvolutionKernel": "B35f", "SliceThickness": 3.0}
SHARP = {"series": "1.2.3.2", "SeriesNumber": 3, "ConvolutionKernel": "B70f", "SliceThickness": 1.0}
ENHANCED = {
    "series": "1.2.3.3",
    "SeriesNumber": 5,
    "ContrastBolusAgent": "IOPAMIRO 370",
    "CardiacSynchronizationTechnique": "RETROSPECTIVE",
}


def with_three_series(folder: Path) -> Path:
    write_series(folder, HU + 300, name="c{}.dcm", **ENHANCED)
    write_series(folder, chest(12), spacing=(0.5, 0.75, 1.5), name="l{}.dcm", **SHARP)
    write_series(folder, HU, name="b{}.dcm", **SOFT)
    return folder


def test_series_are_listed_in_words_by_number(tmp_path: Path) -> None:
    listed = list_ct_series(with_three_series(tmp_path))
    assert [series.words() for series in listed] == [
        "series 2: 6 slices of 3 mm every 3 mm, 120 kVp, kernel B35f",
        "series 3: 12 slices of 1 mm every 1.5 mm, 120 kVp, kernel B70f",
        "series 5: 6 slices of 3 mm every 3 mm, 120 kVp, kernel STANDARD, ECG-gated, contrast agent",
    ]
    first = listed[0]
    assert (first.handle, first.number, first.slices, first.increment_mm) == ("2", 2, 6, 3.0)
    assert (first.thickness_mm, first.kvp, first.kernel, first.problem) == (3.0, 120.0, "B35f", "")
    assert [file.name for file in first.files] == [f"b{k}.dcm" for k in range(6)]
    assert all(len(series.files) == series.slices for series in listed)


def test_no_uid_is_told(tmp_path: Path) -> None:
    for series in list_ct_series(with_three_series(tmp_path)):
        assert "1.2" not in repr((series.handle, series.words(), series.problem, series.study))


def test_the_series_fit_for_scoring_is_read_and_the_others_named(tmp_path: Path) -> None:
    image = read_ct(with_three_series(tmp_path))
    np.testing.assert_array_equal(image.array, HU)
    (note,) = image.notes
    assert note.startswith("Read series 2: 6 slices of 3 mm every 3 mm, 120 kVp, kernel B35f. Also there: ")
    assert "series 3: 12 slices" in note
    assert "series 5: 6 slices" in note


def test_another_series_can_be_named(tmp_path: Path) -> None:
    folder = with_three_series(tmp_path)
    assert read_ct(folder, series="3").array.shape == (12, 20, 24)
    np.testing.assert_array_equal(read_ct(folder, series="5").array, HU + 300)
    np.testing.assert_array_equal(read_ct(folder / "c3.dcm").array, HU + 300)
    np.testing.assert_array_equal(read_ct(folder / "c3.dcm", series="2").array, HU)
    with pytest.raises(UnreadableImage, match="has no series 7") as caught:
        read_ct(folder, series="7")
    assert "series 2: 6 slices" in caught.value.hint


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({}, {"ContrastBolusAgent": "CE"}),
        ({}, {"ConvolutionKernel": "LUNG"}),
        ({}, {"ImageType": ["DERIVED", "SECONDARY", "AXIAL"]}),
        ({"CardiacSynchronizationTechnique": "PROSPECTIVE"}, {"CardiacSynchronizationTechnique": "NONE"}),
        ({"SliceThickness": 2.5}, {"SliceThickness": 5.0}),
        ({"SliceThickness": 3.0}, {"SliceThickness": 0.6}),
        ({}, {"GantryDetectorTilt": 20}),
    ],
)
@pytest.mark.parametrize("numbers", [(1, 9), (9, 1)])
def test_which_series_is_fit(
    better: dict[str, Any], worse: dict[str, Any], numbers: tuple[int, int], tmp_path: Path
) -> None:
    write_series(tmp_path, HU, series="1.1", SeriesNumber=numbers[0], name="a{}.dcm", **better)
    write_series(tmp_path, HU + 9, series="1.2", SeriesNumber=numbers[1], name="b{}.dcm", **worse)
    np.testing.assert_array_equal(read_ct(tmp_path).array, HU)


def test_a_test_run_of_few_slices_is_not_fit(tmp_path: Path) -> None:
    write_series(tmp_path, chest(40, 8, 8), series="1.1", SeriesNumber=9, name="a{}.dcm", SliceThickness=2.5)
    write_series(tmp_path, chest(3, 8, 8), series="1.2", SeriesNumber=2, name="b{}.dcm")
    assert len(read_ct(tmp_path).array) == 40


def test_series_without_numbers_and_with_the_same(tmp_path: Path) -> None:
    for letter in "abc":
        write_series(tmp_path, HU, series=f"1.{ord(letter)}", name=letter + "{}.dcm", SeriesNumber=7)
    write_series(tmp_path, HU, series="1.1", name="d{}.dcm", SeriesNumber=None)
    listed = list_ct_series(tmp_path)
    assert [series.handle for series in listed] == ["0", "7a", "7b", "7c"]
    assert [series.number for series in listed] == [None, 7, 7, 7]
    for series in listed:
        assert read_ct(tmp_path, series=series.handle).array.shape == HU.shape


@pytest.mark.parametrize(
    ("keyword", "values"),
    [
        ("NominalPercentageOfCardiacPhase", (70, 40)),
        ("TriggerTime", (350.0, 700.0)),
        ("TemporalPositionIdentifier", (1, 2)),
        ("ConvolutionKernel", ("B35f", "B70f")),
        ("KVP", (100, 140)),
        ("SliceThickness", (3.0, 5.0)),
        ("AcquisitionNumber", (1, 2)),
    ],
)
def test_two_reconstructions_under_one_number(keyword: str, values: tuple[Any, Any], tmp_path: Path) -> None:
    """The positions repeat, and a header value tells which slice belongs to which."""
    write_series(tmp_path, HU, name="a{}.dcm", **{keyword: values[0]})
    write_series(tmp_path, HU + 7, name="b{}.dcm", **{keyword: values[1]})
    listed = list_ct_series(tmp_path)
    assert [series.handle for series in listed] == ["4a", "4b"]
    np.testing.assert_array_equal(read_ct(tmp_path, series="4a").array, HU)
    np.testing.assert_array_equal(read_ct(tmp_path, series="4b").array, HU + 7)
    np.testing.assert_array_equal(read_ct(tmp_path / "b2.dcm").array, HU + 7)


def test_acquisition_numbers_of_one_stack_do_not_split_it(tmp_path: Path) -> None:
    """Step and shoot: every step is an acquisition of its own."""
    write_series(tmp_path, HU, each=lambda k: {"AcquisitionNumber": k // 2, "TriggerTime": 10.0 * k})
    np.testing.assert_array_equal(read_ct(tmp_path).array, HU)


def test_two_patients_in_one_folder(tmp_path: Path) -> None:
    write_series(tmp_path, HU, name="a{}.dcm", study="1.1", series="1.1.1")
    write_series(tmp_path, HU + 5, name="b{}.dcm", study="1.2", series="1.2.1")
    with pytest.raises(UnsupportedImage, match="holds 2 studies") as caught:
        read_ct(tmp_path)
    assert "series 4a: 6 slices of 3 mm every 3 mm, 120 kVp, kernel STANDARD (a0.dcm)" in caught.value.hint
    np.testing.assert_array_equal(read_ct(tmp_path, series="4b").array, HU + 5)
    image = read_ct(tmp_path / "a3.dcm")
    np.testing.assert_array_equal(image.array, HU)
    assert image.notes == ()


def test_a_folder_with_one_volume(tmp_path: Path) -> None:
    write_volume(tmp_path / "ct.nrrd")
    write_volume(tmp_path / "ct_lesions.nrrd")
    np.testing.assert_array_equal(read_ct(tmp_path).array, HU)
    write_volume(tmp_path / "second.nii.gz")
    with pytest.raises(UnreadableImage, match="holds 2 volumes"):
        read_ct(tmp_path)


def write_volume(path: Path, values: np.ndarray = HU) -> None:
    import SimpleITK

    path.parent.mkdir(parents=True, exist_ok=True)
    SimpleITK.WriteImage(SimpleITK.GetImageFromArray(values), str(path))


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Two patients by series, two in one folder, one of MR, volumes, masks and results."""
    root = tmp_path / "archiv"
    write_series(root / "p1" / "scout", HU[:1], study="1", series="1.0", ImageType=["ORIGINAL", "LOCALIZER"])
    write_series(root / "p1" / "calcium", HU, study="1", series="1.1")
    write_series(root / "p1" / "lung", HU, study="1", series="1.2", ConvolutionKernel="LUNG")
    write_series(root / "p2", HU, study="2", series="2.1")
    write_series(root / "both", HU, study="3", series="3.1", name="x{}.dcm")
    write_series(root / "both", HU, study="4", series="4.2", name="y{}.dcm", ConvolutionKernel="LUNG")
    write_series(root / "both", HU, study="4", series="4.1", name="z{}.dcm")
    write_series(root / "mr", HU, SOPClassUID="1.2.840.10008.5.1.4.1.1.4", Modality="MR")
    for name in ("a.nrrd", "b.nii.gz", "a_lesions.nrrd", "b_labels.nii.gz", ".hidden.nrrd", "out/c.nrrd"):
        write_volume(root / name)
    write_volume(root / "drawn.nrrd", (HU > 100).astype(np.uint8))
    (root / "page.html").write_text("x")
    (root / "film.png").write_bytes(b"\x89PNG")
    return root


def found(archive: Path, *inputs: str | Path, **options: Any) -> list[str]:
    paths = find_ct_studies([archive / given for given in inputs], **options)
    return [path.relative_to(archive).as_posix() for path in paths]


def test_a_folder_gives_each_study_once(archive: Path) -> None:
    studies = found(archive, ".")
    assert studies == ["both/x0.dcm", "both/z0.dcm", "p1", "p2", "a.nrrd", "b.nii.gz", "out/c.nrrd"]
    for study in studies:
        np.testing.assert_array_equal(read_ct(archive / study).array, HU)


def test_a_study_by_its_series_folders_reads_the_fit_one(archive: Path) -> None:
    image = read_ct(archive / "p1")
    assert image.tags["ConvolutionKernel"] == "STANDARD"
    assert "Also there" in image.notes[0]


def test_a_damaged_volume_fails_in_its_own_row(archive: Path) -> None:
    (archive / "cut.nii.gz").write_bytes((archive / "b.nii.gz").read_bytes()[:40])
    (archive / "text.nrrd").write_text("no volume")
    (archive / "bad.mha").write_bytes(b"ObjectType = Image\nNDims = -3\nDimSize = 9 9 9\n")
    assert {"cut.nii.gz", "text.nrrd", "bad.mha"} <= set(found(archive, "."))


def test_what_was_written_there_is_left_out(archive: Path) -> None:
    assert "out/c.nrrd" not in found(archive, ".", exclude=archive / "out")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["p1/lung", "p1/calcium"], ["p1/lung", "p1/calcium"]),
        (["p2/s003.dcm"], ["p2/s003.dcm"]),
        (["p2/s003.dcm", "p2/s001.dcm"], ["p2/s003.dcm"]),
        (["p2/*.dcm"], ["p2"]),
        (["p?"], ["p1", "p2"]),
        (["both/*.dcm"], ["both/x0.dcm", "both/z0.dcm"]),
        (["both/y*.dcm"], ["both/y0.dcm"]),
        (["*.n*"], ["a.nrrd", "b.nii.gz"]),
        (["drawn.nrrd"], ["drawn.nrrd"]),
        (["a_lesions.nrrd"], ["a_lesions.nrrd"]),
        (["absent.dcm", "p2"], ["p2", "absent.dcm"]),
        (["p2", "p2", "p2/../p2"], ["p2"]),
    ],
)
def test_files_and_patterns(given: list[str], expected: list[str], archive: Path) -> None:
    assert found(archive, *given) == expected


def test_what_a_shell_made_of_a_pattern_is_one_study(archive: Path) -> None:
    assert find_ct_studies(sorted((archive / "p2").iterdir())) == [archive / "p2"]


@pytest.mark.parametrize("given", ["mr", "empty", "*.png", "film.*"])
def test_what_gives_nothing_is_named(given: str, archive: Path) -> None:
    (archive / "empty").mkdir()
    with pytest.raises(UnreadableImage, match="no CT found there") as caught:
        find_ct_studies(archive / given)
    assert caught.value.hint


def test_a_damaged_file_costs_its_own_row(archive: Path) -> None:
    (archive / "lost").mkdir()
    (archive / "lost" / "cut.dcm").write_bytes((archive / "p2" / "s000.dcm").read_bytes()[:200])
    (archive / "p2" / "s000.dcm").write_bytes(b"")
    studies = found(archive, ".")
    assert "lost/cut.dcm" in studies
    assert studies.count("p2") == 1
    assert "p2/s000.dcm" not in studies


def test_a_stack_whose_end_moved_still_has_one_origin(tmp_path: Path) -> None:
    write_series(tmp_path, HU[::-1], origin=(*ORIGIN[:2], ORIGIN[2] + 15), step=(0, 0, -1))
    image = read_ct(tmp_path)
    assert image.origin_mm == ORIGIN
    np.testing.assert_array_equal(image.array, HU)
