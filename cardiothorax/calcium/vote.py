"""From class probabilities of bright voxels to lesions, each with one artery.

As both papers do: threshold, connected components, one vote a component. A component that is coronary in
one part only (a plaque at an ostium that touches the calcified aorta) is cut where the network stops
believing in a coronary; one that lies in two arteries (left main and circumflex) is divided between them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

HALF = 0.5
OWN_STRUCTURE = np.array(
    [[[0, 0, 0], [0, 1, 0], [0, 0, 0]], [[0, 1, 0], [1, 1, 1], [0, 1, 0]], [[0, 0, 0], [0, 1, 0], [0, 0, 0]]],
    bool,
)
"""Six neighbors in space."""


@dataclass(frozen=True)
class VoteRule:
    """``proposed_from``: mean probability of being coronary from which a piece is proposed.
    ``cut_from_mm3`` and ``cut_share``: components of this size of which this share is not coronary are
    cut. ``divided_share`` and ``divided_mm3``: a second artery with so much of a piece keeps its part."""

    proposed_from: float = 0.5
    cut_from_mm3: float = 30.0
    cut_share: float = 0.25
    divided_share: float = 0.2
    divided_mm3: float = 6.0

    @classmethod
    def from_defaults(cls, defaults: Mapping[str, Any]) -> VoteRule:
        """With the numbers that a card keeps under the same names."""
        known = {name: float(defaults[name]) for name in cls.__dataclass_fields__ if name in defaults}
        return cls(**known)


@dataclass(frozen=True)
class Votes:
    """For each voxel its ``codes`` (0: not proposed, else class) uint8 and ``confidence``: the mean
    probability of that class over the voxels of its piece, float32."""

    codes: np.ndarray
    confidence: np.ndarray


def vote(
    voxels: np.ndarray,
    probabilities: np.ndarray,
    shape: tuple[int, ...],
    voxel_mm3: float,
    rule: VoteRule | None = None,
) -> Votes:
    """``voxels`` ``[n, 3]`` are all bright voxels of a volume of ``shape``, ``probabilities``
    ``[classes, n]`` theirs, class 0 being "not coronary". Nothing bright: empty arrays."""
    rule = rule or VoteRule()
    coronary = 1 - probabilities[0]
    piece = components(voxels, np.ones(len(voxels), bool), shape)
    size = np.bincount(piece)
    doubted = np.bincount(piece, weights=coronary < HALF) / np.maximum(size, 1)
    cut = (size * voxel_mm3 >= rule.cut_from_mm3) & (doubted >= rule.cut_share) & (doubted < 1)
    inside = cut[piece]
    if inside.any():
        believed = inside & (coronary >= HALF)
        parts = components(voxels, believed, shape)
        piece = np.where(believed, parts + len(size), piece)
        piece[inside & ~believed] = 0
    mean = np.bincount(piece, weights=coronary) / np.maximum(np.bincount(piece), 1)
    proposed = (mean[piece] >= rule.proposed_from) & (piece > 0)
    return _arteries(piece, proposed, probabilities, voxel_mm3, rule)


def components(voxels: np.ndarray, chosen: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Number of each chosen voxel's connected piece, from 1; 0 for the others."""
    from scipy import ndimage

    numbers = np.zeros(len(voxels), np.int64)
    if not chosen.any():
        return numbers
    low = voxels[chosen].min(axis=0)
    high = voxels[chosen].max(axis=0) + 1
    mask = np.zeros(tuple(high - low), bool)
    places = tuple((voxels[chosen] - low).T)
    mask[places] = True
    labelled, _ = ndimage.label(mask, OWN_STRUCTURE)
    numbers[chosen] = labelled[places]
    return numbers


def _arteries(
    piece: np.ndarray, proposed: np.ndarray, probabilities: np.ndarray, voxel_mm3: float, rule: VoteRule
) -> Votes:
    codes = np.zeros(len(piece), np.uint8)
    confidence = np.zeros(len(piece), np.float32)
    order = np.flatnonzero(proposed)
    order = order[np.argsort(piece[order], kind="stable")]
    borders = np.flatnonzero(np.diff(piece[order])) + 1
    for members in np.split(order, borders) if len(order) else []:
        own = probabilities[1:, members]
        winner = int(own.sum(axis=1).argmax())
        single = own.argmax(axis=0)
        counts = np.bincount(single, minlength=len(own))
        enough = (counts >= rule.divided_share * len(members)) & (counts * voxel_mm3 >= rule.divided_mm3)
        artery = np.where(enough[single], single, winner)
        for code in np.unique(artery):
            part = members[artery == code]
            codes[part] = code + 1
            confidence[part] = probabilities[code + 1, part].mean()
    return Votes(codes, confidence)
