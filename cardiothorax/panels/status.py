"""The line at the top of a panel, and flags in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import qt
import slicer
from slicer.i18n import tr as _

from ..records import Flag
from ..report.wording import worst_first

_ICONS = {
    "note": qt.QStyle.SP_MessageBoxInformation,
    "ok": qt.QStyle.SP_DialogApplyButton,
    "review": qt.QStyle.SP_MessageBoxWarning,
    "reject": qt.QStyle.SP_MessageBoxCritical,
}
"""By grade or verdict: a shape as well as a color, in either theme."""


def gradeIcon(grade: str) -> Any:
    """``note``, ``ok``, ``review`` or ``reject``."""
    return slicer.app.style().standardIcon(_ICONS[grade])


def setIcon(label: Any, grade: str) -> None:
    size = int(label.fontMetrics().height() * 1.2)
    label.setPixmap(gradeIcon(grade).pixmap(size, size))


class StatusLine:
    """Says the next step; a problem is said in words, with the log behind a button.

    ``ui`` has ``statusLabel``, ``statusIcon`` (labels) and ``detailsButton``.
    """

    def __init__(self, ui: Any) -> None:
        self.ui = ui
        self._details = ""
        ui.detailsButton.connect("clicked()", self.copyDetails)

    def say(self, text: str, grade: str = "note") -> None:
        self.ui.statusLabel.text = text
        setIcon(self.ui.statusIcon, grade)
        self.ui.detailsButton.visible = False
        self._details = ""

    @contextmanager
    def working(self, text: str = "") -> Iterator[None]:
        """While the panel itself is busy: the mouse shows that it takes a moment, the line says with what."""
        if text:
            self.say(text)
            self.ui.statusLabel.repaint()
        qt.QApplication.setOverrideCursor(qt.Qt.WaitCursor)
        try:
            yield
        finally:
            qt.QApplication.restoreOverrideCursor()

    def sayProblem(self, error: Exception, log: Sequence[str] = ()) -> None:
        """``error`` with its hint; ``log`` are the last lines of the computing process."""
        self.say(str(error), "reject")
        self._details = "\n".join(log)
        self.ui.detailsButton.visible = bool(log)
        tip = _("Copy this text and the log to the clipboard:\n{log}")
        self.ui.detailsButton.toolTip = tip.format(log=self._details)

    def copyDetails(self) -> None:
        """To the clipboard, for a report."""
        slicer.app.clipboard().setText(f"{self.ui.statusLabel.text}\n\n{self._details}")


def showFlags(column: Any, flags: Sequence[Flag], notes: Sequence[str]) -> None:
    """Fill the layout ``column`` with a row a flag, the worst first: icon of its grade, text, evidence;
    then the notes that no flag has said yet."""
    while column.count():
        column.takeAt(0).widget().deleteLater()
    for flag in worst_first(flags):
        evidence = f" ({flag.evidence})" if flag.evidence else ""
        column.addWidget(_row(flag.grade.value, f"{flag.text}{evidence}", flag.code))
    said = " ".join(flag.evidence for flag in flags)
    for note in (note for note in notes if note not in said):
        column.addWidget(_row("note", note, _("What was done to the file")))


def _row(grade: str, text: str, tip: str) -> Any:
    row = qt.QWidget()
    row.toolTip = tip
    line = qt.QHBoxLayout(row)
    line.setContentsMargins(0, 0, 0, 0)
    icon, words = qt.QLabel(), qt.QLabel(text)
    setIcon(icon, grade)
    icon.setAlignment(qt.Qt.AlignTop)
    words.wordWrap = True
    line.addWidget(icon)
    line.addWidget(words, 1)
    return row
