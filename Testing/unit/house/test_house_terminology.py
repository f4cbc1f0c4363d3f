"""Labels, color table and terminology say the same of each organ."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass

import pytest

from cardiothorax.imaging import organs as labels
from Testing.unit.house.source import REPOSITORY

COLORS = REPOSITORY / "Resources" / "Colors" / "CardiothoraxOrgans.csv"
TERMINOLOGY = REPOSITORY / "Resources" / "Terminologies" / "Cardiothorax.term.json"

SNOMED = {
    "heart": ("80891009", ""),
    "left lung": ("39607008", "7771000"),
    "right lung": ("39607008", "24028007"),
}
"""Organ -> code of type and of modifier, from SNOMED CT: heart structure, lung structure, left, right."""


@dataclass(frozen=True)
class Organ:
    color: tuple[int, int, int]
    type_code: str
    modifier_code: str


@pytest.fixture(scope="module")
def rows() -> dict[str, dict[str, str]]:
    with open(COLORS, encoding="utf-8", newline="") as table:
        return {row["Name"]: row for row in csv.DictReader(table)}


def in_table(rows: dict[str, dict[str, str]]) -> dict[str, Organ]:
    return {
        name: Organ(
            (int(row["Color_R"]), int(row["Color_G"]), int(row["Color_B"])),
            row["Type_CodeValue"],
            row["TypeModifier_CodeValue"],
        )
        for name, row in rows.items()
        if row["Type_CodeValue"]
    }


def in_terminology() -> dict[str, Organ]:
    content = json.loads(TERMINOLOGY.read_text("utf-8"))
    organs = {}
    for category in content["SegmentationCodes"]["Category"]:
        for kind in category["Type"]:
            for entry in kind.get("Modifier", [kind]):
                modifier = entry["CodeValue"] if entry is not kind else ""
                color = tuple(entry["recommendedDisplayRGBValue"])
                organs[entry["3dSlicerLabel"]] = Organ(color, kind["CodeValue"], modifier)
    return organs


def test_color_table_and_terminology_agree(rows: dict[str, dict[str, str]]) -> None:
    assert in_table(rows) == in_terminology()


def test_codes_are_snomeds(rows: dict[str, dict[str, str]]) -> None:
    assert {name: (o.type_code, o.modifier_code) for name, o in in_table(rows).items()} == SNOMED
    assert {row["Type_CodingScheme"] for row in rows.values() if row["Type_CodeValue"]} == {"SCT"}


def test_label_values_are_the_packages(rows: dict[str, dict[str, str]]) -> None:
    assert {name: int(row["LabelValue"]) for name, row in rows.items()} == {
        "background": labels.BACKGROUND,
        "left lung": labels.LEFT_LUNG,
        "right lung": labels.RIGHT_LUNG,
        "heart": labels.HEART,
    }


def test_colors_can_be_told_apart(rows: dict[str, dict[str, str]]) -> None:
    colors = [organ.color for organ in in_table(rows).values()]
    apart = [
        sum(abs(a - b) for a, b in zip(p, q, strict=True)) for i, p in enumerate(colors) for q in colors[:i]
    ]
    assert min(apart) > 100
