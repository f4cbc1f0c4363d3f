"""A DICOM radiograph as a reader sees it: decode, modality, VOI, polarity, spacing, tags."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from .checks import check_values, grey_of_color
from .dicom_grey import film_grey
from .dicom_header import measuring_tags, read_header
from .dicom_pixels import stored_values
from .image import IDENTITY, Image
from .spacing import pixel_size

VoiChoice = int | tuple[float, float] | None


def read_dicom(path: Path, voi: VoiChoice = None) -> Image:
    dataset = read_header(path)
    stored = stored_values(path.name, dataset)
    notes: tuple[str, ...]
    if stored.ndim == 3:
        grey, notes = grey_of_color(path.name, stored), ()
        check_values(path.name, grey)
    else:
        check_values(path.name, stored)
        grey, notes = film_grey(dataset, stored, voi)
    size = pixel_size(dataset)
    return Image(
        array=np.ascontiguousarray(grey, np.float32)[None],
        spacing_mm=(size.column_mm, size.row_mm, 1.0),
        origin_mm=(0.0, 0.0, 0.0),
        direction=_direction(dataset),
        modality=str(dataset.get("Modality", "")),
        tags=measuring_tags(dataset),
        spacing_source=size.source,
        notes=(*notes, *size.notes),
        source=path.name,
    )


def _direction(dataset: Any) -> tuple[float, ...]:
    return IDENTITY
