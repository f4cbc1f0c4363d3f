"""The U-Net against the paper's Figure 4: layers, channels, parameters, shapes, initialisation."""

from __future__ import annotations

from itertools import pairwise

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed; networks cannot be checked")
from torch import nn  # noqa: E402

from cardiothorax.networks.unet import PAPER_CHANNELS, build_unet, conv_bn_relu  # noqa: E402


def test_paper_variant_has_the_32_layers_of_figure_4() -> None:
    network = build_unet("paper")
    convolutions = [m for m in network.modules() if isinstance(m, nn.Conv2d)]
    levels = len(PAPER_CHANNELS)
    poolings = upsamplings = levels - 1
    softmax = 1
    assert len(convolutions) == 2 * levels + (levels - 1) + 2 * (levels - 1) + 1 == 23
    assert len(convolutions) + poolings + upsamplings + softmax == 32


def test_paper_variant_has_64_to_1024_channels_and_the_parameters_that_follow() -> None:
    network = build_unet("paper")
    widths = [block[0][0].out_channels for block in network.contracting]
    assert widths == [64, 128, 256, 512, 1024]

    def block(a: int, b: int) -> int:
        return 9 * a * b + 2 * b  # 3x3 without bias, batch norm's scale and shift

    expected = block(1, 64) + block(64, 64)
    for a, b in pairwise(widths):
        expected += block(a, b) + block(b, b)  # down
        expected += block(b, a) + block(2 * a, a) + block(a, a)  # up
    expected += 64 * 4 + 4
    assert sum(p.numel() for p in network.parameters()) == expected


@pytest.mark.parametrize("side", [64, 96])
def test_output_has_four_classes_on_the_input_grid(side: int) -> None:
    network = build_unet("slim").eval()
    with torch.no_grad():
        assert network(torch.zeros(2, 1, side, side)).shape == (2, 4, side, side)


def test_every_3x3_convolution_is_zero_padded_and_followed_by_batch_norm_and_relu() -> None:
    block = conv_bn_relu(3, 5)
    assert [type(layer) for layer in block] == [nn.Conv2d, nn.BatchNorm2d, nn.ReLU]
    assert block[0].padding == (1, 1)
    assert block[0].padding_mode == "zeros"
    three_by_three = [m for m in build_unet("slim").modules() if isinstance(m, nn.Conv2d)][:-1]
    assert all(conv.kernel_size == (3, 3) for conv in three_by_three)


def test_weights_start_within_the_xavier_bound() -> None:
    first = build_unet("slim").contracting[1][0][0].weight
    fan_in, fan_out = 16 * 9, 32 * 9
    bound = (6 / (fan_in + fan_out)) ** 0.5
    assert float(first.detach().abs().max()) <= bound
    assert float(first.detach().std()) == pytest.approx(bound / 3**0.5, rel=0.05)


def test_an_unknown_variant_is_named() -> None:
    with pytest.raises(ValueError, match="huge"):
        build_unet("huge")
