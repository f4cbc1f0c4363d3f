"""Overlap and surface distance on drawn shapes with exact answers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cardiothorax.stats.inputs import UnusableNumbers
from cardiothorax.stats.overlap import dice, iou, surface_distance

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
    assert surface_distance(empty, full, (1, 1)) is None
    nothing = surface_distance(empty, empty, (1, 1))
    assert nothing is not None
    assert nothing.hausdorff_mm == 0.0


@settings(deadline=None)  # the first example pays for importing scipy
@given(masks, masks)
def test_dice_and_iou_belong_together(a: np.ndarray, b: np.ndarray) -> None:
    assert dice(a, b) == pytest.approx(2 * iou(a, b) / (1 + iou(a, b)))
    assert dice(a, b) == dice(b, a)
    assert dice(a, a) == 1.0


def test_distance_of_shifted_columns() -> None:
    """One-pixel columns three apart: every surface point is 3 pixels from the other, 0.5 mm each."""
    found = surface_distance(block(slice(2, 18), slice(5, 6)), block(slice(2, 18), slice(8, 9)), (2.0, 0.5))
    assert found is not None
    assert (found.mean_mm, found.hausdorff95_mm, found.hausdorff_mm) == (1.5, 1.5, 1.5)


@settings(deadline=None)
@given(masks.filter(np.any), masks.filter(np.any), st.floats(0.1, 3), st.floats(0.1, 3))
def test_distance_by_brute_force(a: np.ndarray, b: np.ndarray, row_mm: float, column_mm: float) -> None:
    def surface(mask: np.ndarray) -> np.ndarray:
        grown = np.pad(mask, 1)
        inner = grown[:-2, 1:-1] & grown[2:, 1:-1] & grown[1:-1, :-2] & grown[1:-1, 2:]
        return np.argwhere(mask & ~inner) * (row_mm, column_mm)

    pa, pb = surface(a), surface(b)
    between = np.linalg.norm(pa[:, None] - pb[None], axis=2)
    there, back = between.min(axis=1), between.min(axis=0)
    found = surface_distance(a, b, (row_mm, column_mm))
    assert found is not None
    assert found.mean_mm == pytest.approx(np.concatenate([there, back]).mean(), abs=1e-9)
    assert found.hausdorff_mm == pytest.approx(max(there.max(), back.max()), abs=1e-9)
    assert found.hausdorff95_mm == pytest.approx(
        max(np.percentile(there, 95), np.percentile(back, 95)), abs=1e-9
    )


def test_masks_of_different_grids_are_refused() -> None:
    with pytest.raises(UnusableNumbers, match="shapes"):
        dice(np.zeros((2, 2)), np.zeros((2, 3)))
    with pytest.raises(UnusableNumbers, match="3 spacings were given for 2 axes"):
        surface_distance(np.ones((2, 2)), np.ones((2, 2)), (1, 1, 1))
