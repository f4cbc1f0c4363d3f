"""PNG, JPEG and other picture files, which carry no patient geometry."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
from PIL import Image as Picture

from ..errors import UnsupportedImage
from .checks import check_size, check_values, grey_of_color
from .guard import damage_named
from .image import Image
from .levels import displayed

_EXIF_ORIENTATION = 0x0112
_AXES = {2: "R\\F", 3: "R\\H", 4: "L\\H", 5: "F\\L", 6: "F\\R", 7: "H\\R", 8: "H\\L"}
"""EXIF orientations as DICOM's PatientOrientation, where the stored columns and rows of a film lead that is
upright once turned as EXIF asks."""
_PHONE_FORMAT = "MPO"
"""A JPEG with previews and the like behind the photograph, which comes first."""
_TURNED = (
    "Seen upright, as the picture's EXIF orientation says; masks and points are on the pixels as the file "
    "stores them."
)


def read_picture(path: Path) -> Image:
    """Grey values 0 to 255; the spacing is unknown (a picture's dpi says nothing about a patient).

    Pixels stay as they are stored, so that masks and points belong to the file's own grid, which is what
    programs read that know nothing of EXIF. A phone's EXIF orientation becomes the film's
    ``PatientOrientation`` and is noted. Transparent parts become black.
    """
    name = path.name
    with damage_named(name, "a picture"), warnings.catch_warnings(), _opened(path) as picture:
        check_size(name, picture.height, picture.width)
        frames = getattr(picture, "n_frames", 1)
        if frames > 1 and picture.format != _PHONE_FORMAT:
            raise UnsupportedImage(
                f"{name} holds {frames} pictures; a radiograph is one.", "Save the wanted picture alone."
            )
        picture.load()
        axes = _AXES.get(picture.getexif().get(_EXIF_ORIENTATION, 1), "")
        values = _values(name, picture)
    check_values(name, values)
    grey, notes = displayed(values)
    tags = {"PatientOrientation": axes} if axes else {}
    said = (_TURNED,) if axes else ()
    return Image(array=grey[None], tags=tags, notes=(*said, *notes), source=name)


def _opened(path: Path) -> Picture.Image:
    warnings.simplefilter("ignore")  # what matters of a damaged or large file is said as an error
    try:
        return Picture.open(path)
    except Picture.DecompressionBombError as problem:
        raise UnsupportedImage(
            f"{path.name} is larger than any film.", "Check the file, or reduce the image."
        ) from problem


def _values(name: str, picture: Picture.Image) -> np.ndarray:
    if picture.mode == "1":
        return np.asarray(picture.convert("L"))
    if picture.mode in ("L", "F") or picture.mode.startswith("I"):
        return np.asarray(picture)
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        black = Picture.new("RGBA", picture.size, (0, 0, 0, 255))
        picture = Picture.alpha_composite(black, picture)
    return grey_of_color(name, np.asarray(picture.convert("RGB")))
