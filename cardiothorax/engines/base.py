"""What a pipeline needs of an inference engine."""

from __future__ import annotations

from typing import Protocol

import numpy as np


class Engine(Protocol):
    """One loaded network."""

    name: str
    """``onnx`` or ``torch``."""
    device: str
    """``cpu``, ``cuda`` or ``mps``: where it really runs."""

    def predict(self, batch: np.ndarray) -> np.ndarray:
        """Class probabilities float32 ``[n, classes, h, w]`` of float32 images ``[n, channels, h, w]``."""
