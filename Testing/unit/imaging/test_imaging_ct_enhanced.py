"""Enhanced CT: one file with all slices, places and values in its functional groups."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate, generate_frames
from pydicom.sequence import Sequence as Items
from pydicom.uid import EnhancedCTImageStorage, JPEGLosslessSV1, RLELossless

from cardiothorax.errors import GeometryProblem, UnreadableImage, UnsupportedImage
from cardiothorax.imaging import find_ct_studies, list_ct_series, read_ct
from Testing.unit.imaging.ct_slices import ORIGIN, SPACING, chest, slice_dataset

HU = chest()


def group(**parts: dict[str, Any]) -> Dataset:
    """A functional group: sequences of one item each."""
    holder = Dataset()
    for sequence, values in parts.items():
        item = Dataset()
        for keyword, value in values.items():
            setattr(item, keyword, value)
        setattr(holder, sequence, Items([item]))
    return holder


def write_enhanced(
    path: Path,
    hu: np.ndarray = HU,
    *,
    heights: Sequence[float] | None = None,
    intercepts: Sequence[float] | None = None,
    phases: Sequence[float] | None = None,
    syntax: str = "",
    **header: Any,
) -> Path:
    frames = len(hu)
    heights = heights or [ORIGIN[2] + SPACING[2] * k for k in range(frames)]
    intercepts = intercepts or [-1024] * frames
    stored = np.stack([plane - offset for plane, offset in zip(hu, intercepts, strict=True)])
    dataset = slice_dataset(
        stored,
        SOPClassUID=EnhancedCTImageStorage,
        NumberOfFrames=frames,
        KVP=None,
        ConvolutionKernel=None,
        **header,
    )
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = "1.2", "1.2.3"
    dataset.SharedFunctionalGroupsSequence = Items(
        [
            group(
                PixelMeasuresSequence={"PixelSpacing": [SPACING[1], SPACING[0]], "SliceThickness": 3.0},
                PlaneOrientationSequence={"ImageOrientationPatient": [1, 0, 0, 0, 1, 0]},
                CTXRayDetailsSequence={"KVP": 100.0},
                CTReconstructionSequence={"ConvolutionKernel": "Qr36"},
            )
        ]
    )
    dataset.PerFrameFunctionalGroupsSequence = Items(
        [
            group(
                PlanePositionSequence={"ImagePositionPatient": [*ORIGIN[:2], heights[k]]},
                PixelValueTransformationSequence={
                    "RescaleSlope": 1,
                    "RescaleIntercept": intercepts[k],
                    "RescaleType": "HU",
                },
                CTImageFrameTypeSequence={"FrameType": ["ORIGINAL", "PRIMARY", "VOLUME", "NONE"]},
                CardiacSynchronizationSequence={
                    "NominalPercentageOfCardiacPhase": phases[k] if phases else 70.0
                },
            )
            for k in range(frames)
        ]
    )
    if syntax == JPEGLosslessSV1:
        pack_frames(dataset, stored)
    elif syntax:
        dataset.compress(syntax, generate_instance_uid=False)
    dataset.save_as(path, enforce_file_format=True)
    return path


def pack_frames(dataset: Dataset, stored: np.ndarray) -> None:
    """As JPEG lossless, which SimpleITK decodes."""
    frames = [slice_dataset(plane, JPEGLosslessSV1).PixelData for plane in stored]
    dataset.PixelData = encapsulate([next(generate_frames(frame, number_of_frames=1)) for frame in frames])
    dataset["PixelData"].is_undefined_length = True
    dataset.file_meta.TransferSyntaxUID = JPEGLosslessSV1


@pytest.mark.parametrize("syntax", ["", RLELossless, JPEGLosslessSV1])
def test_frames_are_slices(syntax: str, tmp_path: Path) -> None:
    image = read_ct(write_enhanced(tmp_path / "ct.dcm", syntax=syntax))
    np.testing.assert_array_equal(image.array, HU)
    assert (image.spacing_mm, image.origin_mm) == (SPACING, ORIGIN)
    assert float(image.tags["KVP"]) == 100
    assert image.tags["ConvolutionKernel"] == "Qr36"
    assert image.tags["ImageType"].startswith("ORIGINAL")
    assert float(image.tags["NominalPercentageOfCardiacPhase"]) == 70
    assert image.source == "ct.dcm"


def test_frames_in_any_order_with_their_own_rescale(tmp_path: Path) -> None:
    order = [3, 0, 5, 1, 4, 2]
    heights = [ORIGIN[2] + SPACING[2] * k for k in order]
    image = read_ct(
        write_enhanced(tmp_path / "ct.dcm", HU[order], heights=heights, intercepts=[-1024 - k for k in order])
    )
    np.testing.assert_array_equal(image.array, HU)
    assert image.origin_mm == ORIGIN


def test_a_missing_frame_is_named(tmp_path: Path) -> None:
    heights = [ORIGIN[2] + SPACING[2] * k for k in (0, 1, 2, 4, 5, 6)]
    with pytest.raises(GeometryProblem, match=r"ct\.dcm frame 3 and ct\.dcm frame 4") as caught:
        read_ct(write_enhanced(tmp_path / "ct.dcm", heights=heights))
    assert "1 slice is missing" in caught.value.message


def test_phases_in_one_file_are_told_apart(tmp_path: Path) -> None:
    heights = [ORIGIN[2] + SPACING[2] * (k // 2) for k in range(6)]
    write_enhanced(tmp_path / "ct.dcm", heights=heights, phases=[40, 70] * 3)
    first, second = list_ct_series(tmp_path)
    assert (first.handle, second.handle, first.slices) == ("4a", "4b", 3)
    np.testing.assert_array_equal(read_ct(tmp_path, series="4b").array, HU[1::2])
    assert float(read_ct(tmp_path, series="4b").tags["NominalPercentageOfCardiacPhase"]) == 70


def test_an_enhanced_ct_in_a_folder_is_one_study(tmp_path: Path) -> None:
    write_enhanced(tmp_path / "ct.dcm")
    assert find_ct_studies(tmp_path) == [tmp_path]
    (series,) = list_ct_series(tmp_path)
    assert series.words() == "series 4: 6 slices of 3 mm every 3 mm, 100 kVp, kernel Qr36"
    np.testing.assert_array_equal(read_ct(tmp_path).array, HU)


def test_frames_that_nobody_places(tmp_path: Path) -> None:
    stored = HU + 1024
    dataset = slice_dataset(stored, NumberOfFrames=6)
    dataset.save_as(tmp_path / "ct.dcm", enforce_file_format=True)
    with pytest.raises((GeometryProblem, UnsupportedImage)) as caught:
        read_ct(tmp_path / "ct.dcm")
    assert "ct.dcm" in caught.value.message


def test_fewer_frames_than_described(tmp_path: Path) -> None:
    import pydicom

    path = write_enhanced(tmp_path / "ct.dcm")
    dataset = pydicom.dcmread(path)
    dataset.PixelData = dataset.PixelData[: 3 * 20 * 24 * 2]
    dataset.save_as(path)
    with pytest.raises(UnreadableImage, match=r"ct\.dcm"):
        read_ct(path)
