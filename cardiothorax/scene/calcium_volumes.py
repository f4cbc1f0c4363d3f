"""Volume nodes as CT studies for the package."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import slicer
from vtk.util.numpy_support import vtk_to_numpy

from ..errors import CardiothoraxError, StoreProblem, UnreadableImage, UnsupportedImage
from ..imaging import ct_from_array
from ..imaging.ct_headers import slice_headers
from ..imaging.image import Image
from .geometry import lps_grid, set_lps_grid
from .packed import unpack_image
from .volumes import INSTANCES_ATTRIBUTE, UNKNOWN_SPACING

APPLY_AGAIN = "Press Apply to start again with this study."


def ct_of_volume(volume: Any, *, header_file: Path | None = None) -> Image:
    """The CT in a scalar volume node: the node's own HU, slices from feet to head.

    ``header_file`` is one of the DICOM files that the node was loaded from: tube voltage, kernel, contrast
    agent and gating are read from it. Raises :class:`UnsupportedImage` and :class:`GeometryProblem` in
    words for what cannot be scored (one slice, not axial, no HU, bent by a transform, no spacing).
    """
    spacing, origin, direction = lps_grid(volume)
    name = volume.GetName()
    if np.allclose(spacing, UNKNOWN_SPACING, rtol=0, atol=1e-9):
        raise UnsupportedImage(
            f"{name} states no spacing (1 x 1 x 1 mm): areas and volumes are not known.",
            "Load the DICOM series, or set the spacing in the Volumes module.",
        )
    tags, said = _tags_of(header_file)
    image = ct_from_array(
        hu_of(volume), spacing_mm=spacing, origin_mm=origin, direction=direction, tags=tags, source=name
    )
    return dataclasses.replace(image, notes=(*image.notes, *said))


def hu_of(volume: Any) -> np.ndarray:
    """The node's values ``[k, j, i]``: a view, not a copy."""
    data = volume.GetImageData()
    if data is None or data.GetPointData().GetScalars() is None or data.GetNumberOfPoints() == 0:
        raise UnreadableImage(f"{volume.GetName()} has no voxels.", "Choose a volume that holds a CT.")
    if data.GetNumberOfScalarComponents() != 1:
        raise UnsupportedImage(f"{volume.GetName()} is a color image, not a CT.", "Choose a CT volume.")
    columns, rows, slices = data.GetDimensions()
    values: np.ndarray = vtk_to_numpy(data.GetPointData().GetScalars())
    return values.reshape(slices, rows, columns)


def volume_of_ct(scene: Any, image: Image, name: str) -> Any:
    """A scalar volume node with the study's HU, slices from feet to head."""
    volume = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", name)
    slicer.util.updateVolumeFromArray(volume, image.array)
    set_lps_grid(volume, image.spacing_mm, image.origin_mm, image.direction)
    volume.CreateDefaultDisplayNodes()
    return volume


def dicom_file(volume: Any, database: Any) -> Path | None:
    """One of the files that the volume was loaded from, as Slicer's DICOM database knows them; ``None``
    where there is none any more. ``database`` may be ``None``."""
    if database is None:
        return None
    for instance in (volume.GetAttribute(INSTANCES_ATTRIBUTE) or "").split():
        known = database.fileForInstance(instance)
        if known and Path(known).is_file():
            return Path(known)
    return None


def study_again(volume: Any, packed: str) -> Image:
    """The study as it was read, with the voxels of its volume; ``packed`` by :func:`.packed.pack_image`.

    Raises :class:`StoreProblem` when the volume is another one by now.
    """
    kept = unpack_image(packed, np.zeros((1, 1, 1), np.int16), hint=APPLY_AGAIN)
    spacing, origin, direction = lps_grid(volume)
    image = ct_from_array(
        hu_of(volume), spacing_mm=spacing, origin_mm=origin, direction=direction, source=kept.source
    )
    same = np.allclose(
        [*image.spacing_mm, *image.origin_mm, *image.direction],
        [*kept.spacing_mm, *kept.origin_mm, *kept.direction],
        rtol=0, atol=1e-4,
    )  # fmt: skip
    if not same:
        raise StoreProblem(f"{volume.GetName()} was moved or resampled since it was scored.", APPLY_AGAIN)
    return dataclasses.replace(kept, array=image.array)


def _tags_of(file: Path | None) -> tuple[dict[str, str], tuple[str, ...]]:
    """Header values of one slice; a header that cannot be read is said, the voxels still count."""
    if file is None:
        return {}, ()
    try:
        return slice_headers(file)[0].tags, ()
    except CardiothoraxError as problem:
        return {}, (f"The DICOM header could not be read ({problem}); tube voltage and kernel are unknown.",)
