"""Noise: strength, grain, direction, and what slices share."""

from __future__ import annotations

import numpy as np
import pytest

from cardiothorax.phantoms.ct.noise import noise

SHAPE = (6, 128, 128)


def made(**options):
    asked = {"grain_fwhm_mm": 1.8, "stripes": 0.0, **options}
    return noise(np.random.default_rng(1), SHAPE, 0.5, **asked)


def likeness(field, step, axis):
    moved = np.roll(field, step, axis=axis)
    return float((field * moved).mean() / (field**2).mean())


def test_strength_and_mean():
    grain = made()
    assert grain.std() == pytest.approx(1, abs=1e-4)
    assert abs(grain.mean()) < 0.02
    assert grain.dtype == np.float32


def test_sharp_kernels_have_finer_grain_than_soft_ones():
    fine, coarse = made(grain_fwhm_mm=1.0), made(grain_fwhm_mm=2.6)
    assert likeness(fine, 2, 2) < likeness(coarse, 2, 2) - 0.2
    # As in real scans of soft kernels: half alike at 0.7 mm, nothing left at 3 mm.
    soft = made(grain_fwhm_mm=1.8)
    assert 0.2 < likeness(soft, 1, 2) < 0.9
    assert abs(likeness(soft, 6, 2)) < 0.1


def test_stripes_run_where_they_are_told():
    level = made(stripes=0.5)
    assert likeness(level, 8, 2) > likeness(level, 8, 1) + 0.1
    upright = made(stripes=0.5, angle=np.pi / 2)
    assert likeness(upright, 8, 1) > likeness(upright, 8, 2) + 0.1


def test_overlapping_slices_share_noise():
    apart, shared = made(between_slices=0.0), made(between_slices=0.6)
    assert abs(likeness(apart, 1, 0)) < 0.1
    neighbors = (shared[1:] * shared[:-1]).mean()
    assert neighbors == pytest.approx(0.6, abs=0.1)
