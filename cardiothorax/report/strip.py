"""A strip of text under a picture: headings, paragraphs, flags, legend. Nothing of it hides anatomy."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from ..records import Flag
from .lettering import font, writable
from .palette import GRADE_COLORS, WHITE, Rgb
from .wording import NOTICE, flag_line, worst_first

GROUND: Rgb = (24, 26, 30)
MUTED: Rgb = (190, 195, 200)


class Strip:
    """Text laid out from top to bottom; painted once its height is known.

    ``width`` in pixels; ``unit`` is the size of a stroke, and lettering is sized by it.
    """

    def __init__(self, width: int, unit: float) -> None:
        self.width, self.unit = width, unit
        self.margin = 8 * unit
        self.y = self.margin
        self.paints: list[Any] = []

    @property
    def height(self) -> int:
        return math.ceil(self.y + self.margin / 2)

    def under(self, rgb: np.ndarray) -> np.ndarray:
        """``rgb`` (as wide as the strip) with the strip below it."""
        from PIL import Image as PilImage
        from PIL import ImageDraw

        height, width = rgb.shape[:2]
        out = PilImage.new("RGB", (width, height + self.height), GROUND)
        out.paste(PilImage.fromarray(rgb), (0, 0))
        pen = ImageDraw.Draw(out)
        for paint in self.paints:
            paint(pen, height)
        return np.asarray(out).copy()

    def heading(self, text: str) -> None:
        self.line(text, 18 * self.unit, self.margin, WHITE)
        self.y += 26 * self.unit

    def paragraph(self, text: str, color: Rgb, indent: float = 0.0) -> None:
        size = 11 * self.unit
        for line in _wrapped(text, size, self.width - 2 * self.margin - indent):
            self.line(line, size, self.margin + indent, color)
            self.y += 16 * self.unit

    def row(self, texts: Iterable[tuple[str, Rgb]]) -> None:
        """Short texts in their colors, side by side."""
        size, x = 12 * self.unit, self.margin
        for text, color in texts:
            self.line(text, size, x, color)
            x += font(size).getlength(writable(text)) + 1.2 * size
        self.y += 18 * self.unit

    def flags(self, flags: Iterable[Flag]) -> None:
        """The worst first; each with its grade as shape, color and word, then its text and evidence."""
        for flag in worst_first(flags):
            grade, top = flag.grade.value, self.y
            color, side, x = GRADE_COLORS[grade], 11 * self.unit, self.margin
            self.paints.append(_icon(grade, x, top, side, color))
            self.paragraph(flag_line(flag), color, indent=17 * self.unit)

    def closing(self, legend: Iterable[tuple[str, Rgb]]) -> None:
        """Names beside their colors, and the notice at the right."""
        size, x = 10 * self.unit, self.margin
        for name, color in legend:
            box = (x, self.y + self.unit, x + size, self.y + size + self.unit)
            self.paints.append(_rectangle(box, color))
            self.line(name, size, x + 1.5 * size, MUTED)
            x += 3.5 * size + font(size).getlength(name)
        self.line(NOTICE, size, max(x, self.width - self.margin - font(size).getlength(NOTICE)), MUTED)
        self.y += 15 * self.unit

    def line(self, text: str, size: float, x: float, color: Rgb) -> None:
        """One line at the present height, which stays."""
        y, text = self.y, writable(text)
        self.paints.append(lambda pen, dy: pen.text((x, y + dy), text, fill=color, font=font(size)))


def _rectangle(box: tuple[float, float, float, float], color: Rgb) -> Any:
    return lambda pen, dy: pen.rectangle((box[0], box[1] + dy, box[2], box[3] + dy), fill=color)


def _icon(grade: str, x: float, top: float, side: float, color: Rgb) -> Any:
    """Circle for a note, triangle for review, octagon for reject."""

    def paint(pen: Any, dy: float) -> None:
        y = top + dy
        if grade == "note":
            pen.ellipse((x, y, x + side, y + side), fill=color)
        elif grade == "review":
            pen.polygon([(x, y + side), (x + side / 2, y), (x + side, y + side)], fill=color)
        else:
            pen.regular_polygon((x + side / 2, y + side / 2, side / 2), 8, rotation=22, fill=color)

    return paint


def _wrapped(text: str, size: float, width: float) -> list[str]:
    face, lines = font(size), [""]
    for word in writable(text).split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and face.getlength(longer) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines
