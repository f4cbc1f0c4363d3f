"""What the batch part of a panel says, in the words of its task."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from slicer.i18n import tr as _

from ..jobs import BatchReport
from .times import duration


@dataclass(frozen=True)
class BatchWords:
    """Whole sentences, for translators; names in braces are filled in."""

    results: str
    """Name of the folder of results, which is made in the folder of studies."""
    title: str
    """Of the first column."""
    start: str
    searching: str
    """``{folder}``"""
    first: str
    """Before a time is known: ``{n}`` of ``{total}``."""
    running: str
    """``{done}``, ``{total}``, ``{time}``"""
    done: str
    """``{n}``, ``{total}``, ``{rest}`` (what failed or is left), ``{table}``, ``{folder}``"""
    stopped: str
    """The search for studies was stopped."""
    left: str
    """Part of ``done``: ``{n}`` are not done yet."""
    noFolder: str
    startTip: str
    """``{folder}``, ``{results}``"""
    stopTip: str
    failedRow: str
    """The row cannot be opened: ``{error}``."""
    emptyRow: str
    emptyRowHint: str
    measureFirst: str
    """Agreement: there is no table yet."""
    referenceFirst: str
    """Agreement: which columns the reference must have."""
    compared: str
    """Agreement: ``{n}``, ``{file}``, ``{folder}``."""
    points: str
    """What the points of a plot are."""

    def progress(self, done: int, total: int, secondsLeft: float | None) -> str:
        if secondsLeft is None:
            return self.first.format(n=done + 1, total=total)
        return self.running.format(done=done, total=total, time=duration(secondsLeft))

    def finished(self, report: BatchReport) -> str:
        rest = _(", {n} failed").format(n=report.failed) if report.failed else ""
        if report.finished < report.total:
            rest += self.left.format(n=report.total - report.finished)
        place = {"table": report.table.name, "folder": report.table.parent.name}
        return self.done.format(n=report.finished - report.failed, total=report.total, rest=rest, **place)

    def tip(self, running: bool, folder: Path | None) -> str:
        if running:
            return self.stopTip
        if folder is None:
            return self.noFolder
        return self.startTip.format(folder=folder.name, results=self.results)

    def agreementTip(self, measured: bool, comparable: bool) -> str:
        if not measured:
            return self.measureFirst
        return _("Compare the table with the reference") if comparable else self.referenceFirst
