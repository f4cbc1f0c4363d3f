"""A small model that the tests export, open, damage and add."""

from __future__ import annotations

import dataclasses
import os
from importlib.util import find_spec

import numpy as np
import pytest

from cardiothorax.models import Architecture, Card, NetworkInput, Normalisation, Training

HAS_TORCH = os.environ.get("CARDIOTHORAX_TEST_WITHOUT") != "torch" and find_spec("torch") is not None
needs_torch = pytest.mark.skipif(not HAS_TORCH, reason="needs the extra train")
PICTURE = np.random.default_rng(0).normal(size=(1, 1, 96, 128)).astype(np.float32)
FILES = ["model.json", "model.onnx", "weights.safetensors"]
CHANNELS = [16, 32, 64, 128, 256]


def make_card(**changes):
    card = Card(
        name="test-net",
        version="1.0",
        task="ctr",
        variant="slim",
        summary="random",
        architecture=Architecture("unet", {"channels": CHANNELS, "classes": 4}),
        input=NetworkInput(64, "square", Normalisation(1.0, 99.0, (-1.0, 1.0))),
        labels={"background": 0, "left_lung": 1, "right_lung": 2, "heart": 3},
        licence="CC0-1.0",
        training=Training((), "none", 1, "none"),
        metrics=(),
        limits=("Random weights.",),
    )
    return dataclasses.replace(card, **changes)


def random_network():
    """Random weights with batch statistics that are not the initial ones."""
    import torch

    from cardiothorax.networks.unet import build_unet

    torch.manual_seed(3)
    network = build_unet("slim").train()
    with torch.no_grad():
        for _ in range(2):
            network(torch.randn(2, 1, 64, 64))
    return network.eval()
