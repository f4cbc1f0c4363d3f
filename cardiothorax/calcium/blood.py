"""HU of the blood and the noise in it, measured between the lungs without any segmentation.

Blood is 35 to 60 HU on a plain scan. A contrast agent raises it to 80 HU and far more, and then 130 HU
finds vessels, not calcium: the header's tag on the agent is often empty, so that the pixels must tell.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..imaging.image import Image
from .upright import upright

CELL_MM = 3.0
"""The picture is looked at in cells of this size, whose means have little noise left."""
LUNG_HU = (-980.0, -600.0)
SOFT_HU = (-20.0, 800.0)
"""Blood with and without contrast agent, muscle; no fat, no lung, no metal."""
FRONT_SHARE = 0.6
"""The heart lies in the front part of the lungs' depth; behind it is the spine, whose marrow is bright."""
LUNG_SHARE = 0.05
"""A row shows the lungs when this share of it is lung."""
FEWEST_CELLS = 60
MOST_PATCHES = 1500


@dataclass(frozen=True)
class Blood:
    """``hu``: median of the soft tissue between the lungs, most of which is blood.

    ``noise_hu``: standard deviation of pixels within 9 mm, median over the places measured.
    ``correlation``: of that noise between neighboring pixels of a row, 0 to 1; sharp kernels give
    little (below 0.3), soft ones much. ``cells``: how many places were measured.
    """

    hu: float
    noise_hu: float
    correlation: float
    cells: int


def measure_blood(image: Image) -> Blood | None:
    """None where no lungs with soft tissue between them are seen, as in a head or a small crop.

    ``image`` is axial in HU. The rest of the scan, however bright, plays no part.
    """
    array = upright(image).turned(image.array)
    rows, columns = cell_sides(image)
    means = _cell_means(array, rows, columns)
    place = _between_lungs(means, FRONT_SHARE)
    if np.count_nonzero(place) < FEWEST_CELLS:
        return None
    noise, correlation = _noise(array, place, rows, columns)
    return Blood(float(np.median(means[place])), noise, correlation, int(np.count_nonzero(place)))


def between_lungs(image: Image, front_share: float = FRONT_SHARE) -> np.ndarray:
    """Cells of soft tissue between the lungs, bool ``[slice, cell row, cell column]`` of the patient set
    upright (:mod:`.upright`): mostly heart, great vessels and what is beside them. ``front_share`` of the
    lungs' depth is looked at, from the front."""
    return _between_lungs(_cell_means(upright(image).turned(image.array), *cell_sides(image)), front_share)


def cell_sides(image: Image) -> tuple[int, int]:
    """Pixels of a cell along rows and columns of the patient set upright."""
    _, row_mm, column_mm = upright(image).spacing_mm(image)
    return max(1, round(CELL_MM / row_mm)), max(1, round(CELL_MM / column_mm))


def _cell_means(array: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """``[slice, cell row, cell column]`` float32; what does not fill a cell at the border is left out."""
    slices, height, width = array.shape
    down, across = height // rows, width // columns
    cut = array[:, : down * rows, : across * columns]
    sums = cut.reshape(slices, down, rows, across * columns).sum(axis=2, dtype=np.float32)
    means: np.ndarray = sums.reshape(slices, down, across, columns).sum(axis=3) / np.float32(rows * columns)
    return means


def _between_lungs(means: np.ndarray, front_share: float) -> np.ndarray:
    """Soft cells with soft neighbors, between the outermost lung of their row, in the front part."""
    from scipy import ndimage

    in_plane = np.ones((1, 3, 3), bool)
    lung = ndimage.binary_opening((means > LUNG_HU[0]) & (means < LUNG_HU[1]), in_plane)
    lung &= _beside(ndimage.binary_opening(means > SOFT_HU[0], in_plane))
    soft = ndimage.binary_erosion((means > SOFT_HU[0]) & (means < SOFT_HU[1]), in_plane)
    after_first = np.logical_or.accumulate(lung, axis=2)
    before_last = np.logical_or.accumulate(lung[..., ::-1], axis=2)[..., ::-1]
    between = soft & after_first & before_last
    with_lung = lung.sum(axis=2) > LUNG_SHARE * lung.shape[2]
    place: np.ndarray = between & _front(with_lung, front_share)[..., None]
    return place


def _beside(soft: np.ndarray) -> np.ndarray:
    """Whether a cell sees soft tissue to its right or left: lungs do, the foam of the table does not."""
    after = np.logical_or.accumulate(soft, axis=2)
    return after | np.logical_or.accumulate(soft[..., ::-1], axis=2)[..., ::-1]


def _front(with_lung: np.ndarray, front_share: float) -> np.ndarray:
    """``[slice, row]``: the front part of the rows that show lung, slice by slice."""
    front = np.zeros_like(with_lung)
    for here, rows in zip(front, with_lung, strict=True):
        seen = np.flatnonzero(rows)
        if len(seen) < 5:
            continue
        first, last = int(seen[0]), int(seen[-1])
        here[first : first + int(front_share * (last - first))] = True
    return front


def _noise(array: np.ndarray, place: np.ndarray, rows: int, columns: int) -> tuple[float, float]:
    """Medians over patches of 3 x 3 cells around evenly chosen places."""
    chosen = np.argwhere(place)
    chosen = chosen[:: max(1, len(chosen) // MOST_PATCHES)]
    deviations, correlations = [], []
    for k, j, i in chosen:
        patch = array[k, (j - 1) * rows : (j + 2) * rows, (i - 1) * columns : (i + 2) * columns]
        rest = patch - patch.mean(dtype=np.float64)
        variance = float((rest * rest).mean())
        deviations.append(variance**0.5)
        if variance > 0:
            correlations.append(float((rest[:, 1:] * rest[:, :-1]).mean()) / variance)
    return float(np.median(deviations)), float(np.median(correlations)) if correlations else 1.0
