"""Noise with the grain of a reconstruction kernel."""

from __future__ import annotations

import numpy as np
from scipy import fft

from .blobs import FWHM_PER_SIGMA


def noise(
    rng: np.random.Generator,
    shape: tuple[int, int, int],
    pixel_mm: float,
    *,
    grain_fwhm_mm: float,
    stripes: float,
    angle: float = 0.0,
    between_slices: float = 0.0,
) -> np.ndarray:
    """float32 ``[k, j, i]`` of mean 0 and SD 1.

    The power spectrum rises with frequency, as filtered back projection makes it, and falls off with a
    Gaussian whose width follows ``grain_fwhm_mm``. ``stripes`` is the share of the variance in streaks
    ``angle`` radians from the horizontal; ``between_slices`` the correlation of neighboring slices, since
    overlapping slices share rays.
    """
    count, rows, cols = shape
    side_j, side_i = fft.next_fast_len(rows), fft.next_fast_len(cols)
    fy = np.fft.fftfreq(side_j, pixel_mm).astype(np.float32)[:, None]
    fx = np.fft.rfftfreq(side_i, pixel_mm).astype(np.float32)[None, :]
    sigma = grain_fwhm_mm / FWHM_PER_SIGMA
    radial = np.hypot(fx, fy)
    gain = np.sqrt(radial + 0.02) * np.exp(-((np.pi * sigma * radial) ** 2) * 0.5)
    gain[0, 0] = 0
    lengthwise, across = np.cos(angle) * fx + np.sin(angle) * fy, np.cos(angle) * fy - np.sin(angle) * fx
    along = np.exp(-((np.pi * sigma * across) ** 2) * 0.5 - (5 * grain_fwhm_mm * lengthwise) ** 2)
    along = np.sqrt(radial + 0.02) * along
    along[0, 0] = 0
    total = np.sqrt((1 - stripes) * (gain / _size(gain)) ** 2 + stripes * (along / _size(along)) ** 2)
    out = np.empty(shape, np.float32)
    keep, fresh = np.float32(between_slices), np.float32(np.sqrt(1 - between_slices**2))
    previous = None
    for k in range(count):
        white = rng.standard_normal((side_j, side_i), dtype=np.float32)
        if previous is not None:
            white = keep * previous + fresh * white
        previous = white
        grain = fft.irfft2(fft.rfft2(white) * total, s=(side_j, side_i))
        out[k] = grain[:rows, :cols]
    return out * np.float32(1 / max(float(out.std()), 1e-6))


def _size(gain: np.ndarray) -> float:
    return float(np.sqrt((gain**2).mean()))
