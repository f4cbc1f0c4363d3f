"""Bones as thin volumes in space, summed along the ray: ribs, clavicles, scapulae, arms, spine.

Values are millimetres of compact bone. Ribs run round the chest in three dimensions, so the bright
lines at the chest's side, where a rib runs along the ray, come by themselves.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.ndimage import zoom

from .anatomy import CAGE_T, CAGE_X, Thorax
from .shapes import GOLDEN, Cloud, Film, chord, noise_field, smooth_step

MARROW = 0.18
"""Mineral in spongy bone, of that in compact bone."""
BLADE_MM = 2.4
"""Compact bone in the thin part of a shoulder blade."""


def skeleton(thorax: Thorax, film: Film, rng: np.random.Generator) -> np.ndarray:
    """All bones, float32 ``[rows, cols]``."""
    tubes = Tubes(thorax, film.pixel_mm)
    _ribs(tubes, rng)
    _clavicles(tubes, rng)
    _scapulae(tubes, rng)
    bone = tubes.cloud.on(film) + _spine(thorax, film, rng) + _sternum(thorax, film)
    return np.asarray(bone * (1.25 - 0.30 * thorax.body.age * (thorax.body.sex == "female")), np.float32)


def _turned(thorax: Thorax, x: np.ndarray, z: np.ndarray) -> np.ndarray:
    """x after the patient's rotation; z is towards the front from the body's axis."""
    angle = np.deg2rad(thorax.body.rotation_degrees)
    return np.asarray(x * np.cos(angle) + z * np.sin(angle))


@dataclass
class Tubes:
    """Bones of oval section, gathered for one sum along the ray."""

    thorax: Thorax
    pixel_mm: float
    cloud: Cloud = field(default_factory=Cloud)

    def add(
        self,
        line: np.ndarray,
        high: np.ndarray,
        thick: np.ndarray,
        *,
        cortex: float = 0.9,
        fade: np.ndarray | float = 1.0,
    ) -> None:
        """A bone along ``line`` ``[n, 3]``: ``high`` across the line in the film's plane, ``thick`` the
        other way (``[n]``, full lengths, mm), under ``cortex`` mm of compact bone."""
        points, dense, section = _filled(line, high, thick, cortex, self.pixel_mm)
        share = np.linspace(0, 1, len(points))
        fade = np.interp(share, np.linspace(0, 1, len(line)), np.broadcast_to(fade, len(line)))
        volume = dense * (section * fade)[:, None, None]
        self.cloud.add(_turned(self.thorax, points[..., 0], points[..., 2]), points[..., 1], volume)


def _filled(
    line: np.ndarray, high: np.ndarray, thick: np.ndarray, cortex: float, pixel_mm: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Points that fill the bone ``[n, a, b, 3]``, the mineral share of each, and their volumes ``[n]``."""
    length = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    step = 1.1 * pixel_mm
    s = np.arange(0, length[-1], step)
    c = np.column_stack([np.interp(s, length, line[:, k]) for k in range(3)])
    h, w = np.interp(s, length, high), np.interp(s, length, thick)
    along = np.gradient(c, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    up = np.cross(along, np.column_stack([along[:, 1] * 0 + along[:, 2], 0 * s, -along[:, 0]]))
    up /= np.maximum(np.linalg.norm(up, axis=1, keepdims=True), 1e-6)
    out = np.cross(up, along)
    na = max(7, int(np.ceil(h.max() / (0.8 * pixel_mm))))
    a = (np.arange(na) + 0.5) / na * 2 - 1
    nb = max(9, int(w.max() / 1.3))
    b = (np.arange(nb) + 0.5) / nb * 2 - 1
    uneven = (np.arange(len(s)) * GOLDEN % 1 - 0.5)[:, None, None]
    aa = a[None, :, None] + uneven * 2 / na
    bb = b[None, None, :] - uneven * 2 / nb
    points = c[:, None, None] + 0.5 * (
        (h[:, None, None] * aa)[..., None] * up[:, None, None]
        + (w[:, None, None] * bb)[..., None] * out[:, None, None]
    )
    radius = np.hypot(aa, bb)
    shell = 2 * cortex / np.minimum(h, w)[:, None, None]
    dense = MARROW + (1 - MARROW) * smooth_step(radius - (1 - shell), 0.06)
    dense = dense * (radius <= 1) * (1 + 0.9 * smooth_step(np.abs(aa) - 0.86, 0.08))
    return points, dense, h * w / (na * nb) * step


def _ribs(tubes: Tubes, rng: np.random.Generator) -> None:
    thorax, body = tubes.thorax, tubes.thorax.body
    slope = 1.0 + 0.10 * rng.standard_normal()
    vertebrae = _vertebra_levels(thorax)
    for number in range(1, 13):
        n = rng.standard_normal(8)
        head = vertebrae[number] - 4 + 0.5 * n[0]
        fall = np.interp(number, [1, 2, 4, 7, 9, 12], [0.13, 0.22, 0.33, 0.41, 0.40, 0.22])
        drop = body.lung_height_mm * fall * slope
        end = np.deg2rad(np.interp(number, [1, 2, 4, 7, 10, 12], [150, 150, 146, 138, 122, 85]) + 2 * n[1])
        for side in (-1, 1):
            m = rng.standard_normal(3)
            line = _rib_line(thorax, side, head + 0.5 * m[0], drop * (1 + 0.02 * m[1]), end, number)
            share = np.linspace(0, 1, len(line))
            high = np.interp(share, [0, 0.12, 0.5, 0.9, 1], [9.5, 12.0, 14.0, 14.5, 16.0])
            thick = np.interp(share, [0, 0.3, 1], [8.0, 7.2, 6.0])
            fade = np.interp(share, [0, 0.04, 0.42, 0.60, 0.93, 1], [0.5, 1, 0.85, 0.50, 0.45, 0.15])
            if number == 1:
                high, fade = 0.9 * high, 0.75 * fade
            tubes.add(line, high, thick, cortex=1.0 - 0.2 * body.age, fade=fade)


def _rib_line(thorax: Thorax, side: int, head: float, drop: float, end: float, number: int) -> np.ndarray:
    """From the vertebra round the side to the cartilage, ``[n, 3]``."""
    body = thorax.body
    phi = np.linspace(np.deg2rad(7), end, 140)
    fall = (1 - np.cos(phi)) / 2
    y = head + drop * fall - 5.0 * np.sin(np.clip(2 * phi, 0, np.pi)) * (number > 1)
    t = (y - body.apex_mm) / body.lung_height_mm
    level = np.interp(np.pi / 2, phi, t) if end > np.pi / 2 else t[-1]
    own = np.interp(number, [1, 4], [0.85, 0.35])
    local = own * t + (1 - own) * level
    half = np.interp(local, CAGE_T, CAGE_X) * body.thorax_mm + 3.8
    half = half * np.interp(number, [1, 2, 3], [0.88, 0.96, 1.0])
    depth = body.depth_mm / 2 * np.interp(local, [-0.1, 0.15, 0.45, 1.2], [0.42, 0.72, 1.0, 1.0]) + 3
    x = side * half * np.abs(np.sin(phi)) ** 0.92 + side * 6 * np.cos(phi) * (phi < np.pi / 2)
    z = -depth * np.sign(np.cos(phi)) * np.abs(np.cos(phi)) ** 0.9
    return np.column_stack([x + 0.003 * body.thorax_mm * body.rotation_degrees, y, z])


def _clavicles(tubes: Tubes, rng: np.random.Generator) -> None:
    thorax, body = tubes.thorax, tubes.thorax.body
    n = rng.standard_normal(6)
    lift = (0.03 + 0.05 * abs(n[0])) * body.portable + 0.012 * n[1]
    for k, side in enumerate((-1, 1)):
        u = np.linspace(0, 1, 60)
        x = side * (9 + u * 0.56 * body.thorax_mm)
        t = np.interp(u, [0, 0.15, 0.5, 0.8, 1.0], [0.158, 0.132, 0.070, 0.030, 0.028])
        t = t - lift - 0.016 * np.sin(2 * np.pi * u) + 0.006 * n[2 + k]
        z = 55 - 95 * u
        line = np.column_stack([x, thorax.level_mm(t), z])
        high = np.interp(u, [0, 0.08, 0.25, 0.7, 1], [19, 17, 11, 10.5, 14])
        thick = np.interp(u, [0, 0.1, 0.7, 1], [14, 11, 10, 9])
        tubes.add(line, high, thick, cortex=1.3, fade=np.interp(u, [0, 0.03, 0.97, 1], [0.4, 1, 1, 0.5]))


def _scapulae(tubes: Tubes, rng: np.random.Generator) -> None:
    """Blade, thick outer border, spine and socket, with the head of the arm bone beside it."""
    thorax, body = tubes.thorax, tubes.thorax.body
    size = body.thorax_mm
    pull = 0.055 * body.portable  # arms at the side: the blades lie over the lungs
    for side in (-1, 1):
        n = rng.standard_normal(6)
        shift = np.array([-pull + 0.012 * n[0], 0.015 * n[1]])

        def at(fx: float, t: float, z: float, side: int = side, shift: np.ndarray = shift) -> np.ndarray:
            return np.array([side * size * (fx + shift[0]), thorax.level_mm(t + shift[1]), z])

        socket, tip, corner = at(0.562, 0.12, -55), at(0.490, 0.54, -75), at(0.425, 0.075, -70)
        _blade(tubes, socket, tip, corner)
        tubes.add(_bend(socket, tip, 0.025 * size * side), _ends(15, 9, 8), _ends(12, 8, 6), cortex=1.2)
        tubes.add(
            _bend(corner, tip, -0.030 * size * side), _ends(3, 3, 3), _ends(4, 4, 4), cortex=1.2, fade=0.6
        )
        tubes.add(
            _bend(corner, at(0.52, 0.055, -60), -0.006 * size), _ends(3, 3, 4), _ends(4, 4, 4), fade=0.6
        )
        rim = _bend(at(0.566, 0.055, -50), at(0.562, 0.175, -55), 0.012 * size * side)
        tubes.add(rim, _ends(5, 7, 5), _ends(14, 22, 14), cortex=1.0)
        acromion = at(0.632, -0.005, -30)
        tubes.add(_bend(at(0.44, 0.125, -85), acromion, 0.0), _ends(4, 7, 15), _ends(5, 8, 9), cortex=0.9)
        hook = _bend(at(0.520, 0.060, -40), at(0.560, 0.085, -5), 0.0)
        tubes.add(hook, _ends(9, 12, 11), _ends(9, 10, 9), cortex=0.9)
        u = np.linspace(0, 1, 40)
        arm = _bend(at(0.570, 0.070, -50), at(0.86, 0.42, -50), 0.0)
        ball = 47 * np.sqrt(np.clip(1 - ((u - 0.2) / 0.2) ** 2, 0.01, 1)) * (u < 0.4)
        shaft = np.interp(u, [0, 0.2, 0.5, 1], [1, 43, 27, 24]) * (u > 0.2)
        wide = np.maximum(ball, shaft)
        tubes.add(arm, wide, wide, cortex=1.3)


def _ends(start: float, middle: float, end: float) -> np.ndarray:
    """Widths along 40 points, rounded off at both ends."""
    u = np.linspace(0, 1, 40)
    rounded = np.clip(np.sin(np.pi * u) * 3.0, 0.15, 1) ** 0.5
    return np.asarray(np.interp(u, [0, 0.5, 1], [start, middle, end]) * rounded)


def _bend(a: np.ndarray, b: np.ndarray, sag: float) -> np.ndarray:
    u = np.linspace(0, 1, 40)[:, None]
    line = a + (b - a) * u
    line[:, 0] -= sag * np.sin(np.pi * u[:, 0])
    return np.asarray(line)


def _blade(tubes: Tubes, a: np.ndarray, b: np.ndarray, c: np.ndarray) -> None:
    u, v = np.meshgrid(np.linspace(0, 1, 260), np.linspace(0, 1, 260))
    keep = u + v <= 1
    p = a + (b - a) * u[keep][:, None] + (c - a) * v[keep][:, None]
    area = 0.5 * abs((b - a)[0] * (c - a)[1] - (b - a)[1] * (c - a)[0])
    x = _turned(tubes.thorax, p[:, 0], p[:, 2])
    tubes.cloud.add(x, p[:, 1], np.array(BLADE_MM * area / keep.sum()))


def _vertebra_levels(thorax: Thorax) -> np.ndarray:
    """y of the middles of C7, T1 ... T12, L1, L2 (index 1 is T1)."""
    height = np.linspace(0.072, 0.112, 16)
    t = -0.080 + np.concatenate([[0], np.cumsum(height)])[:15]
    return np.asarray(thorax.level_mm(t))


def _spine(thorax: Thorax, film: Film, rng: np.random.Generator) -> np.ndarray:
    """Bodies with their end plates, pedicles, spinous and transverse processes."""
    body = thorax.body
    n = rng.standard_normal(12)
    levels = _vertebra_levels(thorax)
    above, below = np.arange(4, 0, -1) * 17.0, np.arange(1, 4) * 30.0
    levels = np.concatenate([levels[0] - above, levels, levels[-1] + below])
    x, y = film.coordinates()
    offset = -1.0 * body.rotation_degrees * 0.6 + 2.5 * n[0] * np.sin(y / 110 + n[1]) + n[2]
    x = x - np.asarray(offset, np.float32)
    near = np.abs(x) < 60
    total = np.zeros_like(x)
    xs, ys = x[near], y[near]
    value = np.zeros_like(xs)
    for k, (middle, gap) in enumerate(zip(levels[1:-1], (levels[2:] - levels[:-2]) / 2, strict=True)):
        rows = np.abs(ys - middle) < gap * 1.4
        value[rows] += _vertebra(xs[rows], (ys[rows] - middle) / gap, gap, k, body.rotation_degrees, rng)
    total[near] = value
    return np.asarray(total, np.float32)


def _vertebra(
    x: np.ndarray, v: np.ndarray, gap: float, k: int, rotation: float, rng: np.random.Generator
) -> np.ndarray:
    """Millimetres of compact bone; ``v`` runs from -0.5 to 0.5 between two disc middles."""
    n = rng.standard_normal(8)
    half = np.interp(k, [0, 4, 9, 15, 20], [12.5, 14.5, 14.5, 18.0, 21.0])
    deep = np.interp(k, [0, 4, 15, 20], [15, 18, 28, 32])
    waist = half * (0.90 + 0.42 * v * v)
    top = np.abs(v) * 2  # 1 at the disc's middle
    plate = 0.86 + 0.03 * n[0] - 0.02 * (x / half) ** 2
    inside = smooth_step(waist - np.abs(x), 0.5)
    spongy = 0.75 * MARROW * deep * chord(x / (waist * 1.15), 3)
    out = spongy * smooth_step((plate - top) * gap / 2, 0.9) * inside
    out += (1.9 + 0.3 * n[4]) * np.exp(-((((top - plate) * gap / 2) / 1.0) ** 2)) * inside
    out += 1.7 * np.exp(-(((np.abs(x) - waist + 1.0) / 1.1) ** 2)) * (top < plate)
    lean = 0.25 * rotation
    for side in (-1, 1):
        px, py = side * half * 0.66 + lean, -0.15
        r = np.hypot((x - px) / (0.23 * half), (v - py) / (0.26 + 0.02 * n[5]))
        out += 2.3 * np.exp(-(((r - 1) / 0.26) ** 2)) + 1.2 * (r < 1)
        along = side * x - half * 0.7
        middle = -0.10 - 0.004 * along + 0.01 * n[2]
        reach = smooth_step(along + 1, 2) * smooth_step(half * 1.05 - along, 2)
        out += 1.8 * chord((v - middle) * gap / 4.6, 2.2) * reach
    tip = np.hypot((x - 1.3 * lean - 0.5 * n[3]) / 2.8, (v - 0.28) * gap / 7.0)
    return np.asarray(out + 2.4 * np.exp(-(((tip - 1) / 0.30) ** 2)) + 1.6 * smooth_step(1 - tip, 0.2))


def _sternum(thorax: Thorax, film: Film) -> np.ndarray:
    x, y = film.coordinates()
    body = thorax.body
    x = x - np.float32(np.sin(np.deg2rad(body.rotation_degrees)) * 75)
    t = (y - body.apex_mm) / body.lung_height_mm
    half = np.interp(t, [0.10, 0.15, 0.24, 0.30, 0.62], [26, 28, 17, 14, 17])
    edge = smooth_step(half - np.abs(x), 1.0) * smooth_step(t - 0.12, 0.008) * smooth_step(0.62 - t, 0.01)
    return np.asarray(edge * (1.5 + 0.8 * np.exp(-(((np.abs(x) - half + 1) / 1.2) ** 2))), np.float32)


def trabeculae(film: Film, bone: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Spongy structure: bone that is a little uneven at the scale of half a millimetre to two."""
    shape = (film.rows, film.cols)
    grain = 0.035 * noise_field(shape, 0.7 / film.pixel_mm, rng)
    grain += 0.045 * noise_field(shape, 2.0 / film.pixel_mm, rng)
    return np.asarray(bone * (1 + grain), np.float32)


def on_coarse(thorax: Thorax, film: Film, rng: np.random.Generator) -> np.ndarray:
    """:func:`skeleton` at no finer than 0.6 mm, brought to the film's pixels, with its fine structure."""
    fine = film.pixel_mm < 0.45 and film.rows % 2 == 0 and film.cols % 2 == 0
    bone = skeleton(thorax, film.coarser(2) if fine else film, rng)
    if fine:
        bone = zoom(bone, 2, order=1, grid_mode=True, mode="nearest")
    return trabeculae(film, bone, rng)
