"""A three-dimensional U-Net with deep supervision: the second part of CAC-Net."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import nn

Stride = tuple[int, int, int]
GROUPS = 4


def normalisation(kind: str, channels: int) -> nn.Module:
    """``group`` (the paper's) has statistics of the volume at hand, ``batch`` fixed ones: with them a
    crop, a stack and the whole volume give the same numbers."""
    if kind == "batch":
        return nn.BatchNorm3d(channels)
    return nn.GroupNorm(min(GROUPS, channels), channels)


def double_conv3d(channels_in: int, channels_out: int, norm: str, dropout: float) -> nn.Sequential:
    layers: list[nn.Module] = []
    for first in (channels_in, channels_out):
        layers += [
            nn.Conv3d(first, channels_out, 3, padding=1, bias=False),
            normalisation(norm, channels_out),
            nn.ReLU(inplace=True),
        ]
    return nn.Sequential(*layers, nn.Dropout3d(dropout))


class UNet3D(nn.Module):
    """Logits ``[n, classes, d, h, w]`` of every expanding level, coarse to fine, for ``[n, c, d, h, w]``.

    One contracting step a width, ``strides`` between them (depth, rows, columns).
    """

    def __init__(
        self,
        channels_in: int,
        classes: int,
        *,
        widths: Sequence[int],
        strides: Sequence[Stride],
        norm: str = "group",
        dropout: float = 0.5,
    ) -> None:
        super().__init__()
        widths = tuple(widths)
        self.strides = [tuple(s) for s in strides]
        inputs = (channels_in, *widths[:-1])
        self.contracting = nn.ModuleList(
            double_conv3d(a, b, norm, 0.0 if b != widths[-1] else dropout)
            for a, b in zip(inputs, widths, strict=True)
        )
        self.pools = nn.ModuleList(nn.MaxPool3d(s) for s in self.strides)
        pairs = list(pairwise(widths))[::-1]
        self.enlarge = nn.ModuleList(
            nn.Upsample(scale_factor=tuple(float(f) for f in s), mode="trilinear", align_corners=False)
            for s in self.strides[::-1]
        )
        self.shrink = nn.ModuleList(nn.Conv3d(deep, shallow, 1, bias=False) for shallow, deep in pairs)
        self.expanding = nn.ModuleList(double_conv3d(2 * s, s, norm, 0.0) for s, _ in pairs)
        self.heads = nn.ModuleList(nn.Conv3d(shallow, classes, 1) for shallow, _ in pairs)

    def forward(self, volume: torch.Tensor) -> list[torch.Tensor]:
        skips = []
        maps = volume
        for level, block in enumerate(self.contracting):
            maps = block(maps if level == 0 else self.pools[level - 1](maps))
            skips.append(maps)
        skips.pop()
        logits = []
        for shrink, enlarge, block, head in zip(
            self.shrink, self.enlarge, self.expanding, self.heads, strict=True
        ):
            maps = block(torch.cat([skips.pop(), enlarge(shrink(maps))], dim=1))
            logits.append(head(maps))
        return logits
