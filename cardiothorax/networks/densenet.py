"""DenseNet's features (Huang 2017) at five resolutions, with the names of the usual state dictionaries.

Any DenseNet-121 trained elsewhere fits (its first convolution takes as many channels as it was trained on).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

import torch
from torch import nn

DENSENET_121 = (6, 12, 24, 16)


class DenseLayer(nn.Module):
    """BN, ReLU, 1x1 convolution to four times the growth, BN, ReLU, 3x3 convolution; added to the input."""

    def __init__(self, channels_in: int, growth: int) -> None:
        super().__init__()
        wide = 4 * growth
        self.norm1 = nn.BatchNorm2d(channels_in)
        self.conv1 = nn.Conv2d(channels_in, wide, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(wide)
        self.conv2 = nn.Conv2d(wide, growth, 3, padding=1, bias=False)

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        new = self.conv1(torch.relu(self.norm1(maps)))
        new = self.conv2(torch.relu(self.norm2(new)))
        return torch.cat([maps, new], dim=1)


def dense_layers(channels_in: int, layers: int, growth: int) -> nn.Sequential:
    return nn.Sequential(
        OrderedDict(
            (f"denselayer{n + 1}", DenseLayer(channels_in + n * growth, growth)) for n in range(layers)
        )
    )


def transition(channels_in: int) -> nn.Sequential:
    """BN, ReLU, 1x1 convolution to half the channels, average pooling by two."""
    return nn.Sequential(
        OrderedDict(
            norm=nn.BatchNorm2d(channels_in),
            relu=nn.ReLU(inplace=True),
            conv=nn.Conv2d(channels_in, channels_in // 2, 1, bias=False),
            pool=nn.AvgPool2d(2),
        )
    )


class DenseNetFeatures(nn.Module):
    """Maps at 1/2, 1/4, 1/8, 1/16 and 1/32 of images ``[n, channels_in, h, w]``; ``widths`` are theirs."""

    def __init__(
        self, channels_in: int, *, first: int = 64, growth: int = 32, layers: Sequence[int] = DENSENET_121
    ) -> None:
        super().__init__()
        parts: OrderedDict[str, nn.Module] = OrderedDict()
        parts["conv0"] = nn.Conv2d(channels_in, first, 7, stride=2, padding=3, bias=False)
        parts["norm0"] = nn.BatchNorm2d(first)
        parts["relu0"] = nn.ReLU(inplace=True)
        parts["pool0"] = nn.MaxPool2d(3, stride=2, padding=1)
        channels, widths = first, [first]
        for number, count in enumerate(layers, start=1):
            parts[f"denseblock{number}"] = dense_layers(channels, count, growth)
            channels += count * growth
            widths.append(channels)
            if number < len(layers):
                parts[f"transition{number}"] = transition(channels)
                channels //= 2
        parts["norm5"] = nn.BatchNorm2d(channels)
        self.features = nn.Sequential(parts)
        self.widths = tuple(widths)

    def forward(self, image: torch.Tensor) -> list[torch.Tensor]:
        maps, kept = image, []
        for name, part in self.features.named_children():
            maps = part(maps)
            if name == "relu0" or (
                name.startswith("denseblock") and name != f"denseblock{len(self.widths) - 1}"
            ):
                kept.append(maps)
        return [*kept, torch.relu(maps)]
