"""What a worker says, and how it is written on the pipe: one JSON object a line, behind a mark."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .. import errors
from ..errors import CardiothoraxError, WorkerProblem

MARK = b"@cardiothorax "
"""Begins every line of the protocol. Whatever else arrives (a launcher's greeting) is noise."""


@dataclass(frozen=True)
class Progressed:
    """``fraction`` of the job, 0 to 1; ``step`` that runs now, in words; seconds left once known."""

    job: int
    fraction: float
    step: str
    seconds_left: float | None = None


@dataclass(frozen=True)
class Result:
    """What the task returned. Every job ends in exactly one ``Result`` or one ``Problem``."""

    job: int
    values: dict[str, Any]
    arrays: dict[str, np.ndarray] = field(default_factory=dict)
    seconds: float = 0.0


@dataclass(frozen=True)
class Problem:
    """``error``: what the task raised, :class:`WorkerProblem` or :class:`Cancelled`; ``log``: last lines.

    ``process_lost``: the process died under the job, so that the same job may succeed in a new one.
    """

    job: int
    error: CardiothoraxError
    log: tuple[str, ...] = ()
    process_lost: bool = False


Message = Progressed | Result | Problem


def encode(message: dict[str, Any]) -> bytes:
    """One line. NaN is refused: a number that does not exist is None."""
    return MARK + json.dumps(message, allow_nan=False).encode() + b"\n"


def decode(line: bytes) -> dict[str, Any] | None:
    """The message on the line; None for noise; :class:`WorkerProblem` for a marked line that is broken."""
    if not line.startswith(MARK):
        return None
    try:
        message = json.loads(line[len(MARK) :])
        kind = message["type"]
    except (ValueError, KeyError, TypeError) as problem:
        shown = line[len(MARK) :][:60].decode(errors="replace")
        text = f"The computing process answered nonsense: {shown!r}."
        raise WorkerProblem(text, "Apply again.") from problem
    return dict(message, type=str(kind))


def error_to_plain(error: CardiothoraxError) -> dict[str, str]:
    return {"code": error.code, "message": error.message, "hint": error.hint}


def error_from_plain(plain: dict[str, Any]) -> CardiothoraxError:
    """The same error that was raised in the worker, by its code."""
    kinds = {
        kind.code: kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, CardiothoraxError)
    }
    kind = kinds.get(str(plain.get("code")), WorkerProblem)
    return kind(str(plain.get("message", "")), str(plain.get("hint", "")))
