"""Opening a model: card, verified weights, engine."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..engines import Choice, Engine, FallbackEngine, available_engines, choose_engine
from ..errors import ModelProblem
from .architectures import build_network
from .card import ONNX_FILE, WEIGHTS_FILE, Card
from .checksums import verify
from .registry import find_model

KEPT_WARM = 3
"""Models that a worker keeps open: the gate, the reader's and one to compare with."""


@dataclass(frozen=True)
class LoadedModel:
    """``sha256`` is that of the file that was loaded (ONNX or safetensors)."""

    card: Card
    engine: Engine
    folder: Path
    sha256: str
    opening_notes: tuple[str, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """In words, where it does not run as asked for: when opened, and in the last prediction."""
        return self.opening_notes + tuple(getattr(self.engine, "notes", ()))


def open_model(
    name_or_path: str | Path | None = None,
    *,
    task: str = "ctr",
    device: str = "auto",
    engine: str = "auto",
) -> LoadedModel:
    """The model of that name or in that folder, ready to predict; ``None`` is the default of ``task``.

    The weights' checksum is verified first. ``auto``: see :func:`cardiothorax.engines.choose_engine`.
    A GPU that ``auto`` found but that cannot compute is replaced by the CPU, and ``notes`` says so.
    Raises :class:`ModelProblem` with what is wrong and what to do.
    """
    entry = find_model(name_or_path, task=task)
    card = entry.checked_card(task)
    choice = _with_files(choose_engine(engine, device), entry.folder, may_change=engine == "auto")
    notes: tuple[str, ...] = ()
    try:
        opened = _open(choice, card, entry.folder)
        if choice.device != "cpu":
            _try_out(opened, card)
    except (ModelProblem, MemoryError) as problem:
        if choice.device == "cpu" or device != "auto":
            raise _worded(problem, choice) from problem
        notes = (f"The GPU ({choice.device}) cannot be used, so the CPU computes: {problem}",)
        choice = _with_files(choose_engine(engine, "cpu"), entry.folder, may_change=engine == "auto")
        opened = _open(choice, card, entry.folder)
    return LoadedModel(card, opened, entry.folder, _sum_of(choice, card), notes)


def warm_model(
    name_or_path: str | Path | None = None,
    *,
    task: str = "ctr",
    device: str = "auto",
    engine: str = "auto",
) -> LoadedModel:
    """:func:`open_model`, kept open in this process; opened anew when the model's card has changed."""
    card_file = find_model(name_or_path, task=task).folder / "model.json"
    changed = card_file.stat().st_mtime_ns if card_file.exists() else 0
    key = (str(card_file), changed, task, device, engine)
    if key not in _warm:
        _warm[key] = open_model(name_or_path, task=task, device=device, engine=engine)
        while len(_warm) > KEPT_WARM:
            _warm.popitem(last=False)
    _warm.move_to_end(key)
    return _warm[key]


_warm: OrderedDict[tuple[str, int, str, str, str], LoadedModel] = OrderedDict()
"""A worker process computes one job at a time; opened sessions are what makes its second job fast."""


def _with_files(choice: Choice, folder: Path, *, may_change: bool) -> Choice:
    """A model may come with one of the two files only: take the other engine if the reader left it open."""
    files = {"onnx": ONNX_FILE, "torch": WEIGHTS_FILE}
    if (folder / files[choice.engine]).exists():
        return choice
    other = "torch" if choice.engine == "onnx" else "onnx"
    if not (folder / files[other]).exists():
        raise ModelProblem(f"{folder} has neither {ONNX_FILE} nor {WEIGHTS_FILE}.", "Add the model again.")
    if not may_change:
        raise ModelProblem(
            f"{folder} has no {files[choice.engine]}, which the engine {choice.engine} needs.",
            f"Use the engine {other}.",
        )
    status = next(s for s in available_engines() if s.name == other)
    if not status.available:
        raise ModelProblem(f"{folder} has no {files[choice.engine]}, and {status.reason}")
    return Choice(other, choice.device if choice.device in status.devices else "cpu")


def _open(choice: Choice, card: Card, folder: Path) -> FallbackEngine:
    on_cpu = None if choice.device == "cpu" else lambda: _engine(Choice(choice.engine, "cpu"), card, folder)
    return FallbackEngine(
        _engine(choice, card, folder), on_cpu, halo_px=card.input.halo_px, multiple=card.input.multiple
    )


def _engine(choice: Choice, card: Card, folder: Path) -> Engine:
    if choice.engine == "onnx":
        from ..engines.onnx_engine import OnnxEngine

        verify(folder / ONNX_FILE, card.onnx_sha256)
        return OnnxEngine(folder / ONNX_FILE, device=choice.device)
    from ..engines.torch_engine import TorchEngine, load_weights

    verify(folder / WEIGHTS_FILE, card.weights_sha256)
    network = load_weights(build_network(card.architecture), folder / WEIGHTS_FILE)
    return TorchEngine(network, device=choice.device)


def _try_out(engine: Engine, card: Card) -> None:
    """One small picture: a driver or GPU too old for the library shows now, not in the middle of a study."""
    side = 2 * card.input.multiple
    engine.predict(np.zeros((1, card.input.channels, side, side), np.float32))


def _sum_of(choice: Choice, card: Card) -> str:
    return card.onnx_sha256 if choice.engine == "onnx" else card.weights_sha256


def _worded(problem: Exception, choice: Choice) -> ModelProblem:
    if isinstance(problem, ModelProblem):
        return problem
    return ModelProblem(
        f"The device {choice.device} has not enough memory for the network.",
        "Close other programs, or use cpu.",
    )
