"""Small volumes with labels, for the tests of the scores."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cardiothorax.imaging.image import Image

BACKGROUND_HU = 40
LAD, LCX, RCA, LM, OTHER = 1, 2, 3, 4, 5


def ct(array: Any, spacing_mm: tuple[float, float, float] = (0.5, 0.5, 3.0), **more: Any) -> Image:
    """``array`` ``[k, j, i]`` in HU; a single slice may come as ``[j, i]``."""
    values = np.asarray(array)
    values = values[None] if values.ndim == 2 else values
    return Image(np.ascontiguousarray(values), spacing_mm, modality="CT", source="drawn", **more)


def background(slices: int = 1, rows: int = 8, columns: int = 10) -> np.ndarray:
    return np.full((slices, rows, columns), BACKGROUND_HU, np.int16)


def where_bright(array: np.ndarray, label: int) -> np.ndarray:
    """Everything but the background labelled."""
    return np.where(array != BACKGROUND_HU, label, 0).astype(np.uint8)


HU_NEAR_LIMITS = (-1000, 40, 129, 130, 131, 146, 147, 199, 200, 201, 299, 300, 399, 400, 401, 1500)


@st.composite
def volumes(draw: st.DrawFn, largest: int = 6) -> tuple[np.ndarray, np.ndarray]:
    """HU that favor the limits, labels that favor neighbors of one artery; 1 to 4 slices."""
    shape = (
        draw(st.integers(1, 4)),
        draw(st.integers(1, largest)),
        draw(st.integers(1, largest)),
    )
    hu = draw(arrays(np.int16, shape, elements=st.sampled_from(HU_NEAR_LIMITS)))
    labels = draw(arrays(np.uint8, shape, elements=st.sampled_from((0, 1, 1, 1, 1, 2, 3, 4, 5))))
    return hu, labels


SPACINGS = st.sampled_from(
    ((0.5, 0.5, 3.0), (0.3, 0.6, 5.0), (0.7, 0.7, 0.7), (0.4, 0.4, 1.5), (1.1, 0.9, 2.5), (0.35, 0.35, 0.2))
)
