"""Where coronary calcium can be: in and around the soft tissue between the lungs.

A network that has only seen drawn chests takes a rib or a vertebra for calcium now and then. The arteries run
on the heart, so what it proposes elsewhere is left out.
"""

from __future__ import annotations

import numpy as np

from ..imaging.image import Image
from .blood import between_lungs, cell_sides
from .upright import upright

FRONT_SHARE = 0.7
"""Of the lungs' depth, from the front: further back than where blood is measured, for the circumflex."""
AROUND_MM, ABOVE_MM = 25.0, 60.0
"""How far in a slice, and in slices above and below, the arteries may lie from that tissue: in a narrow field
of view the lower slices show little lung. On drawn chests every true lesion lies within."""
LARGEST_HALF_WIDTH_MM = 115.0
"""To either side of the middle: no heart reaches farther, the liver and the ribs beside it do."""
SMALLEST_ML = 60.0
"""Less tissue than this is no heart (one lung only, lungs full of fluid): then nothing is left out."""
KEPT_SHARE = 0.5
"""A lesion stays when this share of its voxels lies near the heart."""


def near_heart(image: Image) -> np.ndarray | None:
    """Cells near the heart, bool as :func:`.blood.between_lungs`; None where no heart is seen."""
    from scipy import ndimage

    tissue, count = ndimage.label(between_lungs(image, FRONT_SHARE))
    if not count:
        return None
    sizes = np.bincount(tissue.ravel())
    sizes[0] = 0
    rows, columns = cell_sides(image)
    _, row_mm, column_mm = upright(image).spacing_mm(image)
    row_mm, column_mm = rows * row_mm, columns * column_mm
    if sizes.max() * row_mm * column_mm * image.spacing_mm[2] < SMALLEST_ML * 1000:
        return None
    heart: np.ndarray = tissue == int(sizes.argmax())
    heart[..., _far_from_middle(heart, column_mm)] = False
    reach = max(1, round(ABOVE_MM / image.spacing_mm[2]))
    near: np.ndarray = np.zeros(heart.shape, bool)
    for k in range(len(heart)):
        shape = _filled_across(np.max(heart[max(0, k - reach) : k + reach + 1], axis=0))
        if shape.any():
            away = ndimage.distance_transform_edt(~shape, sampling=(row_mm, column_mm))
            near[k] = away <= AROUND_MM
    return near


def only_near_heart(image: Image, labels: np.ndarray) -> np.ndarray:
    """``labels`` (uint8 ``[k, j, i]`` on the image's grid) without the lesions that lie elsewhere."""
    from scipy import ndimage

    near = near_heart(image)
    if near is None or not labels.any():
        return labels
    turn = upright(image)
    turned = turn.turned(labels)
    pieces, count = ndimage.label(turned > 0)
    where = np.nonzero(pieces)
    rows, columns = cell_sides(image)
    inside = near[
        where[0],
        np.minimum(where[1] // rows, near.shape[1] - 1),
        np.minimum(where[2] // columns, near.shape[2] - 1),
    ]
    numbers = pieces[where]
    share = np.bincount(numbers, inside, count + 1) / np.maximum(np.bincount(numbers, minlength=count + 1), 1)
    kept = np.where(share[pieces] >= KEPT_SHARE, turned, 0).astype(np.uint8)
    return np.ascontiguousarray(turn.turned_back(kept))


def _far_from_middle(heart: np.ndarray, column_mm: float) -> np.ndarray:
    """Columns farther away than a heart is wide from the middle of the upper slices, where no liver is."""
    slices = np.flatnonzero(heart.any(axis=(1, 2)))
    upper = heart[slices[len(slices) // 2] :]
    columns = np.arange(heart.shape[2])
    middle = float(np.average(columns, weights=upper.sum(axis=(0, 1))))
    far: np.ndarray = np.abs(columns - middle) * column_mm > LARGEST_HALF_WIDTH_MM - AROUND_MM
    return far


def _filled_across(plane: np.ndarray) -> np.ndarray:
    """Each row filled from its first to its last cell: fat and valves inside the heart belong to it."""
    after: np.ndarray = np.logical_or.accumulate(plane, axis=1)
    before = np.logical_or.accumulate(plane[:, ::-1], axis=1)[:, ::-1]
    return after & before
