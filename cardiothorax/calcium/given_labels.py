"""Labels that a reader drew in whatever program, brought onto the grid of the CT they belong to.

Programs turn axes and order slices as they like, and some save a segmentation cut to what is drawn. All
that lies on the image's own lattice is accepted and turned or pasted without any resampling; what does not
is refused, since a label between two voxels has no score.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..errors import GeometryProblem
from ..imaging.image import Image
from ..imaging.volumes import in_space, pixels, read_stored
from .labels import PARTS

LATTICE_TOLERANCE = 0.02
"""Of a voxel, that a label's voxel may lie beside the image's: headers round."""
DIRECTION_TOLERANCE = 1e-3
_CHOOSE = "Give the labels that were drawn on this image, on its own grid."


CODES_OF_A_BYTE = tuple(range(256))
"""For labels of other makers, of which some codes are then chosen."""
_CODES = (0, *sorted(PARTS.values()))


def read_labels(path: Path | str, image: Image, *, known: tuple[int, ...] = _CODES) -> np.ndarray:
    """uint8 ``[k, j, i]`` on the image's grid, codes of :mod:`.labels` or those in ``known``.

    Raises :class:`GeometryProblem` where the grids differ or the values are no artery labels, and what
    reading a file can raise.
    """
    file = Path(path)
    stored = read_stored(file)
    values = pixels(stored)
    if values.ndim != 3:
        raise GeometryProblem(f"{file.name} has {values.ndim} axes, not one label for each voxel.", _CHOOSE)
    _check_values(file.name, values, known)
    spacing, origin, direction = in_space(stored)
    turned, first = _turned(file.name, values, spacing, origin, direction, image)
    return _pasted(file.name, turned.astype(np.uint8), first, image)


def _check_values(name: str, values: np.ndarray, known: tuple[int, ...]) -> None:
    strange = sorted(set(np.unique(values).tolist()) - set(known))
    if strange:
        shown = ", ".join(f"{value:g}" for value in strange[:5]) + (", ..." if len(strange) > 5 else "")
        raise GeometryProblem(
            f"{name} holds the values {shown}, which are no artery labels.",
            "Labels are 1 LAD, 2 LCX, 3 RCA, 4 LM, 5 not coronary and 0 elsewhere.",
        )


def _turned(
    name: str,
    values: np.ndarray,
    spacing: tuple[float, ...],
    origin: tuple[float, ...],
    direction: tuple[float, ...],
    image: Image,
) -> tuple[np.ndarray, np.ndarray]:
    """Values with the image's axes, and the image's continuous index (i, j, k) of their first voxel."""
    axes = image.direction_matrix.T @ np.reshape(direction, (3, 3))  # label axis in image axes, by column
    order = np.argmax(np.abs(axes), axis=1)  # for each image axis the label axis along it
    expected = np.zeros((3, 3))
    expected[np.arange(3), order] = np.sign(axes[np.arange(3), order])
    if len(set(order.tolist())) < 3 or np.abs(axes - expected).max() > DIRECTION_TOLERANCE:
        raise GeometryProblem(f"{name} is turned against the image: its axes differ.", _CHOOSE)
    found, wanted = np.array(spacing)[order], np.array(image.spacing_mm)
    size = np.array(values.shape[::-1])[order]
    if np.abs(found - wanted).max() > LATTICE_TOLERANCE * float((wanted / np.maximum(size, 1)).min()) + 1e-4:
        raise GeometryProblem(f"{name} has the spacing {_mm(found)}, the image {_mm(wanted)}.", _CHOOSE)
    # values are [k, j, i]: label axis a is array axis 2 - a
    turned = values.transpose([2 - int(order[axis]) for axis in (2, 1, 0)])
    backward = expected[np.arange(3), order] < 0
    turned = np.flip(turned, tuple(2 - axis for axis in range(3) if backward[axis]))
    corner = np.array(origin, dtype=float)
    matrix = np.reshape(direction, (3, 3))
    for axis in np.flatnonzero(backward):
        own = order[axis]
        corner = corner + matrix[:, own] * spacing[own] * (values.shape[2 - own] - 1)
    first = image.direction_matrix.T @ (corner - image.origin_mm) / wanted
    return turned, first


def _pasted(name: str, labels: np.ndarray, first: np.ndarray, image: Image) -> np.ndarray:
    """``labels`` in an array of the image's shape, from the voxel ``first`` (i, j, k) on."""
    start = np.rint(first).astype(int)
    if np.abs(first - start).max() > LATTICE_TOLERANCE:
        away = ", ".join(f"{value:.2f}" for value in first)
        raise GeometryProblem(
            f"{name} does not lie on the image's grid: its first voxel is at column, row, slice {away}.",
            _CHOOSE,
        )
    i, j, k = (int(v) for v in start)
    size = image.array.shape
    stop = (k + labels.shape[0], j + labels.shape[1], i + labels.shape[2])
    if min(i, j, k) < 0 or any(a > b for a, b in zip(stop, size, strict=True)):
        raise GeometryProblem(
            f"{name} reaches outside the image: it has {_size(labels.shape)} voxels from column {i}, "
            f"row {j}, slice {k}, the image {_size(size)}.",
            _CHOOSE,
        )
    whole = np.zeros(size, np.uint8)
    whole[k : stop[0], j : stop[1], i : stop[2]] = labels
    return whole


def _mm(values: np.ndarray) -> str:
    return " x ".join(f"{value:.4g}" for value in values) + " mm"


def _size(shape: tuple[int, ...]) -> str:
    return " x ".join(str(n) for n in shape[::-1])
