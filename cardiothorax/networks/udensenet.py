"""U-DenseNet, the two-dimensional part of CAC-Net: a U-Net whose levels are dense blocks."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn

from .dense_blocks import dense_block, transition_down

STEM_KERNELS = (3, 5, 7)
UNITS = (3, 4, 5, 6, 5, 4, 3)
"""Conv-blocks of the dense blocks: three contracting, the deepest, three expanding."""


class UDenseNet(nn.Module):
    """Maps ``[n, folded, h / stride, w / stride]`` of slices ``[n, 1, h, w]``.

    Convolutions of 3x3, 5x5 and 7x7 side by side; dense blocks of 3, 4, 5 and 6 conv-blocks with
    transitions down between them; 5, 4 and 3 on the way up, each after a bilinear enlargement and the
    sum with the skip connection (1x1 convolutions make the channels agree). The cascade of all expanding
    outputs: each enlarged to the finest level, concatenated, and a 1x1 convolution to ``folded`` maps.
    (Computed as a sum of 1x1 convolutions before the enlarging, which is the same and many times cheaper.)
    ``stride`` 2 halves the rows and columns of all levels (the slim variant's economy).
    """

    def __init__(
        self,
        *,
        stem: int,
        growth: Sequence[int],
        folded: int,
        stride: int = 1,
        dropout: float = 0.5,
    ) -> None:
        super().__init__()
        growth = (*growth, *growth[-2::-1])
        self.stem = nn.ModuleList(
            nn.Conv2d(1, stem, k, stride=stride, padding=k // 2, bias=False) for k in STEM_KERNELS
        )
        channels = len(STEM_KERNELS) * stem
        levels = len(UNITS) // 2
        self.contracting, self.down = nn.ModuleList(), nn.ModuleList()
        widths = []
        for units, k in zip(UNITS[:levels], growth[:levels], strict=True):
            block, channels = dense_block(channels, units, k, 2 * k)
            self.contracting.append(block)
            widths.append(channels)
            self.down.append(transition_down(channels, channels // 2))
            channels //= 2
        self.deepest, channels = dense_block(channels, UNITS[levels], growth[levels], 2 * growth[levels])
        self.drop = nn.Dropout2d(dropout)
        self.enlarge = nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False)
        self.up, self.skip, self.expanding = nn.ModuleList(), nn.ModuleList(), nn.ModuleList()
        self.cascade = nn.ModuleList()
        for units, k, width in zip(UNITS[levels + 1 :], growth[levels + 1 :], widths[::-1], strict=True):
            self.up.append(nn.Conv2d(channels, width // 2, 1, bias=False))
            self.skip.append(nn.Conv2d(width, width // 2, 1, bias=False))
            block, channels = dense_block(width // 2, units, k, 2 * k)
            self.expanding.append(block)
            self.cascade.append(nn.Conv2d(channels, folded, 1))

    def forward(self, slices: torch.Tensor) -> torch.Tensor:
        maps = torch.cat([convolution(slices) for convolution in self.stem], dim=1)
        skips = []
        for block, down in zip(self.contracting, self.down, strict=True):
            maps = block(maps)
            skips.append(maps)
            maps = down(maps)
        maps = self.drop(self.deepest(maps))
        total: torch.Tensor | None = None
        for up, skip, block, part in zip(self.up, self.skip, self.expanding, self.cascade, strict=True):
            maps = block(self.enlarge(up(maps)) + skip(skips.pop()))
            share = part(self.drop(maps))
            total = share if total is None else self.enlarge(total) + share
        assert total is not None
        return total
