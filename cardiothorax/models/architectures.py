"""From the card's architecture to a torch network. The one place that knows them by name."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

from ..errors import ModelProblem
from .card import Architecture

if TYPE_CHECKING:
    from torch import nn

BUILDERS = {
    "cacnet": ("cardiothorax.networks.cacnet", "CACNet"),
    "denseraunet": ("cardiothorax.networks.denseraunet", "DenseRAUNet"),
    "gatenet": ("cardiothorax.networks.gatenet", "GateNet"),
    "unet": ("cardiothorax.networks.unet", "UNet"),
}
"""Name in the card: module and constructor, which takes the card's arguments."""


def halo_px(architecture: Architecture) -> int:
    """Receptive radius in pixels, for computing in tiles; 0 for a network that cannot be cut in tiles.

    U-Net of L levels: two 3x3 convolutions at each stride 1, 2, ... 2^(L-1) on the way down, three at each
    but the last on the way up, and the poolings' own reach.

    >>> halo_px(Architecture("unet", {"channels": [16, 32, 64, 128, 256]}))
    122
    """
    if architecture.name != "unet":
        return 0
    levels = len(architecture.arguments.get("channels", range(5)))
    deepest = 1 << (levels - 1)
    return 2 * (2 * deepest - 1) + 3 * (deepest - 1) + (deepest - 1)


def build_network(architecture: Architecture) -> nn.Module:
    """The network with random weights. Imports torch."""
    if architecture.name not in BUILDERS:
        raise ModelProblem(
            f"The card names the architecture {architecture.name!r}; known are {', '.join(BUILDERS)}.",
            "The model may need a newer version of cardiothorax.",
        )
    module, constructor = BUILDERS[architecture.name]
    build = cast("Callable[..., Any]", getattr(import_module(module), constructor))
    try:
        return cast("nn.Module", build(**architecture.arguments))
    except (TypeError, ValueError) as problem:
        raise ModelProblem(f"The card's arguments do not fit {architecture.name}: {problem}.") from problem
