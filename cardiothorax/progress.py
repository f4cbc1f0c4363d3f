"""Progress and cancelling: one interface, whoever listens."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Called by pipelines between steps. An implementation raises
    :class:`cardiothorax.errors.Cancelled` from the call when the reader has cancelled."""

    def __call__(self, fraction: float, step: str) -> None:
        """``fraction`` of the whole run, 0 to 1, and the step that begins now, in words."""


def silent(fraction: float, step: str) -> None:
    """Nobody listens."""


def part_of(progress: Progress, start: float, end: float) -> Progress:
    """What a step reports from 0 to 1, as the part from ``start`` to ``end`` of the whole."""

    def told(fraction: float, step: str) -> None:
        progress(start + (end - start) * fraction, step)

    return told
