"""A click hits the voxel that is drawn there, however the volume lies and whatever order its slices have."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

slicer = pytest.importorskip("slicer", reason="needs slicer-core: pip install '.[scene]'")
vtk = pytest.importorskip("vtk")

from cardiothorax.errors import GeometryProblem  # noqa: E402
from cardiothorax.imaging.image import Image  # noqa: E402
from cardiothorax.scene.calcium_grid import turn_between, voxel_at, world_of_voxel  # noqa: E402
from cardiothorax.scene.geometry import ijk_to_ras, lps_grid, vtk_matrix  # noqa: E402

SHAPE = (4, 6, 5)


def oblique(spacing=(-0.35, -0.8, 2.0)):
    a = np.deg2rad(11)
    turn = np.array([[np.cos(a), -np.sin(a), 0], [np.sin(a), np.cos(a), 0], [0, 0, 1]])
    tip = np.array([[1, 0, 0], [0, np.cos(a), -np.sin(a)], [0, np.sin(a), np.cos(a)]])
    matrix = np.eye(4)
    matrix[:3, :3] = turn @ tip @ np.diag(spacing)
    matrix[:3, 3] = 31.0, -12.5, 77.0
    return matrix


def image_with(volume, axes, flips):
    """The node's voxels with axes transposed and turned round, as a reader of files might give them."""
    array = slicer.util.arrayFromVolume(volume)
    spacing, origin, direction = lps_grid(volume)
    matrix = np.eye(4)
    matrix[:3, :3] = np.reshape(direction, (3, 3)) * np.array(spacing)
    matrix[:3, 3] = origin
    turned = np.transpose(array, axes)
    new = np.eye(4)
    for n in range(3):
        column = matrix[:3, 2 - axes[n]]
        new[:3, 2 - n] = -column if flips[n] else column
    corner = [array.shape[axes[n]] - 1 if flips[n] else 0 for n in range(3)]
    index = np.zeros(3)
    for n in range(3):
        index[2 - axes[n]] = corner[n]
    origin = (matrix @ [*index, 1.0])[:3]
    turned = turned[tuple(slice(None, None, -1 if f else None) for f in flips)]
    lengths = np.linalg.norm(new[:3, :3], axis=0)
    return Image(
        array=turned,
        spacing_mm=tuple(lengths),
        origin_mm=tuple(origin),
        direction=tuple((new[:3, :3] / lengths).ravel()),
    )


@pytest.mark.parametrize("axes", list(itertools.permutations(range(3))))
@pytest.mark.parametrize("flips", [(False, False, False), (True, False, True), (False, True, False)])
def test_every_order_of_axes_is_found_and_undone(make_volume, axes, flips):
    values = np.arange(np.prod(SHAPE), dtype=np.int16).reshape(SHAPE)
    volume = make_volume(values, oblique(), name="CT")
    image = image_with(volume, axes, flips)
    turn = turn_between(volume, image)
    assert np.array_equal(turn.to_image(values), image.array)
    assert np.array_equal(turn.to_node(image.array), values)
    for index in itertools.product(*(range(0, n, 2) for n in image.array.shape)):
        world = world_of_voxel(volume, image, index)
        assert voxel_at(volume, image, world) == index
        i, j, k = np.rint(np.linalg.inv(ijk_to_ras(volume)) @ [*world, 1.0])[:3].astype(int)
        assert values[k, j, i] == image.array[index]


def test_points_anywhere_in_a_voxel_are_that_voxel(make_volume):
    volume = make_volume(np.zeros(SHAPE, np.int16), oblique(), name="CT")
    image = image_with(volume, (0, 1, 2), (True, False, False))
    rng = np.random.default_rng(3)
    for _ in range(200):
        index = rng.integers(0, SHAPE)
        off = rng.uniform(-0.49, 0.49, 3)
        assert voxel_at(volume, image, world_of_voxel(volume, image, index + off)) == tuple(index)
    assert voxel_at(volume, image, world_of_voxel(volume, image, (-0.6, 1, 1))) is None
    assert voxel_at(volume, image, world_of_voxel(volume, image, (1, 1, SHAPE[2] - 0.4))) is None


def test_a_transform_above_the_volume_is_undone(core, make_volume):
    volume = make_volume(np.zeros(SHAPE, np.int16), oblique(), name="CT")
    image = image_with(volume, (0, 1, 2), (False, False, False))
    transform = core.scene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    moved = oblique((1.0, 1.0, 1.0))
    transform.SetMatrixTransformToParent(vtk_matrix(moved))
    before = world_of_voxel(volume, image, (2, 3, 1))
    volume.SetAndObserveTransformNodeID(transform.GetID())
    world = world_of_voxel(volume, image, (2, 3, 1))
    assert np.allclose(world, (moved @ [*before, 1])[:3])
    assert voxel_at(volume, image, world) == (2, 3, 1)


def test_another_grid_is_refused(make_volume):
    volume = make_volume(np.zeros(SHAPE, np.int16), oblique(), name="CT")
    image = image_with(volume, (0, 1, 2), (False, False, False))
    shifted = Image(
        image.array, image.spacing_mm, (image.origin_mm[0] + 0.35, *image.origin_mm[1:]), image.direction
    )
    with pytest.raises(GeometryProblem, match="same voxels"):
        turn_between(volume, shifted)
    larger = Image(image.array, (0.4, *image.spacing_mm[1:]), image.origin_mm, image.direction)
    with pytest.raises(GeometryProblem, match="same voxels"):
        turn_between(volume, larger)
