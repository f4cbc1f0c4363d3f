"""The typed result of a calcium score, and its flags' codes.

Pixel coordinates are (x, y, z) = (column, row, slice) of the input grid, pixel centers at integers.
Millimeter points are LPS. Arteries are named ``lm``, ``lad``, ``lcx``, ``rca``; ``other`` is what is
bright but not coronary, and stays out of every total.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ..imaging.image import Vector
from ..records import Flag, Provenance, Recorded

SCHEMA = "cardiothorax/calcium/1"

FLAG_CODES = {
    "note": (
        "unreviewed",
        "edited",
        "mass_uncalibrated",
        "kvp_unknown",
        "kvp_limits",
        "unusual_file",
        "several_series",
        "device_fallback",
        "not_gated",
        "overlapping_slices",
    ),
    "review": (
        "high_kvp",
        "monoenergetic",
        "sharp_kernel",
        "thick_slices",
        "gaps",
        "large_pixels",
        "noisy",
        "heart_not_found",
        "contrast_in_header",
        "not_scored",
        "cut_by_scan",
        "metal",
        "implausible",
    ),
    "reject": ("contrast_enhanced", "not_hounsfield"),
}


@dataclass(frozen=True)
class Lesion:
    """A 6-connected piece in space of one artery's candidates: one row of the lesion table.

    ``id`` counts from 1, feet to head. ``first_slice`` and ``last_slice`` count from 0, both inclusive.
    Volume, Agatston score and mass are sums over the regions that count (by the preset's smallest region)
    and may be 0. ``voxels``, peak, mean and center are of all its voxels. ``counted`` says whether it is
    large enough (more than 1.5 mm³) to be one of the ``lesions`` of its artery.
    """

    id: int
    artery: str
    first_slice: int
    last_slice: int
    voxels: int
    counted: bool
    volume_mm3: float
    agatston: float
    mass_mg: float
    peak_hu: float
    mean_hu: float
    center_px: tuple[float, float, float]
    center_mm: Vector
    confidence: float | None = None
    """Of the network that proposed it, 0 to 1; None for what a reader drew."""


@dataclass(frozen=True)
class ArteryScore:
    """``lesions`` counts pieces in space of more than 1.5 mm³."""

    agatston: float
    volume_mm3: float
    volume_interpolated_mm3: float
    mass_mg: float
    lesions: int


@dataclass(frozen=True)
class CalciumValues:
    """Totals over ``lm``, ``lad``, ``lcx``, ``rca``; ``arteries`` has those and ``other``.

    ``visual_suggestion`` is none, mild, moderate or severe: a suggestion for chest CT, not a reading.
    The last fields are the settings that the numbers were made by.
    """

    agatston: float
    volume_mm3: float
    volume_interpolated_mm3: float
    mass_mg: float
    lesions: int
    category: str
    cac_drs: str
    visual_suggestion: str
    agatston_lad_lm: float
    """Left main added to the left anterior descending, for reports on three arteries."""
    arteries: dict[str, ArteryScore]
    preset: str
    threshold_hu: float
    weight_limits_hu: tuple[float, float, float]
    connectivity: int
    mass_factor: float
    mass_factor_source: str


@dataclass(frozen=True)
class CalciumResult(Recorded):
    """``values`` is None and ``lesions`` empty when the study was refused. After an edit ``automatic`` keeps
    the network's values."""

    source: str
    values: CalciumValues | None
    lesions: tuple[Lesion, ...]
    flags: tuple[Flag, ...]
    provenance: Provenance
    automatic: CalciumValues | None = None
    notes: tuple[str, ...] = ()
    """What was done to an unusual file, in words."""
    seconds: dict[str, float] = field(default_factory=dict)
    """By stage: read, network, candidates, score."""
    schema: str = SCHEMA


@dataclass(frozen=True)
class CalciumRun:
    """A result with its arrays, which travel beside the JSON; both uint8 ``[k, j, i]`` on the input grid,
    values of :mod:`cardiothorax.calcium.labels`.

    ``labels`` are what the numbers were made from, ``proposals`` what the network drew (all 0 without one).
    In a run that no reader has seen they are the same, and the flag ``unreviewed`` says so.
    """

    result: CalciumResult
    labels: np.ndarray
    proposals: np.ndarray
