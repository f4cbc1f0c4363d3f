"""What is not a film to measure: refused with the reason."""

from __future__ import annotations

import numpy as np

from ..errors import UnsupportedImage

SMALLEST_SIDE_PX = 2
LARGEST_SIDE_PX = 16384
"""The largest films (43 x 43 cm at 0.05 mm) have 8,600 pixels on a side."""

COLOR_TOLERANCE = 12.0
"""Mean difference between the channels, of 255: JPEG colour noise stays below 3, a tinted grey film
below this, a photograph above."""


def check_size(name: str, rows: int, cols: int) -> None:
    if min(rows, cols) < SMALLEST_SIDE_PX:
        raise UnsupportedImage(
            f"{name} has {cols} x {rows} pixels; a film needs at least {SMALLEST_SIDE_PX} on each side.",
            "Choose the full-size image, not a thumbnail.",
        )
    if max(rows, cols) > LARGEST_SIDE_PX:
        raise UnsupportedImage(
            f"{name} has {cols} x {rows} pixels; films have at most {LARGEST_SIDE_PX} on a side.",
            "Check the header (Rows, Columns), or reduce the image.",
        )


def check_values(name: str, values: np.ndarray) -> None:
    """Finite and not all the same."""
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        count = int((~np.isfinite(values)).sum())
        raise UnsupportedImage(
            f"{name} has {count} pixels that are not numbers (NaN or infinite).",
            "Export the image again; fill undefined pixels with the background value.",
        )
    if values.min() == values.max():
        raise UnsupportedImage(
            f"{name} is empty: every pixel is {values.flat[0]}.", "Choose an image that shows a film."
        )


def grey_of_color(name: str, channels: np.ndarray) -> np.ndarray:
    """``[rows, cols, 3]`` 0 to 255 to grey float32; colour photographs are refused."""
    red, green, blue = (channels[..., n].astype(np.float32) for n in range(3))
    apart = float(
        np.mean(np.maximum(np.maximum(red, green), blue) - np.minimum(np.minimum(red, green), blue))
    )
    if apart > COLOR_TOLERANCE:
        raise UnsupportedImage(
            f"{name} is a colour picture: its channels differ by {apart:.0f} of 255 on average.",
            "Choose the radiograph itself; grey stored as RGB is fine.",
        )
    if apart == 0.0:
        return red
    return np.float32(0.299) * red + np.float32(0.587) * green + np.float32(0.114) * blue
