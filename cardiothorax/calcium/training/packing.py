"""A labelled CT on the network's grid in one small file, with everything bright sorted for sampling."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...imaging.image import Image
from ...records import write_atomically
from ..grid import GridStep, grid_of, hu_on_grid, labels_on_grid
from ..labels import LAD, LCX, LM, OTHER, RCA

BONE = 1
"""Bright and not coronary, in large pieces."""
HARD = 2
"""Bright and not coronary, in small pieces: aortic wall, valves, nodes, wires, noise."""
UNKNOWN = 3
"""Bright, and nobody knows what it is: takes no part in the loss."""
ARTERY = 3
"""Bright and of an artery: this plus the network's class. Where several voxels fall in one cell of the
grid, the largest code stands for it."""
UNKNOWN_LABEL = 255
"""In label files."""
BONE_FROM_MM3 = 4000.0
THRESHOLD_HU = 130.0
CLASS_OF = {LAD: 1, LCX: 2, RCA: 3, LM: 1}
"""Label to network class: three arteries, the left main counted as LAD (CAC-Net)."""
CLASSES = 4


@dataclass(frozen=True)
class Packed:
    """``hu`` int16 and ``target`` uint8 ``[slab, row, column]``; ``target`` is :data:`BONE`,
    :data:`HARD`, :data:`UNKNOWN` or :data:`ARTERY` plus a class where the CT reaches the threshold, else 0.
    ``spacing_mm`` (slab, row, column)."""

    name: str
    patient: str
    hu: np.ndarray
    target: np.ndarray
    spacing_mm: tuple[float, float, float]

    @property
    def cell_mm3(self) -> float:
        return float(np.prod(self.spacing_mm))


def pack(
    image: Image,
    labels: np.ndarray,
    *,
    name: str,
    patient: str,
    step: GridStep,
    threshold_hu: float = THRESHOLD_HU,
) -> Packed:
    """The chest of ``image`` with ``labels`` (codes of :mod:`cardiothorax.calcium.labels`) on the grid.

    Labels on voxels below the threshold are removed, as both papers and the definition of a lesion ask.
    """
    grid = grid_of(image, step)
    target = np.zeros(image.array.shape, np.uint8)
    bright = image.array >= threshold_hu
    target[bright] = HARD
    for label, code in CLASS_OF.items():
        target[bright & (labels == label)] = ARTERY + code
    target[bright & (labels == UNKNOWN_LABEL)] = UNKNOWN
    _mark_bone(target, labels, float(np.prod(image.spacing_mm)))
    return Packed(
        name,
        patient,
        np.round(hu_on_grid(image.array, grid)).clip(-1024, 3071).astype(np.int16),
        labels_on_grid(target, grid),
        (grid.spacing_mm[0] * grid.per_slab, grid.step_mm, grid.step_mm),
    )


def _mark_bone(target: np.ndarray, labels: np.ndarray, voxel_mm3: float) -> None:
    """Large pieces of what is bright and carries no label at all."""
    from scipy import ndimage

    pieces, _ = ndimage.label((target == HARD) & (labels != OTHER))
    sizes = np.bincount(pieces.ravel()) * voxel_mm3
    sizes[0] = 0
    target[(sizes >= BONE_FROM_MM3)[pieces]] = BONE


def write_packed(packed: Packed, file: Path) -> None:
    with write_atomically(file) as temporary, open(temporary, "wb") as stream:
        np.savez_compressed(
            stream,
            hu=packed.hu,
            target=packed.target,
            spacing_mm=np.array(packed.spacing_mm),
            name=np.array(packed.name),
            patient=np.array(packed.patient),
        )


def read_packed(file: Path) -> Packed:
    with np.load(file, allow_pickle=False) as stored:
        spacing = stored["spacing_mm"]
        return Packed(
            str(stored["name"]),
            str(stored["patient"]),
            stored["hu"],
            stored["target"],
            (float(spacing[0]), float(spacing[1]), float(spacing[2])),
        )


def threshold_of(image: Image) -> float:
    """HU from which a voxel is bright, by the tube voltage; 130 where none is stated or agreed."""
    from ...errors import UnsupportedImage
    from ..voltage import limits_for_kvp

    try:
        return limits_for_kvp(float(image.tags["KVP"])).threshold_hu
    except (KeyError, ValueError, UnsupportedImage):
        return THRESHOLD_HU
