"""DenseRAUNet (Ma 2019): coronary calcium on chest and cardiac CT, nine neighboring slices at a time.

A DenseNet-121 encoder, a decoder whose steps end in concurrent spatial and channel squeeze and excitation
(scSE, Roy 2018), residual atrous units with dilations 2, 4 and 8 on the skip connections, and an extra
dense block in the first of them. What the paper's ablation takes away is an argument.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import torch
from torch import nn

from .densenet import DENSENET_121, DenseNetFeatures, dense_layers
from .unet import double_conv

SLICES = 9
DILATIONS = (2, 4, 8)
EDB_LAYERS = 4

PAPER: dict[str, Any] = {
    "first": 64,
    "growth": 32,
    "layers": DENSENET_121,
    "decoder": (256, 128, 96, 64),
    "finest": 32,
    "edb_growth": 16,
}
SLIM: dict[str, Any] = {
    "first": 24,
    "growth": 8,
    "layers": (3, 6, 12, 8),
    "decoder": (64, 48, 32, 24),
    "finest": 0,
    "edb_growth": 8,
}
"""Half the layers and a quarter of the maps; classes are decided at half the rows and columns."""
VARIANTS = {"paper": PAPER, "slim": SLIM}


class ResidualAtrousUnit(nn.Module):
    """3x3 convolutions with dilations 2, 4 and 8 side by side, concatenated, brought back to the input's
    channels by a 1x1 convolution and added to it."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        width = max(8, channels // 4)
        self.branches = nn.ModuleList(
            nn.Sequential(
                nn.Conv2d(channels, width, 3, padding=d, dilation=d, bias=False),
                nn.BatchNorm2d(width),
                nn.ReLU(inplace=True),
            )
            for d in DILATIONS
        )
        self.merge = nn.Sequential(
            nn.Conv2d(len(DILATIONS) * width, channels, 1, bias=False), nn.BatchNorm2d(channels)
        )

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        wide = torch.cat([branch(maps) for branch in self.branches], dim=1)
        return torch.relu(maps + self.merge(wide))


class ScSE(nn.Module):
    """The maps weighed by channel (from their means) and by pixel (from all channels), the two added."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        few = max(4, channels // 2)
        self.channel = nn.Sequential(
            nn.Conv2d(channels, few, 1), nn.ReLU(inplace=True), nn.Conv2d(few, channels, 1), nn.Sigmoid()
        )
        self.pixel = nn.Sequential(nn.Conv2d(channels, 1, 1), nn.Sigmoid())

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        weight: torch.Tensor = self.channel(maps.mean(dim=(2, 3), keepdim=True)) + self.pixel(maps)
        return maps * weight


class DenseRAUNet(nn.Module):
    """Logits ``[n, classes, h, w]`` of the middle one of nine slices ``[n, 9, h, w]``.

    Rows and columns are multiples of ``multiple``. ``rau``, ``edb`` and ``scse`` switch the parts of the
    ablation; every other keyword replaces the variant's own number.
    """

    multiple = 32

    def __init__(
        self,
        variant: str = "paper",
        rau: bool = True,
        edb: bool = True,
        scse: bool = True,
        classes: int = 4,
        **changes: Any,
    ) -> None:
        super().__init__()
        if variant not in VARIANTS:
            raise ValueError(f"DenseRAUNet's variant is one of {sorted(VARIANTS)}, not {variant!r}")
        unknown = sorted(set(changes) - set(PAPER))
        if unknown:
            raise ValueError(f"DenseRAUNet has no argument {unknown[0]!r}; it has {sorted(PAPER)}")
        spec = {**VARIANTS[variant], **changes}
        self.encoder = DenseNetFeatures(
            SLICES, first=spec["first"], growth=spec["growth"], layers=spec["layers"]
        )
        widths = list(self.encoder.widths)
        self.extra = dense_layers(widths[0], EDB_LAYERS, spec["edb_growth"]) if edb else nn.Identity()
        widths[0] += EDB_LAYERS * spec["edb_growth"] if edb else 0
        self.skips = nn.ModuleList(ResidualAtrousUnit(w) if rau else nn.Identity() for w in widths[:-1])
        decoder = (widths[-1], *spec["decoder"])
        self.steps = nn.ModuleList(
            double_conv(deep + skip, shallow)
            for (deep, shallow), skip in zip(pairwise(decoder), widths[-2::-1], strict=True)
        )
        self.excite = nn.ModuleList(ScSE(w) if scse else nn.Identity() for w in spec["decoder"])
        self.enlarge = nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False)
        last, finest = spec["decoder"][-1], spec["finest"]
        self.finest = double_conv(last, finest) if finest else None
        self.head = nn.Conv2d(finest or last, classes, 1)

    def forward(self, slices: torch.Tensor) -> torch.Tensor:
        levels = self.encoder(slices)
        levels[0] = self.extra(levels[0])
        maps = levels.pop()
        for step, skip, excite in zip(self.steps, list(self.skips)[::-1], self.excite, strict=True):
            maps = excite(step(torch.cat([self.enlarge(maps), skip(levels.pop())], dim=1)))
        logits: torch.Tensor = (
            self.enlarge(self.head(maps))
            if self.finest is None
            else self.head(self.finest(self.enlarge(maps)))
        )
        return logits
