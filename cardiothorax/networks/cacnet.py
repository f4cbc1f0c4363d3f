"""CAC-Net: artery-specific coronary calcium, slice by slice first, then in the volume.

A two-dimensional U-DenseNet reads every slice; its maps are folded back to a volume that a
three-dimensional U-Net of five contracting steps with group normalisation, dropout and deep
supervision reads. Softmax over background, LAD (with the left main), LCX and RCA.

The paper's text fixes blocks, kernels, order and dropout; numbers of maps that it leaves open
(``PAPER``) are those of FC-DenseNet (12 maps a conv-block) and of the 3-D U-Net.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

from .udensenet import UDenseNet
from .unet import UNet
from .unet3d import UNet3D

PARTS = ("both", "2d", "3d", "unet2d")
"""The paper's ablation: both parts, the U-DenseNet or the 3-D U-Net alone, and a plain 2-D U-Net."""

PAPER: dict[str, Any] = {
    "stem": 16,
    "growth": (12, 12, 12, 12),
    "stride": 1,
    "dropout": 0.5,
    "folded": 16,
    "widths": (16, 32, 64, 128, 256),
    "strides": ((2, 2, 2), (2, 2, 2), (2, 2, 2), (2, 2, 2)),
    "norm": "group",
    "unet": (64, 128, 256, 512, 1024),
}
SLIM: dict[str, Any] = {
    "stem": 8,
    "growth": (8, 12, 16, 16),
    "stride": 2,
    "dropout": 0.1,
    "folded": 16,
    "widths": (16, 24, 32, 48, 64),
    "strides": ((1, 2, 2), (2, 2, 2), (2, 2, 2), (1, 2, 2)),
    "norm": "batch",
    "unet": (16, 32, 64, 128, 256),
}
"""All levels at half the rows and columns, few maps, batch normalisation: a stack gives the numbers of
the whole study, and a study takes seconds on two cores."""
VARIANTS = {"paper": PAPER, "slim": SLIM}


class CACNet(nn.Module):
    """Logits ``[n, classes, d, h, w]`` of volumes ``[n, 1, d, h, w]``.

    Rows and columns are multiples of ``multiple``, slices of ``depth_multiple``. Every keyword but
    ``variant`` and ``parts`` replaces the variant's own number.
    """

    def __init__(self, variant: str = "paper", parts: str = "both", classes: int = 4, **changes: Any) -> None:
        super().__init__()
        if variant not in VARIANTS:
            raise ValueError(f"CAC-Net's variant is one of {sorted(VARIANTS)}, not {variant!r}")
        if parts not in PARTS:
            raise ValueError(f"CAC-Net's parts are one of {PARTS}, not {parts!r}")
        unknown = sorted(set(changes) - set(PAPER))
        if unknown:
            raise ValueError(f"CAC-Net has no argument {unknown[0]!r}; it has {sorted(PAPER)}")
        spec = {**VARIANTS[variant], **changes}
        self.parts, self.stride = parts, int(spec["stride"])
        self.multiple, self.depth_multiple = _multiples(spec, parts)
        channels = 1
        if parts in ("both", "2d"):
            self.slices = UDenseNet(
                stem=spec["stem"],
                growth=spec["growth"],
                folded=spec["folded"],
                stride=self.stride,
                dropout=spec["dropout"],
            )
            self.slice_head = nn.Conv2d(spec["folded"], classes, 1)
            channels = spec["folded"]
        if parts in ("both", "3d"):
            if parts == "3d" and self.stride > 1:
                self.reduce = nn.Conv3d(
                    1, spec["folded"], (1, 5, 5), (1, self.stride, self.stride), (0, 2, 2)
                )
                channels = spec["folded"]
            self.volume = UNet3D(
                channels,
                classes,
                widths=spec["widths"],
                strides=spec["strides"],
                norm=spec["norm"],
                dropout=spec["dropout"],
            )
        if parts == "unet2d":
            self.plain = UNet(spec["unet"], classes)

    def forward(self, volume: torch.Tensor) -> torch.Tensor:
        return self.supervised(volume)[0]

    def supervised(self, volume: torch.Tensor) -> list[torch.Tensor]:
        """The network's answer at the input's grid, then the logits for deep supervision, each at its own
        resolution: the volume part's expanding levels from fine to coarse and the slice part's own."""
        n, _, depth, height, width = volume.shape
        if self.parts == "unet2d":
            return [_folded(self.plain(_unfolded(volume)), n)]
        logits: list[torch.Tensor] = []
        maps = volume
        if self.parts in ("both", "2d"):
            flat = torch.relu(self.slices(_unfolded(volume)))
            logits.append(_folded(self.slice_head(flat), n))
            maps = _folded(flat, n)
        elif self.stride > 1:
            maps = self.reduce(volume)
        if self.parts in ("both", "3d"):
            logits = self.volume(maps)[::-1] + logits
        return [_enlarged(logits[0], (depth, height, width)), *logits[1:]]


def _unfolded(volume: torch.Tensor) -> torch.Tensor:
    """Slices side by side in the batch: ``[n, c, d, h, w]`` to ``[n d, c, h, w]``."""
    return volume.transpose(1, 2).flatten(0, 1)


def _folded(slices: torch.Tensor, n: int) -> torch.Tensor:
    return slices.reshape(n, slices.shape[0] // n, *slices.shape[1:]).transpose(1, 2)


def _enlarged(logits: torch.Tensor, size: Sequence[int]) -> torch.Tensor:
    if tuple(logits.shape[2:]) == tuple(size):
        return logits
    return nn.functional.interpolate(logits, tuple(size), mode="trilinear", align_corners=False)


def _multiples(spec: dict[str, Any], parts: str) -> tuple[int, int]:
    """Of rows and columns, and of slices, that every pooling divides without a rest."""
    rows = spec["stride"] * 8 if parts in ("both", "2d") else spec["stride"]
    depth = 1
    if parts == "unet2d":
        return 1 << (len(spec["unet"]) - 1), 1
    if parts in ("both", "3d"):
        product = 1
        for deep, down, _ in spec["strides"]:
            depth, product = depth * deep, product * down
        rows = max(rows, spec["stride"] * product)
    return rows, depth
