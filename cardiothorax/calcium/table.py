"""One row a study: the columns of ``results.csv`` and of the module's tables."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from ..records import ORIGIN_COLUMNS
from .labels import PARTS
from .result import CalciumResult, Lesion

_TOTALS = (
    "agatston",
    "volume_mm3",
    "mass_mg",
    "lesions",
    "category",
    "cac_drs",
)
_OF_STUDY = ("agatston_lad_lm", "volume_interpolated_mm3", "visual_suggestion")
_BY_PART = ("agatston", "volume_mm3", "mass_mg", "lesions", "volume_interpolated_mm3")
_SETTINGS = ("preset", "threshold_hu", "mass_factor", "mass_factor_source")
_FIRST = ("file", *_TOTALS, *(f"agatston_{name}" for name in ("lad", "lcx", "rca", "lm", "other")))
_MORE = (
    *_OF_STUDY,
    *(f"{what}_{name}" for what in _BY_PART if what != "agatston" for name in PARTS),
    *_SETTINGS,
)
COLUMNS = (*_FIRST, *_MORE, *ORIGIN_COLUMNS, "verdict", "flags", "error", "seconds")
"""``file``, ``error`` and ``seconds`` are filled by whoever ran the study."""

LESION_COLUMNS = tuple(f.name for f in fields(Lesion))


def row_of(result: CalciumResult) -> dict[str, Any]:
    """Everything but ``file``, ``error`` and ``seconds``, in full precision; ``None`` without values."""
    values = result.values
    totals = {name: getattr(values, name, None) for name in (*_TOTALS, *_OF_STUDY, *_SETTINGS)}
    by_part = {
        f"{what}_{name}": getattr(values.arteries[name], what) if values else None
        for name in PARTS
        for what in _BY_PART
    }
    return {
        **totals,
        **by_part,
        **result.judged(),
    }
