"""What is put on and into patients: monitoring leads, tubes, catheters, pacemakers.

Values are millimetres of metal (or what attenuates like it), float32 ``[rows, cols]``.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.interpolate import CubicSpline

from .anatomy import Thorax
from .shapes import Cloud, Film, smooth_step

Place = Callable[[float, float], tuple[float, float]]


def devices(thorax: Thorax, film: Film, names: tuple[str, ...], rng: np.random.Generator) -> np.ndarray:
    """All devices of ``names``; each draws its own numbers, so adding one leaves the others."""
    total = np.zeros((film.rows, film.cols), np.float32)
    seeds = rng.integers(0, 2**32, 4)

    def place(fx: float, t: float) -> tuple[float, float]:
        return fx * thorax.body.thorax_mm, float(thorax.level_mm(t))

    for seed, (name, draw) in zip(seeds, _DRAWN.items(), strict=True):
        if name in names:
            total += draw(place, film, np.random.default_rng(seed))
    return total


def _wire(cloud: Cloud, film: Film, points: list[tuple[float, float]], radius: float, metal: float) -> None:
    """A smooth wire or tube wall; ``metal`` is the share of its section that attenuates."""
    steps = np.arange(len(points))
    line = CubicSpline(steps, np.array(points))(np.linspace(0, steps[-1], 200))
    part = Cloud()
    part.add_tube(line, np.full(200, radius), min(0.25, 0.7 * film.pixel_mm))
    for x, y, volume in part.parts:
        cloud.add(x, y, metal * volume)


def _leads(place: Place, film: Film, rng: np.random.Generator) -> np.ndarray:
    cloud = Cloud()
    x, y = film.coordinates()
    total = np.zeros_like(x)
    for fx, t in ((-0.42, 0.10), (0.42, 0.12), (0.44, 0.80)):
        end = place(fx + 0.03 * rng.standard_normal(), t + 0.03 * rng.standard_normal())
        middle = place(0.25 * rng.standard_normal(), 0.55 + 0.2 * rng.standard_normal())
        off = place(0.1 * rng.standard_normal(), 1.35)
        slack = (end[0] + middle[0]) / 2 + 12 * rng.standard_normal(), (end[1] + middle[1]) / 2
        _wire(cloud, film, [end, slack, middle, off], 0.75, 0.17)
        r = np.hypot(x - end[0], y - end[1])
        total += 0.35 * smooth_step(5.0 - r, 0.3) + 0.9 * smooth_step(2.2 - r, 0.3)
    return np.asarray(total + cloud.on(film))


def _tube(place: Place, film: Film, rng: np.random.Generator) -> np.ndarray:
    """Windpipe tube: two walls and a marking line; and a thin one down to the stomach."""
    cloud = Cloud()
    tip = 0.18 + 0.05 * rng.random()
    for dx, metal in ((-0.016, 0.06), (0.016, 0.06), (0.008, 0.22)):
        _wire(cloud, film, [place(dx + 0.01, -0.45), place(dx, -0.1), place(dx - 0.008, tip)], 0.7, metal)
    sway = 0.02 * rng.standard_normal()
    gullet = [place(0.01, -0.45), place(sway, 0.2), place(0.02 + sway, 0.6), place(0.05, 0.9)]
    _wire(cloud, film, [*gullet, place(0.20, 1.03)], 1.3, 0.07)
    return cloud.on(film)


def _central_line(place: Place, film: Film, rng: np.random.Generator) -> np.ndarray:
    cloud = Cloud()
    start = place(-0.14 + 0.02 * rng.standard_normal(), -0.35)
    tip = place(-0.09, 0.42 + 0.06 * rng.random())
    way = [start, place(-0.115, -0.05), place(-0.075, 0.13), place(-0.085, 0.30), tip]
    _wire(cloud, film, way, 1.0, 0.12)
    return cloud.on(film)


def _pacemaker(place: Place, film: Film, rng: np.random.Generator) -> np.ndarray:
    cloud = Cloud()
    x, y = film.coordinates()
    cx, cy = place(0.36 + 0.02 * rng.standard_normal(), 0.13 + 0.02 * rng.standard_normal())
    turn = 0.26 * rng.standard_normal()
    c, w = np.cos(turn), np.sin(turn)
    u, v = (x - cx) * c + (y - cy) * w, (y - cy) * c - (x - cx) * w
    r = ((u / 22) ** 4 + (v / 20) ** 4) ** 0.25
    battery = np.maximum(np.abs(u + 5) / 12, np.abs(v - 4) / 9)
    box = 1.2 * smooth_step(1 - r, 0.02) + 0.5 * smooth_step(1 - battery, 0.06)
    vein = [(cx - 12, cy - 18), place(0.25, 0.06), place(0.12, 0.055), place(-0.055, 0.155)]
    ways = (
        [*vein, place(-0.09, 0.40), place(-0.06, 0.62), place(-0.02, 0.58)],
        [*vein, place(-0.085, 0.42), place(-0.03, 0.74), place(0.20, 0.80)],
    )
    for way in ways:
        _wire(cloud, film, way, 0.9, 0.28)
        tip = np.hypot(x - way[-1][0], y - way[-1][1])
        box += 1.2 * smooth_step(1.8 - tip, 0.3)
    return np.asarray(box + cloud.on(film))


_DRAWN = {"leads": _leads, "tube": _tube, "central_line": _central_line, "pacemaker": _pacemaker}
