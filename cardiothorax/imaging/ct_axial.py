"""Axial or not, and which way the slices run."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..errors import GeometryProblem, UnsupportedImage
from .image import Vector

AXIAL_DEGREES = 5.0
"""How far an axial slice may lean: a patient turned on the table, not a reformat along the heart's axes."""
SQUARE_TOLERANCE = 5e-3
"""Cosine between axes that should be at right angles (0.3 degrees)."""
_CHOOSE = "Choose the axial series: calcium is scored on axial slices."


def check_axial(name: str, row: np.ndarray, column: np.ndarray) -> None:
    """``row`` and ``column`` are the directions along a row and along a column, LPS.

    Raises :class:`UnsupportedImage` for coronal, sagittal and oblique slices.
    """
    lengths = np.linalg.norm([row, column], axis=1)
    if np.abs(lengths - 1).max() > SQUARE_TOLERANCE or abs(np.dot(row, column)) > SQUARE_TOLERANCE:
        raise GeometryProblem(f"{name}: its rows and columns are not at right angles.", _CHOOSE)
    normal = np.cross(row, column)
    lean = float(np.degrees(np.arccos(min(1.0, abs(normal[2])))))
    if lean > AXIAL_DEGREES:
        plane = ("sagittal", "coronal", "")[int(np.argmax(np.abs(normal)))]
        words = f"{plane} slices" if plane else f"oblique slices, {lean:.0f} degrees off axial"
        raise UnsupportedImage(f"{name} has {words}: a reformat, not axial.", _CHOOSE)


def head_up_normal(row: np.ndarray, column: np.ndarray) -> np.ndarray:
    """The slices' normal, turned to point to the head (+S)."""
    normal: np.ndarray = np.cross(row, column)
    normal = normal / np.linalg.norm(normal)
    return normal if normal[2] > 0 else -normal


def runs_head_to_feet(direction: Sequence[float]) -> bool:
    """Whether the slices of a volume with this direction (as in :class:`Image`) run downward.

    :func:`ct_from_array` then reverses them; who writes labels back must reverse those again.
    """
    return float(np.reshape(direction, (3, 3))[2, 2]) < 0


def head_up(
    array: np.ndarray, spacing_mm: Vector, origin_mm: Vector, direction: tuple[float, ...]
) -> tuple[np.ndarray, Vector, tuple[float, ...]]:
    """Array ``[k, j, i]``, origin and direction with slices from feet to head; nothing is resampled."""
    if not runs_head_to_feet(direction):
        return array, origin_mm, direction
    axes = np.reshape(direction, (3, 3)).astype(float)
    last = np.add(origin_mm, axes[:, 2] * spacing_mm[2] * (len(array) - 1))
    axes[:, 2] *= -1
    turned = (float(last[0]), float(last[1]), float(last[2]))
    return array[::-1], turned, tuple(float(v) + 0.0 for v in axes.flat)
