"""What is not a film to measure: refused with the reason."""

from __future__ import annotations

import numpy as np

from ..errors import UnsupportedImage

SMALLEST_SIDE_PX = 2
"""A film is far larger; this only keeps pixels without a neighbor out of the arithmetic."""
LARGEST_SIDE_PX = 16384
"""The largest films (43 x 43 cm at 0.05 mm) have 8,600 pixels on a side."""
LARGEST_AREA_PX = 120_000_000

COLOR_MEAN = 8.0
"""Mean difference between the channels, of 255. Grey that went through JPEG color stays below 3."""
COLOR_STRONG, COLOR_STRONG_SHARE = 48.0, 0.02
"""More than this share of strongly colored pixels is a color picture; less may be a burnt-in marker."""


def check_size(name: str, rows: int, cols: int) -> None:
    """Refuses what is too small to show anything or too large to be a film."""
    if min(rows, cols) < SMALLEST_SIDE_PX:
        raise UnsupportedImage(
            f"{name} has {cols} x {rows} pixels: that shows no film.",
            "Choose the full-size image, not a thumbnail.",
        )
    if max(rows, cols) > LARGEST_SIDE_PX or rows * cols > LARGEST_AREA_PX:
        raise UnsupportedImage(
            f"{name} has {cols} x {rows} pixels; no film has more than {LARGEST_SIDE_PX} on a side "
            f"or {LARGEST_AREA_PX // 1_000_000} million in all.",
            "Check the header (Rows, Columns), or reduce the image.",
        )


def check_values(name: str, values: np.ndarray) -> None:
    """Refuses values that are not numbers, and a film of one value."""
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        count = int(np.count_nonzero(~np.isfinite(values)))
        raise UnsupportedImage(
            f"{name} has {count} pixels that are not numbers (NaN or infinite).",
            "Export the image again with undefined pixels set to the background value.",
        )
    if values.min() == values.max():
        raise UnsupportedImage(
            f"{name} is empty: every pixel is {values.flat[0]:g}.", "Choose an image that shows a film."
        )


def grey_of_color(name: str, channels: np.ndarray, white: float = 255.0) -> np.ndarray:
    """``[rows, cols, 3]`` from 0 to ``white`` as grey from 0 to 255, float32.

    Equal channels give exactly their value; a little color (JPEG noise, a burnt-in colored marker)
    gives luminance. Color pictures are refused.
    """
    parts = channels.astype(np.float32) * np.float32(255.0 / white)
    red, green, blue = parts[..., 0], parts[..., 1], parts[..., 2]
    apart = np.maximum(np.maximum(red, green), blue) - np.minimum(np.minimum(red, green), blue)
    mean, strong = float(apart.mean()), float(np.mean(apart > COLOR_STRONG))
    if mean > COLOR_MEAN or strong > COLOR_STRONG_SHARE:
        raise UnsupportedImage(
            f"{name} is a color picture: {strong:.0%} of its pixels are strongly colored, "
            f"the channels differ by {mean:.0f} of 255 on average.",
            "Choose the radiograph itself; grey stored as RGB is fine.",
        )
    if mean == 0.0:
        return red
    grey: np.ndarray = np.float32(0.299) * red + np.float32(0.587) * green + np.float32(0.114) * blue
    return grey
