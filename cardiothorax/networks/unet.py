"""U-Net for heart and lungs on chest radiographs (the CTR paper, Figure 4).

The paper's network counts 32 layers: 23 convolutions (two 3x3 on each of five contracting and four
expanding levels, one after each of four upsamplings, one 1x1 at the end), 4 max-poolings,
4 upsamplings and the softmax. Every 3x3 convolution is zero padded and followed by batch
normalisation and ReLU; upsampling plus convolution stands in place of a transposed convolution.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import nn

PAPER_CHANNELS = (64, 128, 256, 512, 1024)
SLIM_CHANNELS = (16, 32, 64, 128, 256)
PAPER_INPUT_PX = 800


def conv_bn_relu(channels_in: int, channels_out: int) -> nn.Sequential:
    """Zero-padded 3x3 convolution, batch normalisation, ReLU. The bias would be undone by the BN."""
    return nn.Sequential(
        nn.Conv2d(channels_in, channels_out, 3, padding=1, bias=False),
        nn.BatchNorm2d(channels_out),
        nn.ReLU(inplace=True),
    )


def double_conv(channels_in: int, channels_out: int) -> nn.Sequential:
    return nn.Sequential(conv_bn_relu(channels_in, channels_out), conv_bn_relu(channels_out, channels_out))


class UNet(nn.Module):
    """Logits ``[n, classes, h, w]`` of images ``[n, 1, h, w]``; ``h`` and ``w`` multiples of 16."""

    def __init__(
        self, channels: Sequence[int] = PAPER_CHANNELS, classes: int = 4, channels_in: int = 1
    ) -> None:
        super().__init__()
        widths = tuple(channels)
        self.contracting = nn.ModuleList(
            double_conv(a, b) for a, b in zip((channels_in, *widths[:-1]), widths, strict=True)
        )
        self.pool = nn.MaxPool2d(2)
        pairs = list(pairwise(widths))[::-1]
        self.upsample = nn.Upsample(scale_factor=2, mode="nearest")
        self.up_conv = nn.ModuleList(conv_bn_relu(deep, shallow) for shallow, deep in pairs)
        self.expanding = nn.ModuleList(double_conv(2 * shallow, shallow) for shallow, _ in pairs)
        self.head = nn.Conv2d(widths[0], classes, 1)
        self.apply(_xavier)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        skips = []
        x = image
        for level, block in enumerate(self.contracting):
            x = block(x if level == 0 else self.pool(x))
            skips.append(x)
        skips.pop()
        for up_conv, block in zip(self.up_conv, self.expanding, strict=True):
            x = block(torch.cat([skips.pop(), up_conv(self.upsample(x))], dim=1))
        logits: torch.Tensor = self.head(x)
        return logits


def _xavier(module: nn.Module) -> None:
    if isinstance(module, nn.Conv2d):
        nn.init.xavier_uniform_(module.weight)
        if module.bias is not None:
            nn.init.zeros_(module.bias)


def build_unet(variant: str = "slim", classes: int = 4) -> UNet:
    """``paper``: 64 to 1024 channels, meant for 800 x 800; ``slim``: the same with a quarter."""
    widths = {"paper": PAPER_CHANNELS, "slim": SLIM_CHANNELS}
    if variant not in widths:
        raise ValueError(f"U-Net variant is one of {sorted(widths)}, not {variant!r}")
    return UNet(widths[variant], classes=classes)
