"""The typed result of a cardiothoracic ratio, and its flags' codes.

Pixel coordinates are (x, y) = (column, row) of the input grid, pixel centres at integers; so the
outer border of column 10 is 9.5 or 10.5. Millimetre points are LPS.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ..imaging.image import Vector
from ..records import Flag, Provenance, Recorded

SCHEMA = "cardiothorax/ctr/1"
DEFAULT_CUTOFF = 0.50
AP_CUTOFF = 0.55

FLAG_CODES = {
    "note": (
        "projection_unknown",
        "projection_ap",
        "spacing_uncalibrated",
        "edited",
        "unusual_file",
        "device_fallback",
        "polarity_inverted",
    ),
    "review": (
        "rotated_patient",
        "tilted",
        "cut_by_border",
        "uncertain_border",
        "implausible",
        "heart_on_the_right",
        "perhaps_not_frontal",
        "supine",
    ),
    "reject": ("not_frontal_chest", "turned", "organ_missing"),
}


@dataclass(frozen=True)
class Line:
    """A measured line from the picture's left end to its right end (the patient's right to left)."""

    start_px: tuple[float, float]
    end_px: tuple[float, float]
    start_mm: Vector
    end_mm: Vector


@dataclass(frozen=True)
class CtrValues:
    """Lengths are horizontal, between outer borders. ``None`` where it cannot be known.

    ``*_mm`` is ``None`` for an unknown spacing. Sources of the definitions: DESIGN section 3.
    """

    ctr: float
    thoracic_diameter_px: float
    cardiac_diameter_px: float
    thoracic_diameter_mm: float | None
    cardiac_diameter_mm: float | None
    thoracic_extent_px: float
    """Leftmost to rightmost lung border over different rows."""
    thoracic_extent_mm: float | None
    mrd_px: float
    mld_px: float
    mrd_mm: float | None
    mld_mm: float | None
    midline_px: float
    """Column of the midline, in radiographic view; in the film's own grid it is where MRD and MLD meet."""
    tilt_degrees: float
    """Angle of the thoracic axis to the vertical; positive when its top leans to the picture's right."""
    ctr_tilt_corrected: float
    cardiomegaly: bool
    cutoff: float
    heart_area_px: int
    left_lung_area_px: int
    right_lung_area_px: int
    heart_area_mm2: float | None
    left_lung_area_mm2: float | None
    right_lung_area_mm2: float | None


@dataclass(frozen=True)
class CtrResult(Recorded):
    """``values`` and ``lines`` (by name: ``T``, ``Th``, ``MRD``, ``MLD``) are empty when an organ is
    missing or the picture was refused. After an edit ``automatic`` keeps the network's values."""

    source: str
    values: CtrValues | None
    lines: dict[str, Line]
    flags: tuple[Flag, ...]
    provenance: Provenance
    automatic: CtrValues | None = None
    notes: tuple[str, ...] = ()
    """What was done to an unusual file, in words."""
    seconds: dict[str, float] = field(default_factory=dict)
    """By stage: read, network, refine, measure."""
    schema: str = SCHEMA


@dataclass(frozen=True)
class CtrRun:
    """A result with its arrays, which travel beside the JSON.

    ``labels`` is uint8 ``[row, column]`` on the input grid, values of
    :mod:`cardiothorax.imaging.organs`.
    """

    result: CtrResult
    labels: np.ndarray
