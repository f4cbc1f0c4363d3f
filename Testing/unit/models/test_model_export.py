"""What is written: half the size, the same numbers in both engines, any picture size."""

from __future__ import annotations

import numpy as np
import pytest

from cardiothorax.engines.tiles import predict_in_tiles
from cardiothorax.errors import ModelProblem
from cardiothorax.models import (
    Architecture,
    NetworkInput,
    Normalisation,
    export,
    open_model,
)
from Testing.unit.models.small_models import PICTURE, make_card, random_network

torch = pytest.importorskip("torch", reason="exporting needs the extra train")
pytest.importorskip("onnx", reason="exporting needs the extra train")
onnxruntime = pytest.importorskip("onnxruntime")


def test_both_engines_and_the_rounded_network_give_the_same_probabilities(exported):
    from cardiothorax.models.exporting import half_rounded

    onnx = open_model(exported, engine="onnx", device="cpu").engine.predict(PICTURE)
    again = open_model(exported, engine="torch", device="cpu").engine.predict(PICTURE)
    with torch.inference_mode():
        logits = half_rounded(random_network())(torch.from_numpy(PICTURE))
    expected = torch.softmax(logits, dim=1).numpy()
    assert np.abs(onnx - again).max() < 1e-5
    assert np.abs(onnx - expected).max() < 1e-5
    assert onnx.dtype == again.dtype == np.float32
    np.testing.assert_allclose(onnx.sum(axis=1), 1, atol=1e-5)


def test_the_rounding_is_the_only_loss(exported):
    with torch.inference_mode():
        logits = random_network()(torch.from_numpy(PICTURE))
    exact = torch.softmax(logits, dim=1).numpy()
    onnx = open_model(exported, engine="onnx", device="cpu").engine.predict(PICTURE)
    assert 0 < np.abs(onnx - exact).max() < 0.01


def test_any_batch_height_and_width(exported):
    engine = open_model(exported, engine="onnx", device="cpu").engine
    assert engine.predict(np.zeros((3, 1, 32, 80), np.float32)).shape == (3, 4, 32, 80)


def test_files_hold_half_precision_and_are_small(exported):
    assert (exported / "weights.safetensors").stat().st_size < 4_500_000
    assert (exported / "model.onnx").stat().st_size < 4_500_000


def test_onnxruntime_computes_the_widening_once_on_loading(exported, tmp_path):
    """No Cast and no batch normalisation is left in the graph that runs: full float32 speed."""
    import onnx

    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    options.optimized_model_filepath = str(tmp_path / "optimised.onnx")
    onnxruntime.InferenceSession(str(exported / "model.onnx"), options, providers=["CPUExecutionProvider"])
    kinds = {node.op_type for node in onnx.load(tmp_path / "optimised.onnx").graph.node}
    assert "Cast" not in kinds
    assert "BatchNormalization" not in kinds
    assert "Softmax" in kinds


def test_tiles_give_exactly_the_numbers_of_the_whole_picture(exported):
    """The card's halo is the receptive radius: out of memory changes no result."""
    model = open_model(exported, engine="onnx", device="cpu")
    engine, halo = model.engine, model.card.input.halo_px
    assert halo == 122
    picture = np.random.default_rng(1).normal(size=(1, 1, 256, 288)).astype(np.float32)
    tiled = predict_in_tiles(engine.predict, picture, per_side=2, halo_px=halo, multiple=16)
    np.testing.assert_allclose(tiled, engine.predict(picture), atol=1e-6)


def test_the_gate_network_exports_as_a_classifier(tmp_path):
    gatenet = pytest.importorskip("cardiothorax.networks.gatenet")
    labels = {f"class{i}": i for i in range(9)}
    card = make_card(
        name="gate",
        task="radiograph-gate",
        architecture=Architecture("gatenet", {}),
        labels=labels,
        input=NetworkInput(64, "square", Normalisation(1.0, 99.0, (-1.0, 1.0)), multiple=32),
    )
    export(gatenet.GateNet().eval(), card, tmp_path / "gate")
    batch = np.random.default_rng(0).normal(size=(2, 1, 64, 64)).astype(np.float32)
    predictions = [
        open_model(tmp_path / "gate", task="radiograph-gate", engine=e, device="cpu").engine.predict(batch)
        for e in ("onnx", "torch")
    ]
    assert predictions[0].shape == (2, 9)
    assert np.abs(predictions[0] - predictions[1]).max() < 1e-5


def test_a_weight_that_half_precision_cannot_hold_is_refused(tmp_path):
    network = random_network()
    with torch.no_grad():
        network.head.weight[0, 0] = 1e6
    with pytest.raises(ModelProblem, match=r"head\.weight has the value 1e\+06"):
        export(network, make_card(), tmp_path / "net")
    assert not (tmp_path / "net" / "model.json").exists()


def test_exporting_leaves_the_network_as_it_was(tmp_path):
    network = random_network()
    before = {k: v.clone() for k, v in network.state_dict().items()}
    export(network, make_card(), tmp_path / "net")
    assert all(torch.equal(before[k], v) for k, v in network.state_dict().items())
