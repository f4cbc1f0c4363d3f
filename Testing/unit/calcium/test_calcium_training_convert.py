"""orCaScore's and COCA's layouts, made up small, become the folder that training reads."""

from __future__ import annotations

import plistlib
from pathlib import Path

import numpy as np
import pytest

from cardiothorax.calcium.given_labels import read_labels
from cardiothorax.calcium.training.convert import coca_contours, convert
from cardiothorax.calcium.training.layout import read_index, volume_file
from cardiothorax.errors import StoreProblem
from cardiothorax.imaging.ct import read_ct

SHAPE, SPACING = (5, 24, 32), (0.5, 0.5, 3.0)


def scan() -> np.ndarray:
    array = np.random.default_rng(0).normal(40, 20, SHAPE).astype(np.int16)
    array[:, 4:20, 2:8] = -850
    array[2, 10:13, 12:16] = 300
    return array


def write_mhd(file: Path, array: np.ndarray) -> None:
    import SimpleITK

    stored = SimpleITK.GetImageFromArray(array)
    stored.SetSpacing(SPACING)
    file.parent.mkdir(parents=True, exist_ok=True)
    SimpleITK.WriteImage(stored, str(file))


def orcascore(folder: Path) -> Path:
    reference = np.zeros(SHAPE, np.uint8)
    reference[2, 10:13, 12:16] = 3
    reference[0, 0, 0] = 4  # orCaScore knows three arteries; other codes are none
    for name in ("TRV1P1", "TRV4P2", "TRV2P3"):
        write_mhd(folder / "Images" / f"{name}CTI.mhd", scan())
        write_mhd(folder / "Images" / f"{name}CTAI.mhd", scan() + 300)
        write_mhd(folder / "Reference standard" / f"{name}R.mhd", reference)
    write_mhd(folder / "Images" / "TEV1P1CTI.mhd", scan())  # of the test set: nobody has its reference
    return folder


def test_orcascore_s_calcium_scans_and_references_are_taken(tmp_path: Path) -> None:
    out = tmp_path / "out"
    count, problems = convert("orcascore", orcascore(tmp_path / "Training Set"), out)
    assert (count, problems) == (3, [])
    studies = read_index(out)
    assert [(s.name, s.patient, s.source) for s in studies] == [
        (name, name, "orcascore") for name in ("TRV1P1", "TRV2P3", "TRV4P2")
    ]
    assert sorted(s.split for s in studies) == ["train", "train", "val"]
    image = read_ct(volume_file(out / "images", "TRV2P3"))
    labels = read_labels(volume_file(out / "labels", "TRV2P3"), image)
    np.testing.assert_array_equal(image.array, scan())
    assert image.spacing_mm == SPACING
    assert np.argwhere(labels == 3).tolist() == [[2, j, i] for j in (10, 11, 12) for i in (12, 13, 14, 15)]
    assert set(np.unique(labels)) == {0, 3}


def write_series(folder: Path, first_mm: float = -100.0) -> None:
    """Five slices, stored from the head to the feet."""
    import pydicom
    from pydicom.dataset import FileDataset, FileMetaDataset
    from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

    folder.mkdir(parents=True)
    series = generate_uid()
    for number, plane in enumerate(scan()[::-1]):
        meta = FileMetaDataset()
        meta.MediaStorageSOPClassUID = CTImageStorage
        meta.MediaStorageSOPInstanceUID = generate_uid()
        meta.TransferSyntaxUID = ExplicitVRLittleEndian
        ds = FileDataset(None, {}, file_meta=meta, preamble=b"\0" * 128)
        ds.SOPClassUID, ds.SOPInstanceUID = CTImageStorage, meta.MediaStorageSOPInstanceUID
        ds.Modality, ds.SeriesInstanceUID, ds.StudyInstanceUID = "CT", series, series
        ds.FrameOfReferenceUID, ds.PatientID, ds.PatientName = series, "phantom", "phantom"
        ds.Rows, ds.Columns = plane.shape
        ds.PixelSpacing, ds.SliceThickness, ds.KVP = [0.5, 0.5], 3.0, 120
        ds.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
        ds.ImagePositionPatient = [0, 0, first_mm + 3.0 * (SHAPE[0] - 1 - number)]
        ds.InstanceNumber, ds.ImageType = number + 1, ["ORIGINAL", "PRIMARY", "AXIAL"]
        ds.RescaleSlope, ds.RescaleIntercept, ds.RescaleType = 1, -1024, "HU"
        ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
        ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 12, 11, 0
        ds.PixelData = (plane.astype(np.int32) + 1024).clip(0, 4095).astype("<u2").tobytes()
        pydicom.dcmwrite(folder / f"{number:04d}.dcm", ds, enforce_file_format=True)


def roi(name: str, slice_mm: float, corners: list[tuple[float, float]]) -> dict[str, object]:
    return {
        "Name": name,
        "Area": 0.03,
        "NumberOfPoints": len(corners),
        "Point_px": [f"({x:.6f}, {y:.6f})" for x, y in corners],
        "Point_mm": [f"({x / 2:.6f}, {y / 2:.6f}, {slice_mm:.6f})" for x, y in corners],
    }


SQUARE = [(11.0, 9.0), (16.0, 9.0), (16.0, 13.0), (11.0, 13.0)]


def write_contours(file: Path, rois: list[dict[str, object]]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with open(file, "wb") as handle:
        plistlib.dump({"Images": [{"ImageIndex": 2, "NumberOfROIs": len(rois), "ROIs": rois}]}, handle)


def test_coca_s_contours_land_on_the_slice_at_their_position(tmp_path: Path) -> None:
    """The list counts slices from the head; positions in millimeters leave no doubt."""
    source = tmp_path / "Gated_release_final"
    write_series(source / "patient" / "7" / "Pro_Gated_Calcium_Score")
    write_series(source / "patient" / "12" / "Pro_Gated_Calcium_Score")
    point = roi("Right Coronary Artery", -94.0, [(1.0, 1.0)])
    write_contours(
        source / "calcium_xml" / "7.xml",
        [
            roi("Left Anterior Descending Artery", -94.0, SQUARE),
            point,
            roi("Left Coronary Artery", -97.0, SQUARE),
        ],
    )
    count, problems = convert("coca", tmp_path, tmp_path / "out")
    assert (count, problems) == (2, [])
    image = read_ct(volume_file(tmp_path / "out" / "images", "coca_7"))
    labels = read_labels(volume_file(tmp_path / "out" / "labels", "coca_7"), image)
    assert np.unique(np.argwhere(labels == 1)[:, 0]).tolist() == [2]
    assert np.unique(np.argwhere(labels == 4)[:, 0]).tolist() == [1]
    assert not (labels == 3).any()
    bright = image.array[2] >= 130
    assert (labels[2][bright & (np.arange(32) >= 8)] == 1).all()
    without = read_labels(
        volume_file(tmp_path / "out" / "labels", "coca_12"),
        read_ct(volume_file(tmp_path / "out" / "images", "coca_12")),
    )
    assert not without.any()


def test_a_list_of_another_series_costs_one_study(tmp_path: Path) -> None:
    for number in (1, 2, 3):
        write_series(tmp_path / "patient" / str(number) / "a")
    write_contours(tmp_path / "calcium_xml" / "2.xml", [roi("Left Circumflex Artery", 55.5, SQUARE)])
    count, problems = convert("coca", tmp_path, tmp_path / "out")
    assert count == 2
    assert problems == [
        "coca_2: 2.xml has a contour at 55.5 mm, where the series has no slice. "
        "The list belongs to another series."
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"<?xml version='1.0'?><plist><dict>", "is not XML"),
        (b"hello", "is not one of COCA's lists|is not XML"),
        (plistlib.dumps({"Pictures": []}), "is not one of COCA's lists"),
        (plistlib.dumps({"Images": [{"ROIs": [roi("Aorta", 1.0, SQUARE)]}]}), "names 'Aorta'"),
        (
            plistlib.dumps(
                {
                    "Images": [
                        {"ROIs": [{"Name": "Left Main", "Point_px": ["(1)"] * 3, "Point_mm": ["(1, 2, 3)"]}]}
                    ]
                }
            ),
            "are not 2 numbers",
        ),
    ],
)
def test_what_is_wrong_with_a_list_is_said(tmp_path: Path, content: bytes, message: str) -> None:
    file = tmp_path / "1.xml"
    file.write_bytes(content)
    with pytest.raises(StoreProblem, match=message):
        list(coca_contours(file))


@pytest.mark.parametrize("layout", ["orcascore", "coca"])
def test_another_folder_is_refused_with_what_was_expected(tmp_path: Path, layout: str) -> None:
    (tmp_path / "notes.txt").touch()
    with pytest.raises(StoreProblem, match=f"does not look like {layout}.*Expected"):
        convert(layout, tmp_path, tmp_path / "out")


def test_what_was_converted_stays(tmp_path: Path) -> None:
    source, out = orcascore(tmp_path / "in"), tmp_path / "out"
    convert("orcascore", source, out)
    before = {p: p.stat().st_mtime_ns for p in out.rglob("*.nrrd")}
    convert("orcascore", source, out, val_share=0.4)
    assert {p: p.stat().st_mtime_ns for p in out.rglob("*.nrrd")} == before
