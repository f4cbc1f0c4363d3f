"""A phantom film as a DICOM Digital X-Ray image, for presentation, that says what it is."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..records import write_atomically

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

    from .cxr import PhantomFilm

BITS = 10
"""Grey levels kept: more than a display shows, and little noise to compress."""
TOP = 2**BITS - 1
STUDY_DATE = "20260101"
"""Nobody was examined; a fixed date keeps files the same whenever they are written."""
COMPRESSIONS = ("jpegls", "rle", "none")


def write_dicom(film: PhantomFilm, path: Path | str, *, compression: str = "jpegls") -> None:
    """Write ``film`` to ``path``, losslessly compressed. :class:`StoreProblem` when that fails."""
    from pydicom.uid import JPEGLSLossless, RLELossless

    dataset = to_dataset(film)
    if compression == "jpegls":
        dataset.compress(JPEGLSLossless, generate_instance_uid=False)
    elif compression == "rle":
        dataset.compress(RLELossless, generate_instance_uid=False)
    elif compression != "none":
        raise ValueError(f"compression is {compression!r}, expected one of {COMPRESSIONS}")
    with write_atomically(path) as temporary:
        dataset.save_as(temporary, enforce_file_format=True)


def to_dataset(film: PhantomFilm) -> Dataset:
    """Uncompressed data set. UIDs follow from seed, options and pixels: never the same for two films."""
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.uid import ExplicitVRLittleEndian

    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    stored = stored_values(film)
    describe_nobody(dataset, number=film.truth.seed, sex="F" if film.truth.sex == "female" else "M")
    describe_making(dataset, number=film.truth.seed, model="phantoms.cxr")
    _describe_study(dataset, film, stored)
    _describe_acquisition(dataset, film)
    _describe_pixels(dataset, film, stored)
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    return dataset


def stored_values(film: PhantomFilm) -> np.ndarray:
    """uint16 ``[rows, cols]`` as written; turned over for MONOCHROME1."""
    shown = np.rint(film.image.array[0] / 255 * TOP).astype(np.uint16)
    return np.asarray(TOP - shown if film.options.polarity == "MONOCHROME1" else shown)


def describe_nobody(dataset: Dataset, *, number: int, sex: str) -> None:
    """Name and number of a phantom in place of a patient; ``sex`` is F, M or O."""
    dataset.PatientName = "Phantom^Chest"
    dataset.PatientID = f"PHANTOM-{number}"
    dataset.PatientBirthDate = ""
    dataset.PatientSex = sex
    dataset.PatientComments = "Synthetic image, computed from a seed. Not a patient."


def describe_making(dataset: Dataset, *, number: int, model: str) -> None:
    """When, and by what program: the same for every phantom, whenever it is written."""
    dataset.StudyID, dataset.AccessionNumber = str(number % 10**12), ""
    dataset.StudyDate = dataset.SeriesDate = dataset.ContentDate = dataset.AcquisitionDate = STUDY_DATE
    dataset.StudyTime = dataset.SeriesTime = dataset.ContentTime = dataset.AcquisitionTime = "120000"
    dataset.ReferringPhysicianName = ""
    dataset.SeriesNumber = 1
    dataset.Manufacturer, dataset.ManufacturerModelName = "cardiothorax", model
    dataset.DeviceSerialNumber, dataset.SoftwareVersions = "0", _version()
    dataset.ContentQualification = "RESEARCH"
    dataset.SpecificCharacterSet = "ISO_IR 100"
    dataset.BurnedInAnnotation = "NO"
    dataset.LossyImageCompression = "00"


def _describe_study(dataset: Dataset, film: PhantomFilm, stored: np.ndarray) -> None:
    from pydicom.uid import DigitalXRayImageStorageForPresentation, generate_uid

    def uid(what: str) -> str:
        options = repr(sorted(asdict(film.options).items()))
        pixels = hashlib.sha256(stored.tobytes()).hexdigest()
        return generate_uid(prefix="2.25.", entropy_srcs=[what, str(film.truth.seed), options, pixels])

    dataset.SOPClassUID = DigitalXRayImageStorageForPresentation
    dataset.SOPInstanceUID = uid("instance")
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = uid("study"), uid("series")
    dataset.StudyDescription = "Synthetic chest phantom"
    dataset.SeriesDescription = f"Synthetic chest {'AP' if film.options.portable else 'PA'}"
    dataset.InstanceNumber = 1
    dataset.Modality, dataset.PresentationIntentType = "DX", "FOR PRESENTATION"
    dataset.ImageComments = "Synthetic radiograph: nobody's chest."


def _version() -> str:
    from .. import __version__

    return __version__


def _code(value: str, meaning: str) -> Dataset:
    from pydicom.dataset import Dataset

    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, "SCT", meaning
    return item


def _describe_acquisition(dataset: Dataset, film: PhantomFilm) -> None:
    portable = film.options.portable
    dataset.BodyPartExamined = "CHEST"
    dataset.ImageLaterality = "U"
    dataset.AnatomicRegionSequence = [_code("816094009", "Chest")]
    dataset.ViewPosition = "AP" if portable else "PA"
    dataset.ViewCodeSequence = [
        _code("399348003", "antero-posterior") if portable else _code("272479007", "postero-anterior")
    ]
    dataset.ViewCodeSequence[0].ViewModifierCodeSequence = []
    dataset.PatientOrientation = ["L", "F"]
    dataset.AcquisitionContextSequence = []
    dataset.KVP = "" if portable else "120"
    dataset.DetectorType = "DIRECT"
    spacing = [round(film.image.spacing_mm[1], 8), round(film.image.spacing_mm[0], 8)]
    dataset.ImagerPixelSpacing = spacing
    dataset.PixelSpacing = spacing
    dataset.PixelSpacingCalibrationType = "GEOMETRY"
    dataset.PixelSpacingCalibrationDescription = "Parallel rays: no magnification"
    dataset.EstimatedRadiographicMagnificationFactor = "1.0"


def _describe_pixels(dataset: Dataset, film: PhantomFilm, stored: np.ndarray) -> None:
    inverse = film.options.polarity == "MONOCHROME1"
    dataset.ImageType = ["DERIVED", "PRIMARY", ""]
    dataset.DerivationDescription = "Simulated projection of a drawn chest"
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = film.options.polarity
    dataset.Rows, dataset.Columns = stored.shape
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, BITS, BITS - 1
    dataset.PixelRepresentation = 0
    dataset.PixelIntensityRelationship = "LOG"
    dataset.PixelIntensityRelationshipSign = -1 if inverse else 1
    dataset.RescaleIntercept, dataset.RescaleSlope, dataset.RescaleType = "0", "1", "US"
    dataset.PresentationLUTShape = "INVERSE" if inverse else "IDENTITY"
    dataset.WindowCenter, dataset.WindowWidth = str(2 ** (BITS - 1)), str(2**BITS)
    dataset.PixelData = stored.tobytes()
