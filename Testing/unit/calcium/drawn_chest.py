"""A chest of ellipses with known HU, and a network that proposes what it is told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from cardiothorax.imaging.image import Image
from cardiothorax.models import LoadedModel
from cardiothorax.models.card import Architecture, Card, NetworkInput, Normalisation, Training

PIXEL_MM, INCREMENT_MM = 1.0, 3.0
SHAPE = (8, 240, 300)
NATIVE = {"KVP": "120", "SliceThickness": "3", "CardiacSynchronizationTechnique": "PROSPECTIVE"}


def chest(
    *,
    blood_hu: float = 45.0,
    noise_hu: float = 12.0,
    grain_px: float = 1.0,
    tags: dict[str, str] | None = None,
    lungs: bool = True,
    bright_spots: tuple[tuple[int, int, int, int], ...] = (),
    pixel_mm: float = PIXEL_MM,
    increment_mm: float = INCREMENT_MM,
    seed: int = 0,
) -> Image:
    """Body, two lungs, a heart between them, spine and sternum of bone. Spots: ``(k, j, i, hu)``, 4 x 4
    pixels from there on. ``grain_px``: standard deviation of the noise's smoothing, 0 is white."""
    from scipy import ndimage

    _, rows, columns = SHAPE
    y, x = np.mgrid[:rows, :columns].astype(float)

    def ellipse(cy: float, cx: float, ry: float, rx: float) -> np.ndarray:
        inside: np.ndarray = ((y - cy) / ry) ** 2 + ((x - cx) / rx) ** 2 <= 1
        return inside

    plane = np.full((rows, columns), -1000.0)
    plane[ellipse(120, 150, 110, 145)] = -100
    plane[ellipse(120, 150, 100, 135)] = 50
    if lungs:
        plane[ellipse(115, 75, 75, 50) | ellipse(115, 225, 75, 50)] = -850
    plane[ellipse(105, 150, 48, 55)] = -90
    plane[ellipse(105, 150, 45, 52)] = blood_hu
    plane[ellipse(185, 150, 22, 22)] = 250
    plane[ellipse(28, 150, 8, 22)] = 180
    noise = np.random.default_rng(seed).normal(size=SHAPE)
    if grain_px:
        noise = ndimage.gaussian_filter(noise, (0, grain_px, grain_px))
    volume = plane + noise * (noise_hu / noise.std())
    volume[:, plane == -1000.0] = -1000
    for k, j, i, hu in bright_spots:
        volume[k, j : j + 4, i : i + 4] = hu
    return Image(
        np.rint(volume).astype(np.int16),
        (pixel_mm, pixel_mm, increment_mm),
        modality="CT",
        tags=NATIVE if tags is None else tags,
        spacing_source="PixelSpacing",
        source="drawn chest",
    )


def prone(image: Image) -> Image:
    """The same patient on his belly: rows run from back to front."""
    axes = np.diag([-1.0, -1.0, 1.0])
    return Image(
        np.ascontiguousarray(image.array[:, ::-1, ::-1]),
        image.spacing_mm,
        image.origin_mm,
        tuple(axes.flat),
        image.modality,
        image.tags,
        image.spacing_source,
        source=image.source,
    )


def exchanged(image: Image) -> Image:
    """The same patient with rows and columns exchanged, as some programs write NRRD."""
    return replace(
        image,
        array=np.ascontiguousarray(image.array.swapaxes(1, 2)),
        spacing_mm=(image.spacing_mm[1], image.spacing_mm[0], image.spacing_mm[2]),
        direction=tuple(image.direction_matrix[:, [1, 0, 2]].flat),
    )


CARD = Card(
    "told-network", "1.0", "calcium", "slim", "Proposes what it is told.", Architecture("cacnet"),
    NetworkInput(64, "grid", Normalisation(0, 100, (0, 1)), in_plane_mm=0.75, slab_mm=3.0),
    {"background": 0, "lad": 1, "lcx": 2, "rca": 3}, "Apache-2.0",
    Training((), "by patient", 0, ""), (), ("Trained on simulated CT; not validated on patients.",),
)  # fmt: skip


class _Engine:
    name, device = "onnx", "cpu"
    notes: tuple[str, ...] = ()


def told_network(monkeypatch: Any, labels: np.ndarray, confidence: float = 0.8) -> LoadedModel:
    """Through the pipeline's own door: :func:`propose` gives ``labels`` for every image."""

    def proposed(image: Image, model: LoadedModel, progress: Any, **_: Any) -> tuple[np.ndarray, np.ndarray]:
        progress(0.5, "Naming lesions")
        return labels, np.where(labels > 0, np.float32(confidence), np.float32(0))

    monkeypatch.setattr("cardiothorax.calcium.pipeline.propose", proposed)
    return LoadedModel(CARD, _Engine(), Path("."), "ab" * 32)  # type: ignore[arg-type]
