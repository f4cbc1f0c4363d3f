"""Films in NRRD, NIfTI and MetaImage files, which keep their own geometry."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..errors import UnreadableImage, UnsupportedImage
from .checks import check_size, check_values, grey_of_color
from .image import Image
from .levels import displayed


def read_volume(path: Path) -> Image:
    """A 2-D image, or a 3-D one with a single slice; grey values 0 to 255."""
    import SimpleITK as sitk

    try:
        stored = sitk.ReadImage(str(path))
    except RuntimeError as problem:
        raise UnreadableImage(
            f"{path.name} cannot be read: it is damaged, cut short or not an image.",
            "Copy or export the file again.",
        ) from problem
    if stored.GetDimension() == 2:
        stored = sitk.JoinSeries(stored)
    size = stored.GetSize()
    if stored.GetDimension() != 3 or size[2] != 1:
        raise UnsupportedImage(
            f"{path.name} has {' x '.join(map(str, size))} pixels: a stack of slices, not a radiograph.",
            "Choose a single film.",
        )
    check_size(path.name, size[1], size[0])
    array: np.ndarray = sitk.GetArrayFromImage(stored)[0]
    values = grey_of_color(path.name, array) if array.ndim == 3 else array
    check_values(path.name, values)
    grey, notes = displayed(values)
    return Image(
        array=grey[None],
        spacing_mm=stored.GetSpacing(),
        origin_mm=stored.GetOrigin(),
        direction=stored.GetDirection(),
        spacing_source="file",
        notes=notes,
        source=path.name,
    )
