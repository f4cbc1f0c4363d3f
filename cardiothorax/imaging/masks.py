"""Masks in files, on the grid of the film they belong to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ..errors import GeometryProblem, StoreProblem
from ..records import write_atomically
from .image import Image
from .plain_names import plain_name_to_write
from .volumes import in_space, pixels, read_stored

MASK_ENDINGS = (".nrrd", ".nii.gz", ".nii", ".mha")

GEOMETRY_TOLERANCE_MM = 1e-3
"""Of origin and spacing; NIfTI keeps them as float32."""
DIRECTION_TOLERANCE = 1e-4


def write_mask(path: Path | str, mask: np.ndarray, image: Image, compress: bool = True) -> None:
    """Labels ``[rows, cols]`` or ``[1, rows, cols]`` of ``image`` as a uint8 NRRD, NIfTI or MHA file.

    Origin, spacing and direction are those of ``image``. The file appears whole or not at all.
    """
    import SimpleITK

    target = Path(path)
    if not target.name.lower().endswith(MASK_ENDINGS):
        raise StoreProblem(
            f"{target.name}: masks are written as {', '.join(MASK_ENDINGS)}.", "Choose one of these endings."
        )
    stored: Any = SimpleITK.GetImageFromArray(_labels(mask, image))
    stored.SetSpacing(image.spacing_mm)
    stored.SetOrigin(image.origin_mm)
    stored.SetDirection(image.direction)
    with write_atomically(target) as temporary, plain_name_to_write(temporary) as writable:
        try:
            SimpleITK.WriteImage(stored, str(writable), compress)
        except RuntimeError as problem:
            raise StoreProblem(
                f"{target.name} could not be written.", "Check free space and write permission."
            ) from problem


def read_mask(path: Path | str, image: Image | None = None) -> np.ndarray:
    """Labels uint8 ``[k, rows, cols]`` of a mask file. With ``image``, the mask must lie on its grid
    (:class:`GeometryProblem` names what differs)."""
    source = Path(path)
    stored = read_stored(source)
    labels = pixels(stored)
    labels = labels[None] if labels.ndim == 2 else labels
    if labels.ndim != 3 or (labels != labels.astype(np.uint8)).any():
        raise GeometryProblem(f"{source.name} is not a mask of whole labels from 0 to 255.", "Choose a mask.")
    if image is not None:
        _check_grid(source.name, stored, labels, image)
    return labels.astype(np.uint8)


def _labels(mask: np.ndarray, image: Image) -> np.ndarray:
    labels = np.asarray(mask)
    labels = labels[None] if labels.ndim == 2 else labels
    if labels.shape != image.array.shape:
        raise GeometryProblem(f"The mask has the shape {labels.shape}, its image {image.array.shape}.")
    whole = labels.astype(np.uint8)
    if labels.dtype != np.uint8 and (labels != whole).any():
        raise StoreProblem(
            "A mask holds whole labels from 0 to 255.", "Turn probabilities into labels first."
        )
    return np.ascontiguousarray(whole)


def _check_grid(name: str, stored: Any, labels: np.ndarray, image: Image) -> None:
    choose = "Choose the mask that was drawn on this image."
    if labels.shape != image.array.shape:
        raise GeometryProblem(f"{name} has the shape {labels.shape}, the image {image.array.shape}.", choose)
    flat = stored.GetDimension() == 2  # a 2-D file has no third axis to compare
    axes = slice(0, 2) if flat else slice(0, 3)
    spacing, origin, direction = in_space(stored)
    for what, found, expected, tolerance in (
        ("spacing", spacing[axes], image.spacing_mm[axes], GEOMETRY_TOLERANCE_MM),
        ("origin", origin[axes], image.origin_mm[axes], GEOMETRY_TOLERANCE_MM),
        ("direction", direction, image.direction, DIRECTION_TOLERANCE),
    ):
        if not (flat and what == "direction") and not np.allclose(found, expected, rtol=0, atol=tolerance):
            raise GeometryProblem(f"{name} has the {what} {found}, the image {expected}.", choose)
