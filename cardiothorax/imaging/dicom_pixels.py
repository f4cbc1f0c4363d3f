"""Stored values of a DICOM film: decoding only, no rescale, no window, no polarity."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import UnreadableImage

_LAYOUT = (
    "Rows",
    "Columns",
    "SamplesPerPixel",
    "BitsAllocated",
    "BitsStored",
    "HighBit",
    "PixelRepresentation",
    "PlanarConfiguration",
)


def stored_values(name: str, dataset: Any) -> np.ndarray:
    """``[rows, cols]`` integers (or floats of a float film), ``[rows, cols, 3]`` RGB for colour."""
    try:
        return _by_pydicom(dataset)
    except Exception as problem:
        if getattr(dataset.file_meta.get("TransferSyntaxUID"), "is_encapsulated", False):
            try:
                return _by_simpleitk(dataset)
            except RuntimeError:
                pass
        raise _undecodable(name, dataset, problem) from problem


def _by_pydicom(dataset: Any) -> np.ndarray:
    array: np.ndarray = dataset.pixel_array
    return array


def _by_simpleitk(dataset: Any) -> np.ndarray:
    """JPEG lossless and 12-bit JPEG, which pillow cannot decode.

    SimpleITK turns MONOCHROME1 and applies the rescale, so it is given a copy that says neither: the
    pixels with their layout, nothing else of the header (and no patient in a temporary file).
    """
    import pydicom
    import SimpleITK as sitk
    from pydicom.uid import SecondaryCaptureImageStorage, generate_uid

    bare = pydicom.Dataset()
    for keyword in _LAYOUT:
        if dataset.get(keyword) is not None:
            setattr(bare, keyword, dataset.get(keyword))
    color = int(dataset.get("SamplesPerPixel", 1)) > 1
    bare.PhotometricInterpretation = dataset.PhotometricInterpretation if color else "MONOCHROME2"
    bare.add(dataset["PixelData"])
    bare.SOPClassUID, bare.SOPInstanceUID = SecondaryCaptureImageStorage, generate_uid()
    meta = pydicom.dataset.FileMetaDataset()
    meta.TransferSyntaxUID = dataset.file_meta.TransferSyntaxUID
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = bare.SOPClassUID, bare.SOPInstanceUID
    bare.file_meta = meta
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "film.dcm"
        bare.save_as(path, enforce_file_format=True)
        array: np.ndarray = sitk.GetArrayFromImage(sitk.ReadImage(str(path)))
    return array[0]


def _undecodable(name: str, dataset: Any, problem: Exception) -> UnreadableImage:
    syntax = dataset.file_meta.get("TransferSyntaxUID")
    label = getattr(syntax, "name", "unknown")
    return UnreadableImage(
        f"{name}: its pixels cannot be decoded (transfer syntax {label}).",
        "The file is cut short or damaged, or a decoder is missing: fetch it again, or "
        "install pylibjpeg-openjpeg (JPEG 2000) or pyjpegls (JPEG-LS).",
    )
