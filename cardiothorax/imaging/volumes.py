"""Films in NRRD, NIfTI and MetaImage files, which keep their own geometry."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ..errors import CardiothoraxError, UnreadableImage, UnsupportedImage
from .arrays import radiograph_from_array
from .checks import check_size
from .guard import COPY_AGAIN, start_of
from .image import Image
from .meta_header import META_ENDINGS, check_meta_header
from .nifti_length import NIFTI_ENDINGS, check_nifti_length
from .plain_names import plain_name_to_read

VOLUME_STARTS = {b"NRRD": "NrrdImageIO", b"ObjectType": "MetaImageIO"}
"""What these files begin with, and ITK's reader for them, which by itself goes by the ending of the name."""


def read_volume(path: Path) -> Image:
    """A 2-D image, or a 3-D one with a single slice.

    A spacing of exactly 1 x 1 mm is what programs write that know none: it counts as unknown.
    """
    stored = read_stored(path)
    colored = stored.GetNumberOfComponentsPerPixel() > 1
    size = stored.GetSize()
    if any(n != 1 for n in size[2:]):
        shape = " x ".join(str(n) for n in size)
        raise UnsupportedImage(
            f"{path.name} has {shape} pixels: a stack of slices, not a radiograph.", "Choose a single film."
        )
    check_size(path.name, size[1], size[0])
    array = np.asarray(pixels(stored))
    array = array.reshape(size[1], size[0], -1) if colored else array.reshape(size[1], size[0])
    if colored and array.shape[-1] not in (3, 4):
        raise UnsupportedImage(
            f"{path.name} has {array.shape[-1]} values a pixel: not a radiograph.", "Choose a single film."
        )
    spacing, origin, direction = in_space(stored)
    known = spacing[:2] != (1.0, 1.0)
    return radiograph_from_array(
        array,
        spacing_mm=spacing,
        origin_mm=origin,
        direction=direction,
        spacing_source=header_name(path) if known else "",
        source=path.name,
    )


def read_stored(path: Path) -> Any:
    """The SimpleITK image of a file, whatever the ending of its name; exceptions in words."""
    import SimpleITK

    reader = _checked_reader(path)
    if path.name.lower().endswith(NIFTI_ENDINGS):
        check_nifti_length(path)
    try:
        with plain_name_to_read(path) as readable:
            return SimpleITK.ReadImage(str(readable), imageIO=reader)
    except RuntimeError as problem:
        raise UnreadableImage(
            f"{path.name} cannot be read: it is damaged, cut short or not an image.", COPY_AGAIN
        ) from problem


def holds_bytes(path: Path) -> bool:
    """Whether a volume's header says 8 bits: labels or grey values, never HU; False where it cannot be
    read."""
    import SimpleITK

    itk: Any = SimpleITK  # its reader is not typed
    reader = itk.ImageFileReader()
    try:
        kind = _checked_reader(path)
        with plain_name_to_read(path) as readable:
            reader.SetImageIO(kind)
            reader.SetFileName(str(readable))
            reader.ReadImageInformation()
    except (RuntimeError, OSError, CardiothoraxError):
        return False
    return reader.GetPixelID() in (SimpleITK.sitkUInt8, SimpleITK.sitkInt8)


def header_name(path: Path) -> str:
    """What to call the header that a spacing comes from."""
    if _reader(path) == "NrrdImageIO":
        return "NRRD header"
    return "NIfTI header" if path.name.lower().endswith(NIFTI_ENDINGS) else "MetaImage header"


def _checked_reader(path: Path) -> str:
    """ITK's reader for the file, once its header is known not to end the process."""
    reader = _reader(path)
    if path.name.lower().endswith(META_ENDINGS) or reader == "MetaImageIO":
        check_meta_header(path)
    return reader


def _reader(path: Path) -> str:
    start = start_of(path)
    return next((reader for begins, reader in VOLUME_STARTS.items() if start.startswith(begins)), "")


def pixels(stored: Any) -> np.ndarray:
    """Of a SimpleITK image, ``[k, j, i]`` (and channels last)."""
    import SimpleITK

    array: np.ndarray = SimpleITK.GetArrayFromImage(stored)
    return array


def in_space(stored: Any) -> tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]]:
    """Spacing, origin and direction of a 2-D, 3-D or 4-D SimpleITK image, in three dimensions."""
    dimension = stored.GetDimension()
    spacing = (*stored.GetSpacing(), 1.0)[:3]
    origin = (*stored.GetOrigin(), 0.0)[:3]
    direction = np.eye(max(3, dimension))
    direction[:dimension, :dimension] = np.reshape(stored.GetDirection(), (dimension, dimension))
    return spacing, origin, tuple(float(v) for v in direction[:3, :3].flat)
