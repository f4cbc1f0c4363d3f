"""Tongues of the heart are cut, the heart itself stays."""

from __future__ import annotations

import numpy as np
import pytest

from cardiothorax.imaging import pad_to_square
from cardiothorax.imaging.organs import BACKGROUND, HEART, LEFT_LUNG
from cardiothorax.radiograph.segment import ProbabilityMap
from cardiothorax.radiograph.spurs import SPUR_SHARE, without_spurs

SIDE = 200


def heart_with_tongue(thickness_px: int) -> ProbabilityMap:
    y, x = np.mgrid[:SIDE, :SIDE]
    heart = (x - 90) ** 2 + (y - 110) ** 2 < 45**2
    heart |= (abs(y - 140 + thickness_px / 2) < thickness_px / 2) & (x > 90) & (x < 175)
    classes = np.full((4, SIDE, SIDE), 0.05, np.float32)
    classes[BACKGROUND] = np.where(heart, 0.1, 0.85)
    classes[LEFT_LUNG] = np.where(heart, 0.15, 0.05)
    classes[HEART] = np.where(heart, 0.7, 0.05)
    return ProbabilityMap(classes, pad_to_square(np.zeros((SIDE, SIDE), np.float32), SIDE)[1])


def width(found: ProbabilityMap) -> int:
    columns = np.flatnonzero((found.classes.argmax(axis=0) == HEART).any(axis=0))
    return int(columns[-1] - columns[0] + 1)


def test_a_thin_tongue_goes_to_the_next_likeliest_class() -> None:
    found = heart_with_tongue(5)
    trimmed = without_spurs(found)
    assert width(found) > 125
    assert width(trimmed) == pytest.approx(89, abs=2)
    assert trimmed.classes[:, 138, 160].argmax() == LEFT_LUNG
    np.testing.assert_allclose(trimmed.classes.sum(axis=0), found.classes.sum(axis=0), rtol=1e-6)


def test_a_broad_apex_stays() -> None:
    found = heart_with_tongue(int(3 * SPUR_SHARE * SIDE))
    assert width(without_spurs(found)) >= width(found) - 3


def test_a_heart_without_spurs_is_not_touched_but_at_its_corners() -> None:
    y, x = np.mgrid[:SIDE, :SIDE]
    found = heart_with_tongue(5)
    disc = (x - 90) ** 2 + (y - 110) ** 2 < 45**2
    classes = np.where(disc[None], found.classes[:, 110:111, 90:91], found.classes[:, :1, :1])
    whole = ProbabilityMap(np.ascontiguousarray(classes), found.fit)
    changed = (without_spurs(whole).classes != whole.classes).any(axis=0)
    assert changed.sum() <= 8


def test_a_heart_thinner_than_any_spur_is_left_for_the_flags() -> None:
    found = heart_with_tongue(5)
    classes = found.classes.copy()
    y, x = np.mgrid[:SIDE, :SIDE]
    classes[HEART] = np.where((abs(y - 100) < 2) & (x > 50) & (x < 150), 0.9, 0.0)
    thin = ProbabilityMap(classes, found.fit)
    assert without_spurs(thin) is thin
