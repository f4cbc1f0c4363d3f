"""Blobs: partial volume against brute force, and what is conserved."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from cardiothorax.phantoms.ct.blobs import Blobs, Sampling, render
from cardiothorax.phantoms.ct.calcium import MATERIAL_HU, brighten, calcium_gain

GRID = Sampling((9, 40, 40), (0.5, 0.5, 3.0), (-9.75, -9.75, -12.0), 3.0, 0.6)
ONE = Blobs(np.array([[0.4, -1.1, 0.7]]), np.array([0.5]), np.array([1000.0]))


def drawn(blobs, grid):
    out = np.zeros(grid.shape, np.float32)
    render(blobs, grid, out)
    return out


def test_the_amount_is_kept_by_any_grid():
    for grid in (
        GRID,
        replace(GRID, psf_sigma_mm=1.1),
        replace(GRID, overshoot=0.5),
        Sampling((30, 20, 20), (1.0, 1.0, 1.0), (-9.5, -9.5, -14.5), 1.0, 0.6),
        Sampling((20, 40, 40), (0.5, 0.5, 1.5), (-9.75, -9.75, -14.0), 3.0, 0.6),
    ):
        total = float(drawn(ONE, grid).sum(dtype=float) * np.prod(grid.spacing_mm))
        assert total == pytest.approx(1000.0, rel=2e-3)


def test_a_voxel_is_the_mean_of_the_blurred_blob():
    out = drawn(ONE, GRID)
    k, j, i = np.unravel_index(out.argmax(), out.shape)
    center = np.array([GRID.centers(0)[i], GRID.centers(1)[j], GRID.centers(2)[k]])
    steps = (np.arange(50) + 0.5) / 50 - 0.5
    x, y, z = (center[n] + steps * (0.5, 0.5, 3.0)[n] - ONE.centers_mm[0, n] for n in range(3))
    wide = np.hypot(0.5, 0.6)

    def bell(away, sigma):
        return np.exp(-0.5 * (away / sigma) ** 2) / (sigma * np.sqrt(2 * np.pi))

    mean = 1000 * bell(x, wide).mean() * bell(y, wide).mean() * bell(z, 0.5).mean()
    assert out.max() == pytest.approx(mean, rel=1e-3)


def test_a_blob_outside_draws_nothing_and_one_at_the_border_what_is_inside():
    away = Blobs(np.array([[100.0, 0, 0]]), np.array([0.5]), np.array([1000.0]))
    assert not drawn(away, GRID).any()
    half = Blobs(np.array([[-10.0, 0, 0]]), np.array([0.5]), np.array([1000.0]))
    assert drawn(half, GRID).sum() * 0.75 == pytest.approx(500.0, rel=0.01)


def test_a_voxel_belongs_to_whoever_brightens_it_most_and_to_nobody_below_the_limit():
    left = Blobs(np.array([[-1.0, 0, 0]]), np.array([0.5]), np.array([2000.0]))
    right = Blobs(np.array([[1.0, 0, 0]]), np.array([0.5]), np.array([1000.0]))
    volume = np.zeros(GRID.shape, np.float32)
    labels = brighten(volume, GRID, {1: left, 3: right})
    one, other = drawn(left, GRID), drawn(right, GRID)
    np.testing.assert_array_equal(labels == 1, (one > MATERIAL_HU) & (one >= other))
    np.testing.assert_array_equal(labels == 3, (other > MATERIAL_HU) & (other > one))
    np.testing.assert_array_equal(volume, one + other)


def test_calcium_is_brighter_at_lower_voltage():
    assert calcium_gain(120) == 1.0
    gains = [calcium_gain(v) for v in range(80, 141, 5)]
    assert all(a > b for a, b in itertools.pairwise(gains))
    # A lesion of 130 HU over blood of 45 stands at the published threshold of 100 kVp.
    assert 45 + 85 * calcium_gain(100) == pytest.approx(147, abs=1)
