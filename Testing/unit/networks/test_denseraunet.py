"""DenseRAUNet layer by layer: encoder, atrous units, extra dense block, squeeze and excitation."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed; networks cannot be built")
from torch import nn  # noqa: E402

from cardiothorax.networks.densenet import DenseLayer, DenseNetFeatures  # noqa: E402
from cardiothorax.networks.denseraunet import DenseRAUNet, ResidualAtrousUnit, ScSE  # noqa: E402

DENSENET_121_FEATURES = 6_953_856
"""Published: 7,978,856 parameters with the classifier of 1024 x 1000 + 1000 (Huang 2017, table 1)."""


def parameters(module: nn.Module) -> int:
    return sum(p.numel() for p in module.parameters())


def test_the_encoder_is_densenet_121() -> None:
    features = DenseNetFeatures(3)
    assert parameters(features) == DENSENET_121_FEATURES == 7_978_856 - 1024 * 1000 - 1000
    assert [m.kernel_size[0] for m in features.modules() if isinstance(m, nn.Conv2d)].count(3) == 58
    convolutions = sum(isinstance(m, nn.Conv2d) for m in features.modules())
    assert convolutions + 1 == 121  # with the classifier, which is left out
    assert features.widths == (64, 256, 512, 1024, 1024)


def test_its_weights_have_the_usual_names() -> None:
    names = set(DenseNetFeatures(3).state_dict())
    assert {
        "features.conv0.weight",
        "features.norm0.running_mean",
        "features.denseblock3.denselayer24.conv2.weight",
        "features.transition2.conv.weight",
        "features.norm5.bias",
    } <= names


def test_the_five_levels_halve_each_time() -> None:
    features = DenseNetFeatures(9, first=4, growth=2, layers=(1, 1, 1, 1)).eval()
    with torch.no_grad():
        levels = features(torch.randn(1, 9, 64, 96))
    assert [tuple(m.shape[2:]) for m in levels] == [(32, 48), (16, 24), (8, 12), (4, 6), (2, 3)]
    assert tuple(m.shape[1] for m in levels) == features.widths


def test_a_dense_layer_adds_maps_to_its_input() -> None:
    layer = DenseLayer(6, 3).eval()
    maps = torch.randn(1, 6, 5, 5)
    assert torch.equal(layer(maps)[:, :6], maps)
    assert layer(maps).shape[1] == 9


def test_the_paper_s_network_sees_nine_slices_and_answers_for_one() -> None:
    network = DenseRAUNet("paper").eval()
    assert network.encoder.features.conv0.in_channels == 9
    with torch.no_grad():
        assert network(torch.zeros(1, 9, 64, 96)).shape == (1, 4, 64, 96)


def test_atrous_units_have_dilations_2_4_8_side_by_side_and_stand_on_every_skip() -> None:
    """DenseRAUNet, residual atrous unit; four skip connections between encoder and decoder."""
    network = DenseRAUNet("paper")
    assert len(network.skips) == 4
    for unit in network.skips:
        assert isinstance(unit, ResidualAtrousUnit)
        dilations = [m.dilation for m in unit.branches.modules() if isinstance(m, nn.Conv2d)]
        assert dilations == [(2, 2), (4, 4), (8, 8)]


def test_an_atrous_unit_is_residual() -> None:
    unit = ResidualAtrousUnit(16).eval()
    nn.init.zeros_(unit.merge[0].weight)
    maps = torch.randn(1, 16, 20, 20)
    torch.testing.assert_close(unit(maps), torch.relu(maps))


def test_squeeze_and_excitation_weighs_channels_and_pixels() -> None:
    """scSE, Roy 2018: the sum of both, so a weight of one half each leaves the maps as they are."""
    block = ScSE(8)
    for layer in (block.channel[2], block.pixel[0]):
        nn.init.zeros_(layer.weight)
        nn.init.zeros_(layer.bias)
    maps = torch.randn(2, 8, 6, 6)
    torch.testing.assert_close(block(maps), maps)


def test_the_extra_dense_block_is_in_the_first_skip_alone() -> None:
    with_it, without = DenseRAUNet("paper"), DenseRAUNet("paper", edb=False)
    assert parameters(with_it.extra) > 0
    assert parameters(without.extra) == 0
    widths = (
        [u.merge[0].out_channels for u in with_it.skips],
        [u.merge[0].out_channels for u in without.skips],
    )
    assert widths[0][1:] == widths[1][1:]
    assert widths[0][0] > widths[1][0] == 64


@pytest.mark.parametrize("off", [{"rau": False}, {"edb": False}, {"scse": False}])
@pytest.mark.parametrize("variant", ["paper", "slim"])
def test_every_part_of_the_ablation_can_be_taken_away(variant: str, off: dict[str, bool]) -> None:
    whole, less = DenseRAUNet(variant).eval(), DenseRAUNet(variant, **off).eval()
    assert parameters(less) < parameters(whole)
    with torch.no_grad():
        assert less(torch.zeros(1, 9, 32, 64)).shape == (1, 4, 32, 64)


def test_parameters_of_the_variants_are_fixed() -> None:
    """Weights of one variant fit no other: a change here makes every trained model useless."""
    assert parameters(DenseRAUNet("slim")) == 726_294
    assert parameters(DenseRAUNet("paper")) == 24_532_696


@pytest.mark.parametrize(
    ("arguments", "named"), [({"variant": "huge"}, "huge"), ({"dilations": 3}, "dilations")]
)
def test_what_it_does_not_know_is_named(arguments: dict[str, object], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        DenseRAUNet(**arguments)  # type: ignore[arg-type]
