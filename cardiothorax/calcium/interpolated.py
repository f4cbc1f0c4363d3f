"""Volume on planes one pixel apart, between the slices too (Callister et al., Radiology 1998).

Planes lie at 0, 1, 2, ... times the column spacing above the first slice's center, up to the last slice's.
HU are interpolated linearly between the two neighboring slices. A pixel's label is that of the nearer
slice (half way: the lower), or the other one's where the nearer has none.
"""

from __future__ import annotations

import numpy as np

from ..imaging.image import Image
from .labels import PARTS
from .pieces import connected
from .settings import Settings

ON_A_SLICE = 1e-9
"""A plane this near to a slice (mm, or share of the increment) lies on it."""
BRIGHT_ENOUGH_HU = 1e-6
"""Interpolation misses the threshold by its last bits; 130 still counts."""


def planes_between(image: Image) -> tuple[np.ndarray, ...]:
    """For each slice the planes from it up to the next: their distance as a share of the increment."""
    slices = image.array.shape[0]
    side, increment = image.spacing_mm[0], image.spacing_mm[2]
    count = int(np.floor(((slices - 1) * increment + ON_A_SLICE) / side)) + 1
    place = np.arange(count) * (side / increment)
    below = np.minimum(np.floor(place + ON_A_SLICE).astype(int), slices - 1)
    share = np.clip(place - below, 0.0, 1.0)
    return tuple(share[below == k] for k in range(slices))


def counted_pixels(
    image: Image, labels: np.ndarray, settings: Settings, lower: int, shares: np.ndarray
) -> np.ndarray:
    """Pixels of each label (0 to 5) in regions that count, summed over the planes at ``shares`` of the way
    from slice ``lower`` to the next."""
    upper = min(lower + 1, labels.shape[0] - 1)
    threshold = settings.limits.threshold_hu - BRIGHT_ENOUGH_HU
    if not (labels[lower].any() or labels[upper].any()):  # most slices, in a fraction of the time
        return np.zeros(len(PARTS) + 1, np.int64)
    row, column = np.nonzero((labels[lower] | labels[upper]) != 0)
    ends = image.array[[[lower], [upper]], row, column].astype(float)
    reach = ends.max(axis=0) >= threshold
    row, column, ends = row[reach], column[reach], ends[:, reach]
    if not row.size or not shares.size:
        return np.zeros(len(PARTS) + 1, np.int64)
    label_below, label_above = labels[lower, row, column], labels[upper, row, column]
    towards = shares[:, None]
    hu = (1 - towards) * ends[0] + towards * ends[1]
    near_is_below = towards <= 0.5 + ON_A_SLICE
    nearer = np.where(near_is_below, label_below, label_above)
    other = np.where(near_is_below, label_above, label_below)
    artery = np.where(nearer > 0, nearer, other)
    plane, pixel = np.nonzero(hu >= threshold)
    kind = artery[plane, pixel]
    shape = (shares.size, *labels.shape[1:])
    index = np.ravel_multi_index((plane, row[pixel], column[pixel]), shape)
    counts = _counts(index, kind, shape, image, settings)
    return np.bincount(kind[counts], minlength=len(PARTS) + 1)


def _counts(
    index: np.ndarray, kind: np.ndarray, shape: tuple[int, ...], image: Image, settings: Settings
) -> np.ndarray:
    """Which pixels are in a region of the preset's smallest size or more."""
    smallest = settings.rules.minimum_pixels(*image.spacing_mm[:2])
    if smallest <= 1:
        return np.ones(index.size, bool)
    region = connected(index, kind, shape, settings.connectivity)
    large: np.ndarray = np.bincount(region)[region] >= smallest
    return large
