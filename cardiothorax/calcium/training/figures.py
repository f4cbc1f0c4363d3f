"""How well a network answers on packed studies: what chooses the checkpoint."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..vote import VoteRule, components, vote
from .packing import ARTERY, UNKNOWN, Packed

SMALLEST_LESION_MM3 = 1.5


@dataclass(frozen=True)
class Found:
    """Of one study: volumes in mm³, numbers of lesions."""

    true_mm3: float = 0.0
    found_mm3: float = 0.0
    both_mm3: float = 0.0
    true_lesions: int = 0
    true_found: int = 0
    found_lesions: int = 0
    found_true: int = 0
    artery_right: int = 0

    def __add__(self, other: Found) -> Found:
        return Found(*(getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__))


def found_in(packed: Packed, probabilities: np.ndarray, rule: VoteRule | None = None) -> Found:
    """``probabilities`` ``[classes, slab, row, column]`` on the study's grid."""
    known = (packed.target > 0) & (packed.target != UNKNOWN)
    voxels = np.argwhere(known)
    if not len(voxels):
        return Found()
    chosen = tuple(voxels.T)
    own = probabilities.reshape(len(probabilities), -1)[:, known.ravel()]
    codes = vote(voxels, own, known.shape, packed.cell_mm3, rule).codes
    truth = np.maximum(packed.target[chosen].astype(int) - ARTERY, 0)
    true_pieces = components(voxels, truth > 0, known.shape)
    found_pieces = components(voxels, codes > 0, known.shape)
    cell, both = packed.cell_mm3, (truth > 0) & (codes > 0)
    hit, right, lesions = 0, 0, 0
    for number in _large(true_pieces, cell):
        inside = true_pieces == number
        lesions += 1
        if not (codes[inside] > 0).any():
            continue
        hit += 1
        named = np.bincount(codes[inside & (codes > 0)], minlength=4).argmax()
        right += int(named == np.bincount(truth[inside]).argmax())
    large = _large(found_pieces, cell)
    true = sum(bool((truth[found_pieces == number] > 0).any()) for number in large)
    return Found(
        float((truth > 0).sum() * cell), float((codes > 0).sum() * cell), float(both.sum() * cell),
        lesions, hit, len(large), true, right,
    )  # fmt: skip


def _large(pieces: np.ndarray, cell_mm3: float) -> np.ndarray:
    sizes = np.bincount(pieces) * cell_mm3
    sizes[0] = 0
    return np.flatnonzero(sizes > SMALLEST_LESION_MM3)


def summary(found: Found) -> dict[str, float]:
    """F1 by volume and by number, share of found lesions with the right artery, their mean (``score``)."""
    f1_volume = _ratio(2 * found.both_mm3, found.true_mm3 + found.found_mm3)
    sensitivity = _ratio(found.true_found, found.true_lesions)
    precision = _ratio(found.found_true, found.found_lesions)
    f1_number = _ratio(2 * sensitivity * precision, sensitivity + precision)
    artery = _ratio(found.artery_right, found.true_found)
    return {
        "score": (f1_volume + f1_number + artery) / 3,
        "f1_volume": f1_volume,
        "f1_number": f1_number,
        "sensitivity": sensitivity,
        "precision": precision,
        "artery": artery,
    }


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
