"""Scores and lesions as table nodes of the scene."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import vtk

from ..calcium.labels import NAMES, PARTS
from ..calcium.result import CalciumResult, Lesion
from .tables import Row, closing_rows, fill_table

LESION_COLUMNS = (
    "id", "artery", "first_slice", "last_slice", "voxels", "counted", "volume_mm3", "agatston", "mass_mg",
    "peak_hu", "mean_hu", "confidence",
)  # fmt: skip
"""Named as in the files; slices count from 0 there and here."""
_TEXT = ("artery", "counted", "confidence")


def fill_lesion_table(node: Any, lesions: Iterable[Lesion]) -> None:
    """One row a lesion, numbers as numbers."""
    rows = list(lesions)
    table = vtk.vtkTable()
    for name in LESION_COLUMNS:
        array = vtk.vtkStringArray() if name in _TEXT else vtk.vtkDoubleArray()
        array.SetName(name)
        array.SetNumberOfValues(len(rows))
        for index, lesion in enumerate(rows):
            value = getattr(lesion, name)
            array.SetValue(index, _text(value) if name in _TEXT else float(value))
        table.AddColumn(array)
    node.SetAndObserveTable(table)
    node.SetLocked(True)
    node.SetUseColumnTitleAsColumnHeader(True)


def fill_score_table(node: Any, result: CalciumResult) -> None:
    fill_table(node, score_rows(result))


def score_rows(result: CalciumResult) -> list[Row]:
    """Totals, then arteries, settings, verdict, flags and edits."""
    closing = closing_rows(result, measured="Scored at")
    return [*_totals(result), *_arteries(result), *_settings(result), *closing]


def _totals(result: CalciumResult) -> list[Row]:
    values = result.values
    if values is None:
        return [("Agatston score", "not scored", "", "see the flags")]
    factor = f"factor {values.mass_factor:g}, {values.mass_factor_source}"
    rows = [
        ("Agatston score", f"{values.agatston:.1f}", "", f"category {values.category}, {values.cac_drs}"),
        ("Volume", f"{values.volume_mm3:.1f}", "mm\u00b3", ""),
        ("Interpolated volume", f"{values.volume_interpolated_mm3:.1f}", "mm\u00b3", ""),
        ("Mass", f"{values.mass_mg:.2f}", "mg", factor),
        ("Lesions", f"{values.lesions}", "", "more than 1.5 mm\u00b3"),
        ("Agatston LAD and LM", f"{values.agatston_lad_lm:.1f}", "", "for reports on three arteries"),
    ]
    if result.automatic is not None:
        before = f"{result.automatic.agatston:.1f}"
        rows.append(("Agatston proposed by the network", before, "", "before the reader's work"))
    return rows


def _arteries(result: CalciumResult) -> list[Row]:
    if result.values is None:
        return []
    rows = []
    for name, code in PARTS.items():
        part = result.values.arteries[name]
        note = f"volume {part.volume_mm3:.1f} mm\u00b3, mass {part.mass_mg:.2f} mg, lesions {part.lesions}"
        rows.append((NAMES[code], f"{part.agatston:.1f}", "", note))
    return rows


def _settings(result: CalciumResult) -> list[Row]:
    values = result.values
    if values is None:
        return []
    limits = ", ".join(f"{limit:g}" for limit in values.weight_limits_hu)
    return [
        ("Preset", values.preset, "", f"{values.connectivity}-connected in a slice"),
        ("Threshold", f"{values.threshold_hu:g}", "HU", f"weights 2, 3, 4 from {limits} HU"),
    ]


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.2f}" if isinstance(value, float) else str(value)
