"""The truth of a phantom film, counted on its masks by the definitions of the cardiothoracic ratio."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..imaging.organs import HEART, LEFT_LUNG, RIGHT_LUNG
from .anatomy import Body

LABELS = {"left_lung": LEFT_LUNG, "right_lung": RIGHT_LUNG, "heart": HEART}
"""Of the masks that a drawing names so."""


@dataclass(frozen=True)
class CxrTruth:
    """Horizontal distances between outer pixel borders. ``t_px`` is the largest distance on one row
    between the outer borders of both lungs, ``t_row`` that row (the middle of the longest tie),
    ``th_px`` the whole heart's width."""

    seed: int
    ctr: float
    t_px: float
    th_px: float
    t_mm: float
    th_mm: float
    t_row: int
    thoracic_extent_px: float
    heart_area_px: int
    left_lung_area_px: int
    right_lung_area_px: int
    sex: str
    rotation_degrees: float


def measure(labels: np.ndarray, pixel_mm: float, *, seed: int, body: Body) -> CxrTruth:
    """Count on ``labels`` ``[rows, cols]``."""
    heart = np.flatnonzero((labels == HEART).any(axis=0))
    left, right = labels == LEFT_LUNG, labels == RIGHT_LUNG
    both = np.flatnonzero(left.any(axis=1) & right.any(axis=1))
    wide = labels.shape[1] - left[both, ::-1].argmax(axis=1) - right[both].argmax(axis=1)
    t_px, th_px = float(wide.max()), float(heart[-1] - heart[0] + 1)
    lung = np.flatnonzero((left | right).any(axis=0))
    return CxrTruth(
        seed=seed,
        ctr=th_px / t_px,
        t_px=t_px,
        th_px=th_px,
        t_mm=t_px * pixel_mm,
        th_mm=th_px * pixel_mm,
        t_row=_middle_of_longest(both[wide == wide.max()]),
        thoracic_extent_px=float(lung[-1] - lung[0] + 1),
        heart_area_px=int((labels == HEART).sum()),
        left_lung_area_px=int(left.sum()),
        right_lung_area_px=int(right.sum()),
        sex=body.sex,
        rotation_degrees=body.rotation_degrees,
    )


def _middle_of_longest(rows: np.ndarray) -> int:
    runs = np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1)
    longest = max(runs, key=len)
    return int(longest[(len(longest) - 1) // 2])
