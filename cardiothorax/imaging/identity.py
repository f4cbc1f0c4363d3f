"""What an image is, without whose it is."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import numpy as np

from .image import Image

MEASURING_TAGS = (
    "BitsStored",
    "BodyPartExamined",
    "DistanceSourceToDetector",
    "DistanceSourceToPatient",
    "EstimatedRadiographicMagnificationFactor",
    "FieldOfViewHorizontalFlip",
    "ImageLaterality",
    "ImagerPixelSpacing",
    "Laterality",
    "Manufacturer",
    "ManufacturerModelName",
    "Modality",
    "PatientOrientation",
    "PatientPosition",
    "PhotometricInterpretation",
    "PixelSpacing",
    "PixelSpacingCalibrationType",
    "PresentationIntentType",
    "PresentationLUTShape",
    "RescaleIntercept",
    "RescaleSlope",
    "SOPClassUID",
    "ViewPosition",
    "VOILUTFunction",
    "WindowCenter",
    "WindowWidth",
)
"""The only header values that are ever kept. None names a patient, a person, a place or a time;
free text (descriptions, comments) is left out because people type names into it."""


def pixel_sha256(image: Image) -> str:
    """Of shape, type and decoded pixels: the same for the same film whatever its file or compression."""
    array = image.array
    digest = hashlib.sha256(f"{array.shape} {array.dtype.newbyteorder('<').str}".encode())
    little = array.astype(array.dtype.newbyteorder("<"), copy=False)
    digest.update(np.ascontiguousarray(little).data)
    return digest.hexdigest()


def deidentified(image: Image) -> Image:
    """Pixels, geometry and measuring tags only; the source's name goes too, as it may be a patient's."""
    tags = {name: value for name, value in image.tags.items() if name in MEASURING_TAGS}
    return replace(image, tags=tags, source="", notes=())
