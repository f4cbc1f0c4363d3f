"""A drawn study as a DICOM CT series that says what it is, with its truth beside it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ...records import to_plain, write_atomically
from ..dicom import describe_making, describe_nobody
from .draw import CtPhantom

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

INTERCEPT = -1024
BITS = 12
TRUTH, LABELS, SERIES = "truth.json", "labels.nrrd", "series"


def write_ct_series(phantom: CtPhantom, folder: Path | str, *, compression: str = "none") -> Path:
    """``series/ct_0001.dcm`` ..., ``labels.nrrd`` and ``truth.json`` in ``folder``; returns ``series``.

    HU are stored with RescaleIntercept -1024. ``compression``: ``none`` (every program reads it) or
    ``jpegls`` (lossless, a third of the size). :class:`StoreProblem` when writing fails.
    """
    from pydicom.uid import JPEGLSLossless

    from ...imaging import write_mask

    if compression not in ("none", "jpegls"):
        raise ValueError(f"compression is {compression!r}, expected none or jpegls")
    folder = Path(folder)
    for number in range(phantom.image.array.shape[0]):
        dataset = to_dataset(phantom, number)
        if compression == "jpegls":
            dataset.compress(JPEGLSLossless, generate_instance_uid=False)
        with write_atomically(folder / SERIES / f"ct_{number + 1:04d}.dcm") as temporary:
            dataset.save_as(temporary, enforce_file_format=True)
    write_mask(folder / LABELS, phantom.labels, phantom.image)
    with write_atomically(folder / TRUTH) as temporary:
        temporary.write_text(json.dumps(truth_in_full(phantom), indent=1) + "\n", encoding="utf-8")
    return folder / SERIES


def truth_in_full(phantom: CtPhantom) -> dict[str, object]:
    """What ``truth.json`` holds: plaques, sums, center lines (mm LPS) and the options drawn from."""
    lines = [
        {"name": a.name, "artery": a.territory, "points_mm": np.round(a.points, 2).tolist()}
        for a in phantom.centerlines
    ]
    return {
        "schema": "cardiothorax/phantom-ct/1",
        "truth": to_plain(phantom.truth),
        "centerlines": lines,
        "options": to_plain(phantom.options),
    }


def to_dataset(phantom: CtPhantom, number: int) -> Dataset:
    """Slice ``number`` (0 is the lowest), uncompressed. UIDs follow from options and pixels."""
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.SOPClassUID = CTImageStorage
    _identify(dataset, phantom, number)
    describe_nobody(
        dataset, number=phantom.options.seed, sex="F" if phantom.options.anatomy.breast_mm else "M"
    )
    describe_making(dataset, number=phantom.options.seed, model="phantoms.ct")
    _describe_scan(dataset, phantom, number)
    _describe_pixels(dataset, phantom.image.array[number])
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    return dataset


def _identify(dataset: Dataset, phantom: CtPhantom, number: int) -> None:
    from pydicom.uid import generate_uid

    options = json.dumps(to_plain(phantom.options), sort_keys=True)
    middle = phantom.image.array[len(phantom.image.array) // 2]
    pixels = hashlib.sha256(np.ascontiguousarray(middle).tobytes()).hexdigest()

    def uid(what: str) -> str:
        return generate_uid(prefix="2.25.", entropy_srcs=[what, options, pixels])

    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = uid("study"), uid("series")
    dataset.FrameOfReferenceUID, dataset.SOPInstanceUID = uid("frame"), uid(f"slice {number}")
    dataset.StudyDescription, dataset.SeriesDescription = "Synthetic chest phantom", "Synthetic chest CT"
    dataset.ImageComments = "Synthetic CT: nobody's chest."
    dataset.InstanceNumber, dataset.AcquisitionNumber = number + 1, 1


def _describe_scan(dataset: Dataset, phantom: CtPhantom, number: int) -> None:
    image, scan = phantom.image, phantom.options.scan
    dataset.Modality, dataset.BodyPartExamined, dataset.PatientPosition = "CT", "CHEST", "HFS"
    dataset.ImageType = ["DERIVED", "PRIMARY", "AXIAL"]
    dataset.DerivationDescription = "Simulated scan of a drawn chest"
    dataset.Manufacturer = scan.manufacturer
    dataset.ConvolutionKernel = scan.kernel
    dataset.KVP = f"{scan.kvp}"
    dataset.SliceThickness = f"{scan.slice_thickness_mm:.6g}"
    dataset.SpacingBetweenSlices = f"{image.spacing_mm[2]:.6g}"
    dataset.ReconstructionDiameter = f"{scan.field_of_view_mm:.6g}"
    dataset.GantryDetectorTilt = "0"
    if scan.contrast_hu > 0:
        dataset.ContrastBolusAgent = "SIMULATED"
    position = image.lps(0, 0, number)
    dataset.ImagePositionPatient = [_decimal(v) for v in position]
    dataset.ImageOrientationPatient = ["1", "0", "0", "0", "1", "0"]
    dataset.SliceLocation = _decimal(position[2])
    dataset.PixelSpacing = [_decimal(image.spacing_mm[1]), _decimal(image.spacing_mm[0])]
    dataset.PositionReferenceIndicator = ""


def _decimal(value: float) -> str:
    """At most 16 characters, as DICOM asks."""
    return f"{value:.10g}"[:16]


def _describe_pixels(dataset: Dataset, plane: np.ndarray) -> None:
    stored = (plane.astype(np.int32) - INTERCEPT).astype(np.uint16)
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.Rows, dataset.Columns = plane.shape
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, BITS, BITS - 1
    dataset.PixelRepresentation = 0
    dataset.RescaleIntercept, dataset.RescaleSlope, dataset.RescaleType = str(INTERCEPT), "1", "HU"
    dataset.WindowCenter, dataset.WindowWidth = "40", "400"
    dataset.PixelData = stored.tobytes()
