"""From received light to grey values: the film's curve or a digital station's processing, and what
is written on the film."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter, zoom

from .shapes import Film


@dataclass(frozen=True)
class Tone:
    """``middle_mm`` of water shows as middle grey; ``width_mm`` sets the contrast (small is hard).
    ``detail`` is the share of unsharp masking; ``black`` and ``white`` the ends, 0 to 1; ``gamma``
    above 1 darkens."""

    middle_mm: float = 108.0
    width_mm: float = 27.0
    detail: float = 0.25
    detail_mm: float = 6.0
    black: float = 0.0
    white: float = 1.0
    gamma: float = 1.0


def draw_tone(look: str, exposure: float, rng: np.random.Generator) -> Tone:
    n, u = rng.standard_normal(6), rng.random(6)
    shift = -38.0 * np.log2(exposure)
    if look == "film":
        return Tone(
            middle_mm=95 + 8 * n[0] - shift * 0.5, width_mm=22 + 4 * u[0], detail=0.10 + 0.1 * u[1],
            black=0.16 + 0.06 * u[2], white=0.94 + 0.05 * u[3],
        )  # fmt: skip
    if look == "digital":
        return Tone(
            middle_mm=116 + 9 * n[0] - shift * 0.5, width_mm=28 + 7 * u[0], detail=0.55 + 0.6 * u[1],
            detail_mm=5 + 8 * u[4], black=0.0, white=0.92 + 0.08 * u[3], gamma=1 + 0.35 * u[5],
        )  # fmt: skip
    return Tone(
        middle_mm=112 + 8 * n[0] - shift * 0.5, width_mm=33 + 8 * u[0], detail=0.9 + 0.9 * u[1],
        detail_mm=4 + 6 * u[4], black=0.0, white=0.28 + 0.35 * u[3], gamma=1.1 + 0.5 * u[5],
    )  # fmt: skip


def develop(film: Film, received_mm: np.ndarray, tone: Tone) -> np.ndarray:
    """Grey 0 to 1, bright is dense, float32 ``[rows, cols]``."""
    value = np.clip(received_mm, -60, 420)
    value = value + tone.detail * (value - _wide(value, tone.detail_mm / film.pixel_mm))
    value = (value - tone.middle_mm) / tone.width_mm
    value = value / (1 + SHOULDER * (1 + np.tanh(value)))  # dense parts keep more contrast than thin ones
    grey = 1 / (1 + np.exp(-value))
    grey = grey**tone.gamma
    return np.asarray(tone.black + (tone.white - tone.black) * grey, np.float32)


def _wide(value: np.ndarray, sigma_px: float) -> np.ndarray:
    factor = max(1, int(sigma_px / 3))
    small = value[: value.shape[0] // factor * factor, : value.shape[1] // factor * factor]
    small = small.reshape(small.shape[0] // factor, factor, -1, factor).mean(axis=(1, 3))
    soft = gaussian_filter(small, sigma_px / factor, mode="nearest")
    factors = (value.shape[0] / soft.shape[0], value.shape[1] / soft.shape[1])
    big = zoom(soft, factors, order=1, grid_mode=True, mode="nearest")
    return np.asarray(big, np.float32)


SHOULDER = 0.30
"""How much longer the curve's dense end is."""

LETTERS = {"L": ("X....", "X....", "X....", "X....", "X....", "X....", "XXXXX"),
           "R": ("XXXX.", "X...X", "X...X", "XXXX.", "X.X..", "X..X.", "X...X")}  # fmt: skip


def marker(film: Film, grey: np.ndarray, letter: str, top_mm: float, from_edge_mm: float) -> np.ndarray:
    """A lead letter on the side it names: the patient's left is the picture's right."""
    shape = np.array([[c == "X" for c in row] for row in LETTERS[letter]], np.float32)
    scale = 2.2 / film.pixel_mm
    stamp = np.clip(zoom(np.pad(shape, 1), scale, order=1, grid_mode=True, mode="nearest") * 2 - 0.5, 0, 1)
    row, edge = int(top_mm / film.pixel_mm), int(from_edge_mm / film.pixel_mm)
    col = film.cols - edge - stamp.shape[1] if letter == "L" else edge
    out = grey.copy()
    part = out[row : row + stamp.shape[0], col : col + stamp.shape[1]]
    stamp = stamp[: part.shape[0], : part.shape[1]]
    part += stamp * (0.97 - part)
    return out


def frame(grey: np.ndarray, widths: tuple[float, float, float, float], value: float) -> np.ndarray:
    """Collimator blades: ``value`` on shares of the picture at the top, bottom, left and right."""
    rows, cols = grey.shape
    top, bottom, left, right = (round(w * n) for w, n in zip(widths, (rows, rows, cols, cols), strict=True))
    out = np.full_like(grey, value)
    out[top : rows - bottom, left : cols - right] = grey[top : rows - bottom, left : cols - right]
    return out
