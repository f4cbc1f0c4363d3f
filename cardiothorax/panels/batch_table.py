"""The table of a batch: a row a study, filled as they end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any

import qt
from slicer.i18n import tr as _

from .batch_task import BatchTask
from .status import gradeIcon

NAME_WIDTH = 18
"""In letters."""


class BatchTable:
    """Columns: the file's name, those of the task, verdict, flags."""

    def __init__(self, table: Any, task: BatchTask) -> None:
        self._table = table
        self._task = task
        self._verdict = 1 + len(task.titles)
        titles = [task.words.title, *task.titles, _("Verdict"), _("Flags")]
        table.setColumnCount(len(titles))
        table.setHorizontalHeaderLabels(titles)
        table.verticalHeader().visible = False
        header = table.horizontalHeader()
        header.setSectionResizeMode(0, qt.QHeaderView.Interactive)
        header.resizeSection(0, NAME_WIDTH * table.fontMetrics().averageCharWidth())
        for column in range(1, self._verdict + 1):
            header.setSectionResizeMode(column, qt.QHeaderView.ResizeToContents)
        header.stretchLastSection = True

    def begin(self, files: Sequence[str]) -> None:
        self._table.setRowCount(0)
        self._table.setRowCount(len(files))
        for row, (file, name) in enumerate(zip(files, shortNames(files), strict=True)):
            self._set(row, 0, name, tip=file)
            self._set(row, self._verdict, _("waiting"))

    def progress(self, row: int, fraction: float) -> None:
        self._set(row, self._verdict, _("{percent:.0f} %").format(percent=100 * fraction))

    def fill(self, row: int, cells: Mapping[str, Any]) -> None:
        """``cells`` as in ``results.csv``."""
        if cells["error"]:
            self._set(row, self._verdict, _("failed"), grade="reject")
            self._set(row, self._verdict + 1, cells["error"], tip=cells["error"])
            return
        for column, text in enumerate(self._task.texts(cells), start=1):
            self._set(row, column, text)
        self._set(row, self._verdict, cells["verdict"], grade=cells["verdict"])
        flags = str(cells["flags"] or "").replace(";", ", ").replace("_", " ")
        self._set(row, self._verdict + 1, flags, tip=flags)

    def select(self, row: int) -> None:
        self._table.selectRow(row)

    def text(self, row: int, column: int) -> str:
        item = self._table.item(row, column)
        return item.text() if item is not None else ""

    def _set(self, row: int, column: int, text: str, tip: str = "", grade: str = "") -> None:
        item = qt.QTableWidgetItem(text)
        item.setToolTip(tip)
        if grade:
            item.setIcon(gradeIcon(grade))
        self._table.setItem(row, column, item)


def shortNames(files: Sequence[str]) -> list[str]:
    """Names of files or folders, with as many folders before each as tell it from the others.

    Archives call every patient's series alike.
    """
    parts = [PurePath(file).parts for file in files]
    deepest = max(map(len, parts), default=0)
    names = [""] * len(files)
    for depth in range(1, deepest + 1):
        tried = [PurePath(*of_file[-depth:]).as_posix() for of_file in parts]
        times = Counter(tried)
        for index, name in enumerate(tried):
            if not names[index] and (times[name] == 1 or depth == deepest):
                names[index] = name
        if all(names):
            break
    return names
