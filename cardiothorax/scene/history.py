"""A reader's steps, to go back and forth between."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any, Generic, TypeVar

import numpy as np

LIMIT = 50
"""Steps that are kept; a mask takes some 50 kB."""

Run = TypeVar("Run", bound=Any)
"""A frozen dataclass with ``result`` and label arrays: ``CtrRun`` and its like."""


class _Packed:
    """A label array as its compressed part that is not background."""

    def __init__(self, array: np.ndarray) -> None:
        self.of = array
        """The very array: steps that left it as it was share what is packed."""
        self._shape, self._dtype = array.shape, array.dtype
        self._box = tuple(_extent(array, axis) for axis in range(array.ndim))
        self._bytes = zlib.compress(array[self._box].tobytes(), 1)

    def array(self) -> np.ndarray:
        full = np.zeros(self._shape, self._dtype)
        part = full[self._box]
        part[...] = np.frombuffer(zlib.decompress(self._bytes), self._dtype).reshape(part.shape)
        return full


def _extent(array: np.ndarray, axis: int) -> slice:
    """From the first to the last index along ``axis`` where something is."""
    others = tuple(other for other in range(array.ndim) if other != axis)
    found = np.flatnonzero(array.any(axis=others))
    return slice(int(found[0]), int(found[-1]) + 1) if len(found) else slice(0, 0)


@dataclass(frozen=True)
class _Kept(Generic[Run]):
    bare: Run
    """The run without its arrays."""
    arrays: dict[str, _Packed]

    def run(self) -> Run:
        return replace(self.bare, **{name: packed.array() for name, packed in self.arrays.items()})


class History(Generic[Run]):
    """``now`` is the run that is shown; :meth:`record` makes a step, undo and redo walk along them."""

    def __init__(self, first: Run, *, limit: int = LIMIT) -> None:
        self._limit = limit
        self.now: Run = first
        self._past: list[_Kept[Run]] = []
        self._future: list[_Kept[Run]] = []

    @property
    def can_undo(self) -> bool:
        return bool(self._past)

    @property
    def can_redo(self) -> bool:
        return bool(self._future)

    def record(self, run: Run) -> None:
        """One user action, one step."""
        self._past = [*self._past, self._kept(self.now)][-self._limit :]
        self._future = []
        self.now = run

    def undo(self) -> Run:
        """The run before; the one now when there is no step to undo."""
        if self._past:
            self._future.append(self._kept(self.now))
            self.now = self._past.pop().run()
        return self.now

    def redo(self) -> Run:
        if self._future:
            self._past.append(self._kept(self.now))
            self.now = self._future.pop().run()
        return self.now

    def revise(self, change: Callable[[Any], Any]) -> None:
        """Put ``change(result)`` in the place of every step's result; what is no step of its own, a
        signature for instance, holds before and after undo alike."""
        self.now = _revised(self.now, change)
        self._past = [_Kept(_revised(kept.bare, change), kept.arrays) for kept in self._past]
        self._future = [_Kept(_revised(kept.bare, change), kept.arrays) for kept in self._future]

    def _kept(self, run: Run) -> _Kept[Run]:
        known = [p for kept in (*self._past[-1:], *self._future[-1:]) for p in kept.arrays.values()]
        arrays = {
            field.name: next((packed for packed in known if packed.of is array), None) or _Packed(array)
            for field in fields(run)
            if isinstance(array := getattr(run, field.name), np.ndarray)
        }
        return _Kept(replace(run, **dict.fromkeys(arrays)), arrays)


def _revised(run: Run, change: Callable[[Any], Any]) -> Run:
    return replace(run, result=change(run.result))
