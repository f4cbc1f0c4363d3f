"""Stored values of a DICOM film: decoding only; no rescale, no window, no polarity."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import UnreadableImage, UnsupportedImage
from .dicom_kinds import CHOOSE_FILM
from .guard import COPY_AGAIN

_LAYOUT = (
    "Rows",
    "Columns",
    "SamplesPerPixel",
    "BitsAllocated",
    "BitsStored",
    "HighBit",
    "NumberOfFrames",
    "PixelRepresentation",
    "PlanarConfiguration",
)
_PACKAGES = (
    ("JPEG 2000", "pillow"),
    ("JPEG-LS", "pyjpegls"),
    ("JPEG Baseline", "pillow"),
    ("JPEG", "SimpleITK"),
    ("RLE", "pydicom"),
    ("High-Throughput JPEG 2000", "pylibjpeg and pylibjpeg-openjpeg"),
)
"""Who decodes what, by the start of the transfer syntax's name."""


def stored_values(name: str, dataset: Any) -> np.ndarray:
    """``[rows, cols]`` integers (floats of a float film), or ``[rows, cols, 3]`` RGB."""
    values = _decoded(name, dataset)
    color = int(dataset.SamplesPerPixel) > 1 or dataset.PhotometricInterpretation == "PALETTE COLOR"
    if values.ndim != 2 + color:
        raise UnsupportedImage(
            f"{name} holds {len(values)} frames, though its header says one: not a radiograph.", CHOOSE_FILM
        )
    return values


def stored_frames(name: str, dataset: Any) -> np.ndarray:
    """``[frames, rows, cols]``, also of a file with one frame; with channels last where it is colored."""
    values = _decoded(name, dataset)
    single = int(dataset.get("NumberOfFrames") or 1) == 1
    return values[None] if single and len(values) == int(dataset.Rows) else values


def _decoded(name: str, dataset: Any) -> np.ndarray:
    """pydicom decodes; what its plug-ins cannot (JPEG lossless, 12-bit JPEG) goes to SimpleITK."""
    syntax = dataset.file_meta.TransferSyntaxUID
    if not syntax.is_encapsulated:
        _check_length(name, dataset)
    try:
        values = by_pydicom(dataset)
    except Exception as problem:  # plug-ins raise all kinds
        if not syntax.is_encapsulated:
            raise UnreadableImage(f"{name}: its pixels cannot be laid out.", COPY_AGAIN) from problem
        values = _second_try(name, dataset, problem)
    return values


def by_pydicom(dataset: Any) -> np.ndarray:
    """As the header lays them out; color as RGB, palettes looked up."""
    if dataset.file_meta.TransferSyntaxUID.name.startswith("RLE"):
        # pylibjpeg-rle, which pydicom would prefer, ends the process on damaged data (a Rust panic is
        # no Exception); pydicom's own decoder takes 0.4 s for a large film and raises.
        dataset.pixel_array_options(decoding_plugin="pydicom")
    array: np.ndarray = dataset.pixel_array
    if dataset.PhotometricInterpretation == "PALETTE COLOR":
        from pydicom.pixels.processing import apply_color_lut

        array = apply_color_lut(array, dataset)
    return array


def by_simpleitk(dataset: Any) -> np.ndarray:
    """The same through GDCM.

    SimpleITK turns MONOCHROME1 and applies the rescale, so it is given a copy that says neither: the
    pixels with their layout and nothing else (a temporary file names no patient).
    """
    import SimpleITK

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "film.dcm"
        _bare_copy(dataset).save_as(path, enforce_file_format=True)
        array: np.ndarray = SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(str(path)))
    return array[0] if len(array) == 1 else array


def _bare_copy(dataset: Any) -> Any:
    import pydicom
    from pydicom.uid import SecondaryCaptureImageStorage, generate_uid

    bare = pydicom.Dataset()
    for keyword in _LAYOUT:
        if dataset.get(keyword) is not None:
            setattr(bare, keyword, dataset.get(keyword))
    colored = int(dataset.SamplesPerPixel) > 1
    bare.PhotometricInterpretation = dataset.PhotometricInterpretation if colored else "MONOCHROME2"
    bare.add(dataset["PixelData"])
    bare.SOPClassUID, bare.SOPInstanceUID = SecondaryCaptureImageStorage, generate_uid()
    bare.file_meta = pydicom.dataset.FileMetaDataset()
    bare.file_meta.TransferSyntaxUID = dataset.file_meta.TransferSyntaxUID
    bare.file_meta.MediaStorageSOPClassUID = bare.SOPClassUID
    bare.file_meta.MediaStorageSOPInstanceUID = bare.SOPInstanceUID
    return bare


def _second_try(name: str, dataset: Any, problem: Exception) -> np.ndarray:
    syntax = dataset.file_meta.TransferSyntaxUID.name
    package = next((package for start, package in _PACKAGES if syntax.startswith(start)), "")
    try:
        return by_simpleitk(dataset)
    except ImportError:
        missing = not decoder_available(dataset)
    except RuntimeError:
        missing = not package
    if missing:
        raise UnreadableImage(
            f"{name}: no decoder for its compression ({syntax}).",
            f"Install {package} and read it again."
            if package
            else "Export it uncompressed from the archive.",
        ) from problem
    raise UnreadableImage(f"{name}: its compressed pixels are damaged or cut short.", COPY_AGAIN) from problem


def decoder_available(dataset: Any) -> bool:
    """Whether a plug-in of pydicom is there for this compression."""
    from pydicom.pixels.decoders.base import get_decoder

    try:
        return bool(get_decoder(dataset.file_meta.TransferSyntaxUID).is_available)
    except NotImplementedError:
        return False


def _check_length(name: str, dataset: Any) -> None:
    """Uncompressed pixels must all be there."""
    bits = int(dataset.BitsAllocated)
    samples = int(dataset.SamplesPerPixel)
    if dataset.PhotometricInterpretation == "YBR_FULL_422":
        samples = 2  # two pixels share their color
    expected = (int(dataset.Rows) * int(dataset.Columns) * samples * bits + 7) // 8
    keyword = next(k for k in ("PixelData", "FloatPixelData", "DoubleFloatPixelData") if k in dataset)
    present = len(dataset[keyword].value)
    if present < expected:
        raise UnreadableImage(
            f"{name} was cut short: {present} of {expected} bytes of its pixels are there.", COPY_AGAIN
        )
