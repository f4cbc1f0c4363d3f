"""The presets of ``cardiothorax train ctr``."""

from __future__ import annotations

from dataclasses import replace

from ...networks.unet import PAPER_INPUT_PX
from .lightning_module import Recipe

MODERN = Recipe(epochs=48)
"""Two CPU cores need about an hour, a GPU a few minutes."""

FINISH = Recipe(epochs=20, learning_rate=8e-4, strength=0.4, extent_weight=0.3)
"""From a checkpoint of ``modern``: weaker augmentation, and the columns that organs reach, so that borders
settle where readers draw them."""

PAPER = Recipe(
    variant="paper",
    epochs=100,
    batch=4,
    optimizer="sgd",
    learning_rate=1e-3,
    weight_decay=0.0,
    dice_weight=0.0,
    strength=0.0,
    averaged=False,
    sides=((0.0, PAPER_INPUT_PX),),
)
"""As published: SGD, batches of four, learning rate 0.001, cross-entropy, no augmentation."""

PRESETS = {"modern": MODERN, "finish": FINISH, "paper": PAPER}


def recipe(preset: str, **changes: int | float | str | None) -> Recipe:
    """A preset with the given fields changed; ``None`` leaves a field as it is."""
    return replace(PRESETS[preset], **{k: v for k, v in changes.items() if v is not None})  # type: ignore[arg-type]
