"""What a voxel's label means: 0 nothing, four arteries, and what is bright but not coronary."""

from __future__ import annotations

BACKGROUND = 0
LAD = 1
LCX = 2
RCA = 3
LM = 4
OTHER = 5

ARTERIES = {"lm": LM, "lad": LAD, "lcx": LCX, "rca": RCA}
"""The arteries that a total adds up, in the order of tables."""

PARTS = {**ARTERIES, "other": OTHER}
"""Everything that is scored; ``other`` stays out of every total."""

CODES = {code: name for name, code in PARTS.items()}
"""Label -> short name, as in :data:`PARTS`."""

NAMES = {
    LM: "Left main",
    LAD: "Left anterior descending",
    LCX: "Left circumflex",
    RCA: "Right coronary artery",
    OTHER: "Not coronary",
}
"""Label -> name for a reader."""
