"""Densely connected blocks in two dimensions (Huang 2017), as both calcium networks use them."""

from __future__ import annotations

import torch
from torch import nn


class DenseUnit(nn.Module):
    """Batch normalisation, 1x1 convolution, ReLU, batch normalisation, 3x3 convolution, ReLU.

    The order is CAC-Net's (its description of a conv-block). ``growth`` maps are added to the input's.
    """

    def __init__(self, channels_in: int, growth: int, bottleneck: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.BatchNorm2d(channels_in),
            nn.Conv2d(channels_in, bottleneck, 1, bias=False),
            nn.ReLU(inplace=True),
            nn.BatchNorm2d(bottleneck),
            nn.Conv2d(bottleneck, growth, 3, padding=1, bias=False),
            nn.ReLU(inplace=True),
        )

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        return torch.cat([maps, self.layers(maps)], dim=1)


def dense_block(channels_in: int, units: int, growth: int, bottleneck: int) -> tuple[nn.Sequential, int]:
    """``units`` of :class:`DenseUnit` and the channels that come out."""
    block = nn.Sequential(*(DenseUnit(channels_in + n * growth, growth, bottleneck) for n in range(units)))
    return block, channels_in + units * growth


def transition_down(channels_in: int, channels_out: int) -> nn.Sequential:
    """Batch normalisation, ReLU, 1x1 convolution, max-pooling by two."""
    return nn.Sequential(
        nn.BatchNorm2d(channels_in),
        nn.ReLU(inplace=True),
        nn.Conv2d(channels_in, channels_out, 1, bias=False),
        nn.MaxPool2d(2),
    )
