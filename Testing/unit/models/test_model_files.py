"""Exporting, opening, adding and removing models; checksums; both engines with the same numbers."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest

from cardiothorax.engines import OutOfMemory, choose
from cardiothorax.engines.tiles import predict_in_tiles
from cardiothorax.errors import ModelProblem
from cardiothorax.models import (
    Architecture,
    Card,
    NetworkInput,
    Normalisation,
    Training,
    add_model,
    export,
    find_model,
    list_models,
    open_model,
    read_card,
    registry,
    remove_model,
    verify_model,
    warm_model,
)

torch = pytest.importorskip("torch", reason="exporting needs the extra train")
pytest.importorskip("onnx", reason="exporting needs the extra train")
onnxruntime = pytest.importorskip("onnxruntime")

FILES = ["model.json", "model.onnx", "weights.safetensors"]
CHANNELS = [16, 32, 64, 128, 256]
SLIM_HALO_PX = 112
"""Receptive radius of the slim U-Net, rounded up to its pooling factor."""


def make_card(**changes):
    card = Card(
        name="test-net", version="1.0", task="ctr", variant="slim", summary="random",
        architecture=Architecture("unet", {"channels": CHANNELS, "classes": 4}),
        input=NetworkInput(64, "square", Normalisation(1.0, 99.0, (-1.0, 1.0)), halo_px=SLIM_HALO_PX),
        labels={"background": 0, "left_lung": 1, "right_lung": 2, "heart": 3},
        licence="CC0-1.0", training=Training((), "none", 1, "none"), metrics=(), limits=("Random weights.",),
    )
    return dataclasses.replace(card, **changes)


def random_network():
    """Random weights with batch statistics that are not the initial ones."""
    from cardiothorax.networks.unet import build_unet

    torch.manual_seed(3)
    network = build_unet("slim").train()
    with torch.no_grad():
        for _ in range(2):
            network(torch.randn(2, 1, 64, 64))
    return network.eval()


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models") / "test-net"
    export(random_network(), make_card(), folder)
    return folder


@pytest.fixture
def copied(exported, tmp_path):
    return Path(shutil.copytree(exported, tmp_path / "copy" / "test-net"))


@pytest.fixture
def own_models(tmp_path, monkeypatch):
    folder = tmp_path / "Modèles 模型"
    monkeypatch.setenv("CARDIOTHORAX_MODELS", str(folder))
    return folder


PICTURE = np.random.default_rng(0).normal(size=(1, 1, 96, 128)).astype(np.float32)

# -- export ------------------------------------------------------------------------------------------


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
    engine = open_model(exported, engine="onnx", device="cpu").engine
    picture = np.random.default_rng(1).normal(size=(1, 1, 256, 288)).astype(np.float32)
    tiled = predict_in_tiles(engine.predict, picture, per_side=2, halo_px=SLIM_HALO_PX, multiple=16)
    np.testing.assert_allclose(tiled, engine.predict(picture), atol=1e-6)


def test_the_gate_network_exports_as_a_classifier(tmp_path):
    gatenet = pytest.importorskip("cardiothorax.networks.gatenet")
    labels = {f"class{i}": i for i in range(9)}
    card = make_card(
        name="gate", task="radiograph-gate", architecture=Architecture("gatenet", {}), labels=labels,
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


# -- opening -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("engine", "file"), [("onnx", "model.onnx"), ("torch", "weights.safetensors")])
def test_a_wrong_checksum_names_both_sums(copied, engine, file):
    import hashlib

    damaged = copied / file
    data = bytearray(damaged.read_bytes())
    data[-1] ^= 1
    damaged.write_bytes(data)
    expected = getattr(read_card(copied), {"onnx": "onnx_sha256", "torch": "weights_sha256"}[engine])
    with pytest.raises(ModelProblem) as caught:
        open_model(copied, engine=engine, device="cpu")
    assert hashlib.sha256(data).hexdigest() in caught.value.message
    assert expected in caught.value.message


def test_a_card_without_a_checksum_opens_nothing(copied):
    card = json.loads((copied / "model.json").read_text())
    card["onnx_sha256"] = ""
    (copied / "model.json").write_text(json.dumps(card))
    with pytest.raises(ModelProblem, match="no checksum"):
        open_model(copied, engine="onnx", device="cpu")


def test_a_file_that_is_no_network_is_refused_in_words(copied):
    from cardiothorax.models.checksums import sha256_of

    (copied / "model.onnx").write_bytes(b"not a network")
    card = json.loads((copied / "model.json").read_text())
    card["onnx_sha256"] = sha256_of(copied / "model.onnx")
    (copied / "model.json").write_text(json.dumps(card))
    with pytest.raises(ModelProblem, match="is not a network that ONNX Runtime"):
        open_model(copied, engine="onnx", device="cpu")


def test_weights_of_another_network_are_refused(copied):
    card = json.loads((copied / "model.json").read_text())
    card["architecture"]["arguments"]["channels"] = [8, 16, 32, 64, 128]
    (copied / "model.json").write_text(json.dumps(card))
    with pytest.raises(ModelProblem, match="does not fit the network named in its card"):
        open_model(copied, engine="torch", device="cpu")


@pytest.mark.parametrize(
    ("architecture", "message"),
    [
        ({"name": "transformer", "arguments": {}}, "names the architecture 'transformer'; known are"),
        ({"name": "unet", "arguments": {"layers": 3}}, "arguments do not fit unet"),
    ],
)
def test_an_architecture_that_is_not_known(copied, architecture, message):
    card = json.loads((copied / "model.json").read_text())
    card["architecture"] = architecture
    (copied / "model.json").write_text(json.dumps(card))
    with pytest.raises(ModelProblem, match=message):
        open_model(copied, engine="torch", device="cpu")


def test_a_model_of_another_task_is_refused(exported):
    with pytest.raises(ModelProblem, match="made for the task 'ctr', not for 'calcium'"):
        open_model(exported, task="calcium")


def test_by_the_path_of_any_of_its_files(exported):
    for file in ("model.json", "model.onnx", "weights.safetensors", ""):
        assert find_model(exported / file).folder == exported.resolve()


def test_with_one_file_only_the_engine_that_reads_it_is_taken(copied):
    (copied / "model.onnx").unlink()
    assert open_model(copied, device="cpu").engine.name == "torch"
    with pytest.raises(ModelProblem, match=r"has no model\.onnx, which the engine onnx needs"):
        open_model(copied, engine="onnx", device="cpu")


def test_without_weights_it_is_said(copied):
    (copied / "model.onnx").unlink()
    (copied / "weights.safetensors").unlink()
    with pytest.raises(ModelProblem, match="has neither"):
        open_model(copied, device="cpu")


def test_the_sum_in_a_result_is_that_of_the_file_that_ran(exported):
    card = read_card(exported)
    assert open_model(exported, engine="onnx", device="cpu").sha256 == card.onnx_sha256
    assert open_model(exported, engine="torch", device="cpu").sha256 == card.weights_sha256


@pytest.mark.parametrize("trouble", [OutOfMemory("full"), ModelProblem("It has no kernel image.")])
def test_a_gpu_that_cannot_compute_is_replaced_by_the_cpu_and_it_is_said(exported, monkeypatch, trouble):
    from cardiothorax.models import opening

    class Unusable:
        name, device = "torch", "cuda"

        def predict(self, batch):
            raise trouble

    real = opening._engine
    monkeypatch.setattr(
        opening, "choose_engine",
        lambda engine, device: (
            choose.Choice("onnx", "cpu") if device == "cpu" else choose.Choice("torch", "cuda")
        ),
    )
    monkeypatch.setattr(
        opening, "_engine",
        lambda choice, card, folder: Unusable() if choice.device == "cuda" else real(choice, card, folder),
    )
    if isinstance(trouble, ModelProblem):
        model = open_model(exported)
        assert model.engine.device == "cpu"
        assert "no kernel image" in " ".join(model.notes)
        with pytest.raises(ModelProblem, match="no kernel image"):
            open_model(exported, device="cuda")
    else:
        model = open_model(exported)
        assert model.engine.predict(PICTURE).shape == (1, 4, 96, 128)
        assert "ran out of memory: computed on the CPU" in " ".join(model.notes)


def test_a_warm_model_is_opened_once_and_anew_when_its_card_changes(copied):
    first = warm_model(copied, device="cpu")
    assert warm_model(copied, device="cpu") is first
    card = copied / "model.json"
    os.utime(card, ns=(1, card.stat().st_mtime_ns + 10**9))
    assert warm_model(copied, device="cpu") is not first


# -- the registry ------------------------------------------------------------------------------------


def test_an_added_model_is_listed_found_verified_and_removed(exported, own_models):
    entry = add_model(exported)
    assert entry.folder == own_models / "test-net"
    assert not entry.shipped
    assert sorted(p.name for p in entry.folder.iterdir()) == FILES
    assert "test-net" in [e.name for e in list_models("ctr")]
    assert verify_model(find_model("test-net")) == ("weights.safetensors", "model.onnx")
    assert open_model("test-net", device="cpu").card.name == "test-net"
    remove_model("test-net")
    assert "test-net" not in [e.name for e in list_models()]
    assert list(own_models.iterdir()) == []


@pytest.mark.parametrize("inside", ["", "download/test-net/"])
def test_a_zip_is_added_wherever_the_model_lies_in_it(exported, own_models, tmp_path, inside):
    file = tmp_path / "m.zip"
    with zipfile.ZipFile(file, "w") as archive:
        for path in exported.iterdir():
            archive.write(path, inside + path.name)
        archive.writestr(inside + "../../evil.txt", "out of the folder")
        archive.writestr(inside + "setup.py", "code")
    entry = add_model(file)
    assert sorted(p.name for p in entry.folder.iterdir()) == FILES
    assert not list(tmp_path.rglob("evil.txt"))


def test_a_damaged_model_is_not_added_and_leaves_nothing(copied, own_models):
    (copied / "model.onnx").write_bytes(b"damaged")
    with pytest.raises(ModelProblem, match="sha256"):
        add_model(copied)
    assert list(own_models.iterdir()) == []


@pytest.mark.parametrize("make", ["text", "empty zip", "cut zip", "folder"])
def test_what_is_no_model_is_not_added(own_models, tmp_path, exported, make):
    source = tmp_path / "source"
    if make == "text":
        source.write_text("hello")
    elif make == "folder":
        source.mkdir()
    else:
        with zipfile.ZipFile(source, "w") as archive:
            if make == "cut zip":
                archive.write(exported / "model.json", "model.json")
                archive.write(exported / "model.onnx", "model.onnx")
        if make == "cut zip":
            data = bytearray(source.read_bytes())
            data[5000:6000] = b"\0" * 1000
            source.write_bytes(data)
    with pytest.raises(ModelProblem):
        add_model(source)
    assert list(own_models.iterdir()) == []


def test_a_name_that_is_taken_is_not_overwritten(exported, own_models):
    add_model(exported)
    with pytest.raises(ModelProblem, match="already a model 'test-net'") as caught:
        add_model(exported)
    assert "cardiothorax models remove test-net" in caught.value.hint


def test_shipped_models_and_models_elsewhere_are_not_removed(exported, own_models):
    shipped = [entry for entry in list_models() if entry.shipped]
    assert shipped
    for name in (shipped[0].name, str(exported)):
        with pytest.raises(ModelProblem, match="was not added by you"):
            remove_model(name)
    assert (exported / "model.json").exists()


def test_a_broken_model_is_listed_with_its_problem(exported, own_models):
    folder = add_model(exported).folder
    (folder / "model.json").write_text("{")
    entry = next(e for e in list_models() if e.folder == folder)
    assert entry.card is None
    assert "not valid JSON" in entry.problem
    remove_model("test-net")
    assert not folder.exists()


def test_a_mistyped_name_is_guessed_and_an_unknown_one_lists_what_is_here(exported, own_models):
    add_model(exported)
    with pytest.raises(ModelProblem) as caught:
        open_model("tset-net")
    assert caught.value.hint == "Did you mean 'test-net'?"
    with pytest.raises(ModelProblem) as caught:
        open_model("zzz")
    assert "test-net" in caught.value.hint


def test_a_zip_given_as_a_model_says_how_to_add_it(tmp_path):
    (tmp_path / "m.zip").write_bytes(b"PK")
    with pytest.raises(ModelProblem) as caught:
        find_model(tmp_path / "m.zip")
    assert "cardiothorax models add" in caught.value.hint


def test_the_default_of_each_task_is_shipped():
    for task, name in registry.DEFAULT_BY_TASK.items():
        entry = find_model(None, task=task)
        assert (entry.name, entry.shipped) == (name, True)
        assert verify_model(entry)


@pytest.mark.parametrize(
    ("system", "variables", "expected"),
    [
        ("linux", {"XDG_DATA_HOME": "/data"}, "/data/cardiothorax/models"),
        ("linux", {}, "~/.local/share/cardiothorax/models"),
        ("darwin", {}, "~/Library/Application Support/cardiothorax/models"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/cardiothorax/models"),
    ],
)
def test_the_users_folder_is_where_the_system_keeps_such_data(monkeypatch, system, variables, expected):
    for name in ("CARDIOTHORAX_MODELS", "XDG_DATA_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(registry.sys, "platform", system)
    assert registry.user_folder() == Path(expected).expanduser()
