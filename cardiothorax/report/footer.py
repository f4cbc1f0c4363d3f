"""The strip under an overlay: ratio, diameters, flags in words, legend. Nothing of it hides anatomy."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..ctr.result import CtrValues
from ..radiograph.labels import ORGANS
from ..records import Flag, verdict
from .lettering import font, writable
from .palette import GRADE_COLORS, ORGAN_COLORS, WHITE, Rgb
from .wording import NOTICE, finding, ratio, worst_first

GROUND: Rgb = (24, 26, 30)
MUTED: Rgb = (190, 195, 200)


def with_footer(
    rgb: np.ndarray, *, values: CtrValues | None, caption: str, flags: Sequence[Flag], legend: bool
) -> np.ndarray:
    """``rgb`` with the strip below it, as wide as the picture and as high as its text needs.

    Flags stand with the worst first; ``legend`` names the outlines' colors.
    """
    from PIL import Image as PilImage
    from PIL import ImageDraw

    height, width = rgb.shape[:2]
    unit = max(height, width) / 500
    strip = _Strip(width, unit)
    if values is not None:
        strip.heading(f"CTR {ratio(values.ctr, values.cutoff)}   {finding(values)}")
    elif verdict(flags) == "reject":
        strip.heading("No ratio")
    if caption:
        strip.paragraph(caption, WHITE)
    for flag in worst_first(flags):
        strip.flag(flag)
    strip.closing(legend)
    out = PilImage.new("RGB", (width, height + strip.height), GROUND)
    out.paste(PilImage.fromarray(rgb), (0, 0))
    pen = ImageDraw.Draw(out)
    for paint in strip.paints:
        paint(pen, height)
    return np.asarray(out).copy()


class _Strip:
    """Text laid out from top to bottom; painted once its height is known."""

    def __init__(self, width: int, unit: float) -> None:
        self.width, self.unit = width, unit
        self.margin = 8 * unit
        self.y = self.margin
        self.paints: list[Any] = []

    @property
    def height(self) -> int:
        return math.ceil(self.y + self.margin / 2)

    def heading(self, text: str) -> None:
        self._line(text, 18 * self.unit, self.margin, WHITE)
        self.y += 26 * self.unit

    def paragraph(self, text: str, color: Rgb, indent: float = 0.0) -> None:
        size = 11 * self.unit
        for line in _wrapped(text, size, self.width - 2 * self.margin - indent):
            self._line(line, size, self.margin + indent, color)
            self.y += 16 * self.unit

    def flag(self, flag: Flag) -> None:
        """Grade as shape, color and word; then the text and its evidence."""
        grade, top = flag.grade.value, self.y
        color, side, x = GRADE_COLORS[grade], 11 * self.unit, self.margin
        self.paints.append(lambda pen, dy: _draw_icon(pen, grade, x, top + dy, side, color))
        evidence = f" ({flag.evidence})" if flag.evidence else ""
        self.paragraph(f"{grade.capitalize()}: {flag.text}{evidence}", color, indent=17 * self.unit)

    def closing(self, legend: bool) -> None:
        size, x = 10 * self.unit, self.margin
        for label, name in ORGANS.items() if legend else ():
            box = (x, self.y + self.unit, x + size, self.y + size + self.unit)
            self.paints.append(_rectangle(box, ORGAN_COLORS[label]))
            self._line(name, size, x + 1.5 * size, MUTED)
            x += 3.5 * size + font(size).getlength(name)
        self._line(NOTICE, size, max(x, self.width - self.margin - font(size).getlength(NOTICE)), MUTED)
        self.y += 15 * self.unit

    def _line(self, text: str, size: float, x: float, color: Rgb) -> None:
        y, text = self.y, writable(text)
        self.paints.append(lambda pen, dy: pen.text((x, y + dy), text, fill=color, font=font(size)))


def _rectangle(box: tuple[float, float, float, float], color: Rgb) -> Any:
    return lambda pen, dy: pen.rectangle((box[0], box[1] + dy, box[2], box[3] + dy), fill=color)


def _draw_icon(pen: Any, grade: str, x: float, y: float, side: float, color: Rgb) -> None:
    """Circle for a note, triangle for review, octagon for reject."""
    if grade == "note":
        pen.ellipse((x, y, x + side, y + side), fill=color)
    elif grade == "review":
        pen.polygon([(x, y + side), (x + side / 2, y), (x + side, y + side)], fill=color)
    else:
        pen.regular_polygon((x + side / 2, y + side / 2, side / 2), 8, rotation=22, fill=color)


def _wrapped(text: str, size: float, width: float) -> list[str]:
    face, lines = font(size), [""]
    for word in writable(text).split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and face.getlength(longer) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines
