"""Overlap on drawn shapes with exact answers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cardiothorax.stats.inputs import UnusableNumbers
from cardiothorax.stats.overlap import dice, iou

masks = arrays(bool, (7, 6), elements=st.booleans())


def block(rows: slice, columns: slice) -> np.ndarray:
    mask = np.zeros((20, 30), bool)
    mask[rows, columns] = True
    return mask


def test_half_shifted_squares() -> None:
    a, b = block(slice(5, 15), slice(5, 15)), block(slice(5, 15), slice(10, 20))
    assert dice(a, b) == 0.5
    assert iou(a, b) == 1 / 3


def test_empty_masks() -> None:
    empty, full = np.zeros((4, 4), bool), np.ones((4, 4), bool)
    assert dice(empty, empty) == iou(empty, empty) == 1.0
    assert dice(empty, full) == iou(full, empty) == 0.0


@settings(deadline=None)  # the first example pays for importing scipy
@given(masks, masks)
def test_dice_and_iou_belong_together(a: np.ndarray, b: np.ndarray) -> None:
    assert dice(a, b) == pytest.approx(2 * iou(a, b) / (1 + iou(a, b)))
    assert dice(a, b) == dice(b, a)
    assert dice(a, a) == 1.0


def test_masks_of_different_grids_are_refused() -> None:
    with pytest.raises(UnusableNumbers, match="shapes"):
        dice(np.zeros((2, 2)), np.zeros((2, 3)))
