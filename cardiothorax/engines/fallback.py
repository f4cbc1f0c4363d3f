"""Out of memory is no reason to fail: smaller batches, then tiles, then the CPU, and it is said."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from .base import Engine, OutOfMemory
from .tiles import predict_in_tiles

Attempt = tuple[str, Callable[[np.ndarray], np.ndarray], str]

TILES_PER_SIDE = (2, 4)


class FallbackEngine:
    """An engine that steps down instead of failing.

    ``notes`` and ``device`` describe the last prediction. ``halo_px`` is the network's receptive radius:
    with 0 the network cannot be cut in tiles and that step is left out. Every prediction starts at the
    first step again, since what filled the GPU's memory may be gone.
    """

    def __init__(
        self,
        first: Engine,
        open_on_cpu: Callable[[], Engine] | None = None,
        *,
        halo_px: int = 0,
        multiple: int = 1,
    ) -> None:
        self.name = first.name
        self.device = first.device
        self.notes: tuple[str, ...] = ()
        self._first = first
        self._open_on_cpu = open_on_cpu
        self._on_cpu: Engine | None = None
        self._halo_px, self._multiple = halo_px, multiple

    def predict(self, batch: np.ndarray) -> np.ndarray:
        """Probabilities; ``MemoryError`` only when the last step, too, has not enough memory."""
        asked_for = self._first.device
        for how, predict, device in self._attempts(len(batch)):
            try:
                probabilities = predict(batch)
            except MemoryError:
                continue
            self.device = device
            self.notes = (f"{_spoken(asked_for)} ran out of memory: computed {how}.",) if how else ()
            return probabilities
        raise OutOfMemory(f"not enough memory for a picture of {batch.shape[-1]} x {batch.shape[-2]} pixels")

    def _attempts(self, images: int) -> Iterator[Attempt]:
        device = self._first.device
        yield "", self._first.predict, device
        if images > 1:
            yield "one picture at a time", lambda b: _one_by_one(self._first, b), device
        if self._halo_px:
            for per_side in TILES_PER_SIDE:
                yield f"in {per_side**2} tiles", self._tiled(per_side), device
        if self._open_on_cpu is not None and device != "cpu":
            yield "on the CPU", self._predict_on_cpu, "cpu"

    def _tiled(self, per_side: int) -> Callable[[np.ndarray], np.ndarray]:
        def predict(batch: np.ndarray) -> np.ndarray:
            return predict_in_tiles(
                self._first.predict,
                batch,
                per_side=per_side,
                halo_px=self._halo_px,
                multiple=self._multiple,
            )

        return predict

    def _predict_on_cpu(self, batch: np.ndarray) -> np.ndarray:
        if self._on_cpu is None:
            assert self._open_on_cpu is not None
            self._on_cpu = self._open_on_cpu()
        return _one_by_one(self._on_cpu, batch)


def _one_by_one(engine: Engine, batch: np.ndarray) -> np.ndarray:
    return np.concatenate([engine.predict(batch[i : i + 1]) for i in range(len(batch))])


def _spoken(device: str) -> str:
    return "The CPU" if device == "cpu" else f"The GPU ({device})"
