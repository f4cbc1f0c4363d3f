"""Grey values of films that bring no window of their own."""

from __future__ import annotations

import numpy as np

from .grayscale import WHITE, automatic_window, linear


def displayed(values: np.ndarray) -> tuple[np.ndarray, tuple[str, ...]]:
    """``[rows, cols]`` as 0 to 255 float32, and a note when they were windowed.

    Bytes, and other types that stay within 0 to 255 and use more than the range 0 to 1, are shown
    as they are; deeper films get an automatic window.
    """
    low, high = float(values.min()), float(values.max())
    if values.dtype == np.uint8 or (low >= 0.0 and 1.0 < high <= WHITE):
        return values.astype(np.float32), ()
    black, white = automatic_window(values)
    note = f"No window in the file: {black:g} to {white:g} shown as black to white."
    return linear(values, black, white), (note,)
