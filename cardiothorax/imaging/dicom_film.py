"""A DICOM radiograph as a reader sees it: decode, grey chain, spacing, tags."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np

from .checks import check_values, grey_of_color
from .dicom_depth import correct_depth
from .dicom_grey import VoiChoice, film_grey
from .dicom_header import measuring_tags, read_header
from .dicom_kinds import FOR_PROCESSING_CLASS
from .dicom_pixels import stored_values
from .guard import damage_named
from .image import Image
from .spacing import pixel_size


def read_dicom(path: Path, voi: VoiChoice = None) -> Image:
    """One CR, DX or captured film. Origin and direction are those ITK gives a film: it has no place
    in the patient; ``PatientOrientation`` in ``tags`` says how it lies."""
    with damage_named(path.name, "DICOM"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what matters of a sloppy header is said in notes and errors
        dataset = read_header(path)
        corrected = correct_depth(dataset)
        grey, notes = _grey(path.name, dataset, voi)
        size = pixel_size(dataset)
        tags = measuring_tags(dataset)
    return Image(
        array=grey[None],
        spacing_mm=(size.column_mm, size.row_mm, 1.0),
        modality=tags.get("Modality", ""),
        tags=tags,
        spacing_source=size.source,
        notes=(*corrected, *notes, *size.notes, *_raw_data(tags)),
        source=path.name,
    )


def _grey(name: str, dataset: Any, voi: VoiChoice) -> tuple[np.ndarray, tuple[str, ...]]:
    stored = stored_values(name, dataset)
    if stored.ndim == 2:
        check_values(name, stored)
        grey, notes = film_grey(name, dataset, stored, voi)
    else:
        # a palette's own depth replaces the pixels'
        white = np.iinfo(stored.dtype).max if "PALETTE" in dataset.PhotometricInterpretation else 0
        grey, notes = grey_of_color(name, stored[..., :3], white or 2.0 ** int(dataset.BitsStored) - 1), ()
        check_values(name, grey)
    return np.ascontiguousarray(grey, np.float32), notes


def _raw_data(tags: dict[str, str]) -> tuple[str, ...]:
    raw = tags.get("PresentationIntentType", "").upper() == "FOR PROCESSING"
    if raw or tags.get("SOPClassUID") == FOR_PROCESSING_CLASS:
        return ("Unprocessed detector data (FOR PROCESSING): contrast differs from a film for reading.",)
    return ()
