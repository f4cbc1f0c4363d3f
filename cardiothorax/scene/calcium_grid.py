"""From the voxels of a volume node to those of the package's image and back, and from a click to a voxel.

The package has slices from feet to head; a node may hold them in any order. Both are the same voxels, so
that arrays are turned by transposing and flipping: nothing is resampled.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import GeometryProblem
from ..imaging.image import Image
from .geometry import RAS_OF_LPS, ijk_to_ras

Index = tuple[int, int, int]
"""Slice, row, column."""
WHOLE_VOXEL = 1e-3
"""Grids that miss each other by more than this share of a voxel are two grids."""


@dataclass(frozen=True)
class Turn:
    """Axis ``n`` of the image's array is axis ``axes[n]`` of the node's, backwards where ``flips[n]``."""

    axes: tuple[int, int, int]
    flips: tuple[bool, bool, bool]

    def to_image(self, array: np.ndarray) -> np.ndarray:
        """A view of the node's array as the package has it."""
        return np.transpose(array, self.axes)[self._steps()]

    def to_node(self, array: np.ndarray) -> np.ndarray:
        """A view of the package's array as the node has it."""
        inverse = tuple(int(axis) for axis in np.argsort(self.axes))
        return np.transpose(array[self._steps()], inverse)

    def _steps(self) -> tuple[slice, ...]:
        return tuple(slice(None, None, -1 if flip else None) for flip in self.flips)


def turn_between(volume: Any, image: Image) -> Turn:
    """How the array of ``volume`` becomes that of ``image``. Raises :class:`GeometryProblem` when they are
    not the same voxels."""
    node_of_image = np.linalg.inv(ijk_to_ras(volume)) @ ras_of_image(image)
    turning = np.rint(node_of_image[:3, :3])
    columns, rows, slices = volume.GetImageData().GetDimensions()
    exact = np.allclose(node_of_image[:3, :3], turning, rtol=0, atol=WHOLE_VOXEL / max(columns, rows, slices))
    if not exact or not np.array_equal(np.abs(turning) @ np.ones(3), np.ones(3)):
        raise _elsewhere(volume, image)
    # from (i, j, k) columns to array axes (k, j, i)
    axes = tuple(2 - int(np.flatnonzero(turning[:, 2 - n])[0]) for n in range(3))
    flips = tuple(bool(turning[2 - axes[n], 2 - n] < 0) for n in range(3))
    turn = Turn((axes[0], axes[1], axes[2]), (flips[0], flips[1], flips[2]))
    first = np.rint(node_of_image @ [0, 0, 0, 1])[:3][::-1]
    shape = (slices, rows, columns)
    wanted = [shape[axes[n]] - 1 if flips[n] else 0 for n in range(3)]
    if [int(first[axes[n]]) for n in range(3)] != wanted or image.array.shape != tuple(
        shape[axis] for axis in axes
    ):
        raise _elsewhere(volume, image)
    return turn


def ras_of_image(image: Image) -> np.ndarray:
    """4 x 4 from (i, j, k) of the image to RAS, in the volume's own frame."""
    matrix = np.eye(4)
    matrix[:3, :3] = RAS_OF_LPS @ (image.direction_matrix * np.array(image.spacing_mm))
    matrix[:3, 3] = RAS_OF_LPS @ np.array(image.origin_mm)
    return matrix


def voxel_at(volume: Any, image: Image, world: Any) -> Index | None:
    """The voxel (slice, row, column of the image) that a RAS point of the scene lies in; ``None`` outside.

    Transforms above the volume are undone. A point on a border belongs to the voxel above it.
    """
    ras = np.array([*from_world(volume, world), 1.0])
    i, j, k = np.floor(np.linalg.inv(ras_of_image(image)) @ ras + 0.5)[:3].astype(int)
    slices, rows, columns = image.array.shape
    inside = 0 <= k < slices and 0 <= j < rows and 0 <= i < columns
    return (int(k), int(j), int(i)) if inside else None


def world_of_voxel(volume: Any, image: Image, index: tuple[float, float, float]) -> np.ndarray:
    """RAS point of the scene at the middle of a voxel (slice, row, column)."""
    k, j, i = index
    ras = (ras_of_image(image) @ [i, j, k, 1.0])[:3]
    return to_world(volume, ras)


def to_world(volume: Any, ras: Any) -> np.ndarray:
    """From the volume's own frame to the scene's, through its transforms."""
    point = [0.0, 0.0, 0.0]
    volume.TransformPointToWorld([float(x) for x in ras], point)
    return np.array(point)


def from_world(volume: Any, world: Any) -> np.ndarray:
    point = [0.0, 0.0, 0.0]
    volume.TransformPointFromWorld([float(x) for x in world], point)
    return np.array(point)


def _elsewhere(volume: Any, image: Image) -> GeometryProblem:
    return GeometryProblem(
        f"{volume.GetName()} and what was read of it do not lie on the same voxels.",
        f"Load {image.source or 'the study'} again and press Apply.",
    )
