"""The table of a batch: a row a film, filled as they end."""

import os

import qt
from slicer.i18n import tr as _

from cardiothorax.panels.status import gradeIcon

FILM, RATIO, VERDICT, FLAGS = range(4)


class BatchTable:
    def __init__(self, table):
        self._table = table
        table.setColumnCount(4)
        table.setHorizontalHeaderLabels([_("Film"), _("CTR"), _("Verdict"), _("Flags")])
        table.verticalHeader().visible = False
        header = table.horizontalHeader()
        header.setSectionResizeMode(FILM, qt.QHeaderView.Interactive)
        header.resizeSection(FILM, 18 * table.fontMetrics().averageCharWidth())
        header.setSectionResizeMode(RATIO, qt.QHeaderView.ResizeToContents)
        header.setSectionResizeMode(VERDICT, qt.QHeaderView.ResizeToContents)
        header.stretchLastSection = True

    def begin(self, files):
        self._table.setRowCount(0)
        self._table.setRowCount(len(files))
        for row, file in enumerate(files):
            self._set(row, FILM, os.path.basename(file), tip=file)
            self._set(row, VERDICT, _("waiting"))

    def progress(self, row, fraction):
        self._set(row, VERDICT, _("{percent:.0f} %").format(percent=100 * fraction))

    def fill(self, row, cells):
        """``cells`` as in ``results.csv``."""
        from cardiothorax.report.wording import ratio

        if cells["error"]:
            self._set(row, VERDICT, _("failed"), grade="reject")
            self._set(row, FLAGS, cells["error"], tip=cells["error"])
            return
        known = cells["ctr"] is not None
        self._set(row, RATIO, ratio(float(cells["ctr"]), float(cells["cutoff"])) if known else "")
        self._set(row, VERDICT, cells["verdict"], grade=cells["verdict"])
        flags = str(cells["flags"] or "").replace(";", ", ").replace("_", " ")
        self._set(row, FLAGS, flags, tip=flags)

    def select(self, row):
        self._table.selectRow(row)

    def text(self, row, column):
        item = self._table.item(row, column)
        return item.text() if item is not None else ""

    def _set(self, row, column, text, tip="", grade=""):
        item = qt.QTableWidgetItem(text)
        item.setToolTip(tip)
        if grade:
            item.setIcon(gradeIcon(grade))
        self._table.setItem(row, column, item)
