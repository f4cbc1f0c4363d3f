"""Tilt of the thorax, and widths after turning the contours upright."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

LARGEST_TILT_DEGREES = 30.0
"""Beyond this the picture is not an upright film; the estimate stops here."""
_ROUNDS = 12
_SETTLED_DEGREES = 0.01
_FLAT_TOP = 1e-6


@dataclass(frozen=True)
class Outline:
    """Corners of an organ's outermost pixels on each row, in square pixels (y up to scale): ``x``, ``y``."""

    x: np.ndarray
    y: np.ndarray

    def turned(self, degrees: float) -> Outline:
        """Turned about the origin so that an axis leaning right by ``degrees`` stands upright."""
        angle = np.deg2rad(degrees)
        c, s = np.cos(angle), np.sin(angle)
        return Outline(c * self.x + s * self.y, -s * self.x + c * self.y)


def outline(left: np.ndarray, right: np.ndarray, row_height: float) -> Outline:
    """Of per-row borders (NaN where absent); ``row_height`` is row over column spacing."""
    rows = np.flatnonzero(np.isfinite(left))
    x = np.concatenate([left[rows], right[rows], left[rows], right[rows]])
    y = np.concatenate([rows - 0.5, rows - 0.5, rows + 0.5, rows + 0.5]) * row_height
    return Outline(x, y)


def thoracic_tilt(right_lung: Outline, left_lung: Outline) -> float:
    """Degrees between the thoracic axis and the vertical, positive when the top leans right.

    The axis is perpendicular to the line that touches both apices from above. It turns exactly with
    the film; on upright films it scatters by 2.5 degrees around zero (JSRT and Wingspan masks).
    """
    tilt = 0.0
    for _ in range(_ROUNDS):
        (right_x, right_y), (left_x, left_y) = (_top(lung.turned(tilt)) for lung in (right_lung, left_lung))
        step = float(np.rad2deg(np.arctan2(left_y - right_y, left_x - right_x)))
        tilt = float(np.clip(tilt + step, -LARGEST_TILT_DEGREES, LARGEST_TILT_DEGREES))
        if abs(step) < _SETTLED_DEGREES:
            break
    return tilt


def _top(points: Outline) -> tuple[float, float]:
    """The highest point; the middle of the highest ones when the top is flat."""
    y = points.y.min()
    return float(points.x[points.y <= y + _FLAT_TOP].mean()), float(y)


def upright_widths(
    right_lung: Outline, left_lung: Outline, heart: Outline, degrees: float
) -> tuple[float, float]:
    """Thoracic (same row) and cardiac diameter after turning upright, in columns."""
    heart_x = heart.turned(degrees).x
    y_r, left_r, right_r = _chords(right_lung.turned(degrees))
    y_l, left_l, right_l = _chords(left_lung.turned(degrees))
    common, of_right, of_left = np.intersect1d(y_r, y_l, return_indices=True)
    if not len(common):
        return 0.0, float(np.ptp(heart_x))
    chest_left = np.minimum(left_r[of_right], left_l[of_left])
    chest_right = np.maximum(right_r[of_right], right_l[of_left])
    return float((chest_right - chest_left).max()), float(np.ptp(heart_x))


def _chords(points: Outline) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Row numbers after turning, and the outermost x on each."""
    row = np.floor(points.y).astype(int)
    first = row.min()
    left = np.full(row.max() - first + 1, np.inf)
    right = np.full_like(left, -np.inf)
    np.minimum.at(left, row - first, points.x)
    np.maximum.at(right, row - first, points.x)
    there = np.flatnonzero(np.isfinite(left))
    return there + first, left[there], right[there]
