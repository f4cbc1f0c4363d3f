"""Masks in files, on the grid of the film they belong to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ..errors import GeometryProblem, StoreProblem, UnreadableImage
from ..records import write_atomically
from .image import Image

MASK_ENDINGS = (".nrrd", ".nii.gz", ".nii", ".mha")

_GEOMETRY_TOLERANCE = 1e-4
"""Relative; NIfTI keeps float32 and a quaternion."""


def write_mask(path: Path | str, mask: np.ndarray, image: Image, compress: bool = True) -> None:
    """Labels ``[rows, cols]`` or ``[1, rows, cols]`` of ``image`` as uint8 NRRD, NIfTI or MHA.

    Origin, spacing and direction are those of ``image``. The file appears whole or not at all.
    """
    import SimpleITK as sitk

    target = Path(path)
    if not target.name.lower().endswith(MASK_ENDINGS):
        raise StoreProblem(
            f"{target.name}: masks are written as {', '.join(MASK_ENDINGS)}.", "Choose one of these endings."
        )
    labels = np.asarray(mask)
    volume = labels[None] if labels.ndim == 2 else labels
    if volume.shape != image.array.shape:
        raise GeometryProblem(f"The mask has the shape {volume.shape}, its image {image.array.shape}.")
    if volume.dtype != np.uint8:
        if (volume != volume.astype(np.uint8)).any():
            raise StoreProblem("A mask holds whole labels from 0 to 255.", "Write probabilities elsewhere.")
        volume = volume.astype(np.uint8)
    file_image = sitk.GetImageFromArray(np.ascontiguousarray(volume))
    file_image.SetSpacing(image.spacing_mm)
    file_image.SetOrigin(image.origin_mm)
    file_image.SetDirection(image.direction)
    with write_atomically(target) as temporary:
        try:
            sitk.WriteImage(file_image, str(temporary), compress)
        except RuntimeError as problem:
            raise StoreProblem(
                f"{target.name} could not be written.", "Check free space and write permission."
            ) from problem


def read_mask(path: Path | str, image: Image | None = None) -> np.ndarray:
    """Labels uint8 ``[k, rows, cols]`` of a mask file; with ``image`` the grids must agree."""
    import SimpleITK as sitk

    source = Path(path)
    try:
        stored = sitk.ReadImage(str(source))
    except RuntimeError as problem:
        raise UnreadableImage(f"{source.name} is not a mask that can be read.") from problem
    labels: np.ndarray = sitk.GetArrayFromImage(stored)
    labels = labels[None] if labels.ndim == 2 else labels
    if image is not None:
        _check_grid(source.name, stored, labels, image)
    return labels.astype(np.uint8)


def _check_grid(name: str, stored: Any, labels: np.ndarray, image: Image) -> None:
    if labels.shape != image.array.shape:
        raise GeometryProblem(f"{name} has the shape {labels.shape}, the image {image.array.shape}.")
    size = np.array(image.spacing_mm)
    same = np.allclose(stored.GetSpacing()[:2], size[:2], rtol=_GEOMETRY_TOLERANCE) and np.allclose(
        stored.GetOrigin()[:2], image.origin_mm[:2], atol=_GEOMETRY_TOLERANCE * 1000
    )
    if not same:
        raise GeometryProblem(
            f"{name} lies elsewhere than the image (origin or spacing differ).",
            "Choose the mask of this image.",
        )
