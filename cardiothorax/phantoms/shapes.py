"""Curves, films and the sum of thin volumes along parallel rays.

Film coordinates are millimetres on the detector: x to the picture's right (the patient's left),
y downwards, z towards the patient's front. Lengths along the ray are millimetres too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.interpolate import CubicSpline, PchipInterpolator
from scipy.ndimage import zoom

ROW_STEP_MM = 0.1
"""Sampling of outlines by row; the ends of a row are then right to a few hundredths of a millimetre."""

GOLDEN = 0.618034
"""Step of an even, never repeating sequence in 0 to 1: keeps regular samples from making moire."""


@dataclass(frozen=True)
class Film:
    """The detector: ``rows`` x ``cols`` square pixels; x = 0 at the middle column, y = 0 at the top.

    ``tilt_degrees`` turns the patient in the picture's plane about the film's middle, positive when
    the head leans to the picture's right.
    """

    rows: int
    cols: int
    pixel_mm: float
    tilt_degrees: float = 0.0

    @property
    def height_mm(self) -> float:
        return self.rows * self.pixel_mm

    def coordinates(self) -> tuple[np.ndarray, np.ndarray]:
        """The patient's (x, y) at every pixel centre, float32 ``[rows, cols]`` each."""
        x = ((np.arange(self.cols) + 0.5) * self.pixel_mm - self.cols * self.pixel_mm / 2).astype(np.float32)
        y = ((np.arange(self.rows) + 0.5) * self.pixel_mm).astype(np.float32)
        c, s, half = self._turn()
        x, y = x[None, :], y[:, None] - np.float32(half)
        return c * x + s * y, c * y - s * x + half

    def indices(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Continuous (column, row) of the patient's points; pixel centres are at integers."""
        c, s, half = self._turn()
        fx, fy = c * x - s * (y - half), s * x + c * (y - half) + half
        return fx / self.pixel_mm + self.cols / 2 - 0.5, fy / self.pixel_mm - 0.5

    def coarser(self, factor: int) -> Film:
        """The same field with pixels ``factor`` times as wide; the sides must divide."""
        return replace(
            self, rows=self.rows // factor, cols=self.cols // factor, pixel_mm=self.pixel_mm * factor
        )

    def _turn(self) -> tuple[np.float32, np.float32, np.float32]:
        angle = np.deg2rad(self.tilt_degrees)
        return np.float32(np.cos(angle)), np.float32(np.sin(angle)), np.float32(self.height_mm / 2)


@dataclass(frozen=True)
class Outline:
    """A shape that every row cuts at most once: from ``left`` to ``right`` (mm) at each ``y`` (mm)."""

    y: np.ndarray
    left: np.ndarray
    right: np.ndarray

    @classmethod
    def through(cls, points: np.ndarray) -> Outline:
        """The smooth closed curve through ``points`` ``[n, 2]`` (x, y in mm, in order)."""
        closed = np.concatenate([points, points[:1]])
        along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(closed, axis=0).T) ** 0.7)])
        fine = CubicSpline(along, closed, bc_type="periodic")(np.linspace(0, along[-1], 4000)[:-1])
        top, bottom = int(fine[:, 1].argmin()), int(fine[:, 1].argmax())
        fine = np.roll(fine, -top, axis=0)
        turn = (bottom - top) % len(fine)
        one, other = fine[: turn + 1], np.concatenate([fine[turn:], fine[:1]])[::-1]
        y = np.arange(one[0, 1], one[-1, 1], ROW_STEP_MM)
        a, b = _x_at(one, y), _x_at(other, y)
        return cls(y, np.minimum(a, b), np.maximum(a, b))

    @classmethod
    def between(cls, y: np.ndarray, left: np.ndarray, right: np.ndarray) -> Outline:
        """From tables of both borders; monotone between the table's rows."""
        fine = np.arange(y[0], y[-1], ROW_STEP_MM)
        return cls(fine, PchipInterpolator(y, left)(fine), PchipInterpolator(y, right)(fine))

    def borders(self, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Left and right border at ``y``; left is right of right (+1, -1) where the row misses."""
        left = np.interp(y, self.y, self.left, left=1.0, right=1.0)
        right = np.interp(y, self.y, self.right, left=-1.0, right=-1.0)
        return left.astype(np.float32), right.astype(np.float32)

    def moved(self, dx: float) -> Outline:
        return replace(self, left=self.left + dx, right=self.right + dx)


def _x_at(curve: np.ndarray, y: np.ndarray) -> np.ndarray:
    rising = np.maximum.accumulate(curve[:, 1])  # a spline may turn back by a hair
    return np.asarray(np.interp(y, rising, curve[:, 0]))


def chord(u: np.ndarray, power: float = 2.0) -> np.ndarray:
    """Thickness of a rounded body at the fraction ``u`` of its half-width: 1 at 0, 0 from 1 on."""
    return np.asarray(np.sqrt(np.clip(1 - np.abs(u) ** power, 0, 1)))


def smooth_step(value: np.ndarray, width: float) -> np.ndarray:
    """0 below ``-width``, 1 above ``+width``, smooth between."""
    t = np.clip(value / (2 * width) + 0.5, 0, 1)
    return np.asarray(t * t * (3 - 2 * t))


def splat(film: Film, x: np.ndarray, y: np.ndarray, volume_mm3: np.ndarray) -> np.ndarray:
    """Millimetres along the ray that small volumes at (x, y) add up to, float32 ``[rows, cols]``.

    Each volume is shared between its four nearest pixels; what falls outside the film is lost.
    """
    col, row = film.indices(x.ravel(), y.ravel())
    weight = np.broadcast_to(volume_mm3, x.shape).ravel() / film.pixel_mm**2
    inside = (col > -1) & (col < film.cols) & (row > -1) & (row < film.rows)
    col, row, weight = col[inside] + 1, row[inside] + 1, weight[inside]
    c, r = col.astype(np.intp), row.astype(np.intp)
    fc, fr = col - c, row - r
    wide = film.cols + 2
    total = np.zeros((film.rows + 2) * wide)
    corners = ((0, (1 - fr) * (1 - fc)), (1, (1 - fr) * fc), (wide, fr * (1 - fc)), (wide + 1, fr * fc))
    for corner, share in corners:
        total += np.bincount(r * wide + c + corner, share * weight, total.size)
    return total.reshape(film.rows + 2, wide)[1:-1, 1:-1].astype(np.float32)


class Cloud:
    """Small volumes gathered from many structures, then summed along the ray at once."""

    def __init__(self) -> None:
        self.parts: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []

    def add(self, x: np.ndarray, y: np.ndarray, volume_mm3: np.ndarray) -> None:
        parts = np.broadcast_arrays(x, y, volume_mm3)
        self.parts.append((parts[0].ravel(), parts[1].ravel(), parts[2].ravel()))

    def on(self, film: Film) -> np.ndarray:
        """float32 ``[rows, cols]``, mm."""
        if not self.parts:
            return np.zeros((film.rows, film.cols), np.float32)
        x, y, volume = (np.concatenate(part) for part in zip(*self.parts, strict=True))
        return splat(film, x, y, volume)

    def add_tube(self, line: np.ndarray, radius: np.ndarray, step: float) -> None:
        """A round tube along ``line`` ``[n, 2]`` (mm) of ``radius`` ``[n]``, sampled every ``step`` mm."""
        length = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
        s = np.arange(0.5 * step, length[-1], step)
        if s.size < 2:
            return
        cx, cy, r = (np.interp(s, length, v) for v in (line[:, 0], line[:, 1], radius))
        heading = np.gradient(line, axis=0)  # between the line's points it turns evenly: no fans
        dx, dy = (np.interp(s, length, v) for v in heading.T)
        norm = np.maximum(np.hypot(dx, dy), 1e-9)
        count = max(3, int(np.ceil(2 * r.max() / step)))
        v = (np.arange(count) + 0.5) / count * 2 - 1
        uneven = (np.arange(s.size) * GOLDEN % 1 - 0.5)[:, None] * 2 / count
        v = v + uneven
        across = r[:, None] * v
        x = cx[:, None] - (dy / norm)[:, None] * across
        y = cy[:, None] + (dx / norm)[:, None] * across
        self.add(x, y, 2 * r[:, None] * chord(v) * (2 * r[:, None] / count) * step)


def noise_field(shape: tuple[int, int], grain_px: float, rng: np.random.Generator) -> np.ndarray:
    """Smooth random field with standard deviation 1 and bumps of about ``grain_px`` pixels."""
    grain_px = grain_px if grain_px > 1.25 else 1.0
    step = max(1.0, grain_px / 4)  # cubic to a quarter of the grain, then linear: as smooth, cheaper
    rows, cols = (int(np.ceil(n / step)) + 2 for n in shape)
    few = tuple(int(n * step / grain_px) + 4 for n in (rows, cols))
    coarse = rng.standard_normal(few).astype(np.float32)
    factor = (rows / (coarse.shape[0] - 2), cols / (coarse.shape[1] - 2))
    field = zoom(coarse, factor, order=3)[:rows, :cols] if grain_px > 1 else coarse[:rows, :cols]
    if step > 1:
        field = zoom(field, (shape[0] / (rows - 1), shape[1] / (cols - 1)), order=1)
    field = field[: shape[0], : shape[1]]
    return np.asarray(field / max(float(field.std()), 1e-6), np.float32)
