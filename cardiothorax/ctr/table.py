"""One row a film: the columns of ``results.csv`` and of the module's tables."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from .result import CtrResult, CtrValues

_FIRST = (
    "ctr",
    "thoracic_diameter_px",
    "cardiac_diameter_px",
    "thoracic_diameter_mm",
    "cardiac_diameter_mm",
    "cardiomegaly",
)
_VALUES = (*_FIRST, *(f.name for f in fields(CtrValues) if f.name not in _FIRST))
COLUMNS = ("file", *_FIRST, "verdict", "flags", "error", "seconds", *_VALUES[len(_FIRST) :], "edited")
"""``file``, ``error`` and ``seconds`` are filled by whoever ran the study."""


def row_of(result: CtrResult) -> dict[str, Any]:
    """Full precision; empty where there is no value."""
    values = result.values
    row: dict[str, Any] = {name: getattr(values, name) if values else None for name in _VALUES}
    row["verdict"] = result.verdict
    row["flags"] = ";".join(flag.code for flag in result.flags)
    row["edited"] = result.provenance.edited
    return row
