"""A reader's steps on a calcium study, to go back and forth between: only what each one changed is kept."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..calcium.box import Box

LIMIT = 200
"""Steps that are kept; a click takes a few hundred bytes."""


@dataclass(frozen=True)
class Change:
    """What a box of one array held before and after, compressed."""

    box: Box
    before: bytes
    after: bytes

    @classmethod
    def of(cls, box: Box, before: np.ndarray, after: np.ndarray) -> Change:
        """``before`` and ``after`` are uint8, of the box's shape."""
        return cls(box, _packed(before), _packed(after))

    def values(self, *, after: bool) -> np.ndarray:
        flat = np.frombuffer(zlib.decompress(self.after if after else self.before), np.uint8)
        return flat.reshape(self.box.shape)


@dataclass(frozen=True)
class Step:
    """``labels`` and ``pending`` are ``None`` where the step did not touch them. ``marks`` is whatever else
    it changed: the value before and the value after."""

    labels: Change | None
    pending: Change | None
    marks: tuple[Any, Any]


class Steps:
    """:meth:`record` makes a step; undo and redo give the one to take back or to do again."""

    def __init__(self, *, limit: int = LIMIT) -> None:
        self._limit = limit
        self._past: list[Step] = []
        self._future: list[Step] = []

    @property
    def can_undo(self) -> bool:
        return bool(self._past)

    @property
    def can_redo(self) -> bool:
        return bool(self._future)

    def record(self, step: Step) -> None:
        """One user action, one step."""
        self._past = [*self._past, step][-self._limit :]
        self._future = []

    def undo(self) -> Step | None:
        if not self._past:
            return None
        self._future.append(self._past.pop())
        return self._future[-1]

    def redo(self) -> Step | None:
        if not self._future:
            return None
        self._past.append(self._future.pop())
        return self._past[-1]

    def revise(self, change: Callable[[Any], Any]) -> None:
        """The marks of every step become what ``change`` makes of them."""
        self._past, self._future = (
            [replace(step, marks=(change(step.marks[0]), change(step.marks[1]))) for step in steps]
            for steps in (self._past, self._future)
        )


def _packed(values: np.ndarray) -> bytes:
    return zlib.compress(np.ascontiguousarray(values, np.uint8).tobytes(), 1)
