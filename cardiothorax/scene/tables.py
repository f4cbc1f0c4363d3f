"""Results as a table of texts: quantity, value, unit, note; and the rows that end the table of every task."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import vtk

from ..records.result import Recorded
from ..records.signing import UNNAMED

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


def closing_rows(result: Recorded, *, measured: str) -> list[Row]:
    """Verdict, flags in words, who edited what, and enough to name what measured; the JSON has the rest.

    ``measured`` names the time in the task's own word: "Measured at".
    """
    origin = result.provenance
    options = ", ".join(f"{name} {value}" for name, value in sorted(origin.options.items()))
    model = f"version {origin.model_version}, SHA-256 {origin.model_sha256}" if origin.model_name else ""
    flags = [(f"Flag: {flag.code}", f"{flag.text} {flag.evidence}".rstrip()) for flag in result.flags]
    edits = [f"{edit.what}, {edit.edited_by or UNNAMED}, {edit.edited_at}" for edit in origin.edits]
    return [
        ("Verdict", result.verdict, "", ""),
        *((code, "", "", text) for code, text in flags),
        *(("Edited", "", "", text) for text in edits),
        ("Model", origin.model_name or "none", "", model),
        ("Computed", origin.device, "", f"{origin.engine}; {options}".lstrip("; ")),
        (measured, "", "", origin.created_at),
        ("Package", origin.package_version, "", ""),
    ]
