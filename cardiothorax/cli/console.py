"""What a person watching the command sees: on standard error, a bar on a terminal, else plain lines."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from ..jobs import Batch, BatchReport, RowDone, StudyProgress

Quantity = Callable[[Mapping[str, Any]], str]
"""A row's result in words: ``CTR 0.470``."""


class BatchConsole:
    """Listens to a batch. On a terminal a bar with time left, and a line a study either way."""

    def __init__(self, batch: Batch, quantity: Quantity, *, quiet: bool = False) -> None:
        self._batch = batch
        self._quantity = quantity
        self._quiet = quiet
        self._count = 0
        self._bar: Any = None

    def __enter__(self) -> BatchConsole:
        if not self._quiet and sys.stderr.isatty():
            self._bar = _bar()
            self._task = self._bar.add_task("Starting", total=self._batch.total, left="")
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, event: StudyProgress | RowDone) -> None:
        if isinstance(event, RowDone):
            self._count += 1
            if not self._quiet or event.error is not None:
                self._line(f"[{self._count}/{self._batch.total}] {row_in_words(event, self._quantity)}")
        if self._bar is not None:
            name = Path(event.file).name
            step = f"{event.step}: {name}" if isinstance(event, StudyProgress) else name
            part = event.fraction if isinstance(event, StudyProgress) else 0.0
            left = self._batch.seconds_left
            done = min(self._count + part, self._batch.total)
            self._bar.update(
                self._task,
                description=_shortened(step),
                completed=done,
                left="" if left is None else f"{duration(left)} left",
            )

    def _line(self, text: str) -> None:
        if self._bar is not None:
            self._bar.console.print(text, markup=False, highlight=False, soft_wrap=True)
        else:
            print(text, file=sys.stderr, flush=True)


def row_in_words(event: RowDone, quantity: Quantity) -> str:
    """``film.dcm: CTR 0.470, ok, 0.8 s``."""
    row = event.row
    if row["error"]:
        return f"{event.file}: failed: {row['error']}"
    verdict = str(row.get("verdict", ""))
    flags = f" ({row['flags'].replace(';', ', ')})" if row.get("flags") else ""
    time = "done before" if event.resumed else f"{row['seconds']:.1f} s"
    return f"{event.file}: {quantity(row)}, {verdict}{flags}, {time}"


def counted(report: BatchReport, one: str, many: str) -> str:
    """``3 films in 12 s, 1 done before, 1 failed.``"""
    count = f"1 {one}" if report.finished == 1 else f"{report.finished} {many}"
    before = f", {report.resumed} done before" if report.resumed else ""
    failed = f", {report.failed} failed" if report.failed else ""
    return f"{count} in {duration(report.seconds)}{before}{failed}."


def duration(seconds: float) -> str:
    """``41 s``, ``3 min``, ``2 h 05 min``."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02d} min"


def _shortened(text: str, width: int = 44) -> str:
    """Always ``width`` wide, so that the bar stands still; the middle goes, both ends tell most."""
    return text.ljust(width) if len(text) <= width else f"{text[: width // 2 - 1]}…{text[-(width // 2) :]}"


def _bar() -> Any:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[left]}"),
        console=Console(stderr=True),
    )
