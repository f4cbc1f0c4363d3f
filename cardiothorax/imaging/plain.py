"""An image without its array as plain values, to travel as JSON beside the array."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np

from ..records import from_plain, to_plain
from .image import Image


def plain_image(image: Image) -> dict[str, Any]:
    """All of an image but its array."""
    return {f.name: to_plain(getattr(image, f.name)) for f in fields(Image) if f.name != "array"}


def image_of(plain: dict[str, Any], array: np.ndarray) -> Image:
    """The image that :func:`plain_image` took apart."""
    return replace(from_plain(Image, {**plain, "array": None}), array=array)
