"""What a pipeline needs of an inference engine."""

from __future__ import annotations

import os
from typing import Protocol

import numpy as np


class Engine(Protocol):
    """One loaded network."""

    name: str
    """``onnx`` or ``torch``."""
    device: str
    """``cpu``, ``cuda`` or ``mps``: where it really runs."""

    def predict(self, batch: np.ndarray) -> np.ndarray:
        """Class probabilities float32 ``[n, classes, h, w]`` of float32 images ``[n, channels, h, w]``;
        of volumes ``[n, channels, d, h, w]`` with a depth each."""


class OutOfMemory(MemoryError):
    """The device has not enough free memory for this batch; a smaller one may fit."""


def usable_cores() -> int:
    """Cores that this process may use; ``CARDIOTHORAX_THREADS`` lowers it (several workers at once)."""
    affinity = getattr(os, "sched_getaffinity", None)
    cores = len(affinity(0)) if affinity else os.cpu_count() or 1
    wanted = os.environ.get("CARDIOTHORAX_THREADS", "")
    return max(1, min(cores, int(wanted))) if wanted.isdigit() else cores
