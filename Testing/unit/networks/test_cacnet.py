"""CAC-Net layer by layer: blocks, kernels, skips, cascade, folding, deep supervision."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed; networks cannot be built")
from torch import nn  # noqa: E402

from cardiothorax.networks.cacnet import PAPER, PARTS, CACNet, _folded, _unfolded  # noqa: E402
from cardiothorax.networks.dense_blocks import DenseUnit, dense_block, transition_down  # noqa: E402
from cardiothorax.networks.udensenet import UNITS, UDenseNet  # noqa: E402
from cardiothorax.networks.unet3d import UNet3D  # noqa: E402


@pytest.fixture(scope="module")
def paper() -> CACNet:
    torch.manual_seed(0)
    return CACNet("paper").eval()


def parameters(module: nn.Module) -> int:
    return sum(p.numel() for p in module.parameters())


def test_the_slice_part_begins_with_3x3_5x5_and_7x7_convolutions_side_by_side(paper: CACNet) -> None:
    """CAC-Net, 2-D U-DenseNet: input layer."""
    assert [tuple(c.kernel_size) for c in paper.slices.stem] == [(3, 3), (5, 5), (7, 7)]
    assert all(c.stride == (1, 1) and c.in_channels == 1 for c in paper.slices.stem)


def test_dense_blocks_have_3_4_5_6_5_4_3_conv_blocks(paper: CACNet) -> None:
    """CAC-Net, 2-D U-DenseNet: dense blocks on the way down, at the bottom and on the way up."""
    slices = paper.slices
    blocks = [*slices.contracting, slices.deepest, *slices.expanding]
    assert [sum(isinstance(m, DenseUnit) for m in b.modules()) for b in blocks] == [3, 4, 5, 6, 5, 4, 3]
    assert UNITS == (3, 4, 5, 6, 5, 4, 3)


def test_a_conv_block_is_bn_1x1_relu_bn_3x3_relu_and_keeps_its_input() -> None:
    """CAC-Net, 2-D U-DenseNet: conv-block."""
    unit = DenseUnit(10, growth=4, bottleneck=8).eval()
    kinds = [type(layer) for layer in unit.layers]
    assert kinds == [nn.BatchNorm2d, nn.Conv2d, nn.ReLU, nn.BatchNorm2d, nn.Conv2d, nn.ReLU]
    assert [m.kernel_size for m in unit.layers if isinstance(m, nn.Conv2d)] == [(1, 1), (3, 3)]
    maps = torch.randn(1, 10, 8, 8)
    assert torch.equal(unit(maps)[:, :10], maps)
    assert unit(maps).shape == (1, 14, 8, 8)


def test_a_dense_block_has_the_parameters_that_follow() -> None:
    block, channels = dense_block(16, units=3, growth=4, bottleneck=8)
    expected = sum(2 * c + c * 8 + 2 * 8 + 9 * 8 * 4 for c in (16, 20, 24))
    assert (channels, parameters(block)) == (28, expected)


def test_a_transition_down_is_bn_relu_1x1_max_pool() -> None:
    """CAC-Net, 2-D U-DenseNet: transition down."""
    kinds = [type(layer) for layer in transition_down(8, 4)]
    assert kinds == [nn.BatchNorm2d, nn.ReLU, nn.Conv2d, nn.MaxPool2d]


def test_the_slice_part_has_three_transitions_each_way_and_bilinear_enlarging(paper: CACNet) -> None:
    slices = paper.slices
    assert len(slices.down) == len(slices.up) == len(slices.skip) == len(slices.cascade) == 3
    assert slices.enlarge.mode == "bilinear"
    ones = [*slices.up, *slices.skip, *slices.cascade]
    assert {c.kernel_size for c in ones} == {(1, 1)}
    assert slices.drop.p == PAPER["dropout"] == 0.5


def test_skips_are_sums(paper: CACNet) -> None:
    """CAC-Net: summation after 1x1 convolutions, so both have as many maps as the block that follows."""
    for up, skip, block in zip(paper.slices.up, paper.slices.skip, paper.slices.expanding, strict=True):
        first = next(m for m in block.modules() if isinstance(m, nn.BatchNorm2d))
        assert up.out_channels == skip.out_channels == first.num_features


def test_the_cascade_equals_enlarging_concatenating_and_one_1x1_convolution() -> None:
    torch.manual_seed(1)
    slices = UDenseNet(stem=2, growth=(2, 2, 2, 2), folded=5, dropout=0.0).eval()
    seen: list[torch.Tensor] = []
    for block in slices.expanding:
        block.register_forward_hook(lambda module, inputs, output: seen.append(output))
    picture = torch.randn(2, 1, 32, 48)
    with torch.no_grad():
        found = slices(picture)
        maps = [slices.enlarge(slices.enlarge(seen[0])), slices.enlarge(seen[1]), seen[2]]
        weight = torch.cat([c.weight for c in slices.cascade], 1)
        bias = sum(c.bias for c in slices.cascade)
        expected = nn.functional.conv2d(torch.cat(maps, 1), weight, bias)
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-5)


def test_the_volume_part_has_five_contracting_steps_with_group_norm(paper: CACNet) -> None:
    """CAC-Net, 3-D U-Net: five contracting steps, group normalisation, dropout, deep supervision."""
    volume = paper.volume
    assert len(volume.contracting) == 5
    assert len(volume.expanding) == len(volume.heads) == 4
    norms = [m for m in volume.modules() if isinstance(m, (nn.GroupNorm, nn.BatchNorm3d))]
    assert len(norms) == 18
    assert all(isinstance(m, nn.GroupNorm) for m in norms)
    assert [m.p for m in volume.modules() if isinstance(m, nn.Dropout3d)].count(0.5) == 1
    convolutions = [m for m in volume.modules() if isinstance(m, nn.Conv3d) and m.kernel_size == (3, 3, 3)]
    assert len(convolutions) == 2 * 5 + 2 * 4


def test_the_volume_part_has_the_parameters_that_follow() -> None:
    widths = (4, 8, 12)
    network = UNet3D(3, 4, widths=widths, strides=((1, 2, 2), (2, 2, 2)), norm="group")

    def double(a: int, b: int) -> int:
        return 27 * a * b + 27 * b * b + 4 * b

    expected = double(3, 4) + double(4, 8) + double(8, 12)
    expected += 12 * 8 + double(16, 8) + 8 * 4 + 4 + 8 * 4 + double(8, 4) + 4 * 4 + 4
    assert parameters(network) == expected


def test_parameters_of_the_variants_are_fixed() -> None:
    """Weights of one variant fit no other: a change here makes every trained model useless."""
    assert parameters(CACNet("slim")) == 935_476
    assert parameters(CACNet("paper")) == 5_529_470


@pytest.mark.parametrize("parts", PARTS)
@pytest.mark.parametrize("variant", ["slim", "paper"])
def test_every_part_of_the_ablation_answers_on_the_input_s_grid(variant: str, parts: str) -> None:
    narrow = {"widths": (4, 4, 4, 4, 4), "unet": (4, 4, 4, 4, 4), "growth": (2, 2, 2, 2), "folded": 4}
    network = CACNet(variant, parts, **narrow).eval()
    deep, side = 2 * network.depth_multiple, network.multiple
    with torch.no_grad():
        answers = network.supervised(torch.randn(1, 1, deep, side, 2 * side))
        assert answers[0].shape == (1, 4, deep, side, 2 * side)
    assert len(answers) == {"both": 5, "3d": 4, "2d": 1, "unet2d": 1}[parts]


def test_unfolding_and_folding_keep_every_slice_in_its_place() -> None:
    volume = torch.arange(2 * 3 * 4 * 2 * 2.0).reshape(2, 3, 4, 2, 2)
    assert torch.equal(_unfolded(volume)[5], volume[1, :, 1])
    assert torch.equal(_folded(_unfolded(volume), 2), volume)


def test_the_slim_network_s_answer_for_a_stack_is_that_of_the_whole_volume() -> None:
    """Batch statistics are fixed ones, so that far slices play no part: what group normalisation cannot."""
    torch.manual_seed(2)
    network = CACNet("slim").eval()
    volume = torch.randn(1, 1, 64, 32, 32)
    with torch.no_grad():
        whole = network(volume)[:, :, :8]
        stack = network(volume[:, :, :48])[:, :, :8]
    torch.testing.assert_close(stack, whole, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [({"variant": "huge"}, "huge"), ({"parts": "4d"}, "4d"), ({"depth": 3}, "depth")],
)
def test_what_it_does_not_know_is_named(arguments: dict[str, object], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        CACNet(**arguments)  # type: ignore[arg-type]
