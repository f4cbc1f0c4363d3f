"""What a reader can click on: bright pieces in space, before anybody has named their artery."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from ..errors import GeometryProblem
from ..imaging.image import Image
from .box import Box


def candidates(
    image: Image, threshold_hu: float, region: np.ndarray | Box | None = None, min_pixels: int = 1
) -> tuple[np.ndarray, int]:
    """6-connected pieces of voxels from ``threshold_hu`` on, as a map int32 ``[k, j, i]`` (0 is none, pieces
    count from 1, feet to head) and their number.

    ``region`` (boolean mask on the image's grid, or a box) cuts pieces at its border; what is outside is
    none. Pieces that nowhere have ``min_pixels`` pixels in one slice are noise and left out.
    """
    from scipy import ndimage

    if isinstance(region, np.ndarray) and region.shape != image.array.shape:
        raise GeometryProblem(
            f"The region has {region.shape} slices, rows and columns, the image {image.array.shape}.",
            "Draw the region on the image's own grid.",
        )
    found = np.zeros(image.array.shape, np.int32)
    box = _box_of(region, image.array.shape)
    if box is None or box.empty:
        return found, 0
    bright = image.array[box.slices] >= threshold_hu
    if isinstance(region, np.ndarray):
        bright &= region[box.slices].astype(bool)
    pieces = np.empty(bright.shape, np.int32)
    count = int(ndimage.label(bright, output=pieces))
    kept = _large_somewhere(pieces, count, min_pixels)
    renumbered = np.zeros(count + 1, np.int32)
    renumbered[1:][kept] = np.arange(1, int(kept.sum()) + 1)
    bright_ones = np.flatnonzero(pieces)  # few: a table look-up for every voxel takes ten times as long
    pieces.ravel()[bright_ones] = renumbered[pieces.ravel()[bright_ones]]
    found[box.slices] = pieces
    return found, int(kept.sum())


def lesion_at(component_map: np.ndarray, ijk: Iterable[float]) -> int:
    """The piece at a continuous index (column, row, slice), pixel centers at integers; 0 where there is
    none, also outside the volume."""
    i, j, k = (int(np.floor(value + 0.5)) for value in ijk)
    place = (k, j, i)
    if not all(0 <= at < size for at, size in zip(place, component_map.shape, strict=True)):
        return 0
    return int(component_map[place])


def _box_of(region: np.ndarray | Box | None, shape: tuple[int, ...]) -> Box | None:
    if region is None:
        return Box.whole(shape)
    return region.clipped(shape) if isinstance(region, Box) else Box.around(region)


def _large_somewhere(pieces: np.ndarray, count: int, min_pixels: int) -> np.ndarray:
    """By piece (without 0): whether some slice shows at least ``min_pixels`` of its pixels."""
    if min_pixels <= 1:
        return np.ones(count, bool)
    large = np.zeros(count + 1, bool)
    for one_slice in pieces:
        inside = one_slice[one_slice > 0]
        if inside.size:
            number, pixels = np.unique(inside, return_counts=True)
            large[number[pixels >= min_pixels]] = True
    return large[1:]
