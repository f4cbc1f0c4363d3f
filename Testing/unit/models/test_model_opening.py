"""Opening: checksums, engines, fallbacks, and what is refused."""

from __future__ import annotations

import json
import os

import numpy as np
import pytest

from cardiothorax.engines import OutOfMemory, choose
from cardiothorax.errors import ModelProblem
from cardiothorax.models import (
    find_model,
    open_model,
    read_card,
    warm_model,
)
from Testing.unit.models.small_models import PICTURE, needs_torch


@pytest.mark.parametrize(
    ("engine", "file"),
    [("onnx", "model.onnx"), pytest.param("torch", "weights.safetensors", marks=needs_torch)],
)
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


@needs_torch
def test_weights_of_another_network_are_refused(copied):
    card = json.loads((copied / "model.json").read_text())
    card["architecture"]["arguments"]["channels"] = [8, 16, 32, 64, 128]
    (copied / "model.json").write_text(json.dumps(card))
    with pytest.raises(ModelProblem, match="does not fit the network named in its card"):
        open_model(copied, engine="torch", device="cpu")


@needs_torch
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


@needs_torch
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


@needs_torch
def test_the_sum_in_a_result_is_that_of_the_file_that_ran(exported):
    card = read_card(exported)
    assert open_model(exported, engine="onnx", device="cpu").sha256 == card.onnx_sha256
    assert open_model(exported, engine="torch", device="cpu").sha256 == card.weights_sha256


@pytest.mark.gpu
@needs_torch
def test_a_gpu_gives_the_numbers_of_the_cpu(exported):
    import torch

    if not torch.cuda.is_available():
        pytest.skip("needs a CUDA device")
    on_gpu = open_model(exported)
    assert (on_gpu.engine.name, on_gpu.engine.device, on_gpu.notes) == ("torch", "cuda", ())
    on_cpu = open_model(exported, device="cpu")
    assert np.abs(on_gpu.engine.predict(PICTURE) - on_cpu.engine.predict(PICTURE)).max() < 1e-4


@needs_torch
@pytest.mark.parametrize("trouble", [OutOfMemory("full"), ModelProblem("It has no kernel image.")])
def test_a_gpu_that_cannot_compute_is_replaced_by_the_cpu_and_it_is_said(exported, monkeypatch, trouble):
    from cardiothorax.models import opening

    class Unusable:
        name, device = "torch", "cuda"

        def predict(self, batch):
            raise trouble

    real = opening._engine
    monkeypatch.setattr(
        opening,
        "choose_engine",
        lambda engine, device: (
            choose.Choice("onnx", "cpu") if device == "cpu" else choose.Choice("torch", "cuda")
        ),
    )
    monkeypatch.setattr(
        opening,
        "_engine",
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
