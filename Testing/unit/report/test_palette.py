"""One set of colors for pictures and scene, told apart with every common color vision."""

from __future__ import annotations

import csv
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from cardiothorax.imaging.organs import ORGANS
from cardiothorax.records import Grade
from cardiothorax.report.palette import GRADE_COLORS, LINE_COLORS, ORGAN_COLORS

# Machado, Oliveira and Fernandes 2009, severity 1.0, on linear RGB
VISION = {
    "usual": np.eye(3),
    "protanopia": np.array([[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]]),
    "deuteranopia": np.array([[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]]),
}


def test_scene_and_pictures_share_colors(repository: Path) -> None:
    with open(repository / "Resources/Colors/CardiothoraxOrgans.csv", encoding="utf-8", newline="") as file:
        rows = {int(row["LabelValue"]): row for row in csv.DictReader(file)}
    for label, color in ORGAN_COLORS.items():
        assert rows[label]["Name"] == ORGANS[label]
        assert tuple(int(rows[label][f"Color_{c}"]) for c in "RGB") == color


@pytest.mark.parametrize("vision", VISION)
def test_organs_and_diameters_are_told_apart(vision: str) -> None:
    def seen(color: tuple[int, int, int]) -> np.ndarray:
        return np.clip(VISION[vision] @ (np.array(color) / 255) ** 2.2, 0, 1) ** (1 / 2.2) * 255

    for group in (ORGAN_COLORS.values(), (LINE_COLORS["T"], LINE_COLORS["Th"])):
        for a, b in combinations(map(seen, group), 2):
            assert np.linalg.norm(a - b) > 40


def test_every_grade_has_its_color() -> None:
    assert set(GRADE_COLORS) == {grade.value for grade in Grade}
