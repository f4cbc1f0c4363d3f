"""Which of several CT series is the one to score."""

from __future__ import annotations

from collections.abc import Sequence

from .ct_contrast import contrast_evidence
from .ct_kernel import is_sharp_kernel
from .ct_series import CtSeries

_HEART_MM = 80.0
"""A stack less tall than this does not show the whole heart: a test run or the monitoring of a bolus."""
_BEST_THICKNESS_MM = 3.0
"""Agatston's slices; 2.5 to 3 mm is what scoring protocols use."""


def best_series(series: Sequence[CtSeries]) -> CtSeries:
    """The first in this order: can be read, tall enough for a heart, no contrast agent, no sharp kernel,
    original slices, gated, thickness nearest 3 mm, more slices, lower number."""
    return min(series, key=_unfitness)


def _unfitness(series: CtSeries) -> tuple[float, ...]:
    tags = series.tags
    thickness = series.thickness_mm or series.increment_mm or 0.0
    return (
        bool(series.problem),
        series.slices * (series.increment_mm or 0.0) < _HEART_MM,
        bool(contrast_evidence(tags)),
        is_sharp_kernel(tags),
        not tags.get("ImageType", "ORIGINAL").upper().startswith("ORIGINAL"),
        not series.gated,
        abs(thickness - _BEST_THICKNESS_MM),
        -series.slices,
    )
