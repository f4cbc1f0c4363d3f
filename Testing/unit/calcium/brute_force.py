"""The scores again, written from their definitions alone: slow loops over voxels, no shared code."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Iterator

import numpy as np

from cardiothorax.calcium.settings import Settings
from cardiothorax.imaging.image import Image

NAMES = {1: "lad", 2: "lcx", 3: "rca", 4: "lm", 5: "other"}
CORONARY = (4, 1, 2, 3)
FACTORS = {"literature": 0.00089, "siemens": 0.00075, "philips": 0.00079, "canon": 0.00072}

Voxel = tuple[int, ...]


def smallest_region(preset: str, sx: float, sy: float) -> int:
    if preset == "siemens":
        return 1
    if preset == "canon":
        return 3
    return math.ceil({"literature": 1.0, "philips": 0.5}[preset] / (sx * sy) - 1e-9)


def pieces(voxels: Iterable[Voxel], corners: bool = False) -> Iterator[list[Voxel]]:
    """Flood fill; neighbors share a face, or in two dimensions a corner too."""
    left = set(voxels)
    while left:
        queue, found = deque([left.pop()]), []
        while queue:
            here = queue.popleft()
            found.append(here)
            for there in [v for v in left if touches(here, v, corners)]:
                left.remove(there)
                queue.append(there)
        yield found


def touches(a: Voxel, b: Voxel, corners: bool) -> bool:
    steps = [abs(x - y) for x, y in zip(a, b, strict=True)]
    return max(steps) == 1 and (corners or sum(steps) == 1)


def weight(peak: float, limits: tuple[float, float, float]) -> int:
    second, third, fourth = limits
    if peak >= fourth:
        return 4
    if peak >= third:
        return 3
    return 2 if peak >= second else 1


def in_slices(image: Image, labels: np.ndarray, settings: Settings, code: int) -> dict[str, float]:
    """Agatston score, volume and mass of one label, region by region."""
    sx, sy, dz = image.spacing_mm
    least, corners = smallest_region(settings.preset, sx, sy), settings.connectivity == 8
    factor = FACTORS[settings.preset] if settings.mass_factor is None else settings.mass_factor
    agatston = volume = mass = 0.0
    for hu, label in zip(image.array.astype(float), labels, strict=True):
        chosen = [
            tuple(map(int, v)) for v in np.argwhere((label == code) & (hu >= settings.limits.threshold_hu))
        ]
        for region in pieces(chosen, corners):
            if len(region) < least:
                continue
            values = [hu[v] for v in region]
            agatston += weight(max(values), settings.limits.weight_limits_hu) * len(region) * sx * sy * dz / 3
            volume += len(region) * sx * sy * dz
            mass += factor * (sum(values) / len(values)) * len(region) * sx * sy * dz
    return {"agatston": agatston, "volume_mm3": volume, "mass_mg": mass}


def lesions(image: Image, labels: np.ndarray, settings: Settings, code: int) -> int:
    voxel = math.prod(image.spacing_mm)
    bright = image.array >= settings.limits.threshold_hu
    chosen = [tuple(map(int, v)) for v in np.argwhere((labels == code) & bright)]
    return sum(len(piece) * voxel > 1.5 + 1e-9 for piece in pieces(chosen))


def interpolated(image: Image, labels: np.ndarray, settings: Settings, code: int) -> float:
    sx, sy, dz = image.spacing_mm
    slices = len(image.array)
    least, corners = smallest_region(settings.preset, sx, sy), settings.connectivity == 8
    count, plane = 0, 0
    while plane * sx <= (slices - 1) * dz + 1e-9:
        place = plane * sx / dz
        below = min(math.floor(place + 1e-9), slices - 1)
        above = min(below + 1, slices - 1)
        share = min(max(place - below, 0.0), 1.0)
        near, far = (below, above) if share <= 0.5 + 1e-9 else (above, below)
        chosen = []
        for j, i in np.ndindex(image.array.shape[1:]):
            hu = (1 - share) * float(image.array[below, j, i]) + share * float(image.array[above, j, i])
            label = labels[near, j, i] or labels[far, j, i]
            if label == code and hu >= settings.limits.threshold_hu - 1e-6:
                chosen.append((j, i))
        count += sum(len(region) for region in pieces(chosen, corners) if len(region) >= least)
        plane += 1
    return count * sx * sy * sx


def all_scores(image: Image, labels: np.ndarray, settings: Settings) -> dict[str, dict[str, float]]:
    """By artery, and ``total`` over the four coronary arteries."""
    found = {
        name: {
            **in_slices(image, labels, settings, code),
            "volume_interpolated_mm3": interpolated(image, labels, settings, code),
            "lesions": lesions(image, labels, settings, code),
        }
        for code, name in NAMES.items()
    }
    numbers = found["lad"].keys()
    found["total"] = {key: sum(found[NAMES[code]][key] for code in CORONARY) for key in numbers}
    return found
