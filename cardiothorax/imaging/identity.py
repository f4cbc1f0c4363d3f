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

CT_TAGS = (
    "BodyPartExamined",
    "CalciumScoringMassFactorDevice",
    "CalciumScoringMassFactorPatient",
    "CardiacSynchronizationTechnique",
    "ContrastBolusAgent",
    "ContrastBolusIngredient",
    "ContrastBolusIngredientConcentration",
    "ContrastBolusRoute",
    "ContrastBolusVolume",
    "ContrastFlowRate",
    "ConvolutionKernel",
    "Exposure",
    "ExposureTime",
    "FilterType",
    "GantryDetectorTilt",
    "HeartRate",
    "ImageType",
    "KVP",
    "LossyImageCompression",
    "LossyImageCompressionRatio",
    "Manufacturer",
    "ManufacturerModelName",
    "Modality",
    "MonoenergeticEnergyEquivalent",
    "MultienergyCTAcquisition",
    "NominalPercentageOfCardiacPhase",
    "PatientPosition",
    "PixelPaddingValue",
    "PixelSpacing",
    "ReconstructionDiameter",
    "RescaleIntercept",
    "RescaleSlope",
    "RescaleType",
    "SOPClassUID",
    "ScanOptions",
    "SliceThickness",
    "SpiralPitchFactor",
    "TriggerTime",
    "XRayTubeCurrent",
)
"""The same for a CT. Agent, route and kernel are short texts: whatever of the patient's name, number or
birth date stands in one is found and the text replaced (see ``ct_headers``)."""


def pixel_sha256(image: Image) -> str:
    """Of shape, type and decoded pixels: the same for the same film whatever its file or compression."""
    array = image.array
    digest = hashlib.sha256(f"{array.shape} {array.dtype.newbyteorder('<').str}".encode())
    little = array.astype(array.dtype.newbyteorder("<"), copy=False)
    digest.update(np.ascontiguousarray(little).data)
    return digest.hexdigest()


def deidentified(image: Image) -> Image:
    """Pixels, geometry and measuring tags only; the source's name goes too, as it may be a patient's."""
    tags = {name: value for name, value in image.tags.items() if name in MEASURING_TAGS or name in CT_TAGS}
    return replace(image, tags=tags, source="", notes=())
