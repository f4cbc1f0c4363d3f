"""All numbers of one study from its image and its labels.

Agatston et al., JACC 1990; volume on interpolated planes: Callister et al., Radiology 1998; mass: Hong et
al., Radiology 2002 and McCollough et al., Radiology 2007; lesions: Wolterink et al., Med Phys 2016.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..errors import GeometryProblem
from ..imaging.image import Image
from .categories import cac_drs, category, visual_suggestion
from .interpolated import counted_pixels, planes_between
from .labels import ARTERIES, PARTS
from .lesions import is_lesion, lesion_rows
from .pieces import first_of_each
from .regions import Cells, Regions
from .result import ArteryScore, CalciumValues, Lesion
from .settings import Settings
from .weights import Weighted, weighted


@dataclass(frozen=True)
class Scores:
    values: CalciumValues
    lesions: tuple[Lesion, ...]


def score(
    image: Image, labels: np.ndarray, settings: Settings, *, confidence: np.ndarray | None = None
) -> Scores:
    """``labels`` uint8 ``[k, j, i]`` on the image's grid, codes of :mod:`.labels`; HU are used as they are.

    Labels on voxels below the threshold, and bright voxels without a label, mean nothing.
    ``confidence`` is a network's, 0 to 1 on the same grid, 0 where it proposed nothing.
    """
    check_labels(image, labels)
    regions = regions_of(image, labels, settings, confidence)
    pixels = sum(
        counted_pixels(image, labels, settings, lower, shares)
        for lower, shares in enumerate(planes_between(image))
    )
    return scores_of(regions.cells(), np.asarray(pixels), image, settings)


def regions_of(
    image: Image, labels: np.ndarray, settings: Settings, confidence: np.ndarray | None
) -> Regions:
    return Regions.of(
        image.array,
        labels,
        threshold_hu=settings.limits.threshold_hu,
        connectivity=settings.connectivity,
        confidence=confidence,
    )


def check_labels(image: Image, labels: np.ndarray) -> None:
    if labels.shape != image.array.shape:
        raise GeometryProblem(
            f"The labels have {labels.shape} slices, rows and columns, the image {image.array.shape}.",
            "Label the image on its own grid.",
        )
    check_codes(labels)


def check_codes(labels: np.ndarray) -> None:
    if labels.dtype != np.uint8:
        raise GeometryProblem(f"The labels are of type {labels.dtype}; uint8 is needed.")
    highest = int(labels.max(initial=0))
    if highest > max(PARTS.values()):
        raise GeometryProblem(
            f"The labels go up to {highest}; 1 LAD, 2 LCX, 3 RCA, 4 LM and 5 not coronary are known.",
            "Choose labels of coronary calcium.",
        )


def scores_of(cells: Cells, interpolated_pixels: np.ndarray, image: Image, settings: Settings) -> Scores:
    """``interpolated_pixels``: by label, over all planes."""
    weights = weighted(cells, image, settings)
    pixel_mm3 = image.spacing_mm[0] ** 2 * image.spacing_mm[1]
    by_label = _Sums.of(cells, weights, cells.artery, len(PARTS) + 1)
    coronary = np.isin(cells.artery, list(ARTERIES.values())).astype(np.intp)
    total = _Sums.of(cells, weights, coronary, 2).score(1, 0.0)
    parts = {
        name: by_label.score(code, float(interpolated_pixels[code] * pixel_mm3))
        for name, code in PARTS.items()
    }
    calcified = sum(parts[name].agatston > 0 for name in ARTERIES)
    lad_lm = np.isin(cells.artery, (PARTS["lad"], PARTS["lm"])).astype(np.intp)
    limits = settings.limits
    values = CalciumValues(
        agatston=total.agatston,
        volume_mm3=total.volume_mm3,
        volume_interpolated_mm3=float(interpolated_pixels[list(ARTERIES.values())].sum() * pixel_mm3),
        mass_mg=total.mass_mg,
        lesions=total.lesions,
        category=category(total.agatston),
        cac_drs=cac_drs(total.agatston, calcified),
        visual_suggestion=visual_suggestion(total.agatston),
        agatston_lad_lm=float(weights.agatston(lad_lm, 2)[1]),
        arteries=parts,
        preset=settings.preset,
        threshold_hu=limits.threshold_hu,
        weight_limits_hu=limits.weight_limits_hu,
        connectivity=settings.connectivity,
        mass_factor=settings.factor,
        mass_factor_source=settings.mass_factor_source,
    )
    return Scores(values, lesion_rows(cells, weights, image))


@dataclass(frozen=True)
class _Sums:
    """Scores by group of cells."""

    agatston: np.ndarray
    volume_mm3: np.ndarray
    mass_mg: np.ndarray
    lesions: np.ndarray

    @classmethod
    def of(cls, cells: Cells, weights: Weighted, group: np.ndarray, groups: int) -> _Sums:
        voxels = np.bincount(cells.piece, cells.pixels)
        of_piece = group[first_of_each(cells.piece)]  # a piece lies in one artery
        lesions = is_lesion(voxels, weights.voxel_mm3)
        return cls(
            agatston=weights.agatston(group, groups),
            volume_mm3=weights.volume_mm3(group, groups),
            mass_mg=weights.mass_mg(group, groups),
            lesions=np.bincount(of_piece[lesions], minlength=groups),
        )

    def score(self, group: int, volume_interpolated_mm3: float) -> ArteryScore:
        return ArteryScore(
            agatston=float(self.agatston[group]),
            volume_mm3=float(self.volume_mm3[group]),
            volume_interpolated_mm3=volume_interpolated_mm3,
            mass_mg=float(self.mass_mg[group]),
            lesions=int(self.lesions[group]),
        )
