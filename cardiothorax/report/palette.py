"""The colors of organs, lines and grades, for pictures, pages and the Slicer scene alike.

From Okabe and Ito's set (Color Universal Design, 2008), which readers with any common color
vision tell apart; grades also have a shape and a word, never a color alone.
"""

from __future__ import annotations

from ..imaging.organs import HEART, LEFT_LUNG, RIGHT_LUNG

Rgb = tuple[int, int, int]

SKY_BLUE: Rgb = (86, 180, 233)
GREEN: Rgb = (0, 158, 115)
VERMILION: Rgb = (230, 90, 60)
"""Okabe and Ito's (213, 94, 0), a little lighter: it stands on dark films."""
YELLOW: Rgb = (240, 228, 66)
ORANGE: Rgb = (255, 176, 40)
PURPLE: Rgb = (221, 140, 190)
WHITE: Rgb = (255, 255, 255)

# The same as in Resources/Colors, from which the Slicer scene takes them; a test compares.
ORGAN_COLORS: dict[int, Rgb] = {LEFT_LUNG: SKY_BLUE, RIGHT_LUNG: GREEN, HEART: VERMILION}
LINE_COLORS: dict[str, Rgb] = {"T": YELLOW, "Th": ORANGE, "MRD": PURPLE, "MLD": PURPLE}
MIDLINE_COLOR: Rgb = WHITE

GRADE_COLORS: dict[str, Rgb] = {"note": (120, 170, 220), "review": (245, 180, 40), "reject": (235, 80, 60)}
"""On dark grounds. Pages on white use darker ones of the same hue, see the style sheet."""

# Arteries as in Resources/Colors/CardiothoraxArteries.csv; names stand beside the colors everywhere.
ARTERY_COLORS: dict[str, Rgb] = {
    "lm": (255, 158, 32),
    "lad": (230, 48, 48),
    "lcx": (64, 132, 255),
    "rca": (40, 190, 96),
    "other": (158, 158, 158),
}
