"""The strip under a film's overlay: ratio, caption, flags in words, legend of the organs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..ctr.result import CtrValues
from ..imaging.organs import ORGANS
from ..records import Flag, verdict
from .palette import ORGAN_COLORS, WHITE
from .strip import Strip
from .wording import finding, ratio


def with_footer(
    rgb: np.ndarray, *, values: CtrValues | None, caption: str, flags: Sequence[Flag], legend: bool
) -> np.ndarray:
    """``rgb`` with the strip below it, as wide as the picture and as high as its text needs.

    Flags stand with the worst first; ``legend`` names the outlines' colors.
    """
    strip = Strip(rgb.shape[1], max(rgb.shape[:2]) / 500)
    if values is not None:
        strip.heading(f"CTR {ratio(values.ctr, values.cutoff)}   {finding(values)}")
    elif verdict(flags) == "reject":
        strip.heading("No ratio")
    if caption:
        strip.paragraph(caption, WHITE)
    strip.flags(flags)
    strip.closing((name, ORGAN_COLORS[label]) for label, name in (ORGANS.items() if legend else ()))
    return strip.under(rgb)
