"""Small bright things as Gaussian blobs, rendered with exact partial volume.

A blob's blur by the scanner's Gaussian point spread is a wider Gaussian, and its mean over a pixel and a
slice is a product of differences of error functions: no supersampling, no aliasing, any grid.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import erf

FWHM_PER_SIGMA = 2.0 * np.sqrt(2.0 * np.log(2.0))
REACH_SIGMAS = 3.6


@dataclass(frozen=True)
class Blobs:
    """``centers_mm`` ``[n, 3]`` LPS, ``sigmas_mm`` ``[n]``, ``amounts`` ``[n]`` in HU x mm3 at 120 kVp."""

    centers_mm: np.ndarray
    sigmas_mm: np.ndarray
    amounts: np.ndarray

    @classmethod
    def none(cls) -> Blobs:
        return cls(np.zeros((0, 3)), np.zeros(0), np.zeros(0))

    @classmethod
    def joined(cls, parts: list[Blobs]) -> Blobs:
        if not parts:
            return cls.none()
        return cls(
            np.concatenate([b.centers_mm for b in parts]),
            np.concatenate([b.sigmas_mm for b in parts]),
            np.concatenate([b.amounts for b in parts]),
        )

    def times(self, factor: float) -> Blobs:
        return Blobs(self.centers_mm, self.sigmas_mm, self.amounts * factor)

    def __len__(self) -> int:
        return len(self.amounts)


@dataclass(frozen=True)
class Sampling:
    """Voxel centers and what a voxel averages over. ``origin_mm`` is the center of voxel (0, 0, 0)."""

    shape: tuple[int, int, int]
    spacing_mm: tuple[float, float, float]
    origin_mm: tuple[float, float, float]
    thickness_mm: float
    psf_sigma_mm: float
    overshoot: float = 0.0

    def centers(self, axis: int) -> np.ndarray:
        """Along x (0), y (1) or z (2)."""
        return self.origin_mm[axis] + self.spacing_mm[axis] * np.arange(self.shape[2 - axis])


OVERSHOOT_WIDTH = 2.2
"""The negative ring of a sharp kernel is this much wider than its middle."""


def render(blobs: Blobs, to: Sampling, out: np.ndarray) -> None:
    """Add the blobs to ``out`` float32 ``[k, j, i]`` in place."""
    passes = [(1.0 + to.overshoot, to.psf_sigma_mm)]
    if to.overshoot:
        passes.append((-to.overshoot, to.psf_sigma_mm * OVERSHOOT_WIDTH))
    widths = (to.spacing_mm[0], to.spacing_mm[1], to.thickness_mm)
    for gain, psf in passes:
        for center, sigma, amount in zip(blobs.centers_mm, blobs.sigmas_mm, blobs.amounts, strict=True):
            inplane = float(np.hypot(sigma, psf))
            spans = [
                _profile(to, axis, float(center[axis]), inplane if axis < 2 else float(sigma), widths[axis])
                for axis in range(3)
            ]
            (ix, px), (iy, py), (iz, pz) = spans
            if len(px) and len(py) and len(pz):
                patch = (pz * (gain * amount))[:, None, None] * py[:, None] * px
                out[iz : iz + len(pz), iy : iy + len(py), ix : ix + len(px)] += patch.astype(np.float32)


def _profile(to: Sampling, axis: int, center: float, sigma: float, width: float) -> tuple[int, np.ndarray]:
    """First index, and the blob's mean density (1/mm) over each voxel's width along one axis."""
    step, count = to.spacing_mm[axis], to.shape[2 - axis]
    reach = REACH_SIGMAS * sigma + width / 2
    first = max(int(np.ceil((center - reach - to.origin_mm[axis]) / step)), 0)
    last = min(int(np.floor((center + reach - to.origin_mm[axis]) / step)), count - 1)
    if last < first:
        return 0, np.zeros(0)
    away = to.origin_mm[axis] + step * np.arange(first, last + 1) - center
    scale = 1.0 / (np.sqrt(2.0) * sigma)
    return first, (erf((away + width / 2) * scale) - erf((away - width / 2) * scale)) / (2.0 * width)
