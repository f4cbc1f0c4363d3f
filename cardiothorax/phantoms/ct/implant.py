"""Drawn plaques put into a real plain CT along arteries that somebody marked.

The scan keeps its own noise and motion: only the plaques' own brightness, blurred by the scan's point
spread and slice thickness, is added.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from scipy import ndimage

from ...errors import UnsupportedImage
from ...imaging.image import Image
from .blobs import FWHM_PER_SIGMA, Blobs, Sampling
from .calcium import brighten, by_artery, calcium_gain
from .coronaries import Artery, resampled
from .options import ARTERY_NAMES, PlaqueOptions
from .plaques import Plaque, plaques

RADIUS_MM = {"lm": 2.1, "lad": 1.7, "lcx": 1.5, "rca": 1.8}
TISSUE_HU = (-160.0, 110.0)
"""Where an artery may be: not in lung, bone or calcium that is there already."""
HIGHEST_HU, LOWEST_HU = 3071, -1024
EDGE_MM = 5.0
SHARP_EDGES = 0.1
"""Edges that run obliquely look wider than the point spread: the sharpest tenth is believed."""
WIDTHS_MM = (0.8, 4.0)


@dataclass(frozen=True)
class ImplantOptions:
    """``psf_fwhm_mm`` None measures the scan's blur at its edges; ``stray_mm`` is how far from the marked
    courses plaques may lie, which covers the error of the marks."""

    plaques: PlaqueOptions = field(default_factory=PlaqueOptions)
    psf_fwhm_mm: float | None = None
    stray_mm: float = 1.5


def implant(
    image: Image, courses: Mapping[str, Sequence[Sequence[float]]], seed: int,
    options: ImplantOptions | None = None,
) -> tuple[Image, np.ndarray]:  # fmt: skip
    """The scan with plaques, and their labels (uint8 on its grid: 1 LAD, 2 LCX, 3 RCA, 4 LM).

    ``courses`` gives polylines of voxel indices ``[slice, row, column]`` by artery (``LM``, ``LAD``, ``LCX``,
    ``RCA``, any case). The slice thickness and tube voltage are those of the image's tags, else the
    increment and 120 kVp. The truth lesion is where a label stands and the threshold is reached.
    Raises :class:`UnsupportedImage` when no course names an artery.
    """
    options = options or ImplantOptions()
    rng = np.random.default_rng([int(seed), 41])
    grid = _sampling(image, options)
    tree = _tree(courses, image, options.stray_mm, rng)
    marked = {a.territory for a in tree}
    lm, lad, lcx, rca = (
        s if n in marked else 0.0 for n, s in zip(ARTERY_NAMES, options.plaques.shares, strict=True)
    )
    drawn = plaques(tree, replace(options.plaques, shares=(lm, lad, lcx, rca)), rng)
    groups = by_artery([_where_tissue_is(p, image) for p in drawn])
    gain = calcium_gain(_number(image, "KVP", 120.0))
    volume = image.array.astype(np.float32)
    labels = brighten(volume, grid, {code: blobs.times(gain) for code, blobs in groups.items()})
    array = np.clip(np.rint(volume), LOWEST_HU, HIGHEST_HU).astype(np.int16)
    note = f"{len(drawn)} simulated plaques were put in (seed {seed})."
    return replace(image, array=array, notes=(*image.notes, note)), labels


def _sampling(image: Image, options: ImplantOptions) -> Sampling:
    """In millimeters from the first voxel, along the grid's own axes."""
    shape = (image.array.shape[0], image.array.shape[1], image.array.shape[2])
    thickness = _number(image, "SliceThickness", image.spacing_mm[2])
    fwhm = options.psf_fwhm_mm or edge_fwhm_mm(image)
    return Sampling(shape, image.spacing_mm, (0.0, 0.0, 0.0), thickness, fwhm / FWHM_PER_SIGMA)


def _number(image: Image, tag: str, otherwise: float) -> float:
    try:
        return float(image.tags.get(tag, "") or otherwise)
    except ValueError:
        return otherwise


def _tree(
    courses: Mapping[str, Sequence[Sequence[float]]], image: Image, stray_mm: float, rng: np.random.Generator
) -> tuple[Artery, ...]:
    found = []
    for name, line in courses.items():
        artery = name.lower()
        if artery not in RADIUS_MM or len(line) < 2:
            continue
        points = np.asarray(line, float)[:, ::-1] * image.spacing_mm
        points += rng.normal(size=points.shape) * stray_mm * (1.0, 1.0, 0.5)
        smooth = resampled(points)
        if len(smooth) > 2:
            found.append(Artery(artery, artery, smooth, np.full(len(smooth), RADIUS_MM[artery])))
    if not found:
        raise UnsupportedImage("No course names an artery.", "Give polylines called LM, LAD, LCX or RCA.")
    return tuple(found)


def _where_tissue_is(plaque: Plaque, image: Image) -> Plaque:
    """Without the blobs that would lie in lung, bone or calcium."""
    index = (plaque.blobs.centers_mm / image.spacing_mm)[:, ::-1].T
    hu = ndimage.map_coordinates(image.array.astype(np.float32), index, order=1, mode="nearest")
    keep = (hu > TISSUE_HU[0]) & (hu < TISSUE_HU[1])
    blobs = Blobs(plaque.blobs.centers_mm[keep], plaque.blobs.sigmas_mm[keep], plaque.blobs.amounts[keep])
    share = float(blobs.amounts.sum() / plaque.blobs.amounts.sum())
    return Plaque(plaque.artery, blobs, plaque.mass_mg * share)


def edge_fwhm_mm(image: Image) -> float:
    """The in-plane blur of a scan, from the steepest slope of edges between air or lung and soft tissue.

    A step of height A blurred by a Gaussian of width sigma rises by at most A / (sigma sqrt(2 pi)) per
    millimeter. 1.5 where there is no such edge.
    """
    widths: list[np.ndarray] = []
    for axis, pixel in ((2, image.spacing_mm[0]), (1, image.spacing_mm[1])):
        reach = max(2, round(EDGE_MM / pixel))
        array = np.moveaxis(image.array, axis, -1).astype(np.float32)
        if array.shape[-1] <= 4 * reach:
            continue
        step = array[..., 1:] - array[..., :-1]
        before, after = _sides(array, reach)
        middle = step[..., reach - 1 : step.shape[-1] - reach + 1]
        height = after - before
        steepest = np.abs(middle) >= ndimage.maximum_filter1d(np.abs(step), reach, axis=-1)[
            ..., reach - 1 : step.shape[-1] - reach + 1]  # fmt: skip
        edge = steepest & (np.minimum(before, after) < -700) & (np.abs(np.maximum(before, after)) < 130)
        edge &= np.sign(middle) == np.sign(height)
        sigma = np.abs(height[edge]) / (np.abs(middle[edge]) / pixel * np.sqrt(2 * np.pi))
        widths.append(sigma * FWHM_PER_SIGMA)
    found = np.concatenate(widths) if widths else np.zeros(0)
    if len(found) < 50:
        return 1.5
    return float(np.clip(np.quantile(found, SHARP_EDGES), *WIDTHS_MM))


def _sides(array: np.ndarray, reach: int) -> tuple[np.ndarray, np.ndarray]:
    """Values ``reach`` pixels before and after every step that has them."""
    count = array.shape[-1] - 2 * reach + 1
    return array[..., :count], array[..., 2 * reach - 1 : 2 * reach - 1 + count]
