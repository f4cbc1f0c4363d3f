"""A small classifier that tells upright frontal chest films from everything else.

Not from a paper: five stride-two stages of conv-BN-ReLU, global average pooling, one linear layer.
"""

from __future__ import annotations

import torch
from torch import nn

from .unet import conv_bn_relu

WIDTHS = (16, 24, 32, 48, 64)
TURNS = 4
OTHER = 2 * TURNS
CLASSES = 2 * TURNS + 1
"""Class = quarter turns counter-clockwise + 4 where the polarity is inverted; 8 is no frontal chest."""


class GateNet(nn.Module):
    """Logits ``[n, 9]`` of images ``[n, 1, 64, 64]``."""

    def __init__(self, dropout: float = 0.2) -> None:
        super().__init__()
        stages: list[nn.Module] = []
        previous = 1
        for width in WIDTHS:
            stages += [conv_bn_relu(previous, width), conv_bn_relu(width, width), nn.MaxPool2d(2)]
            previous = width
        self.features = nn.Sequential(*stages)
        self.head = nn.Sequential(nn.Dropout(dropout), nn.Linear(previous, CLASSES))

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.head(self.features(image).mean(dim=(2, 3)))
        return logits
