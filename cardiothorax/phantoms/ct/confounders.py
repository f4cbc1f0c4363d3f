"""What passes 130 HU beside the coronary arteries: calcium elsewhere and metal."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .blobs import Blobs
from .coronaries import Artery, resampled
from .fields import Numbers, frame
from .heart import ASCENDING, DESCENDING, LONG_AXIS, LV_CENTER, ROOT_CENTER, ROOT_RADIUS
from .options import CtPhantomOptions
from .plaques import standard_peak

ToWorld = Callable[[np.ndarray], np.ndarray]
VALVE_CENTER = np.array([-1.0, -5.0, 10.0])


def confounders(
    options: CtPhantomOptions, to_world: ToWorld, tree: tuple[Artery, ...], rng: np.random.Generator
) -> Blobs:
    """All of them as blobs in the world."""
    asked = options.confounders
    scale = options.anatomy.aorta_scale
    parts: list[Blobs] = []
    for _ in range(asked.aortic_wall):
        line, radii = (DESCENDING, 12.0) if rng.random() < 0.6 else (ASCENDING, 15.0)
        parts.append(_wall_plaque(rng, line, radii * scale))
    for _ in range(asked.aortic_root):
        parts.append(_root_plaque(rng, ROOT_RADIUS * scale))
    parts.extend(_valve(rng, asked.aortic_valve, scale))
    parts.extend(_annulus(rng, asked.mitral_annulus))
    parts.extend(_scattered(rng, asked.nodes, (2.0, 30.0, 45.0), (28.0, 12.0, 25.0), (1.0, 2.2), (200, 900)))
    parts.extend(
        _scattered(rng, asked.granulomas, (0.0, 20.0, 0.0), (60.0, 40.0, 40.0), (0.8, 2.0), (200, 1200))
    )
    parts.extend(_scattered(rng, asked.specks, (5.0, -5.0, -10.0), (35.0, 28.0, 30.0), (0.3, 0.5), (95, 200)))
    for _ in range(asked.pericardium):
        parts.append(_sheet(rng))
    parts.extend(_metal(options, tree, rng))
    joined = Blobs.joined(parts)
    return Blobs(to_world(joined.centers_mm), joined.sigmas_mm, joined.amounts) if len(joined) else joined


def _bright(points: np.ndarray, sigmas: np.ndarray, weights: np.ndarray, peak_hu: float) -> Blobs:
    blobs = Blobs(np.asarray(points, float), np.asarray(sigmas, float), np.asarray(weights, float))
    return blobs.times(peak_hu / standard_peak(blobs))


def _peak(rng: np.random.Generator, low: float, high: float) -> float:
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def _wall_plaque(rng: np.random.Generator, line: np.ndarray, radius: float) -> Blobs:
    """A curved sheet in the aortic wall."""
    place = rng.uniform(0, len(line) - 1.01)
    n, share = int(place), place % 1
    center = line[n] * (1 - share) + line[n + 1] * share
    axes = frame(line[n + 1] - line[n], (1, 0.3, 0.1))
    middle, spread = rng.uniform(0, 2 * np.pi), rng.uniform(0.1, 0.9)
    count = int(6 + 30 * spread)
    angle = middle + rng.uniform(-spread, spread, count)
    height = rng.normal(size=count) * rng.uniform(0.8, 4)
    ring = np.cos(angle)[:, None] * axes[1] + np.sin(angle)[:, None] * axes[2]
    points = center + radius * ring + height[:, None] * axes[0]
    return _bright(points, rng.uniform(0.4, 0.8, count), rng.uniform(0.3, 1, count), _peak(rng, 150, 1000))


def _root_plaque(rng: np.random.Generator, radius: float) -> Blobs:
    angle = rng.uniform(0, 2 * np.pi) + rng.uniform(-0.4, 0.4, 10) * rng.uniform(0.2, 1)
    height = rng.uniform(-4, 16) + rng.normal(size=10) * 1.2
    ring = np.sqrt(np.maximum(radius**2 - (height * 0.6) ** 2, 60.0))
    points = ROOT_CENTER + np.c_[ring * np.cos(angle), ring * np.sin(angle), height]
    return _bright(points, rng.uniform(0.4, 0.8, 10), rng.uniform(0.3, 1, 10), _peak(rng, 150, 900))


def _valve(rng: np.random.Generator, amount: float, scale: float) -> list[Blobs]:
    """Three cusps: spots on their hinges and free edges."""
    found = []
    for _ in range(round(amount * 14)):
        angle = rng.choice([0.3, 2.4, 4.5]) + rng.normal() * 0.35
        radius = rng.uniform(2, 12) * scale
        height = rng.normal() * 2 - 0.2 * radius
        center = VALVE_CENTER + np.array([radius * np.cos(angle), radius * np.sin(angle), height])
        points = center + rng.normal(size=(5, 3))
        found.append(_bright(points, rng.uniform(0.5, 1.0, 5), rng.uniform(0.4, 1, 5), _peak(rng, 150, 900)))
    return found


def _annulus(rng: np.random.Generator, amount: float) -> list[Blobs]:
    """The hinge of the mitral valve, most often its back."""
    if amount <= 0:
        return []
    axes = frame(LONG_AXIS, (0.7, 0.7, 0.0))
    center = LV_CENTER - 33 * LONG_AXIS
    span = 0.3 + 2.2 * amount
    middle = rng.normal() * 0.5
    count = int(8 + 50 * amount)
    angle = middle + rng.uniform(-span / 2, span / 2, count)
    points = center + 20 * (np.cos(angle)[:, None] * axes[1] + np.sin(angle)[:, None] * axes[2])
    points += rng.normal(size=points.shape) * 1.0
    return [_bright(points, rng.uniform(0.5, 1.2, count), rng.uniform(0.3, 1, count), _peak(rng, 200, 1000))]


def _scattered(
    rng: np.random.Generator,
    count: int,
    center: Numbers,
    spread: Numbers,
    sigmas: tuple[float, float],
    peaks: tuple[float, float],
) -> list[Blobs]:
    found = []
    for _ in range(count):
        middle = np.array(center) + rng.normal(size=3) * spread
        size = rng.uniform(*sigmas)
        points = middle + rng.normal(size=(4, 3)) * size * 0.7
        found.append(_bright(points, np.full(4, size), rng.uniform(0.3, 1, 4), _peak(rng, *peaks)))
    return found


def _sheet(rng: np.random.Generator) -> Blobs:
    """Calcified pericardium: a curved patch around the ventricles."""
    axis = rng.normal(size=3)
    axis /= np.linalg.norm(axis)
    across = frame(axis, (0.2, 0.5, 1.0))
    count = 30
    angle, height = rng.uniform(-0.3, 0.3, count), rng.normal(size=count) * 5
    direction = np.cos(angle)[:, None] * across[0] + np.sin(angle)[:, None] * across[1]
    points = LV_CENTER + (-12, -4, 0) + direction * (58, 46, 44) + height[:, None] * across[2]
    return _bright(points, rng.uniform(0.5, 0.9, count), rng.uniform(0.3, 1, count), _peak(rng, 160, 700))


def _metal(options: CtPhantomOptions, tree: tuple[Artery, ...], rng: np.random.Generator) -> list[Blobs]:
    asked = options.confounders
    parts: list[Blobs] = []
    by_name = {a.name: a for a in tree}
    for _ in range(asked.stents):
        parts.append(_stent(rng, by_name[str(rng.choice(["lad", "lcx", "rca"]))]))
    for _ in range(asked.bypass_clips):
        middle = np.array([10.0, -45, 10]) + rng.normal(size=3) * (18, 8, 22)
        parts.append(
            _bright(
                middle + rng.normal(size=(3, 3)) * 0.6, np.full(3, 0.5), np.ones(3), _peak(rng, 900, 3000)
            )
        )
    if asked.sternal_wires:
        parts.extend(_wire_loop(rng, z) for z in np.arange(-50, 60, 22.0) + rng.uniform(-8, 8))
    leads = [
        np.array([[-31, -2, 90], [-32, 0, 30], [-38, -6, 0], [-10, -20, -34], [34, -34, -46.0]]),
        np.array([[-30, -4, 90], [-32, 0, 32], [-30, -12, 8], [-26, -22, 14.0]]),
        np.array([[-32, 0, 90], [-33, 2, 20], [-18, 18, -18], [18, 36, -12], [50, 14, -16.0]]),
    ]
    for line in leads[: asked.pacemaker]:
        parts.append(_lead(rng, line + rng.normal(size=line.shape) * 3, 1800.0))
    if asked.central_line:
        parts.append(
            _lead(rng, np.array([[-31, -3, 95], [-33, -1, 50], [-31, 2, 20.0]]), _peak(rng, 500, 1500))
        )
    for _ in range(asked.skin_wires):
        start = np.array([rng.uniform(-90, 90), -100.0, rng.uniform(-60, 60)])
        parts.append(
            _lead(rng, start + np.array([[0, 0, 0], [20, -4, 10], [30, 0, 35.0]]), _peak(rng, 400, 2500))
        )
    return parts


def _lead(rng: np.random.Generator, line: np.ndarray, peak_hu: float) -> Blobs:
    points = resampled(line)[::2]
    return _bright(points, np.full(len(points), 0.55), np.ones(len(points)), peak_hu)


def _stent(rng: np.random.Generator, artery: Artery) -> Blobs:
    """A mesh tube of 10 to 28 mm."""
    first = int(rng.uniform(0.02, 0.4) * len(artery.points))
    count = min(int(rng.uniform(20, 56)), len(artery.points) - first - 2)
    points = artery.points[first : first + count]
    side = rng.normal(size=(count, 3))
    side /= np.linalg.norm(side, axis=1, keepdims=True)
    return _bright(points + 1.4 * side, np.full(count, 0.35), np.ones(count), _peak(rng, 500, 1300))


def _wire_loop(rng: np.random.Generator, z: float) -> Blobs:
    angle = np.linspace(0, 2 * np.pi, 60)
    points = np.c_[-10 + 17 * np.cos(angle), -69 + 8.5 * np.sin(angle), z + 2 * np.cos(angle) + 0 * angle]
    return _bright(points, np.full(60, 0.5), np.ones(60), _peak(rng, 1500, 3000))
