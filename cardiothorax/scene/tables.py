"""Results as a table of texts: quantity, value, unit, note."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import vtk

Row = tuple[str, str, str, str]
COLUMNS = ("quantity", "value", "unit", "note")


def fill_table(node: Any, rows: Iterable[Row]) -> None:
    """Replace all that the table holds."""
    table = vtk.vtkTable()
    arrays = []
    for name in COLUMNS:
        array = vtk.vtkStringArray()
        array.SetName(name)
        arrays.append(array)
    for row in rows:
        for array, cell in zip(arrays, row, strict=True):
            array.InsertNextValue(cell)
    for array in arrays:
        table.AddColumn(array)
    node.SetAndObserveTable(table)
    node.SetLocked(True)
    node.SetUseColumnTitleAsColumnHeader(True)


def table_rows(node: Any) -> list[Row]:
    table = node.GetTable()
    cells = [
        [table.GetValue(row, column).ToString() for column in range(len(COLUMNS))]
        for row in range(table.GetNumberOfRows())
    ]
    return [(quantity, value, unit, note) for quantity, value, unit, note in cells]
