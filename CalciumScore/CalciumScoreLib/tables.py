"""The two tables of the panel: scores by artery, and a row a lesion."""

import qt

from cardiothorax.calcium.labels import ARTERIES, NAMES, PARTS

from . import words

RIGHT = qt.Qt.AlignRight | qt.Qt.AlignVCenter


ICON_PX = 12


def shade(widget, rgb, alpha=1.0):
    """An artery's color, 0 to 1, from the table in Resources; all other colors are the palette's."""
    color = widget.palette.base().color()
    color.setRgbF(*rgb, alpha)
    return color


def colorIcon(widget, rgb):
    """A square in an artery's color; its name always stands beside it."""
    picture = qt.QPixmap(ICON_PX, ICON_PX)
    picture.fill(shade(widget, rgb))
    return qt.QIcon(picture)


class ScoreTable:
    """Left main, LAD, LCX, RCA, total, and what is not coronary."""

    def __init__(self, table, icons):
        self._table = table
        rows = (*ARTERIES, "total", "other")
        table.setColumnCount(len(words.SCORE_TITLES))
        table.setHorizontalHeaderLabels(list(words.SCORE_TITLES))
        table.setRowCount(len(rows))
        _compact(table)
        table.setFocusPolicy(qt.Qt.NoFocus)
        header = table.horizontalHeader()
        for column, tip in enumerate(words.SCORE_TIPS):
            table.horizontalHeaderItem(column).setToolTip(tip)
            header.setSectionResizeMode(
                column, qt.QHeaderView.Stretch if column == 0 else qt.QHeaderView.ResizeToContents
            )
        self._rows = {name: row for row, name in enumerate(rows)}
        for name, row in self._rows.items():
            text = words.TOTAL if name == "total" else NAMES[PARTS[name]]
            item = qt.QTableWidgetItem(text)
            if name in icons:
                item.setIcon(icons[name])
            table.setItem(row, 0, item)
            for column in range(1, len(words.SCORE_TITLES)):
                cell = qt.QTableWidgetItem("")
                cell.setTextAlignment(int(RIGHT))
                table.setItem(row, column, cell)
        self._embolden(self._rows["total"])
        _fitHeight(table)

    def show(self, accepted, proposed):
        """``accepted`` and ``proposed`` are values of a calcium result, or ``None``."""
        from cardiothorax.report.calcium_wording import points

        for name, row in self._rows.items():
            mine, theirs = _part(accepted, name), _part(proposed, name)
            texts = ["", "", "", ""]
            if mine is not None:
                score = points(mine.agatston)
                texts = [f"{mine.lesions}", score, f"{mine.volume_mm3:.1f}", f"{mine.mass_mg:.1f}"]
            texts.append(points(theirs.agatston) if theirs is not None else "")
            for column, text in enumerate(texts, start=1):
                self._table.item(row, column).setText(text)
        self._table.setColumnHidden(len(words.SCORE_TITLES) - 1, proposed is None)

    def text(self, name, column):
        return self._table.item(self._rows[name], column).text()

    def _embolden(self, row):
        for column in range(self._table.columnCount):
            font = self._table.font
            font.setBold(True)
            self._table.item(row, column).setFont(font)


class LesionTable:
    """``onSelected()`` is called when the reader chooses a row. A row is ``("lesion", id)`` or
    ``("proposal", id)``."""

    def __init__(self, table, icons, onSelected):
        self._table = table
        self._icons = icons
        self._onSelected = onSelected
        self._busy = False
        table.setColumnCount(len(words.LESION_TITLES))
        table.setHorizontalHeaderLabels(list(words.LESION_TITLES))
        _compact(table)
        header = table.horizontalHeader()
        for column, tip in enumerate(words.LESION_TIPS):
            table.horizontalHeaderItem(column).setToolTip(tip)
            header.setSectionResizeMode(
                column, qt.QHeaderView.Stretch if column == 0 else qt.QHeaderView.ResizeToContents
            )
        table.connect("itemSelectionChanged()", self._selected)

    def show(self, lesions, proposals, key=None):
        """Fill it anew and choose the row ``key``, without a word to the listener."""
        self._busy = True
        table = self._table
        table.setSortingEnabled(False)
        table.clearSelection()
        rows = [("lesion", lesion) for lesion in lesions] + [("proposal", lesion) for lesion in proposals]
        rows.sort(key=lambda row: (row[1].first_slice, row[1].last_slice, row[0]))
        table.setRowCount(len(rows))
        for row, (kind, lesion) in enumerate(rows):
            self._fill(row, kind, lesion)
        table.setSortingEnabled(True)
        table.horizontalHeader().setSortIndicatorShown(False)  # its arrow would need room in every title
        self._busy = False
        self.select(key)

    def _fill(self, row, kind, lesion):
        from cardiothorax.report.calcium_wording import SHORT_NAMES, where

        name = SHORT_NAMES[lesion.artery]
        first = self._item(row, 0, words.proposed(name) if kind == "proposal" else name)
        first.setIcon(self._icons[lesion.artery])
        first.setData(qt.Qt.UserRole, f"{kind} {lesion.id}")
        self._item(row, 1, where(lesion))
        numbers = (lesion.volume_mm3, lesion.peak_hu, lesion.mean_hu, lesion.agatston, lesion.mass_mg)
        for column, (value, digits) in enumerate(zip(numbers, (1, 0, 0, 1, 2), strict=True), start=2):
            self._item(row, column, round(value, digits) if digits else round(value))
        self._item(row, 7, "" if lesion.confidence is None else round(lesion.confidence, 2))

    def _item(self, row, column, value):
        """Numbers are kept as numbers, so that they sort as such."""
        item = self._table.item(row, column)
        if item is None:
            item = qt.QTableWidgetItem()
            if column:
                item.setTextAlignment(int(RIGHT))
            self._table.setItem(row, column, item)
        item.setData(qt.Qt.DisplayRole, value)
        return item

    @property
    def key(self):
        """Of the chosen row; ``None`` without one."""
        row = self._table.currentRow()
        chosen = self._table.selectedItems()
        return self._keyOf(row) if row >= 0 and len(chosen) else None

    @property
    def keys(self):
        """Of all rows, as they are sorted now."""
        return [self._keyOf(row) for row in range(self._table.rowCount)]

    def select(self, key, *, tell=False):
        """Choose the row of a lesion."""
        self._busy = not tell
        keys = self.keys
        if key in keys:
            self._table.selectRow(keys.index(key))
        else:
            self._table.clearSelection()
            self._table.setCurrentItem(None)
        self._busy = False

    def _keyOf(self, row):
        kind, number = self._table.item(row, 0).data(qt.Qt.UserRole).split()
        return kind, int(number)

    def _selected(self):
        if not self._busy:
            self._onSelected()


def _part(values, name):
    if values is None:
        return None
    return values if name == "total" else values.arteries[name]


ROW_LINES, HEADER_LINES = 1.5, 1.9
"""Heights in lines of text."""


def _compact(table):
    """Rows as high as their text; no cell wraps, no title turns bold."""
    table.setWordWrap(False)
    table.verticalHeader().hide()
    table.verticalHeader().setSectionResizeMode(qt.QHeaderView.Fixed)
    table.verticalHeader().setMinimumSectionSize(1)
    table.verticalHeader().setDefaultSectionSize(round(ROW_LINES * table.fontMetrics().height()))
    table.horizontalHeader().setMinimumSectionSize(1)
    table.horizontalHeader().setHighlightSections(False)


def _fitHeight(table):
    """All rows without a scroll bar."""
    rows = table.rowCount * round(ROW_LINES * table.fontMetrics().height())
    header = round(HEADER_LINES * table.fontMetrics().height())
    table.setFixedHeight(rows + header + 2 * table.frameWidth)
