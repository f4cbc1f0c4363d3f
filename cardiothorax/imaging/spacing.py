"""Millimeters per pixel of a projection radiograph, and which header value they come from."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

SMALLEST_MM, LARGEST_MM = 0.01, 5.0
"""Outside of these no film of a chest was ever digitized: the tag is wrong, the spacing unknown."""

MAGNIFICATION_RANGE = (1.0, 3.0)
"""Source to detector over source to patient; below 1 the patient stands behind the detector."""


@dataclass(frozen=True)
class PixelSize:
    """``column_mm`` is the distance between columns (along i), ``row_mm`` between rows (along j).
    ``source`` is the tag's keyword, empty when the size is unknown (then 1 mm stands in)."""

    column_mm: float = 1.0
    row_mm: float = 1.0
    source: str = ""
    notes: tuple[str, ...] = ()


def pixel_size(header: Any) -> PixelSize:
    """Of a pydicom dataset.

    ``PixelSpacing`` in the patient where it was calibrated or differs from the detector's; else
    ``ImagerPixelSpacing`` divided by ``EstimatedRadiographicMagnificationFactor``; else the
    detector's own; else ``NominalScannedPixelSpacing`` (digitized film). DICOM PS3.3 10.7.1.3.
    """
    patient = _pair(header, "PixelSpacing")
    detector = _pair(header, "ImagerPixelSpacing")
    scanned = _pair(header, "NominalScannedPixelSpacing")
    notes = tuple(
        f"{name} is {header.get(name)}: taken as unknown."
        for name, pair in (("PixelSpacing", patient), ("ImagerPixelSpacing", detector))
        if header.get(name) is not None and pair is None
    )
    if patient and (
        detector is None or header.get("PixelSpacingCalibrationType") or not _same(patient, detector)
    ):
        return PixelSize(patient[1], patient[0], "PixelSpacing", notes)
    if detector:
        factor = _magnification(header)
        if factor > 1.0:
            return PixelSize(
                detector[1] / factor,
                detector[0] / factor,
                "ImagerPixelSpacing/EstimatedRadiographicMagnificationFactor",
                (*notes, f"Detector spacing divided by the magnification {factor:g}."),
            )
        return PixelSize(detector[1], detector[0], "ImagerPixelSpacing", notes)
    if scanned:
        return PixelSize(scanned[1], scanned[0], "NominalScannedPixelSpacing", notes)
    return PixelSize(notes=notes)


def _pair(header: Any, name: str) -> tuple[float, float] | None:
    """(row distance, column distance) as DICOM orders them, or ``None`` where they are no sizes."""
    value = header.get(name)
    try:
        row, column = (float(v) for v in value)
    except (TypeError, ValueError):
        return None
    usable = all(math.isfinite(v) and SMALLEST_MM <= v <= LARGEST_MM for v in (row, column))
    return (row, column) if usable else None


def _magnification(header: Any) -> float:
    try:
        factor = float(header.get("EstimatedRadiographicMagnificationFactor"))
    except (TypeError, ValueError):
        return 1.0
    low, high = MAGNIFICATION_RANGE
    return factor if low <= factor <= high else 1.0


def _same(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return all(math.isclose(a, b, rel_tol=1e-3) for a, b in zip(one, other, strict=True))
