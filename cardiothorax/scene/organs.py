"""Names, colors and SNOMED codes of the segments, from the tables in ``Resources``."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache

from ..resources import resource

TERMINOLOGY = "Cardiothorax"
"""Name of the context in ``Resources/Terminologies/Cardiothorax.term.json``."""
CALCIUM_TERMINOLOGY = "CardiothoraxCalcium"
"""Of the context and of the list of regions in ``Resources/Terminologies/CardiothoraxCalcium.*.json``."""
_PARTS = ("CodingScheme", "CodeValue", "CodeMeaning")


@dataclass(frozen=True)
class Organ:
    label: int
    segment_id: str
    name: str
    color: tuple[float, float, float]
    """Red, green, blue, 0 to 1."""
    terminology: str
    """Slicer's form: context, category, type, modifier; anatomic context, region, modifier."""


@cache
def organs() -> tuple[Organ, ...]:
    """Left lung, right lung and heart, in the order of their labels."""
    return _of_table("CardiothoraxOrgans.csv", TERMINOLOGY)


@cache
def arteries() -> tuple[Organ, ...]:
    """Calcifications of LAD, LCX, RCA, LM and others, in the order of their labels."""
    return _of_table("CardiothoraxArteries.csv", CALCIUM_TERMINOLOGY)


@cache
def candidate_segment() -> Organ:
    """What is bright and nobody's yet; it has no code, since it may be bone."""
    return Organ(1, "candidates", "candidates", (1.0, 0.92, 0.45), "")


def _of_table(name: str, terminology: str) -> tuple[Organ, ...]:
    with open(resource("Colors", name), encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if int(row["LabelValue"]) > 0]
    return tuple(sorted((_organ(row, terminology) for row in rows), key=lambda organ: organ.label))


def _organ(row: dict[str, str], terminology: str) -> Organ:
    red, green, blue = (int(row[f"Color_{letter}"]) / 255 for letter in "RGB")
    codes = [_code(row, column) for column in ("Category", "Type", "TypeModifier")]
    regions = [_code(row, column) for column in ("Region", "RegionModifier")]
    context = terminology if row["Region_CodeValue"] else ""
    return Organ(
        label=int(row["LabelValue"]),
        segment_id=row["Name"].replace(" ", "_"),
        name=row["Name"],
        color=(red, green, blue),
        terminology="~".join([terminology, *codes, context, *regions]),
    )


def _code(row: dict[str, str], column: str) -> str:
    return "^".join(row[f"{column}_{part}"] for part in _PARTS)
