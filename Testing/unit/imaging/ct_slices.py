"""CT series written for the tests: nobody's, with every value and place known."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

SPACING = (0.5, 0.75, 3.0)
"""Column distance, row distance, increment: all different, so that none can stand for another."""
ORIGIN = (-20.0, -30.0, 100.0)
PERSON = {
    "PatientName": "Nobody^Anna",
    "PatientID": "ID778899",
    "PatientBirthDate": "19500317",
    "AccessionNumber": "ACC4711",
    "InstitutionName": "Somewhere",
    "SeriesDescription": "Anna Nobody calcium",
    "StudyDescription": "Nobody",
    "StudyDate": "20260102",
    "OperatorsName": "Somebody^Else",
}


def chest(slices: int = 6, rows: int = 20, columns: int = 24) -> np.ndarray:
    """HU int16 ``[k, j, i]`` with air, lung and tissue; no two voxels' neighborhoods alike, so that any
    flip or mix-up of slices shows."""
    rng = np.random.default_rng(slices)
    hu = rng.integers(-1000, -700, (slices, rows, columns))
    hu[:, rows // 4 : rows // 2] = rng.integers(20, 60, (slices, rows // 2 - rows // 4, columns))
    hu[:, rows // 3, columns // 3] = 300 + np.arange(slices)
    return hu.astype(np.int16)


def write_series(
    folder: Path,
    hu: np.ndarray,
    *,
    spacing: Sequence[float] = SPACING,
    origin: Sequence[float] = ORIGIN,
    row: Sequence[float] = (1.0, 0.0, 0.0),
    column: Sequence[float] = (0.0, 1.0, 0.0),
    step: Sequence[float] = (0.0, 0.0, 1.0),
    name: str = "s{:03d}.dcm",
    syntax: str = "",
    series: str = "1.2.826.0.1.3680043.8.498.7.1",
    study: str = "1.2.826.0.1.3680043.8.498.7",
    each: Callable[[int], Mapping[str, Any]] | None = None,
    **header: Any,
) -> list[Path]:
    """``hu`` as DICOM files, slice k at ``origin + k * increment * step``; their paths by k.

    ``header`` are values of all slices and ``each(k)`` those of one; ``None`` leaves a value out.
    Pixels are stored as HU + 1024 unless slope or intercept are given.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for k, values in enumerate(hu):
        own = {**header, **(each(k) if each else {})}
        slope, intercept = own.get("RescaleSlope", 1), own.get("RescaleIntercept", -1024)
        stored = np.rint((values - float(intercept or 0)) / float(slope or 1))
        place = np.add(origin, np.multiply(step, k * spacing[2]))
        defaults = {
            "RescaleSlope": slope,
            "RescaleIntercept": intercept,
            "ImagePositionPatient": [round(float(v), 6) for v in place],
            "ImageOrientationPatient": [*row, *column],
            "PixelSpacing": [spacing[1], spacing[0]],
            "SliceThickness": spacing[2],
            "InstanceNumber": k + 1,
            "StudyInstanceUID": study,
            "SeriesInstanceUID": series,
        }
        path = folder / name.format(k)
        slice_dataset(stored, syntax, **(defaults | own)).save_as(path, enforce_file_format=True)
        paths.append(path)
    return paths


def slice_dataset(stored: np.ndarray, syntax: str = "", **header: Any) -> Any:
    """One slice of whole stored values; negative ones make it signed."""
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

    signed = bool(stored.min() < 0)
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    values = {
        **PERSON,
        "SOPClassUID": CTImageStorage,
        "SOPInstanceUID": generate_uid(),
        "Modality": "CT",
        "SeriesNumber": 4,
        "ImageType": ["ORIGINAL", "PRIMARY", "AXIAL"],
        "KVP": 120,
        "ConvolutionKernel": "STANDARD",
        "Manufacturer": "GE MEDICAL SYSTEMS",
        "PatientPosition": "HFS",
        "Rows": stored.shape[-2],
        "Columns": stored.shape[-1],
        "SamplesPerPixel": 1,
        "PhotometricInterpretation": "MONOCHROME2",
        "BitsAllocated": 16,
        "BitsStored": 16,
        "HighBit": 15,
        "PixelRepresentation": int(signed),
        "PixelData": stored.astype(np.int16 if signed else np.uint16).tobytes(),
    } | header
    for keyword, value in values.items():
        if value is not None:
            setattr(dataset, keyword, value)
    if "PixelData" in dataset:
        dataset["PixelData"].VR = "OW"
    if syntax in _BY_GDCM:
        _compress_by_gdcm(dataset, stored, _BY_GDCM[syntax])
    elif syntax:
        dataset.compress(syntax, generate_instance_uid=False)
    return dataset


_BY_GDCM = {"1.2.840.10008.1.2.4.70": "JPEG", "1.2.840.10008.1.2.4.90": "JPEG2000"}
"""JPEG lossless and JPEG 2000, for which pydicom's encoders need packages that reading does not."""


def _compress_by_gdcm(dataset: Any, stored: np.ndarray, compressor: str) -> None:
    import pydicom
    import SimpleITK

    signed = int(dataset.PixelRepresentation)
    with tempfile.TemporaryDirectory() as folder:
        writer = SimpleITK.ImageFileWriter()
        writer.SetFileName(f"{folder}/slice.dcm")
        writer.SetImageIO("GDCMImageIO")
        writer.SetUseCompression(True)
        writer.SetCompressor(compressor)
        writer.Execute(SimpleITK.GetImageFromArray(stored.astype(np.int16 if signed else np.uint16)))
        packed = pydicom.dcmread(f"{folder}/slice.dcm")
    assert (packed.BitsStored, packed.PixelRepresentation) == (dataset.BitsStored, signed)
    dataset["PixelData"] = packed["PixelData"]
    dataset.file_meta.TransferSyntaxUID = packed.file_meta.TransferSyntaxUID
