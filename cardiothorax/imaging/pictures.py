"""PNG, JPEG and other picture files, which carry no patient geometry."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image as Picture
from PIL import ImageOps, UnidentifiedImageError

from ..errors import UnreadableImage, UnsupportedImage
from .checks import check_size, check_values, grey_of_color
from .image import Image
from .levels import displayed

_MODE_OF_GREY = {"1", "L", "I", "F", "I;16", "I;16B", "I;16L", "I;16N"}


def read_picture(path: Path) -> Image:
    """Grey values 0 to 255; spacing unknown."""
    try:
        with Picture.open(path) as picture:
            check_size(path.name, picture.height, picture.width)
            if getattr(picture, "n_frames", 1) > 1:
                raise UnsupportedImage(
                    f"{path.name} holds {picture.n_frames} pictures; a radiograph is one.",  # type: ignore[attr-defined]
                    "Save the wanted picture alone.",
                )
            picture.load()
            upright = ImageOps.exif_transpose(picture)
            notes: tuple[str, ...] = ()
            if picture.getexif().get(0x0112, 1) != 1:
                notes = ("Turned upright as the picture's EXIF orientation says.",)
            values = _values(path.name, upright)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError) as problem:
        raise UnreadableImage(
            f"{path.name} cannot be read as a picture: it is damaged or cut short.",
            "Copy or export the file again.",
        ) from problem
    check_values(path.name, values)
    grey, more = displayed(values)
    return Image(array=grey[None], notes=(*notes, *more), source=path.name)


def _values(name: str, picture: Picture.Image) -> np.ndarray:
    if picture.mode in _MODE_OF_GREY:
        return np.asarray(picture.convert("L") if picture.mode == "1" else picture)
    if picture.mode in ("LA", "La"):
        return np.asarray(picture.convert("LA"))[..., 0]
    return grey_of_color(name, np.asarray(picture.convert("RGB")))
