"""What is in a drawn study: every plaque, and what of it can be seen."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np

from .blobs import Sampling
from .calcium import CODES, OTHER
from .plaques import Plaque


@dataclass(frozen=True)
class TrueLesion:
    """One drawn plaque. ``center_mm`` is LPS; mass in milligrams of hydroxyapatite."""

    artery: str
    center_mm: tuple[float, float, float]
    mass_mg: float
    in_field: bool


@dataclass(frozen=True)
class Truth:
    lesions: tuple[TrueLesion, ...]
    mass_mg: dict[str, float]
    """By artery, of plaques in the field of view."""
    bright_voxels: dict[str, int]
    """Voxels of at least 130 HU that the labels give to an artery (or to ``other``)."""
    bright_volume_mm3: dict[str, float]

    def to_plain(self) -> dict[str, object]:
        return asdict(self)


NAMES = {code: name for name, code in CODES.items()} | {OTHER: "other"}


def truth_of(drawn: list[Plaque], array: np.ndarray, labels: np.ndarray, grid: Sampling) -> Truth:
    lesions = tuple(_lesion(p, grid) for p in drawn)
    counts = np.bincount(labels[(labels > 0) & (array >= 130)], minlength=6)
    voxel = float(np.prod(grid.spacing_mm))
    return Truth(
        lesions,
        {
            n: sum(x.mass_mg for x in lesions if x.artery == n and x.in_field)
            for n in ("lm", "lad", "lcx", "rca")
        },
        {name: int(counts[code]) for code, name in NAMES.items()},
        {name: float(counts[code]) * voxel for code, name in NAMES.items()},
    )


def _lesion(plaque: Plaque, grid: Sampling) -> TrueLesion:
    weight = plaque.blobs.amounts / plaque.blobs.amounts.sum()
    center = (plaque.blobs.centers_mm * weight[:, None]).sum(axis=0)
    index = (center - grid.origin_mm) / grid.spacing_mm
    inside = bool(np.all(index > 0) and np.all(index < np.array(grid.shape[::-1]) - 1))
    return TrueLesion(
        plaque.artery, (float(center[0]), float(center[1]), float(center[2])), plaque.mass_mg, inside
    )
