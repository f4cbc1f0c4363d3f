"""What decides a run's result, and the presets of ``cardiothorax train calcium``."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from ...models import Architecture
from ..grid import GridStep

NEIGHBORS = 9
"""Slices that DenseRAUNet sees to answer for the middle one."""


@dataclass(frozen=True)
class Stage:
    """From the share ``since`` of a run on: ``batch`` patches of slabs, rows and columns. DenseRAUNet sees
    nine slabs of each patch and answers for those that have four neighbors on both sides."""

    since: float
    batch: int
    patch: tuple[int, int, int]


@dataclass(frozen=True)
class Recipe:
    """A run is ``rounds`` of ``steps`` batches with a validation after each.

    ``stages`` are its parts, from small patches to the whole heart. ``losses`` name terms of
    :mod:`.losses`; ``margin`` widens lesions by so many cells. ``changes`` replace arguments of the network
    (its ablations).
    """

    method: str = "cacnet"
    variant: str = "slim"
    rounds: int = 12
    steps: int = 200
    stages: tuple[Stage, ...] = (Stage(0.0, 4, (12, 96, 96)), Stage(0.7, 1, (16, 160, 160)))
    optimizer: str = "adamw"
    learning_rate: float = 3e-3
    weight_decay: float = 1e-3
    losses: tuple[str, ...] = ("cross-entropy", "dice")
    level_weights: tuple[float, ...] = (1.0, 0.5, 0.25, 0.125, 0.5)
    masked: bool = True
    """Loss on what is bright, and a margin; else on everything alike."""
    margin: int = 2
    strength: float = 1.0
    """Of the augmentation; 0 is none."""
    averaged: bool = True
    window_hu: tuple[float, float] | None = (-300.0, 700.0)
    """None: minimum to maximum of the volume at hand."""
    step: GridStep = field(default_factory=GridStep)
    seed: int = 20261121
    changes: dict[str, Any] = field(default_factory=dict)

    def stage_at(self, number: int) -> Stage:
        """Of round ``number``, counted from 0."""
        return next(s for s in reversed(self.stages) if number >= s.since * self.rounds)

    @property
    def unanswered(self) -> int:
        """Slabs at either end of a patch for which the network gives no answer."""
        return NEIGHBORS // 2 if self.method == "denseraunet" else 0

    @property
    def architecture(self) -> Architecture:
        return Architecture(self.method, {"variant": self.variant, **self.changes})


CACNET_SLIM = Recipe()
"""About 40 minutes on one core."""
CACNET_PAPER = replace(
    CACNET_SLIM,
    variant="paper",
    rounds=100,
    stages=(Stage(0.0, 1, (32, 192, 192)),),
    optimizer="adam",
    learning_rate=1e-4,
    losses=("dice",),
    masked=False,
    margin=0,
    averaged=False,
    window_hu=None,
)
"""As published: multi-class Dice with deep supervision, minimum-maximum normalisation."""
DENSERAUNET_SLIM = replace(
    CACNET_SLIM,
    method="denseraunet",
    stages=(Stage(0.0, 32, (9, 96, 96)), Stage(0.7, 12, (9, 160, 160))),
)
"""About half an hour on one core."""
DENSERAUNET_PAPER = replace(
    DENSERAUNET_SLIM,
    variant="paper",
    rounds=100,
    stages=(Stage(0.0, 4, (9, 512, 512)),),
    optimizer="adam",
    learning_rate=1e-4,
    losses=("bootstrap", "iou"),
    masked=False,
    margin=0,
    averaged=False,
)
"""As published: bootstrapped cross-entropy and exponential IoU, labels below the threshold removed."""
RECIPES = {
    ("cacnet", "slim"): CACNET_SLIM,
    ("cacnet", "paper"): CACNET_PAPER,
    ("denseraunet", "slim"): DENSERAUNET_SLIM,
    ("denseraunet", "paper"): DENSERAUNET_PAPER,
}


def recipe(method: str, variant: str = "slim", **changes: Any) -> Recipe:
    """A preset with the given fields changed; ``None`` leaves a field as it is."""
    return replace(RECIPES[method, variant], **{k: v for k, v in changes.items() if v is not None})
