"""The chest's outlines: lungs, heart, mediastinum and diaphragm, with normal variation.

The tables are the mean outlines of adults, rounded, as fractions: x of the thoracic diameter from
the spine (patient's left positive), t of the lung's height from the apex down. Only such means are
used; no patient's picture or outline is part of a phantom.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.interpolate import CubicSpline, PchipInterpolator

from .options import CxrOptions
from .shapes import Film, Outline

# fmt: off
CAGE_T = np.array([
    -0.02, 0.0, 0.01, 0.03, 0.06, 0.11, 0.16, 0.21, 0.26, 0.31, 0.40, 0.50, 0.60, 0.70, 0.80, 0.90,
    1.0, 1.15, 1.4,
])
CAGE_X = np.array([
    0.178, 0.202, 0.228, 0.268, 0.306, 0.353, 0.386, 0.407, 0.422, 0.433, 0.447, 0.457, 0.466,
    0.478, 0.490, 0.498, 0.500, 0.495, 0.470,
])
"""Inner border of the ribs, both sides alike; the apices are rounded off where the lung begins."""

RIGHT_INNER_T = np.array([
    -0.02, 0.0, 0.02, 0.06, 0.11, 0.16, 0.21, 0.26, 0.31, 0.36, 0.41, 0.46, 0.52, 0.60, 0.80, 1.4,
])
RIGHT_INNER_X = np.array([
    0.178, 0.148, 0.116, 0.083, 0.068, 0.064, 0.067, 0.072, 0.078, 0.087, 0.098, 0.109, 0.112,
    0.094, 0.072, 0.07,
])
LEFT_INNER_T = np.array([
    -0.02, 0.0, 0.02, 0.06, 0.11, 0.17, 0.20, 0.235, 0.285, 0.33, 0.365, 0.395, 0.435, 0.48, 0.52,
    0.57, 0.64, 1.4,
])
LEFT_INNER_X = np.array([
    0.178, 0.147, 0.115, 0.081, 0.068, 0.066, 0.075, 0.107, 0.127, 0.122, 0.113, 0.117, 0.132,
    0.143, 0.142, 0.126, 0.108, 0.105,
])

RIGHT_DOME_X = np.array([
    -0.02, 0.05, 0.10, 0.16, 0.22, 0.28, 0.34, 0.40, 0.45, 0.48, 0.51, 0.56,
])
RIGHT_DOME_T = np.array([
    0.795, 0.783, 0.773, 0.765, 0.769, 0.785, 0.814, 0.862, 0.918, 0.972, 1.06, 1.2,
])
LEFT_DOME_X = np.array([
    -0.02, 0.05, 0.10, 0.18, 0.25, 0.31, 0.36, 0.41, 0.45, 0.48, 0.51, 0.56,
])
LEFT_DOME_T = np.array([
    0.842, 0.834, 0.826, 0.813, 0.808, 0.818, 0.840, 0.880, 0.928, 0.978, 1.06, 1.2,
])

HEART = np.array([
    (0.045, 0.478), (0.105, 0.490), (0.170, 0.528), (0.225, 0.590), (0.272, 0.655), (0.303, 0.720),
    (0.318, 0.785), (0.309, 0.842), (0.272, 0.878), (0.205, 0.895), (0.120, 0.896), (0.030, 0.882),
    (-0.050, 0.855), (-0.108, 0.812), (-0.140, 0.752), (-0.149, 0.685), (-0.139, 0.610),
    (-0.110, 0.547), (-0.070, 0.505), (-0.015, 0.482),
])
# fmt: on
"""Closed outline (x, t) as readers draw it: above at the great vessels, below inside the diaphragm."""

APEX_T, APEX_X = -0.005, 0.18
"""The highest point of a lung."""

MEAN_HEART = (0.149, 0.318)
"""Right and left part of the mean heart's width, of the thoracic diameter."""


Curve = tuple[np.ndarray, np.ndarray]
"""x rising, and y, both in mm."""
Domes = tuple[Curve, Curve]
"""The diaphragm on the right and on the left."""


@dataclass(frozen=True)
class Body:
    """Sizes and habits of one phantom, resolved from options and seed."""

    sex: str
    thorax_mm: float
    lung_height_mm: float
    apex_mm: float
    """Height of the lung apices below the film's top."""
    depth_mm: float
    """Greatest front-to-back depth inside the ribs."""
    wall_mm: float
    """Soft tissue outside the ribs, at the side."""
    ctr: float
    inspiration: float
    rotation_degrees: float
    portable: bool
    age: float
    """0 young, 1 old: unfolded aorta, calcified cartilage, thin bones."""


@dataclass(frozen=True)
class Thorax:
    """Outlines in the patient's film coordinates (mm). ``domes`` hold (x, y) of the diaphragm."""

    body: Body
    right_lung: Outline
    left_lung: Outline
    heart: Outline
    right_dome: Curve
    left_dome: Curve

    def level_mm(self, t: Any) -> Any:
        """y of the fraction ``t`` (a number or an array) of the lung's height."""
        return self.body.apex_mm + t * self.body.lung_height_mm

    def dome_y(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Height of the right and left diaphragm (y in mm) at ``x``."""
        return (
            np.interp(x, *self.right_dome).astype(np.float32),
            np.interp(x, *self.left_dome).astype(np.float32),
        )

    def masks(self, film: Film) -> dict[str, np.ndarray]:
        """Boolean ``[rows, cols]`` of heart, right_lung and left_lung; a lung is what is seen of it:
        above the diaphragm and not behind the heart. A pixel belongs where its centre lies."""
        x, y = film.coordinates()
        right_dome, left_dome = self.dome_y(x)
        heart = _inside(self.heart, x, y)
        return {
            "heart": heart,
            "right_lung": _inside(self.right_lung, x, y) & (y < right_dome) & ~heart,
            "left_lung": _inside(self.left_lung, x, y) & (y < left_dome) & ~heart,
        }


def _inside(outline: Outline, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    left, right = outline.borders(y)
    return (x >= left) & (x <= right)


def draw_body(options: CxrOptions, film_mm: float, rng: np.random.Generator) -> Body:
    """Everything that was not asked for, drawn; always the same number of draws."""
    n, u = rng.standard_normal(12), rng.random(6)
    sex = options.sex or ("female" if u[0] < 0.5 else "male")
    male = sex == "male"
    inspiration = options.inspiration
    if inspiration is None:
        inspiration = float(np.clip(0.68 + 0.18 * n[0], 0, 1)) * (0.6 if options.portable else 1.0)
    thorax = float(np.clip((288 if male else 262) + 12 * n[1], 232, min(318, 0.88 * film_mm)))
    height = thorax * (0.80 + 0.22 * inspiration + 0.035 * n[2])
    height = float(np.clip(height, 0.66 * thorax, 0.86 * film_mm))
    room = film_mm - height
    apex = float(np.clip(room * (0.30 + 0.07 * n[3]), 12, max(13, room - 25)))
    ctr = options.ctr
    if ctr is None:
        ctr = float(np.clip(0.475 + 0.055 * n[4] + 0.05 * options.portable, 0.38, 0.65))
    rotation = options.rotation_degrees
    if rotation is None:
        rotation = float((2.5 if options.portable else 1.2) * n[5])
    return Body(
        sex=sex,
        thorax_mm=thorax,
        lung_height_mm=height,
        apex_mm=apex,
        depth_mm=float(np.clip(165 + 12 * n[6], 135, 195)),
        wall_mm=float(np.clip(27 + 8 * n[7], 14, 52)),
        ctr=ctr,
        inspiration=inspiration,
        rotation_degrees=rotation,
        portable=options.portable,
        age=float(u[1]),
    )


def build(body: Body, findings: tuple[str, ...], rng: np.random.Generator) -> Thorax:
    """Outlines of one chest."""
    size, height, top = body.thorax_mm, body.lung_height_mm, body.apex_mm
    n = rng.standard_normal(40)
    turned = size * 0.003 * body.rotation_degrees  # turning widens one lung at the other's cost
    shift = size * 0.0035 * body.rotation_degrees  # the mediastinum lies in front of the axis
    cage = CAGE_X * (1 + 0.05 * n[0] * np.clip(0.6 - CAGE_T, -0.4, 0.6))
    right_inner, left_inner = _mediastinum(body, n[1:13])
    rows = np.linspace(0, 1, 60) ** 2 * (0.06 - APEX_T) + APEX_T  # close together where the apex is round
    t = np.concatenate([rows, np.linspace(0.065, 1.4, 300)])
    outer = PchipInterpolator(CAGE_T, cage)(t)
    right_out, right_in = _apex(t, outer, PchipInterpolator(RIGHT_INNER_T, right_inner)(t))
    left_out, left_in = _apex(t, outer, PchipInterpolator(LEFT_INNER_T, left_inner)(t))
    right_edge = -right_out * size * (1 + 0.012 * n[13]) + turned
    left_edge = left_out * size * (1 - 0.012 * n[13]) + turned
    follow = shift * np.clip((t + 0.02) / 0.3, 0, 1)
    lift = 0.004 * n[14]
    right_lung = Outline.between(
        top + (t - lift) * height, right_edge, np.maximum(follow - right_in * size, right_edge)
    )
    left_lung = Outline.between(
        top + (t + lift) * height, np.minimum(left_in * size + follow, left_edge), left_edge
    )
    domes = _with_effusion(body, findings, _domes(body, n[15:25], turned), rng)
    heart = _heart(body, domes, n[25:40], shift, right_lung, left_lung)
    return Thorax(body, right_lung, left_lung, heart, domes[0], domes[1])


def _mediastinum(body: Body, n: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The lungs' inner borders at the tables' rows: wider or narrower, the aortic knob larger with age."""
    widen = 1 + 0.10 * n[0] + 0.25 * body.portable * (0.3 + 0.2 * abs(n[1]))
    right = _vary(RIGHT_INNER_X, RIGHT_INNER_T, widen, 0.006 * n[2:6])
    left = _vary(LEFT_INNER_X, LEFT_INNER_T, widen, 0.006 * n[6:10])
    knob = np.exp(-(((LEFT_INNER_T - 0.28) / 0.05) ** 2))
    trunk = np.exp(-(((LEFT_INNER_T - 0.45) / 0.05) ** 2))
    left = left + knob * (0.022 * (body.age - 0.5) + 0.006 * n[10]) + trunk * 0.008 * n[11]
    return right, left


def _apex(t: np.ndarray, outer: np.ndarray, inner: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Round the top of a lung off: above t = 0.06 the width falls as that of an ellipse."""
    at = int(np.searchsorted(t, 0.06))
    middle, half = (outer + inner) / 2, (outer - inner) / 2
    share = np.clip((t - APEX_T) / (t[at] - APEX_T), 0, 1)
    cap_middle = middle[at] + (APEX_X - middle[at]) * (1 - share)
    cap = half[at] * np.sqrt(share)
    return np.where(t < t[at], cap_middle + cap, outer), np.where(t < t[at], cap_middle - cap, inner)


def _vary(x: np.ndarray, t: np.ndarray, widen: float, bumps: np.ndarray) -> np.ndarray:
    """Wider or narrower, with slow bends; the apex itself stays."""
    fixed = np.clip(t / 0.08, 0, 1)
    bend = sum(b * np.sin((k + 1) * np.pi * t / 0.9) for k, b in enumerate(bumps))
    return np.asarray(x * (1 + fixed * (widen - 1)) + fixed * bend)


def _domes(body: Body, n: np.ndarray, turned: float) -> Domes:
    """Flat and low in a deep breath, high and round in a shallow one."""
    out = []
    flat = 1.08 - 0.14 * body.inspiration + 0.04 * n[0]
    for side, xs, ts, k in ((-1, RIGHT_DOME_X, RIGHT_DOME_T, 1), (1, LEFT_DOME_X, LEFT_DOME_T, 5)):
        t = 1.0 + (ts - 1.0) * np.where(ts < 1, flat * (1 + 0.05 * n[k]), 1)
        hump = 0.010 * n[k + 1] * np.sin((xs - 0.1) / 0.4 * 2 * np.pi) * (xs < 0.48)
        t = t + hump + 0.008 * n[k + 2]
        curve = CubicSpline(xs + 0.01 * n[k + 3], t)
        fine = np.linspace(0.0, 0.53, 400)
        x = side * fine * body.thorax_mm + turned
        y = body.apex_mm + curve(fine) * body.lung_height_mm
        order = np.argsort(x)
        out.append((x[order], y[order]))
    return out[0], out[1]


def _with_effusion(body: Body, findings: tuple[str, ...], domes: Domes, rng: np.random.Generator) -> Domes:
    """Fluid lifts the visible lung's lower border into a meniscus that climbs at the side."""
    level, climb = 0.03 + 0.14 * rng.random(2), 0.05 + 0.10 * rng.random(2)
    out = []
    for k, (x, y) in enumerate(domes):
        if ("effusion_right", "effusion_left")[k] in findings:
            lateral = np.clip(np.abs(x) / (0.49 * body.thorax_mm), 0, 1)
            corner = y[np.abs(np.abs(x) - 0.47 * body.thorax_mm).argmin()]
            surface = corner - body.lung_height_mm * (level[k] + climb[k] * lateral**6)
            width = 0.02 * body.lung_height_mm
            y = -width * np.logaddexp(-y / width, -surface / width)  # smooth minimum
        out.append((x, y))
    return out[0], out[1]


def _heart(
    body: Body, domes: Domes, n: np.ndarray, shift: float, right_lung: Outline, left_lung: Outline
) -> Outline:
    """The mean outline, scaled to the ratio asked for and set on the diaphragm."""
    size, height = body.thorax_mm, body.lung_height_mm
    x, t = HEART.T.copy()
    angle = np.arctan2(t - 0.69, x - 0.085)
    wave = sum(0.010 * n[k] * np.cos((k + 2) * angle + n[k + 3]) for k in range(3))
    x, t = 0.085 + (x - 0.085) * (1 + wave), 0.69 + (t - 0.69) * (1 + wave)
    t = t + 0.10 * n[6] * np.clip(x - 0.1, -0.25, 0.25) * 0.5  # apex up or down
    share = np.clip(MEAN_HEART[0] / sum(MEAN_HEART) + 0.035 * n[7], 0.22, 0.42)
    thoracic = float(np.max(left_lung.right - np.interp(left_lung.y, right_lung.y, right_lung.left)))
    width = body.ctr * thoracic
    stretch = np.where(x > 0, width * (1 - share) / x.max(), width * share / -x.min())
    top = 0.430 + 0.020 * n[8]
    bottom = 0.900 + 0.18 * (body.ctr - 0.475) + 0.012 * n[9]
    y = body.apex_mm + (top + (t - t.min()) / np.ptp(t) * (bottom - top)) * height
    floor = (np.interp(-0.10 * size, *domes[0]) + np.interp(0.22 * size, *domes[1])) / 2
    y = y + 0.5 * (floor - (body.apex_mm + 0.792 * height))  # the heart rests on the diaphragm
    outline = Outline.through(np.column_stack([x * stretch, y]))
    outline = outline.moved(shift)
    excess = float(outline.right.max() - (0.5 * size - 0.012 * size))
    return outline.moved(-max(0.0, excess))
