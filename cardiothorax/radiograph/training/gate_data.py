"""Pictures for the gate: frontal films, other medical pictures, and drawn nonsense, 64 x 64."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from PIL import Image as Picture
from scipy import ndimage

from .index import index_rows

T = TypeVar("T")
SIDE_PX = 64
LATERAL_REPEATS = 15
"""Laterals are the likeliest mistake and only a handful of the pictures: they are shown more often."""


@dataclass(frozen=True)
class GatePictures:
    """uint8 ``[n, 64, 64]``; ``other`` holds what is no frontal chest film."""

    frontal: np.ndarray
    other: np.ndarray


def read_gate_pictures(shared_data: Path, split: str) -> GatePictures:
    """From the folder that holds ``cxr``, ``ct`` and ``cmr``; ``split`` is ``train`` or ``val``.

    Laterals, CT and MR come without a split: every fifth of each goes to ``val``.
    """
    frontal = list(_films(shared_data / "cxr" / "segmentation", split))
    frontal += list(_nih(shared_data / "cxr" / "nih", split))
    others = list(_of_split(sorted((shared_data / "cxr" / "not_frontal").glob("*.jpg")), split))
    repeats = LATERAL_REPEATS if split == "train" else 1
    pictures = [small(np.asarray(Picture.open(path).convert("L"), np.float32)) for path in others]
    pictures = pictures * repeats
    pictures += list(_ct(shared_data / "ct", split)) + list(_cmr(shared_data / "cmr", split))
    rng = np.random.default_rng(7 if split == "train" else 8)
    drawn = [nonsense(rng) for _ in range(600 if split == "train" else 150)]
    return GatePictures(np.stack(frontal), np.stack(pictures + drawn))


def small(grey: np.ndarray) -> np.ndarray:
    """uint8 ``[64, 64]``: stretched to the 1st and 99th percentile, padded to a square, box-resized."""
    low, high = np.percentile(grey[:: max(1, len(grey) // 256)], [1, 99])
    scaled = np.clip((grey - low) / max(float(high - low), 1e-6), 0, 1) * 255
    side = max(grey.shape)
    canvas = Picture.new("L", (side, side))
    canvas.paste(
        Picture.fromarray(scaled.astype(np.uint8)),
        ((side - grey.shape[1]) // 2, (side - grey.shape[0]) // 2),
    )
    return np.asarray(canvas.resize((SIDE_PX, SIDE_PX), Picture.Resampling.BOX))


def _of_split(items: Sequence[T], split: str) -> Iterator[T]:
    for n, item in enumerate(items):
        if (n % 5 == 4) == (split == "val"):
            yield item


def _films(folder: Path, split: str) -> Iterator[np.ndarray]:
    for row in index_rows(folder, split):
        yield small(np.asarray(Picture.open(folder / row["image"]).convert("L"), np.float32))


def _nih(folder: Path, split: str) -> Iterator[np.ndarray]:
    for name in (folder / f"{split}_list.txt").read_text(encoding="utf-8").split():
        yield small(np.asarray(Picture.open(folder / "images" / name).convert("L"), np.float32))
    thumbs = np.load(folder / "thumbs64.npz", allow_pickle=False)
    for picture, of_split in zip(thumbs["images"], thumbs["split"], strict=True):
        if of_split == split:
            yield np.asarray(picture, np.uint8)


def _ct(folder: Path, split: str) -> Iterator[np.ndarray]:
    for path in _of_split(sorted(folder.glob("*/*.dcm")), split):
        yield small(np.clip(_values(path)[0], -1000, 500))
    for path in sorted((folder / "thorax").glob("*.nii.gz")):
        volume = np.clip(_values(path), -1000, 500)
        for plane in _of_split(list(range(2, len(volume), 4)), split):
            yield small(volume[plane])
        for row in _of_split(list(range(20, volume.shape[1], 40)), split):
            yield small(ndimage.zoom(volume[::-1, row], (4, 1), order=1))


def _values(path: Path) -> np.ndarray:
    import SimpleITK

    values: np.ndarray = SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(str(path))).astype(np.float32)
    return values


def _cmr(folder: Path, split: str) -> Iterator[np.ndarray]:
    for path in _of_split(sorted((folder / "acdc").glob("*.npz")), split):
        stack = np.load(path, allow_pickle=False)["ed"]
        yield small(stack[len(stack) // 2].astype(np.float32))
    for path in _of_split(sorted((folder / "dsb_4ch" / "images").glob("*.jpg"))[::6], split):
        yield small(np.asarray(Picture.open(path).convert("L"), np.float32))


def nonsense(rng: np.random.Generator) -> np.ndarray:
    """Noise of several grains, gradients, blobs, bars, and scenes of drawn objects."""
    kind = int(rng.integers(6))
    y, x = np.mgrid[:SIDE_PX, :SIDE_PX] / SIDE_PX
    if kind == 0:
        picture = ndimage.gaussian_filter(rng.standard_normal((SIDE_PX, SIDE_PX)), rng.uniform(0, 12))
    elif kind == 1:
        picture = np.cos(rng.uniform(0, 40) * x + rng.uniform(0, 40) * y + rng.uniform(0, 6))
    elif kind == 2:
        spectrum = np.fft.fft2(rng.standard_normal((SIDE_PX, SIDE_PX)))
        f = np.hypot(*np.meshgrid(np.fft.fftfreq(SIDE_PX), np.fft.fftfreq(SIDE_PX)))
        picture = np.fft.ifft2(spectrum / np.maximum(f, 1 / SIDE_PX) ** rng.uniform(0.7, 2)).real
    else:
        picture = rng.uniform(0, 1) * x + rng.uniform(0, 1) * y
        for _ in range(int(rng.integers(1, 14))):
            cx, cy, rx, ry = rng.uniform([0, 0, 0.02, 0.02], [1, 1, 0.45, 0.45])
            inside = ((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 < 1
            if kind == 4:
                inside = (abs(x - cx) < rx) & (abs(y - cy) < ry)
            picture = np.where(inside, rng.uniform(-1, 2), picture)
        picture = ndimage.gaussian_filter(picture, rng.uniform(0, 2))
    picture = picture + rng.uniform(0, 0.1) * np.ptp(picture) * rng.standard_normal(picture.shape)
    span = max(float(np.ptp(picture)), 1e-9)
    scaled: np.ndarray = ((picture - picture.min()) / span * 255).astype(np.uint8)
    return scaled
