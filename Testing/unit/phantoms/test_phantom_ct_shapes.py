"""Cylinders and spheres with exact partial volume, against closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cardiothorax.phantoms.ct import shapes
from cardiothorax.phantoms.ct.shapes import Grid, rendered_cylinder, rendered_sphere

GRIDS = [
    Grid(40, 80, 9, 3.0, 3.0),
    Grid(40, 80, 17, 3.0, 1.5),
    Grid(25, 100, 9, 5.0, 5.0),
    Grid(36, 48, 31, 1.0, 1.0),
    Grid(51.2, 64, 11, 2.5, 2.5),
]


def volume_of(image, hu, background):
    """What the brightness above the background adds up to, in mm3."""
    share = (image.array.astype(float) - background) / (hu - background)
    return share.sum() * np.prod(image.spacing_mm)


@pytest.mark.parametrize("grid", GRIDS)
@pytest.mark.parametrize("center", [(0.0, 0.0, 0.0), (1.3, -2.1, 0.7)])
def test_a_cylinder_keeps_its_volume_in_every_slicing(grid, center):
    image = rendered_cylinder(
        grid, diameter_mm=6.0, length_mm=9.0, hu=500.0, background_hu=40.0, center_mm=center
    )
    # Overlapping slices count everything twice, and their increment is half: the sum stays.
    assert volume_of(image, 500.0, 40.0) == pytest.approx(np.pi * 9 * 9.0, rel=1e-5)


@pytest.mark.parametrize("grid", GRIDS)
def test_a_sphere_keeps_its_volume(grid):
    image = rendered_sphere(grid, diameter_mm=7.0, hu=300.0, background_hu=-90.0, center_mm=(0.4, 1.1, -0.6))
    assert volume_of(image, 300.0, -90.0) == pytest.approx(np.pi / 6 * 7.0**3, rel=1e-4)


def test_slices_with_gaps_see_only_what_they_cover():
    grid = Grid(40, 80, 5, 2.0, 4.0)
    image = rendered_cylinder(grid, diameter_mm=6.0, length_mm=100.0, hu=1.0, background_hu=0.0)
    area = image.array.astype(float).sum(axis=(1, 2)) * grid.pixel_mm**2
    np.testing.assert_allclose(area, np.pi * 9, rtol=1e-6)


def test_the_disc_is_exact_for_a_quarter_and_a_cut_pixel():
    part = shapes.disc_part(np.array([0.0, 2.0]), np.array([0.0, 2.0]), 1.0)
    assert part[0, 0] == pytest.approx(np.pi / 4 / 4, rel=1e-12)
    # A strip at height 0.5 to 1 over the middle: the circular segment, cut at both sides by nothing.
    segment = shapes.disc_part(np.array([-2.0, 2.0]), np.array([0.5, 2.0]), 1.0)[0, 0] * 4 * 1.5
    assert segment == pytest.approx(np.arccos(0.5) - 0.5 * np.sqrt(0.75), rel=1e-12)


@settings(max_examples=60, deadline=None)
@given(
    radius=st.floats(0.3, 4.0),
    x=st.floats(-3, 3),
    y=st.floats(-3, 3),
)
def test_the_disc_agrees_with_many_small_points(radius, x, y):
    edges = np.linspace(-8, 8, 9)
    part = shapes.disc_part(edges - x, edges - y, radius)
    fine = (np.arange(8 * 80) + 0.5) / 80 * 2 - 8
    inside = (fine[None, :] - x) ** 2 + (fine[:, None] - y) ** 2 < radius**2
    brute = inside.reshape(8, 80, 8, 80).mean(axis=(1, 3))
    np.testing.assert_allclose(part, brute, atol=4e-3)
    assert part.sum() * 4 == pytest.approx(np.pi * radius**2, rel=1e-9)


def test_a_full_voxel_has_the_shape_s_own_value_and_the_middle_is_at_zero():
    grid = Grid(41, 41, 5, 3.0, 3.0)
    image = rendered_cylinder(grid, diameter_mm=20.0, length_mm=30.0, hu=812.0)
    assert image.array[2, 20, 20] == 812.0
    assert image.array[0, 0, 0] == 40.0
    np.testing.assert_allclose(image.lps(20, 20, 2), (0, 0, 0), atol=1e-9)
