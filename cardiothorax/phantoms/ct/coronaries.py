"""The coronary tree as center lines in the heart's own frame.

Rough courses are drawn by hand and then pulled into the grooves: a point of a groove has the same small
distance from the two chambers that make it, found by Gauss-Newton steps of least length, so that every
patient's tree follows that patient's chambers. Branches over a free wall keep one distance from it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.interpolate import CubicSpline

from .fields import Points, union
from .heart import ROOT_CENTER, ROOT_RADIUS, Heart
from .options import CoronaryOptions

STEP_MM = 0.5
GROOVE_STEPS = 12
FARTHEST_MM = 11.0
"""A groove pulls a rough course no farther: beyond the apex there is none left."""
DEPTH_MM = 2.6
"""Distance of a center line from the muscle it runs on."""
Course = Sequence[tuple[float, float, float]]
Field = Callable[[Points], np.ndarray]

LAD = [
    (23, -3, 18),
    (33, -15, 15),
    (39, -26, 8),
    (45, -34, -2),
    (53, -40, -14),
    (61, -42, -25),
    (67, -40, -35.0),
]
LCX = [(23, -3, 18), (34, 4, 9), (43, 15, 3), (46, 27, -6), (40, 36, -15), (28, 40, -22.0)]
RCA = [
    (-9, -19, 15),
    (-19, -31, 10),
    (-28, -37, 1),
    (-33, -36, -12),
    (-33, -28, -26),
    (-27, -14, -36),
    (-14, 4, -40.0),
]
PDA = [(-14, 4, -40), (-4, 2, -44), (10, -6, -48), (26, -16, -52), (40, -24, -54.0)]


@dataclass(frozen=True)
class Artery:
    """One vessel: ``points`` ``[n, 3]`` every half millimeter from its origin, ``radii`` in millimeters."""

    name: str
    territory: str
    points: np.ndarray
    radii: np.ndarray

    @property
    def length_mm(self) -> float:
        return float(np.linalg.norm(np.diff(self.points, axis=0), axis=1).sum())


def coronary_tree(heart: Heart, options: CoronaryOptions, rng: np.random.Generator) -> tuple[Artery, ...]:
    """LM, LAD with diagonals, LCX with marginals, RCA with its branches, by dominance."""
    draw = _Drawer(heart, options, rng)
    lm = draw.left_main()
    fork = lm.points[-1]
    lad, lcx, rca = draw.lad(fork), draw.lcx(fork), draw.rca()
    tree = [lm, lad, lcx, rca]
    for n in range(options.diagonals):
        tree.append(draw.branch(f"diagonal{n + 1}", lad, 0.16 + 0.2 * n, (0.6, 0.5, -0.62)))
    for n in range(options.marginals):
        tree.append(draw.branch(f"marginal{n + 1}", lcx, 0.25 + 0.3 * n, (0.62, -0.15, -0.75)))
    tree.append(draw.branch("acute_marginal", rca, 0.55, (0.75, -0.35, -0.5)))
    tree.append(draw.descending(lcx if options.dominance == "left" else rca))
    return tuple(tree)


@dataclass(frozen=True)
class _Drawer:
    heart: Heart
    options: CoronaryOptions
    rng: np.random.Generator

    def whole(self, p: Points) -> np.ndarray:
        heart = self.heart
        return union(heart.chambers(p, 6.0), heart.ascending(p), heart.pulmonary(p))

    def left_main(self) -> Artery:
        scale = self.heart.options.aorta_scale
        out = np.array([0.86, 0.28, 0.28]) + self.rng.normal(size=3) * 0.1
        start = ROOT_CENTER + ROOT_RADIUS * scale * out / np.linalg.norm(out)
        way = np.array([(0, 0, 0), (0.6, -0.05, 0.06), (1, 0, 0)]) * self.options.lm_length_mm
        line = start + way
        return self._finished("lm", "lm", self._clear(line), 2.2, 2.1)

    def lad(self, fork: np.ndarray) -> Artery:
        line = self._from(fork, LAD)
        line[3:] = self._groove(line[3:], self.heart.left_ventricle, self.heart.right_ventricle)
        return self._finished("lad", "lad", self._clear(line), 1.9, 0.8)

    def lcx(self, fork: np.ndarray) -> Artery:
        line = self._from(fork, LCX)
        if self.options.dominance == "right":
            line = line[: 5 if self.rng.random() < 0.5 else 6]
        line[2:] = self._groove(line[2:], self.heart.left_ventricle, self.heart.left_atrium)
        return self._finished("lcx", "lcx", self._clear(line), 1.7, 0.9)

    def rca(self) -> Artery:
        scale = self.heart.options.aorta_scale
        out = np.array([-0.4, -0.9, 0.12]) + self.rng.normal(size=3) * 0.1
        start = ROOT_CENTER + ROOT_RADIUS * scale * out / np.linalg.norm(out)
        line = self._from(start, RCA)
        line[2:] = self._groove(line[2:], self.heart.right_ventricle, self.heart.right_atrium)
        if self.options.dominance == "left":
            line = line[:5]
        return self._finished("rca", "rca", self._clear(line), 1.9, 1.3)

    def descending(self, parent: Artery) -> Artery:
        line = self._from(parent.points[-1], PDA)
        line[2:] = self._groove(line[2:], self.heart.left_ventricle, self.heart.right_ventricle)
        return self._finished("posterior_descending", parent.territory, self._clear(line), 1.2, 0.7)

    def branch(self, name: str, parent: Artery, share: float, along: tuple[float, float, float]) -> Artery:
        """A branch that leaves ``parent`` at ``share`` of its length and runs over the free wall."""
        share = float(np.clip(share + self.rng.normal() * 0.05, 0.08, 0.85))
        start = parent.points[int(share * (len(parent.points) - 1))]
        direction = np.asarray(along) + self.rng.normal(size=3) * 0.15
        length = self.rng.uniform(25, 55)
        line = start + np.linspace(0, length, 6)[:, None] * direction / np.linalg.norm(direction)
        for _ in range(GROOVE_STEPS):
            line[1:] -= _least_step([self.whole], line[1:], DEPTH_MM - 0.6)
        radius = 0.75 * float(parent.radii[int(share * (len(parent.radii) - 1))])
        return self._finished(name, parent.territory, line, radius, 0.6)

    def _from(self, start: np.ndarray, rough: Course) -> np.ndarray:
        line = np.array(rough, float)
        shift = start - line[0]
        weight = np.linspace(1, 0, len(line))[:, None] ** 2
        jitter = self.rng.normal(size=line.shape) * self.options.wander_mm
        jitter[0] = 0
        return np.asarray(line + shift * weight + jitter)

    def _groove(self, line: np.ndarray, one: Field, other: Field) -> np.ndarray:
        pulled = line.copy()
        for _ in range(GROOVE_STEPS):
            pulled -= _least_step([one, other], pulled, DEPTH_MM)
        way = pulled - line
        length = np.linalg.norm(way, axis=1, keepdims=True)
        return np.asarray(line + way * np.minimum(1, FARTHEST_MM / np.maximum(length, 1e-9)))

    def _clear(self, line: np.ndarray) -> np.ndarray:
        """Push points that lie in muscle or a great vessel out of it; the origin stays in its wall."""
        line = line.copy()
        for _ in range(GROOVE_STEPS):
            inside = self.whole(_columns(line)) < DEPTH_MM - 0.4
            inside[0] = False
            if inside.any():
                line[inside] -= _least_step([self.whole], line[inside], DEPTH_MM)
        return line

    def _finished(self, name: str, territory: str, line: np.ndarray, first: float, last: float) -> Artery:
        points = resampled(line)
        wave = self.options.wander_mm * 0.35
        along = np.arange(len(points)) * STEP_MM
        for axis in range(3):
            length, phase = self.rng.uniform(12, 30), self.rng.uniform(0, 2 * np.pi)
            points[:, axis] += wave * np.sin(2 * np.pi * along / length + phase) * np.minimum(along / 10, 1)
        radii = np.linspace(first, last, len(points)) * self.options.caliber
        return Artery(name, territory, points, radii)


def _columns(points: np.ndarray) -> Points:
    return points[:, 0], points[:, 1], points[:, 2]


def _least_step(
    fields: list[Field], points: np.ndarray, level_mm: float, limit_mm: float = 4.0
) -> np.ndarray:
    """The shortest step ``[n, 3]`` that brings every field to ``level_mm``, to first order."""
    residual = np.stack([f(_columns(points)) - level_mm for f in fields], axis=1)
    slopes = np.empty((*residual.shape, 3))
    for axis in range(3):
        offset = np.zeros(3)
        offset[axis] = 0.5
        for n, f in enumerate(fields):
            slopes[:, n, axis] = f(_columns(points + offset)) - f(_columns(points - offset))
    gram = slopes @ slopes.transpose(0, 2, 1) + 0.05 * np.eye(len(fields))
    step = (slopes.transpose(0, 2, 1) @ np.linalg.solve(gram, residual[..., None]))[..., 0]
    length = np.linalg.norm(step, axis=1, keepdims=True)
    return np.asarray(step * np.minimum(1, limit_mm / np.maximum(length, 1e-9)))


def resampled(line: np.ndarray) -> np.ndarray:
    """The smooth curve through ``line`` at equal steps."""
    keep = np.r_[True, np.linalg.norm(np.diff(line, axis=0), axis=1) > 0.5]
    line = line[keep]
    along = np.r_[0.0, np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1) ** 0.7)]
    fine = CubicSpline(along, line)(np.linspace(0, along[-1], 1500))
    length = np.r_[0.0, np.cumsum(np.linalg.norm(np.diff(fine, axis=0), axis=1))]
    where = np.arange(0, length[-1], STEP_MM)
    return np.stack([np.interp(where, length, fine[:, n]) for n in range(3)], axis=1)
