"""ONNX Runtime: the default on a CPU. The graph ends in the softmax."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..errors import ModelProblem
from .base import OutOfMemory, usable_cores

_NO_MEMORY = (
    "failed to allocate memory",
    "bad allocation",
    "bad_alloc",
    "out of memory",
    "alloc_failed",
    "smaller than requested bytes",
)
"""As its own arena, the C++ library on both systems and CUDA say it."""


class OnnxEngine:
    """A network from an ONNX file with one input and one output, dynamic in all but channels."""

    name = "onnx"

    def __init__(self, file: Path, *, device: str = "cpu", threads: int | None = None) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads or usable_cores()
        options.enable_cpu_mem_arena = False  # as fast, and memory goes back after each prediction
        options.log_severity_level = 3  # errors; warnings would fill the worker's log at every start
        providers = ["CPUExecutionProvider"]
        if device == "cuda":
            providers.insert(0, "CUDAExecutionProvider")
        try:
            # Bytes, not a path: ONNX Runtime has had trouble with non-ASCII paths on Windows.
            self._session = onnxruntime.InferenceSession(file.read_bytes(), options, providers=providers)
        except OSError as problem:
            raise ModelProblem(f"{file} cannot be read: {problem.strerror or problem}.") from problem
        except Exception as problem:  # onnxruntime's own exceptions share no public base class
            raise ModelProblem(
                f"{file} is not a network that ONNX Runtime {onnxruntime.__version__} can load: "
                f"{_first_line(problem)}.",
                "Update onnxruntime or add the model again.",
            ) from problem
        self.device = "cuda" if "CUDAExecutionProvider" in self._session.get_providers() else "cpu"
        self._input = self._session.get_inputs()[0].name
        self._output = self._session.get_outputs()[0].name

    def predict(self, batch: np.ndarray) -> np.ndarray:
        image = np.ascontiguousarray(batch, dtype=np.float32)
        try:
            return np.asarray(self._session.run([self._output], {self._input: image})[0])
        except MemoryError as problem:
            raise OutOfMemory(str(problem)) from problem
        except Exception as problem:
            if any(words in str(problem).lower() for words in _NO_MEMORY):
                raise OutOfMemory(_first_line(problem)) from problem
            raise ModelProblem(
                f"The network cannot process an array of shape {image.shape}: {_first_line(problem)}."
            ) from problem


def _first_line(problem: Exception) -> str:
    return str(problem).strip().split("\n")[0].rstrip(".") or type(problem).__name__
