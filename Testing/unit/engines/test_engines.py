"""Choosing engines and devices, stepping down when memory is short, tiles with the same numbers."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardiothorax.engines import FallbackEngine, OutOfMemory, available_engines, choose, choose_engine
from cardiothorax.engines.base import usable_cores
from cardiothorax.engines.safetensors_file import read_safetensors
from cardiothorax.engines.tiles import predict_in_tiles
from cardiothorax.errors import ModelProblem

# -- choice ------------------------------------------------------------------------------------------


def machine(monkeypatch, *, onnx=("cpu",), torch=("cpu",), gpu=True):
    """A machine on which the engines have these devices; None: not installed."""

    def status(name):
        devices = {"onnx": onnx, "torch": torch}[name]
        if devices is None:
            return choose.EngineStatus(name, False, reason=f"{name} is not installed.")
        return choose.EngineStatus(name, True, "1.0", tuple(devices))

    monkeypatch.setattr(choose, "_status", status)
    monkeypatch.setattr(choose, "gpu_may_be_present", lambda: gpu)


@pytest.mark.parametrize(
    ("onnx", "torch", "engine", "device", "expected"),
    [
        (["cpu"], ["cuda", "cpu"], "auto", "auto", ("torch", "cuda")),
        (["cpu"], ["mps", "cpu"], "auto", "auto", ("torch", "mps")),
        (["cpu"], ["cpu"], "auto", "auto", ("onnx", "cpu")),
        (["cuda", "cpu"], None, "auto", "auto", ("onnx", "cuda")),
        (["cuda", "cpu"], ["cuda", "cpu"], "auto", "auto", ("torch", "cuda")),
        (None, ["cpu"], "auto", "auto", ("torch", "cpu")),
        (["cpu"], ["cuda", "cpu"], "auto", "cpu", ("onnx", "cpu")),
        (["cpu"], ["cuda", "cpu"], "onnx", "auto", ("onnx", "cpu")),
        (["cpu"], ["cuda", "cpu"], "torch", "cpu", ("torch", "cpu")),
        (["cpu"], ["cuda", "cpu"], "Torch", "GPU", ("torch", "cuda")),
    ],
)
def test_what_is_chosen(monkeypatch, onnx, torch, engine, device, expected):
    machine(monkeypatch, onnx=onnx, torch=torch)
    monkeypatch.setattr(choose.sys, "platform", "linux")
    choice = choose_engine(engine, device)
    assert (choice.engine, choice.device) == expected


def test_without_a_gpu_driver_torch_is_not_even_asked(monkeypatch):
    asked = []
    machine(monkeypatch, gpu=False)
    real = choose._status
    monkeypatch.setattr(choose, "_status", lambda name: asked.append(name) or real(name))
    assert choose_engine() == choose.Choice("onnx", "cpu")
    assert asked == ["onnx"]


def test_a_device_asked_for_by_name_is_never_replaced_in_silence(monkeypatch):
    machine(monkeypatch, torch=None)
    expected = r"cuda cannot be used: onnx runs on cpu here; torch is not installed\."
    with pytest.raises(ModelProblem, match=expected):
        choose_engine("auto", "cuda")


def test_without_any_engine_the_message_says_what_each_lacks(monkeypatch):
    machine(monkeypatch, onnx=None, torch=None, gpu=False)
    with pytest.raises(ModelProblem, match=r"onnx is not installed\. torch is not installed\."):
        choose_engine()


@pytest.mark.parametrize(
    ("engine", "device", "hint"),
    [
        ("onx", "auto", "Did you mean 'onnx'?"),
        ("auto", "cdua", "Did you mean 'cuda'?"),
        ("auto", "tpux", "Choose one of"),
    ],
)
def test_a_mistyped_name_is_guessed(engine, device, hint):
    with pytest.raises(ModelProblem) as caught:
        choose_engine(engine, device)
    assert hint in caught.value.hint


def test_an_engine_that_is_installed_but_broken_says_why(monkeypatch):
    def broken():
        raise ImportError("DLL load failed while importing onnxruntime_pybind11_state\nmore")

    monkeypatch.setattr(choose, "_onnx_devices", broken)
    status = choose._status("onnx")
    assert not status.available
    assert "DLL load failed while importing onnxruntime_pybind11_state)" in status.reason


def test_an_engine_that_is_not_installed_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr(choose.importlib.util, "find_spec", lambda name: None)
    assert all("is not installed" in s.reason and "pip install" in s.reason for s in available_engines())


def test_threads_can_be_lowered_but_not_raised_over_the_cores(monkeypatch):
    monkeypatch.delenv("CARDIOTHORAX_THREADS", raising=False)
    cores = usable_cores()
    assert cores >= 1
    monkeypatch.setenv("CARDIOTHORAX_THREADS", "1")
    assert usable_cores() == 1
    monkeypatch.setenv("CARDIOTHORAX_THREADS", "100000")
    assert usable_cores() == cores
    monkeypatch.setenv("CARDIOTHORAX_THREADS", "many")
    assert usable_cores() == cores


# -- tiles -------------------------------------------------------------------------------------------


def box_filter(batch, radius=3):
    """A stand-in for a network with receptive radius 3 and zero padding: mean of 7 x 7, two classes."""
    side = 2 * radius + 1
    padded = np.pad(batch[:, 0].astype(np.float64), ((0, 0), (radius, radius), (radius, radius)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (side, side), axis=(1, 2))
    mean = windows.mean(axis=(-1, -2))
    return np.stack([mean, 1 - mean], axis=1).astype(np.float32)


@given(
    rows=st.integers(1, 9), columns=st.integers(1, 9), images=st.integers(1, 2), per_side=st.integers(1, 5)
)
def test_tiles_with_the_receptive_radius_give_the_same_numbers(rows, columns, images, per_side):
    batch = np.random.default_rng(rows * 10 + columns).random((images, 1, 4 * rows, 4 * columns)).astype("f")
    tiled = predict_in_tiles(box_filter, batch, per_side=per_side, halo_px=3, multiple=4)
    np.testing.assert_array_equal(tiled, box_filter(batch))


def test_a_halo_smaller_than_the_receptive_radius_changes_numbers():
    """Otherwise the test above would prove nothing."""
    batch = np.random.default_rng(0).random((1, 1, 32, 32)).astype("f")
    tiled = predict_in_tiles(box_filter, batch, per_side=2, halo_px=0, multiple=1)
    assert np.abs(tiled - box_filter(batch)).max() > 0.01


# -- fallback ----------------------------------------------------------------------------------------


class SmallEngine:
    """Runs out of memory above so many pixels; adds one so that its answer is known."""

    name = "torch"

    def __init__(self, pixels, device="cuda"):
        self.pixels, self.device, self.sizes = pixels, device, []

    def predict(self, batch):
        self.sizes.append(batch.shape)
        if batch.shape[0] * batch.shape[2] * batch.shape[3] > self.pixels:
            raise OutOfMemory("too large")
        return np.concatenate([batch, 1 - batch], axis=1).astype(np.float32)


BATCH = np.random.default_rng(1).random((2, 1, 64, 64)).astype(np.float32)


@pytest.mark.parametrize(
    ("pixels", "device", "note"),
    [
        (2 * 64 * 64, "cuda", None),
        (64 * 64, "cuda", "one picture at a time"),
        (40 * 40, "cuda", "in 4 tiles"),
        (32 * 32, "cuda", "in 16 tiles"),
        (0, "cpu", "on the CPU"),
    ],
)
def test_memory_short_steps_down_and_says_so(pixels, device, note):
    engine = FallbackEngine(SmallEngine(pixels), lambda: SmallEngine(10**9, "cpu"), halo_px=4, multiple=4)
    probabilities = engine.predict(BATCH)
    np.testing.assert_array_equal(probabilities[:, :1], BATCH)
    assert engine.device == device
    assert engine.notes == ((f"The GPU (cuda) ran out of memory: computed {note}.",) if note else ())


def test_the_next_prediction_starts_at_the_first_step_again():
    small = SmallEngine(0)
    engine = FallbackEngine(small, lambda: SmallEngine(10**9, "cpu"))
    engine.predict(BATCH)
    assert engine.device == "cpu"
    small.pixels = 10**9
    engine.predict(BATCH)
    assert (engine.device, engine.notes) == ("cuda", ())


def test_the_cpu_engine_is_opened_once_and_only_when_needed():
    opened = []

    def open_on_cpu():
        opened.append(1)
        return SmallEngine(10**9, "cpu")

    engine = FallbackEngine(SmallEngine(0), open_on_cpu)
    assert opened == []
    engine.predict(BATCH)
    engine.predict(BATCH)
    assert opened == [1]


def test_a_network_that_cannot_be_tiled_is_not_tiled():
    small = SmallEngine(40 * 40)
    FallbackEngine(small, lambda: SmallEngine(10**9, "cpu"), halo_px=0).predict(BATCH[:1])
    assert small.sizes == [(1, 1, 64, 64)]


def test_when_nothing_helps_it_is_a_memory_error():
    with pytest.raises(MemoryError, match="64 x 64"):
        FallbackEngine(SmallEngine(0, "cpu"), halo_px=4, multiple=4).predict(BATCH)


def test_other_errors_are_not_hidden_by_stepping_down():
    def bad(batch):
        raise ModelProblem("bad")

    engine = SimpleNamespace(name="onnx", device="cuda", predict=bad)
    with pytest.raises(ModelProblem, match="bad"):
        FallbackEngine(engine, lambda: SmallEngine(10**9, "cpu")).predict(BATCH)


def test_onnxruntime_running_out_of_memory_is_recognised(tmp_path, monkeypatch):
    from cardiothorax.engines import onnx_engine

    class Session:
        def run(self, *_):
            raise RuntimeError("[ONNXRuntimeError] : 6 : BFCArena Failed to allocate memory for buffer")

        def get_providers(self):
            return ["CPUExecutionProvider"]

        def get_inputs(self):
            return [SimpleNamespace(name="image")]

        get_outputs = get_inputs

    monkeypatch.setattr("onnxruntime.InferenceSession", lambda *a, **k: Session())
    file = tmp_path / "m.onnx"
    file.write_bytes(b"")
    with pytest.raises(OutOfMemory):
        onnx_engine.OnnxEngine(file).predict(BATCH)


@pytest.mark.parametrize(
    "said",
    [
        "CUDA out of memory. Tried to allocate 20.00 GiB",
        "MPS backend out of memory (MPS allocated: 9 GB)",
        "[enforce fail at alloc_cpu.cpp:124] err == 0. DefaultCPUAllocator: can't allocate memory: you tried",
        "DefaultCPUAllocator: not enough memory: you tried to allocate 1 bytes.",
        "cuDNN error: CUDNN_STATUS_ALLOC_FAILED",
    ],
)
def test_torch_running_out_of_memory_is_recognised(said):
    torch = pytest.importorskip("torch", reason="needs the extra train")
    from cardiothorax.engines.torch_engine import TorchEngine

    class Network(torch.nn.Module):
        def forward(self, image):
            raise RuntimeError(said)

    with pytest.raises(OutOfMemory):
        TorchEngine(Network()).predict(BATCH)


# -- safetensors -------------------------------------------------------------------------------------


def written(header, data_bytes):
    return len(header).to_bytes(8, "little") + header.encode() + b"\0" * data_bytes


TENSORS = {
    "half": np.arange(6, dtype=np.float16).reshape(2, 3),
    "single": np.array([1.5], np.float32),
    "count": np.array(7, np.int64),
    "empty": np.zeros((0, 3), np.float32),
}


def test_safetensors_are_read_as_the_reference_package_wrote_them(tmp_path):
    safetensors = pytest.importorskip("safetensors.numpy", reason="needs the extra train")
    file = tmp_path / "w.safetensors"
    safetensors.save_file(TENSORS, file, {"format": "pt"})
    read = read_safetensors(file)
    assert sorted(read) == sorted(TENSORS)
    for name, array in TENSORS.items():
        np.testing.assert_array_equal(read[name], array)
        assert read[name].dtype == array.dtype
        assert read[name].shape == array.shape


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x01",
        b"\x80\x04\x95 a pickle instead",
        (10**15).to_bytes(8, "little") + b"{}",
        (2).to_bytes(8, "little") + b"[]",
        (9).to_bytes(8, "little") + b"not json!",
        written('{"a": {"dtype": "F32", "shape": [4], "data_offsets": [0, 16]}}', 8),
        written('{"a": {"dtype": "F32", "shape": [4], "data_offsets": [-8, 8]}}', 16),
        written('{"a": {"dtype": "Q99", "shape": [4], "data_offsets": [0, 16]}}', 16),
        written('{"a": {"dtype": "F32", "shape": [-4], "data_offsets": [0, -16]}}', 16),
    ],
)
def test_what_is_not_safetensors_is_refused(tmp_path, data):
    file = tmp_path / "w.safetensors"
    file.write_bytes(data)
    with pytest.raises(ModelProblem, match="not a safetensors file"):
        read_safetensors(file)


def test_importing_the_engines_imports_no_library():
    import subprocess

    code = (
        "import sys, cardiothorax.engines, cardiothorax.models, cardiothorax.jobs;"
        "print({'torch', 'onnxruntime', 'onnx', 'safetensors', 'scipy', 'SimpleITK'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
