"""What a network proposes: lesions with their arteries, for a reader to accept or refuse.

Chest -> network's grid -> probabilities -> bright voxels of the CT itself -> components, one artery each.
"""

from __future__ import annotations

import numpy as np

from ..errors import ModelProblem
from ..imaging.image import Image
from ..models import LoadedModel
from ..models.card import NetworkInput
from ..progress import Progress, silent
from .grid import GridStep, grid_of, hu_on_grid, probabilities_at
from .labels import LAD, LCX, RCA
from .stacks import normalised, predict_slabs, predict_volume
from .voltage import Limits, limits_for_kvp
from .vote import VoteRule, vote

LABELS = {"background": 0, "lad": LAD, "lcx": LCX, "rca": RCA}
"""What a card must say: the network's classes are the labels of the arteries."""
NETWORK_SHARE = 0.9
"""Of the time that a proposal takes."""


def propose(
    image: Image, model: LoadedModel, progress: Progress = silent, *, threshold_hu: float | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Labels uint8 ``[k, j, i]`` of the proposed lesions on the grid of ``image`` (an axial CT in HU), and
    the confidence float32 of each: the mean probability, over the voxels of a lesion, of its artery.

    ``threshold_hu`` None: that of the image's tube voltage, 130 HU where it is not stated. Every proposed
    voxel is at least so bright. Nothing bright, or nothing coronary: zeros.
    """
    spec = model.card.input
    _check(model)
    threshold = _threshold(image) if threshold_hu is None else threshold_hu
    progress(0.0, "Finding the chest")
    grid = grid_of(image, GridStep(spec.in_plane_mm, spec.slab_mm))
    volume = normalised(hu_on_grid(image.array, grid), spec.window_hu, spec.normalisation.range)

    def heard(fraction: float, step: str) -> None:
        progress(0.05 + (NETWORK_SHARE - 0.05) * fraction, step)

    probabilities = _predicted(model, volume, spec, heard)
    progress(NETWORK_SHARE, "Naming lesions")
    labels = np.zeros(image.array.shape, np.uint8)
    confidence = np.zeros(image.array.shape, np.float32)
    bright = grid.boxed(grid.turned(image.array)) >= threshold
    voxels = np.argwhere(bright)
    if len(voxels):
        votes = vote(
            voxels,
            probabilities_at(probabilities, grid, voxels),
            bright.shape,
            float(np.prod(image.spacing_mm)),
            VoteRule.from_defaults(model.card.defaults),
        )
        places = tuple(voxels.T)
        grid.boxed(grid.turned(labels))[places] = votes.codes
        grid.boxed(grid.turned(confidence))[places] = votes.confidence
    return labels, confidence


def _predicted(model: LoadedModel, volume: np.ndarray, spec: NetworkInput, progress: Progress) -> np.ndarray:
    if spec.dimensions == 3:
        multiples = (spec.depth_multiple, spec.multiple, spec.multiple)
        return predict_volume(model.engine.predict, volume, multiples, progress)
    return predict_slabs(model.engine.predict, volume, spec.channels, spec.multiple, progress)


def _threshold(image: Image) -> float:
    stated = image.tags.get("KVP", "")
    return limits_for_kvp(float(stated)).threshold_hu if stated else Limits().threshold_hu


def _check(model: LoadedModel) -> None:
    card = model.card
    if card.labels != LABELS or card.input.padding != "grid":
        raise ModelProblem(
            f"{card.name} does not name coronary arteries on a CT's grid: its labels are {card.labels}.",
            "Choose a model for coronary calcium.",
        )
