"""Films written for the tests: nobody's, with every value known."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as Picture


@pytest.fixture
def dicom_film(tmp_path: Path) -> Callable[..., Path]:
    """``dicom_film(stored, WindowCenter=..., ...)`` writes a DX film and gives its path.

    Keywords are header values; ``None`` leaves a value out. ``name`` is the file's name, ``syntax``
    its transfer syntax (pydicom compresses).
    """

    def write(stored: np.ndarray, name: str = "film.dcm", syntax: str = "", **header: Any) -> Path:
        from pydicom.uid import UID, JPEG2000Lossless

        if syntax and not UID(syntax).is_encapsulated:
            order = ">" if not UID(syntax).is_little_endian else "<"
            dataset = film_dataset(stored.astype(stored.dtype.newbyteorder(order)), **header)
            dataset.file_meta.TransferSyntaxUID = syntax
            dataset["PixelData"].VR = "OW"
        else:
            dataset = film_dataset(stored, **header)
            if syntax == JPEG2000Lossless:
                _compress_jpeg2000(dataset, stored)
            elif syntax:
                dataset.compress(syntax, generate_instance_uid=False)
        path = tmp_path / name
        dataset.save_as(path, enforce_file_format=True)
        return path

    return write


def _compress_jpeg2000(dataset: Any, stored: np.ndarray) -> None:
    """By pillow: pydicom's encoder would need a package that reading does not."""
    from pydicom.encaps import encapsulate
    from pydicom.uid import JPEG2000Lossless

    codestream = BytesIO()
    Picture.fromarray(stored).save(codestream, "JPEG2000", no_jp2=True, irreversible=False)
    dataset.PixelData = encapsulate([codestream.getvalue()])
    dataset["PixelData"].is_undefined_length = True
    dataset.file_meta.TransferSyntaxUID = JPEG2000Lossless


def film_dataset(stored: np.ndarray, **header: Any) -> Any:
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.uid import DigitalXRayImageStorageForPresentation, ExplicitVRLittleEndian, generate_uid

    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.SOPClassUID = header.pop("SOPClassUID", DigitalXRayImageStorageForPresentation)
    dataset.SOPInstanceUID = generate_uid()
    dataset.PatientName, dataset.PatientID = "Nobody^Anna", "12345"
    dataset.PatientBirthDate, dataset.InstitutionName = "19500101", "Somewhere"
    bits = stored.dtype.itemsize * 8
    values = {
        "Modality": "DX",
        "Rows": stored.shape[0],
        "Columns": stored.shape[1],
        "SamplesPerPixel": 3 if stored.ndim == 3 else 1,
        "PhotometricInterpretation": "RGB" if stored.ndim == 3 else "MONOCHROME2",
        "BitsAllocated": bits,
        "BitsStored": bits,
        "PixelRepresentation": int(stored.dtype.kind == "i"),
        "PixelData": stored.tobytes(),
    }
    if stored.ndim == 3:
        values["PlanarConfiguration"] = 0
    values |= header
    if values["BitsStored"] is not None:
        values.setdefault("HighBit", values["BitsStored"] - 1)
    for keyword, value in values.items():
        if value is not None:
            setattr(dataset, keyword, value)
    if "PixelData" in dataset and "BitsAllocated" not in dataset:
        dataset["PixelData"].VR = "OW"  # pydicom cannot choose without the depth
    return dataset


@pytest.fixture
def ramp() -> np.ndarray:
    """12 bits, 0 to 4095 in 64 x 64 pixels, each value once."""
    return np.arange(4096, dtype=np.uint16).reshape(64, 64)
