"""Which engine runs on which device, and why another one cannot."""

from __future__ import annotations

import ctypes
import importlib.util
import platform
import sys
from dataclasses import dataclass
from difflib import get_close_matches

from ..errors import ModelProblem

ENGINES = ("onnx", "torch")
DEVICES = ("cpu", "cuda", "mps")
INSTALL = {
    "onnx": "Install it: pip install onnxruntime.",
    "torch": "Install it with Slicer's PyTorch extension, or: pip install torch.",
}
_PACKAGE = {"onnx": "onnxruntime", "torch": "torch"}


@dataclass(frozen=True)
class EngineStatus:
    """``reason`` says in words why the engine is not available; empty when it is."""

    name: str
    available: bool
    version: str = ""
    devices: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True)
class Choice:
    engine: str
    device: str


def available_engines() -> tuple[EngineStatus, ...]:
    """Every engine with its devices or what it lacks. Imports the libraries: not for Slicer's process."""
    return tuple(_status(name) for name in ENGINES)


def choose_engine(engine: str = "auto", device: str = "auto") -> Choice:
    """The engine and device to use.

    ``auto`` takes CUDA, then MPS, then the CPU; ONNX Runtime on a CPU, torch on a GPU. What was asked
    for by name and cannot be had is a :class:`ModelProblem` that says why: it is never replaced in silence.
    """
    engine = look_up(engine, ("auto", *ENGINES), "engine")
    device = look_up(device, ("auto", *DEVICES), "device")
    if device == "auto" and not gpu_may_be_present():
        device = "cpu"  # without this torch, when installed, would be imported for one question (1 s)
    names = (engine,) if engine != "auto" else (ENGINES if device == "cpu" else ENGINES[::-1])
    statuses = []
    for name in names:
        statuses.append(_status(name))
        if device == "cpu" and statuses[-1].available:
            return Choice(name, "cpu")
    for wanted in ("cuda", "mps", "cpu") if device == "auto" else (device,):
        able = [s.name for s in statuses if wanted in s.devices]
        if able:
            preferred = "onnx" if wanted == "cpu" and "onnx" in able else able[0]
            return Choice(preferred, wanted)
    raise _cannot(device, statuses)


def look_up(value: str, known: tuple[str, ...], what: str) -> str:
    """``value`` in lower case if it is one of ``known``; else a message that guesses what was meant."""
    lower = value.strip().lower()
    if what == "device" and lower == "gpu":
        lower = "cuda" if sys.platform != "darwin" else "mps"
    if lower in known:
        return lower
    close = get_close_matches(lower, known, n=1)
    guess = f"Did you mean {close[0]!r}?" if close else f"Choose one of: {', '.join(known)}."
    raise ModelProblem(f"There is no {what} {value!r}.", guess)


def gpu_may_be_present() -> bool:
    """A cheap look at the driver, without importing torch. True does not promise that torch can use it."""
    if sys.platform == "darwin":
        return platform.machine() == "arm64"
    library = "nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1"
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _status(name: str) -> EngineStatus:
    package = _PACKAGE[name]
    if importlib.util.find_spec(package) is None:
        return EngineStatus(name, False, reason=f"{package} is not installed. {INSTALL[name]}")
    try:
        version, devices = _onnx_devices() if name == "onnx" else _torch_devices()
    except (ImportError, OSError, AttributeError) as problem:
        first_line = str(problem).strip().splitlines()[0] if str(problem).strip() else type(problem).__name__
        reason = f"{package} is installed but cannot be loaded ({first_line}). Install it anew."
        return EngineStatus(name, False, reason=reason)
    return EngineStatus(name, True, version, devices)


def _onnx_devices() -> tuple[str, tuple[str, ...]]:
    import onnxruntime

    cuda = "CUDAExecutionProvider" in onnxruntime.get_available_providers() and gpu_may_be_present()
    return onnxruntime.__version__, ("cuda", "cpu") if cuda else ("cpu",)


def _torch_devices() -> tuple[str, tuple[str, ...]]:
    import torch

    devices = ["cpu"]
    if torch.backends.mps.is_available():
        devices.insert(0, "mps")
    if torch.cuda.is_available():
        devices.insert(0, "cuda")
    return str(torch.__version__), tuple(devices)


def _cannot(device: str, statuses: list[EngineStatus]) -> ModelProblem:
    missing = [s.reason for s in statuses if not s.available]
    if device in ("cuda", "mps"):
        have = [f"{s.name} runs on {' and '.join(s.devices)} here" for s in statuses if s.available]
        why = "; ".join(have + missing).rstrip(".")
        return ModelProblem(f"The device {device} cannot be used: {why}.", "Use auto or cpu.")
    return ModelProblem(" ".join(["No engine can run the network.", *missing]))
