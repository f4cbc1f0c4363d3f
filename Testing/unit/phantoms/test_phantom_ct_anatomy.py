"""The coronary tree and the shapes under it: what a cardiologist would check."""

from __future__ import annotations

import numpy as np
import pytest

from cardiothorax.phantoms.ct.bending import Bending, Placing
from cardiothorax.phantoms.ct.coronaries import STEP_MM, coronary_tree
from cardiothorax.phantoms.ct.fields import capsule, ellipsoid, smooth_cut, smooth_union, turns, union
from cardiothorax.phantoms.ct.heart import ROOT_CENTER, ROOT_RADIUS, Heart
from cardiothorax.phantoms.ct.options import AnatomyOptions, CoronaryOptions
from cardiothorax.phantoms.ct.varied import random_options


def columns(points):
    points = np.asarray(points, float)
    return points[:, 0], points[:, 1], points[:, 2]


def tree_of(seed=1, anatomy=None, **options):
    heart = Heart(anatomy or AnatomyOptions())
    return heart, {
        a.name: a for a in coronary_tree(heart, CoronaryOptions(**options), np.random.default_rng(seed))
    }


PATIENTS = [random_options(seed) for seed in range(12)]


@pytest.mark.parametrize("options", PATIENTS)
def test_arteries_start_at_the_aortic_root_and_lie_on_the_heart(options):
    heart = Heart(options.anatomy)
    tree = {
        a.name: a
        for a in coronary_tree(heart, options.coronaries, np.random.default_rng(options.seed % 1000))
    }
    radius = ROOT_RADIUS * options.anatomy.aorta_scale
    for name in ("lm", "rca"):
        start = tree[name].points[0]
        assert np.linalg.norm(start - ROOT_CENTER) == pytest.approx(radius, abs=1.0)
    for artery in tree.values():
        if artery.name == "lm":
            continue  # It leaves the aorta between its neighbors' walls.
        depth = heart.chambers(columns(artery.points), 6.0)
        assert np.median(depth) > -1.0, f"{artery.name} runs in the muscle"
        assert np.quantile(depth, 0.9) < 22, f"{artery.name} leaves the heart"


@pytest.mark.parametrize("options", PATIENTS[:6])
def test_the_left_anterior_descending_runs_between_the_ventricles_to_the_apex(options):
    heart = Heart(options.anatomy)
    tree = {a.name: a for a in coronary_tree(heart, options.coronaries, np.random.default_rng(3))}
    points = tree["lad"].points
    lad = points[len(points) * 2 // 5 : len(points) * 3 // 4]
    left, right = heart.left_ventricle(columns(lad)), heart.right_ventricle(columns(lad))
    assert np.median(np.abs(left - right)) < 5
    end = points[-1]
    assert end[0] > 45
    assert end[1] < -25
    assert end[2] < -18


def test_the_left_tree_hangs_together():
    _, tree = tree_of()
    fork = tree["lm"].points[-1]
    for name in ("lad", "lcx"):
        assert np.linalg.norm(tree[name].points[0] - fork) < 1.5
    for name in ("diagonal1", "diagonal2"):
        assert np.linalg.norm(tree["lad"].points - tree[name].points[0], axis=1).min() < 1.5
    for name in ("marginal1", "marginal2"):
        assert np.linalg.norm(tree["lcx"].points - tree[name].points[0], axis=1).min() < 1.5


def test_sides_are_right():
    """x to the patient's left, y to the back, z to the head."""
    _, tree = tree_of()
    assert tree["rca"].points[:, 0].min() < -25
    assert tree["rca"].points[:, 1].min() < -25
    assert tree["lcx"].points[-1][1] > 15
    assert tree["lcx"].points[:, 0].max() > 35
    assert tree["lad"].points[:, 1].min() < -30
    assert tree["posterior_descending"].points[:, 2].mean() < -35


def test_dominance_decides_who_gives_the_posterior_descending():
    for dominance, territory in (("right", "rca"), ("balanced", "rca"), ("left", "lcx")):
        _, tree = tree_of(dominance=dominance)
        assert tree["posterior_descending"].territory == territory
    right, left = tree_of(dominance="right")[1], tree_of(dominance="left")[1]
    assert left["rca"].length_mm < right["rca"].length_mm


def test_lengths_are_those_of_hearts():
    _, tree = tree_of(lm_length_mm=10.0)
    assert tree["lm"].length_mm == pytest.approx(10, abs=4)
    assert 80 < tree["lad"].length_mm < 160
    assert 80 < tree["rca"].length_mm < 180
    assert 30 < tree["lcx"].length_mm < 110
    steps = np.linalg.norm(np.diff(tree["lad"].points, axis=0), axis=1)
    assert np.median(steps) == pytest.approx(STEP_MM, abs=0.12)


def test_bending_is_undone():
    bending = Bending.drawn(np.random.default_rng(4), 5.0)
    points = np.random.default_rng(5).uniform(-80, 80, (50, 3))
    world = bending.inverse(points)
    back = np.stack(bending(columns(world)), axis=1)
    np.testing.assert_allclose(back, points, atol=0.02)
    assert np.abs(world - points).max() > 0.5


def test_placing_is_undone():
    options = AnatomyOptions(heart_scale=1.2, heart_shift_mm=(3, -4, 5), heart_turn_degrees=(10, -20, 30))
    placing = Placing.of(options)
    points = np.random.default_rng(5).uniform(-50, 50, (20, 3))
    back = np.stack(placing(columns(placing.inverse(points))), axis=1)
    np.testing.assert_allclose(back, points, atol=1e-3)


def test_distances_of_spheres_and_tubes_are_exact():
    points = np.array([(10.0, 0, 0), (0, 0, 0), (0, 3, 4)])
    np.testing.assert_allclose(
        ellipsoid(columns(points), (0, 0, 0), np.eye(3), (5, 5, 5))[[0, 2]], [5, 0], atol=1e-5
    )
    tube = capsule(columns(np.array([(5.0, 3, 0), (-4, 0, 0), (10, 0, 0)])), (0, 0, 0), (10, 0, 0), 1, 1)
    np.testing.assert_allclose(tube, [2, 3, -1], atol=1e-6)


def test_smooth_unions_only_add_and_smooth_cuts_only_take():
    rng = np.random.default_rng(1)
    a, b = rng.normal(size=100) * 5, rng.normal(size=100) * 5
    joined = smooth_union(a, b, 4.0)
    assert (joined <= union(a, b) + 1e-12).all()
    far = np.abs(a - b) > 4
    np.testing.assert_array_equal(joined[far], union(a, b)[far])
    assert (smooth_cut(a, b, 4.0) >= a - 1e-12).all()


def test_turns_are_rotations():
    matrix = turns((10, 20, 30))
    np.testing.assert_allclose(matrix @ matrix.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(matrix) == pytest.approx(1)
    np.testing.assert_allclose(turns((0, 0, 90)) @ (1, 0, 0), (0, 1, 0), atol=1e-12)
