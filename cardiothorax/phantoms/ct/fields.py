"""Signed distances, in millimeters and negative inside, of the shapes a chest is made of.

A point set is a triple of arrays (x, y, z) that broadcast: x to the patient's left, y to the back, z to
the head. The same functions serve a whole grid and the few points of a centerline. Distances are exact
for spheres and tubes and good near the surface for ellipsoids, which is all that edges need.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

Points = tuple[np.ndarray, np.ndarray, np.ndarray]
Numbers = Sequence[float] | np.ndarray


def ellipsoid(p: Points, center: Numbers, axes: np.ndarray, radii: Numbers) -> np.ndarray:
    """``axes`` rows are the unit vectors along which ``radii`` are measured."""
    x, y, z = (p[n] - np.float32(center[n]) for n in range(3))
    k0 = np.float32(0)
    k1 = np.float32(0)
    for axis, radius in zip(np.asarray(axes, np.float32), radii, strict=True):
        along = (x * axis[0] + y * axis[1] + z * axis[2]) * np.float32(1 / radius)
        square = along * along
        k0 = k0 + square
        k1 = k1 + square * np.float32(1 / radius**2)
    root = np.sqrt(k0)
    return np.asarray(root * (root - 1) / np.sqrt(k1 + np.float32(1e-9)))


def capsule(p: Points, a: Numbers, b: Numbers, ra: float, rb: float) -> np.ndarray:
    """A tube from ``a`` to ``b`` with round ends, radius ``ra`` to ``rb``."""
    x, y, z = (p[n] - np.float32(a[n]) for n in range(3))
    v = np.asarray(b, np.float32) - np.asarray(a, np.float32)
    h = np.clip((x * v[0] + y * v[1] + z * v[2]) * np.float32(1 / max(float(v @ v), 1e-6)), 0, 1)
    dx, dy, dz = x - h * v[0], y - h * v[1], z - h * v[2]
    return np.asarray(np.sqrt(dx * dx + dy * dy + dz * dz) - (np.float32(ra) + h * np.float32(rb - ra)))


def tube(p: Points, line: np.ndarray, radii: Numbers) -> np.ndarray:
    """The union of capsules along the points of ``line`` ``[n, 3]``."""
    field = capsule(p, line[0], line[1], float(radii[0]), float(radii[1]))
    for n in range(1, len(line) - 1):
        field = union(field, capsule(p, line[n], line[n + 1], float(radii[n]), float(radii[n + 1])))
    return field


def union(first: np.ndarray, *more: np.ndarray) -> np.ndarray:
    for field in more:
        first = np.asarray(np.minimum(first, field))
    return first


def overlap(first: np.ndarray, *more: np.ndarray) -> np.ndarray:
    """What lies inside of all."""
    for field in more:
        first = np.asarray(np.maximum(first, field))
    return first


def smooth_union(a: np.ndarray, b: np.ndarray, blend_mm: float) -> np.ndarray:
    """The union with a fillet of about ``blend_mm`` where the two meet."""
    if blend_mm <= 0:
        return union(a, b)
    k = np.float32(blend_mm)
    h = np.maximum(k - np.abs(a - b), 0)
    return np.asarray(np.minimum(a, b) - h * h * (np.float32(0.25) / k))


def smooth_cut(a: np.ndarray, b: np.ndarray, blend_mm: float) -> np.ndarray:
    """``a`` without ``b``."""
    return -smooth_union(-a, b, blend_mm)


def turns(degrees: Sequence[float]) -> np.ndarray:
    """The rotation by angles about x, then y, then z."""
    matrix = np.eye(3)
    for axis, angle in enumerate(np.deg2rad(degrees)):
        c, s = np.cos(angle), np.sin(angle)
        one = np.eye(3)
        i, j = [(1, 2), (2, 0), (0, 1)][axis]
        one[i, i] = one[j, j] = c
        one[i, j], one[j, i] = -s, s
        matrix = one @ matrix
    return matrix


def unit(vector: Numbers) -> np.ndarray:
    array = np.asarray(vector, float)
    return np.asarray(array / np.linalg.norm(array))


def frame(along: Numbers, toward: Numbers) -> np.ndarray:
    """Rows: ``along``, the part of ``toward`` square to it, and the third."""
    first = unit(along)
    second = unit(np.asarray(toward, float) - first * (first @ np.asarray(toward, float)))
    return np.stack([first, second, np.cross(first, second)])
