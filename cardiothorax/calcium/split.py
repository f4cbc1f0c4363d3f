"""Dividing a lesion that runs into the aorta, or from one artery into the next.

Everything works on index arrays ``(k, j, i)`` of one piece's voxels and gives new arrays; what was passed
in stays as it was.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..imaging.image import Image

Voxels = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Slices, rows, columns: as :func:`numpy.nonzero` gives them."""


def beyond_plane(
    voxels: Voxels, image: Image, *, point_mm: Sequence[float], normal_mm: Sequence[float]
) -> np.ndarray:
    """For each voxel whether its center lies on the side of the plane that ``normal_mm`` points to.

    Point and normal in LPS; a center on the plane itself is on that side. The normal need not have length 1.
    """
    normal = np.asarray(normal_mm, dtype=float)
    length = float(np.linalg.norm(normal))
    if not length > 0:
        raise ValueError("the normal of a plane has no length")
    k, j, i = voxels
    index = np.stack([i, j, k], axis=1) * np.asarray(image.spacing_mm, dtype=float)
    centers = index @ image.direction_matrix.T + np.asarray(image.origin_mm, dtype=float)
    beyond: np.ndarray = (centers - np.asarray(point_mm, dtype=float)) @ (normal / length) >= 0
    return beyond


def within_slices(voxels: Voxels, first: int, last: int) -> np.ndarray:
    """For each voxel whether it lies in slices ``first`` to ``last``, both inclusive, in either order."""
    low, high = sorted((first, last))
    inside: np.ndarray = (voxels[0] >= low) & (voxels[0] <= high)
    return inside


def split_component(
    component_map: np.ndarray, count: int, component: int, chosen: np.ndarray
) -> tuple[np.ndarray, int]:
    """The map and number of pieces after ``component`` was divided into its ``chosen`` voxels and the rest.

    ``chosen`` is in the order of ``numpy.nonzero(component_map == component)``. Each side falls into its own
    6-connected pieces: the first keeps the number, the others get new ones from ``count + 1`` on. Nothing
    changes where all or none are chosen.
    """
    from scipy import ndimage

    voxels = np.nonzero(component_map == component)
    if chosen.all() or not chosen.any():
        return component_map, count
    start = np.array([axis.min() for axis in voxels])
    shape = [int(axis.max()) + 1 - first for axis, first in zip(voxels, start, strict=True)]
    part, parts = np.zeros(chosen.size, np.intp), 0
    for side in (chosen, ~chosen):
        here = tuple(axis[side] - first for axis, first in zip(voxels, start, strict=True))
        mask = np.zeros(shape, bool)
        mask[here] = True
        pieces, number = ndimage.label(mask)
        part[side] = parts + pieces[here]
        parts += number
    names = np.array([0, component, *range(count + 1, count + parts)], component_map.dtype)
    divided = component_map.copy()
    divided[voxels] = names[part]
    return divided, count + parts - 1
