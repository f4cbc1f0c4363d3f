"""One row a film: the columns of ``results.csv`` and of the module's tables."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from ..records import ORIGIN_COLUMNS
from .result import CtrResult, CtrValues

_FIRST = (
    "file",
    "ctr",
    "thoracic_diameter_px",
    "cardiac_diameter_px",
    "thoracic_diameter_mm",
    "cardiac_diameter_mm",
    "cardiomegaly",
    "verdict",
    "flags",
    "error",
    "seconds",
)
_MORE = tuple(f.name for f in fields(CtrValues) if f.name not in _FIRST)
COLUMNS = (*_FIRST, *_MORE, *ORIGIN_COLUMNS)
"""``file``, ``error`` and ``seconds`` are filled by whoever ran the study."""


def row_of(result: CtrResult) -> dict[str, Any]:
    """Everything but ``file``, ``error`` and ``seconds``, in full precision; ``None`` without values."""
    return {
        **{f.name: getattr(result.values, f.name, None) for f in fields(CtrValues)},
        **result.judged(),
    }
