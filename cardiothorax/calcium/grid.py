"""From a CT's own voxels to the even grid that the networks see, and back.

Networks learn what a lesion of so many millimeters looks like, but fields of view differ by a factor of
two: rows and columns are brought to one step, by area averaging when shrinking (a small bright lesion
keeps its mass) and linearly when enlarging. Thin slices are averaged to slabs; thick ones stay.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..imaging.image import Image
from .chest import ChestBox, chest_box
from .upright import Turn, upright

AIR_HU = -1000.0


@dataclass(frozen=True)
class GridStep:
    """``in_plane_mm`` between pixels; slices thinner than about ``slab_mm`` are averaged to it."""

    in_plane_mm: float = 0.75
    slab_mm: float = 2.5


@dataclass(frozen=True)
class NetworkGrid:
    """``turn`` sets the patient upright. ``box`` and ``spacing_mm`` (slice, row, column) count in the turned
    array; ``shape`` is that of the grid, ``per_slab`` slices make one of its slices."""

    turn: Turn
    box: ChestBox
    spacing_mm: tuple[float, float, float]
    step_mm: float
    per_slab: int
    shape: tuple[int, int, int]

    def turned(self, array: np.ndarray) -> np.ndarray:
        """A view of an array on the CT's grid."""
        return self.turn.turned(array)

    def boxed(self, array: np.ndarray) -> np.ndarray:
        """The part of a turned array that the grid covers."""
        return array[tuple(slice(*span) for span in (self.box.slices, self.box.rows, self.box.columns))]


def grid_of(image: Image, step: GridStep) -> NetworkGrid:
    """The grid over the chest of an axial CT in HU."""
    turn = upright(image)
    array, spacing = turn.turned(image.array), turn.spacing_mm(image)
    box = chest_box(array, (spacing[2], spacing[1], spacing[0]))
    per_slab = max(1, round(step.slab_mm / spacing[0]))
    shape = (
        -(-(box.slices[1] - box.slices[0]) // per_slab),
        max(1, round((box.rows[1] - box.rows[0]) * spacing[1] / step.in_plane_mm)),
        max(1, round((box.columns[1] - box.columns[0]) * spacing[2] / step.in_plane_mm)),
    )
    return NetworkGrid(turn, box, spacing, step.in_plane_mm, per_slab, shape)


def hu_on_grid(array: np.ndarray, grid: NetworkGrid) -> np.ndarray:
    """HU of a CT ``[k, j, i]`` on the grid, float32."""
    part = grid.boxed(grid.turned(array))
    rows = _weights(part.shape[1], grid.shape[1], grid.spacing_mm[1], grid.step_mm)
    columns = _weights(part.shape[2], grid.shape[2], grid.spacing_mm[2], grid.step_mm).T
    volume = np.empty(grid.shape, np.float32)
    for number, first in enumerate(range(0, part.shape[0], grid.per_slab)):
        slab = part[first : first + grid.per_slab].mean(axis=0, dtype=np.float32)
        volume[number] = rows @ np.maximum(slab, AIR_HU) @ columns
    return volume


def labels_on_grid(labels: np.ndarray, grid: NetworkGrid) -> np.ndarray:
    """The largest code of the voxels whose centers lie in each cell; a code is never lost, however small."""
    part = grid.boxed(grid.turned(labels))
    places = [
        np.arange(part.shape[0]) // grid.per_slab,
        _nearest(part.shape[1], grid.shape[1], grid.spacing_mm[1], grid.step_mm),
        _nearest(part.shape[2], grid.shape[2], grid.spacing_mm[2], grid.step_mm),
    ]
    on_grid = np.zeros(grid.shape, labels.dtype)
    if grid.step_mm < min(grid.spacing_mm[1:]):  # enlarging: cells between the centers take the nearest
        back = [
            np.minimum(((np.arange(n) + 0.5) * grid.step_mm / s).astype(int), m - 1)
            for n, s, m in zip(grid.shape[1:], grid.spacing_mm[1:], part.shape[1:], strict=True)
        ]
        for number in range(grid.shape[0]):
            slab = part[number * grid.per_slab : (number + 1) * grid.per_slab].max(axis=0)
            on_grid[number] = slab[back[0]][:, back[1]]
        return on_grid
    found = np.nonzero(part)
    np.maximum.at(on_grid, tuple(p[f] for p, f in zip(places, found, strict=True)), part[found])
    return on_grid


def probabilities_at(probabilities: np.ndarray, grid: NetworkGrid, voxels: np.ndarray) -> np.ndarray:
    """``[classes, n]`` of voxels ``[n, 3]`` (indices in the boxed, turned array), linear in the plane."""
    slab = np.minimum(voxels[:, 0] // grid.per_slab, grid.shape[0] - 1)
    low, high, part = [], [], []
    for axis in (1, 2):
        place = (voxels[:, axis] + 0.5) * grid.spacing_mm[axis] / grid.step_mm - 0.5
        place = np.clip(place, 0, grid.shape[axis] - 1)
        first = np.minimum(place.astype(int), max(0, grid.shape[axis] - 2))
        low.append(first)
        high.append(np.minimum(first + 1, grid.shape[axis] - 1))
        part.append((place - first).astype(np.float32))
    top = probabilities[:, slab, low[0], low[1]] * (1 - part[1])
    top += probabilities[:, slab, low[0], high[1]] * part[1]
    bottom = probabilities[:, slab, high[0], low[1]] * (1 - part[1])
    bottom += probabilities[:, slab, high[0], high[1]] * part[1]
    mixed: np.ndarray = top * (1 - part[0]) + bottom * part[0]
    return mixed


def _weights(count_in: int, count_out: int, spacing_mm: float, step_mm: float) -> np.ndarray:
    """``[out, in]`` float32, rows that sum to one: overlaps of cells, or linear between centers."""
    edges = np.arange(count_out + 1) * step_mm / spacing_mm
    if step_mm >= spacing_mm:
        first, last = edges[:-1, None], edges[1:, None]
        index = np.arange(count_in)
        overlap = np.clip(np.minimum(last, index + 1) - np.maximum(first, index), 0, None)
    else:
        center = np.clip((edges[:-1] + edges[1:]) / 2 - 0.5, 0, count_in - 1)
        overlap = np.clip(1 - np.abs(center[:, None] - np.arange(count_in)), 0, None)
    total = overlap.sum(axis=1, keepdims=True)
    return np.asarray(overlap / np.maximum(total, 1e-9), np.float32)


def _nearest(count_in: int, count_out: int, spacing_mm: float, step_mm: float) -> np.ndarray:
    """The cell in which each voxel's center lies."""
    place = ((np.arange(count_in) + 0.5) * spacing_mm / step_mm).astype(int)
    return np.asarray(np.minimum(place, count_out - 1))
