"""Torch: the GPU's engine. Gives the same float32 numbers as ONNX Runtime, so no TF32 and no half."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..errors import ModelProblem
from .base import OutOfMemory, usable_cores
from .safetensors_file import read_safetensors

if TYPE_CHECKING:
    from torch import nn


_NO_MEMORY = ("out of memory", "can't allocate memory", "not enough memory", "alloc_failed")
"""As CUDA and MPS, the CPU on Linux, the CPU on Windows, and cuDNN and cuBLAS say it."""


class TorchEngine:
    """A torch network that gives logits ``[n, classes, h, w]`` or ``[n, classes, d, h, w]``; the softmax is
    added here."""

    name = "torch"

    def __init__(self, network: nn.Module, *, device: str = "cpu", threads: int | None = None) -> None:
        import torch

        self.device = device
        if device == "cpu":
            torch.set_num_threads(threads or usable_cores())
        try:
            self._network = network.eval().to(device=device, dtype=torch.float32)
            channels_last(self._network)
        except (RuntimeError, MemoryError) as problem:
            raise _translated(problem) from problem

    def predict(self, batch: np.ndarray) -> np.ndarray:
        import torch

        # Deterministic and full precision: the same picture gives the same ratio every time.
        exact = torch.backends.cudnn.flags(
            enabled=True, benchmark=False, deterministic=True, allow_tf32=False
        )
        try:
            with torch.inference_mode(), exact:
                image = torch.from_numpy(np.ascontiguousarray(batch, dtype=np.float32)).to(self.device)
                innermost = torch.channels_last if image.ndim == 4 else torch.channels_last_3d
                logits = self._network(image.contiguous(memory_format=innermost))
                probabilities = torch.softmax(logits, dim=1).cpu().contiguous().numpy()
        except (RuntimeError, MemoryError) as problem:
            raise _translated(problem) from problem
        return np.asarray(probabilities)


def channels_last(network: nn.Module) -> None:
    """Weights of all convolutions with the channels innermost: convolutions are about twice as fast."""
    import torch

    for parameter in network.parameters():
        if parameter.ndim == 4:
            parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)
        elif parameter.ndim == 5:
            parameter.data = parameter.data.contiguous(memory_format=torch.channels_last_3d)


def load_weights(network: nn.Module, file: Path) -> nn.Module:
    """Fill ``network`` from a safetensors file (half precision is widened); names and shapes must agree."""
    import torch

    weights = {}
    for name, array in read_safetensors(file).items():
        kind = np.float32 if array.dtype.kind == "f" else array.dtype
        weights[name] = torch.from_numpy(array.astype(kind))  # a copy: the file's bytes are read-only
    try:
        network.load_state_dict(weights)
    except RuntimeError as problem:
        detail = " ".join(str(problem).split())[:300]
        raise ModelProblem(f"{file} does not fit the network named in its card: {detail}") from problem
    return network


def _translated(problem: Exception) -> Exception:
    text = str(problem).lower()
    if isinstance(problem, MemoryError) or any(words in text for words in _NO_MEMORY):
        import torch

        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        return OutOfMemory(str(problem).split("\n")[0])
    return ModelProblem(f"The network cannot be computed: {str(problem).strip().splitlines()[0]}.")
