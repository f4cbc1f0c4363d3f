"""Volume nodes as films for the package, and films as volume nodes."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import slicer
from vtk.util.numpy_support import vtk_to_numpy

from ..errors import UnreadableImage, UnsupportedImage
from ..imaging.checks import check_size, check_values, grey_of_color
from ..imaging.image import Image
from ..imaging.levels import displayed
from .geometry import lps_grid, set_lps_grid

INSTANCES_ATTRIBUTE = "DICOM.instanceUIDs"
"""Slicer's DICOM plugins write it on what they load."""
UNKNOWN_SPACING = (1.0, 1.0, 1.0)
"""What Slicer gives to a file that states no spacing."""


def film_of_volume(volume: Any, *, file: Path | str | None = None) -> Image:
    """The film in a scalar or color volume node, on the node's own grid.

    With ``file``, the DICOM file that the node was loaded from, the package's own reader gives the grey
    values, the calibrated spacing and the tags; a node of another size was changed since, and its own
    values are taken. Without ``file`` they are windowed as those of an image file are.

    Raises :class:`UnsupportedImage` for several slices and for color photographs, and
    :class:`GeometryProblem` under a bending transform.
    """
    spacing, origin, direction = lps_grid(volume)
    values = _slice_of(volume)
    if file is not None:
        film = _film_of_file(Path(file), values.shape[:2])
        if film is not None:
            return dataclasses.replace(film, source=volume.GetName())
    name = volume.GetName()
    check_size(name, values.shape[0], values.shape[1])
    grey = grey_of_color(name, values) if values.ndim == 3 else values
    check_values(name, grey)
    shown, notes = displayed(grey)
    return Image(
        array=np.ascontiguousarray(shown)[None],
        spacing_mm=spacing,
        origin_mm=origin,
        direction=direction,
        spacing_source="" if np.allclose(spacing, UNKNOWN_SPACING, rtol=0, atol=1e-9) else "volume",
        notes=notes,
        source=name,
    )


def volume_of_film(scene: Any, film: Image, name: str) -> Any:
    """A scalar volume node with the film's grey values and place, shown 0 to 255."""
    volume = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", name)
    slicer.util.updateVolumeFromArray(volume, np.rint(film.array).astype(np.int16))
    set_lps_grid(volume, film.spacing_mm, film.origin_mm, film.direction)
    volume.CreateDefaultDisplayNodes()
    display = volume.GetDisplayNode()
    display.AutoWindowLevelOff()
    display.SetWindowLevelMinMax(0, 255)
    return volume


def dicom_file(volume: Any, database: Any) -> Path | None:
    """The file that Slicer's DICOM database knows for this volume, or the DICOM file it was loaded
    from; ``None`` where there is none any more. ``database`` may be ``None``."""
    instances = (volume.GetAttribute(INSTANCES_ATTRIBUTE) or "").split()
    if len(instances) == 1 and database is not None:
        known = database.fileForInstance(instances[0])
        if known and Path(known).is_file():
            return Path(known)
    storage = volume.GetStorageNode()
    loaded = Path(storage.GetFileName()) if storage is not None and storage.GetFileName() else None
    if loaded is not None and loaded.is_file() and not volume.GetModifiedSinceRead() and _is_dicom(loaded):
        return loaded
    return None


def _slice_of(volume: Any) -> np.ndarray:
    """``[rows, columns]``, or ``[rows, columns, components]`` of a color volume."""
    data = volume.GetImageData()
    if data is None or data.GetPointData().GetScalars() is None or data.GetNumberOfPoints() == 0:
        raise UnreadableImage(f"{volume.GetName()} has no pixels.", "Choose a volume that holds a film.")
    columns, rows, slices = data.GetDimensions()
    if slices != 1:
        raise UnsupportedImage(
            f"{volume.GetName()} has {slices} slices: a stack, not a radiograph.", "Choose a single film."
        )
    values: np.ndarray = vtk_to_numpy(data.GetPointData().GetScalars())
    components = data.GetNumberOfScalarComponents()
    if components not in (1, 3, 4):
        raise UnsupportedImage(
            f"{volume.GetName()} has {components} components a pixel, expected 1 (grey) or 3 (color).",
            "Choose a grey or color image.",
        )
    return values.reshape(rows, columns, components) if components > 1 else values.reshape(rows, columns)


def _film_of_file(file: Path, shape: tuple[int, ...]) -> Image | None:
    """What the package reads from the file; ``None`` if the node holds something else by now."""
    from ..imaging import read_radiograph

    film = read_radiograph(file)
    return film if film.array.shape[1:] == tuple(shape) else None


def _is_dicom(path: Path) -> bool:
    with open(path, "rb") as file:
        return file.read(132)[128:] == b"DICM"
