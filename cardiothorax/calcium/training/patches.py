"""Patches for training: around lesions, around what could be taken for one, and anywhere.

Mirroring is no augmentation here: a mirrored heart is another anatomy (the left coronary artery on the
right), and exchanging the arteries' names does not mend it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch.nn import functional as F

from .packing import ARTERY, BONE, HARD, Packed

MIXTURE = {"lesion": 0.6, "hard": 0.25, "bone": 0.1, "anywhere": 0.05}
"""What a patch is centered on."""
JITTER = 0.3
"""Of a patch's side: how far the marked voxel may lie from its middle."""
AIR_HU = -1000


@dataclass(frozen=True)
class Marks:
    """Indices ``[n, 3]`` to center patches on; of ``lesions``, one row a lesion's middle voxel and its
    class in ``arteries``."""

    lesions: np.ndarray
    arteries: np.ndarray
    hard: np.ndarray
    bone: np.ndarray


def marks_of(packed: Packed) -> Marks:
    from scipy import ndimage

    pieces, count = ndimage.label(packed.target > ARTERY, np.ones((3, 3, 3)))
    lesions = np.zeros((count, 3), np.int32)
    arteries = np.zeros(count, np.int64)
    for number, place in enumerate(ndimage.find_objects(pieces)):
        inside = np.argwhere(pieces[place] == number + 1) + [s.start for s in place]
        lesions[number] = inside[len(inside) // 2]
        arteries[number] = packed.target[tuple(lesions[number])] - ARTERY
    hard = np.argwhere(packed.target == HARD).astype(np.int32)
    bone = np.argwhere(packed.target == BONE).astype(np.int32)
    return Marks(
        lesions, arteries, hard[::3] if len(hard) > 30_000 else hard, bone[:: 1 + len(bone) // 20_000]
    )


def draw_patches(
    volumes: list[Packed],
    marks: list[Marks],
    count: int,
    size: tuple[int, int, int],
    rng: np.random.Generator,
    strength: float = 1.0,
    unanswered: int = 0,
) -> tuple[torch.Tensor, torch.Tensor]:
    """HU float32 ``[count, 1, *size]`` and targets uint8 ``[count, *size]``, augmented.

    The marked voxel of a patch is never within ``unanswered`` slabs of its ends.
    """
    drawn = [_one(volumes, marks, size, rng, strength, unanswered) for _ in range(count)]
    return torch.stack([hu for hu, _ in drawn])[:, None], torch.stack([target for _, target in drawn])


def _one(
    volumes: list[Packed],
    marks: list[Marks],
    size: tuple[int, int, int],
    rng: np.random.Generator,
    strength: float,
    unanswered: int,
) -> tuple[torch.Tensor, torch.Tensor]:
    volume, center = _center(volumes, marks, rng)
    jitter = np.array([max(0, size[0] // 2 - 1 - unanswered), size[1] * JITTER, size[2] * JITTER])
    center = center + np.round(rng.uniform(-1, 1, 3) * jitter).astype(int)
    wide = (size[0], round(size[1] * 1.3), round(size[2] * 1.3)) if strength else size
    hu, target = crop(volume.hu, center, wide, AIR_HU), crop(volume.target, center, wide, 0)
    patch, codes = torch.from_numpy(hu).float(), torch.from_numpy(target)
    if strength:
        patch, codes = _turned(patch, codes, size[1:], rng, strength)
        patch = _scanned(patch, rng, strength)
    return patch, codes


def _center(volumes: list[Packed], marks: list[Marks], rng: np.random.Generator) -> tuple[Packed, np.ndarray]:
    """A study and a voxel of it. Half the lesions are drawn by artery first, so that LCX is not rare."""
    kind = str(rng.choice(list(MIXTURE), p=list(MIXTURE.values())))
    points = {
        "lesion": [m.lesions for m in marks],
        "hard": [m.hard for m in marks],
        "bone": [m.bone for m in marks],
    }.get(kind, [])
    holders = [n for n, own in enumerate(points) if len(own)]
    if not holders:
        which = int(rng.integers(len(volumes)))
        return volumes[which], np.array([rng.integers(n) for n in volumes[which].hu.shape])
    which = holders[int(rng.integers(len(holders)))]
    own = points[which]
    if kind == "lesion" and rng.random() < 0.5:
        arteries = marks[which].arteries
        own = own[arteries == rng.choice(np.unique(arteries))]
    return volumes[which], np.asarray(own[rng.integers(len(own))])


def crop(array: np.ndarray, center: np.ndarray, size: tuple[int, ...], fill: int) -> np.ndarray:
    """``size`` cells around ``center``; what lies outside is ``fill``."""
    out = np.full(size, fill, array.dtype)
    first = [int(c) - s // 2 for c, s in zip(center, size, strict=True)]
    source = tuple(
        slice(max(0, f), max(0, min(n, f + s))) for f, s, n in zip(first, size, array.shape, strict=True)
    )
    place = tuple(slice(s.start - f, s.stop - f) for s, f in zip(source, first, strict=True))
    if all(s.stop > s.start for s in source):
        out[place] = array[source]
    return out


def _turned(
    hu: torch.Tensor,
    target: torch.Tensor,
    size: tuple[int, ...],
    rng: np.random.Generator,
    strength: float,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Turned by up to 12 degrees, scaled by 0.85 to 1.18, slightly sheared, in the slice's plane."""
    angle = math.radians(float(rng.normal(0, 5)) * strength)
    scale = math.exp(float(rng.uniform(-0.16, 0.16)) * strength)
    aspect = math.exp(float(rng.uniform(-0.05, 0.05)) * strength)
    cos, sin = math.cos(angle) * scale, math.sin(angle) * scale
    shrink = [s / n for s, n in zip(size, hu.shape[1:], strict=True)]
    theta = torch.tensor(
        [[cos * aspect * shrink[1], -sin * shrink[0], 0.0], [sin * shrink[1], cos / aspect * shrink[0], 0.0]]
    )
    grid = F.affine_grid(theta[None], [1, 1, size[0], size[1]], align_corners=False)
    patch = F.grid_sample(hu[None], grid, mode="bilinear", padding_mode="border", align_corners=False)
    codes = F.grid_sample(
        target[None].float(), grid, mode="nearest", padding_mode="border", align_corners=False
    )
    return patch[0], codes[0].to(torch.uint8)


def _scanned(hu: torch.Tensor, rng: np.random.Generator, strength: float) -> torch.Tensor:
    """Another scanner: a little more noise, softer or sharper, other contrast and offset, thicker slabs."""
    if rng.random() < 0.2 * strength:
        hu = (hu + torch.cat([hu[:1], hu[:-1]])) / 2
    if rng.random() < 0.4 * strength:
        soft = F.avg_pool2d(hu[None], 3, 1, 1)[0]
        hu = hu + float(rng.uniform(-0.5, 0.6)) * (soft - hu)
    if rng.random() < 0.5 * strength:
        noise = torch.from_numpy(rng.standard_normal(hu.shape, dtype=np.float32))
        if rng.random() < 0.5:
            noise = 2 * F.avg_pool2d(noise[None], 3, 1, 1)[0]
        hu = hu + float(rng.uniform(0, 18)) * noise
    if rng.random() < 0.5 * strength:
        hu = hu * float(rng.uniform(0.93, 1.07)) + float(rng.uniform(-12, 12))
    return hu
