"""What a network proposed and a reader has yet to decide on, and what she did, in words."""

from __future__ import annotations

import numpy as np

from ..calcium.box import Box
from ..calcium.edit import settings_of
from ..calcium.labels import CODES
from ..calcium.live import LiveScore
from ..calcium.result import CalciumRun
from ..imaging.image import Image
from ..records import Flag, Grade

UNDECIDED = "unreviewed"


def undecided_flag(count: int) -> tuple[Flag, ...]:
    """Proposals that do not count yet, while a reader is at work; none when all are decided."""
    if not count:
        return ()
    text = "Not all proposals of the network are decided: these lesions do not count."
    return (Flag(UNDECIDED, Grade.NOTE, text, f"{count} undecided"),)


def confidence_of(automatic: CalciumRun, image: Image) -> np.ndarray | None:
    """The network's confidence by voxel, float32 on the study's grid, from that of its lesions; ``None``
    where it gave none."""
    known = {n.id: n.confidence for n in automatic.result.lesions if n.confidence is not None}
    if not known:
        return None
    found = LiveScore(image, automatic.proposals, settings_of(automatic.result))
    confidence = np.zeros(automatic.proposals.shape, np.float32)
    for lesion, value in known.items():
        confidence[found.voxels_of(lesion)] = value
    return confidence


def described(box: Box, label: int | None = None) -> str:
    """Where, as a reader counts slices (from 1), and what became of it."""
    first, last = box.k[0] + 1, box.k[1]
    where = f"slice {first}" if first == last else f"slices {first}-{last}"
    if label is None:
        return where
    if label == 0:
        return f"lesion taken back in {where}"
    return f"{CODES[label].upper()} lesion marked in {where}"
