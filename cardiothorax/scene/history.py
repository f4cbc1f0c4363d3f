"""A reader's steps, to go back and forth between."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np

from ..ctr.result import CtrResult, CtrRun

LIMIT = 50
"""Steps that are kept; a mask takes some 50 kB."""


@dataclass(frozen=True)
class _Kept:
    result: CtrResult
    packed: bytes
    shape: tuple[int, ...]
    of: np.ndarray
    """The very array, to share ``packed`` between steps that moved a line only."""

    def run(self) -> CtrRun:
        flat = np.frombuffer(zlib.decompress(self.packed), np.uint8)
        return CtrRun(self.result, flat.reshape(self.shape).copy())


class History:
    """``now`` is the run that is shown; :meth:`record` makes a step, undo and redo walk along them."""

    def __init__(self, first: CtrRun, *, limit: int = LIMIT) -> None:
        self._limit = limit
        self.now = first
        self._past: list[_Kept] = []
        self._future: list[_Kept] = []

    @property
    def can_undo(self) -> bool:
        return bool(self._past)

    @property
    def can_redo(self) -> bool:
        return bool(self._future)

    def record(self, run: CtrRun) -> None:
        """One user action, one step."""
        self._past = [*self._past, self._kept(self.now)][-self._limit :]
        self._future = []
        self.now = run

    def undo(self) -> CtrRun:
        """The run before; the one now when there is no step to undo."""
        if self._past:
            self._future.append(self._kept(self.now))
            self.now = self._past.pop().run()
        return self.now

    def redo(self) -> CtrRun:
        if self._future:
            self._past.append(self._kept(self.now))
            self.now = self._future.pop().run()
        return self.now

    def _kept(self, run: CtrRun) -> _Kept:
        for kept in (*self._past[-1:], *self._future[-1:]):
            if kept.of is run.labels:
                return _Kept(run.result, kept.packed, kept.shape, run.labels)
        packed = zlib.compress(np.ascontiguousarray(run.labels, np.uint8).tobytes(), 1)
        return _Kept(run.result, packed, run.labels.shape, run.labels)
