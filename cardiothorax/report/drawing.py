"""Antialiased outlines, ticked lines and readable lettering on a grey picture."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from .lettering import font, writable
from .palette import Rgb

if TYPE_CHECKING:
    from PIL import Image as PilImage

Point = tuple[float, float]
Box = tuple[float, float, float, float]
SUPERSAMPLING = 2
HALO: Rgb = (0, 0, 0)


@dataclass
class Canvas:
    """A picture being drawn on. Points are given in the source grid (pixel centers at integers) and
    scaled here; ``unit`` is one stroke width in drawn pixels and grows with the picture."""

    picture: PilImage.Image
    scale_x: float
    scale_y: float
    taken: list[Box] = field(default_factory=list)

    @classmethod
    def of(cls, grey: np.ndarray, pixel_aspect: float, shortest: int, longest: int) -> Canvas:
        from PIL import Image as PilImage

        rows, columns = grey.shape
        longer = max(rows * pixel_aspect, columns)
        scale = min(max(longer, shortest), longest) / longer
        size = (max(1, round(columns * scale)), max(1, round(rows * pixel_aspect * scale)))
        picture = PilImage.fromarray(grey).resize(size, PilImage.Resampling.BICUBIC).convert("RGB")
        return cls(picture, size[0] / columns, size[1] / rows)

    @property
    def unit(self) -> float:
        return max(self.picture.size) / 500

    def at(self, point: Point) -> Point:
        """Source grid to drawn pixels; borders of pixels stay borders."""
        return (point[0] + 0.5) * self.scale_x - 0.5, (point[1] + 0.5) * self.scale_y - 0.5

    def rgb(self) -> np.ndarray:
        return np.asarray(self.picture).copy()

    def outline(self, mask: np.ndarray, color: Rgb) -> None:
        """The contour of ``mask``, drawn inside it, with a thin dark line outside."""
        from PIL import Image as PilImage

        if not mask.any():
            return
        left, top, right, bottom = self._surroundings(mask)
        size, margin = (right - left, bottom - top), SUPERSAMPLING * 2
        fine = PilImage.fromarray(mask.astype(np.uint8) * 255).resize(
            (size[0] * SUPERSAMPLING, size[1] * SUPERSAMPLING),
            PilImage.Resampling.BILINEAR,
            box=(
                left / self.scale_x,
                top / self.scale_y,
                min(right / self.scale_x, mask.shape[1]),
                min(bottom / self.scale_y, mask.shape[0]),
            ),
        )
        inside = np.pad(np.asarray(fine) >= 128, margin)
        ring = inside & ~_shrunk(inside, round(self.unit * SUPERSAMPLING))
        halo = ~inside & ~_shrunk(~inside, SUPERSAMPLING)
        cut = slice(margin, -margin)
        for part, paint, opacity in ((halo, HALO, 153), (ring, color, 255)):
            alpha = PilImage.fromarray(part[cut, cut].astype(np.uint8) * np.uint8(opacity))
            self.picture.paste(paint, (left, top), alpha.resize(size, PilImage.Resampling.BOX))

    def _surroundings(self, mask: np.ndarray, margin: int = 4) -> tuple[int, int, int, int]:
        """The drawn pixels that hold ``mask`` and a margin: left, top, right, bottom."""
        rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
        left, top = columns[0] * self.scale_x, rows[0] * self.scale_y
        right, bottom = (columns[-1] + 1) * self.scale_x, (rows[-1] + 1) * self.scale_y
        return (
            max(0, int(left) - margin),
            max(0, int(top) - margin),
            min(self.picture.size[0], int(right) + margin + 1),
            min(self.picture.size[1], int(bottom) + margin + 1),
        )

    def measured_line(self, start: Point, end: Point, color: Rgb, thickness: float = 1.0) -> None:
        """From ``start`` to ``end`` with upright ticks at both ends."""
        (x0, y0), (x1, y1) = self.at(start), self.at(end)
        tick = 3 * self.unit * (1 + thickness)
        ticks = [((x, y - tick), (x, y + tick)) for x, y in ((x0, y0), (x1, y1))]
        self._strokes([((x0, y0), (x1, y1)), *ticks], color, thickness * self.unit)
        clear = 2 * self.unit
        self.taken.append((min(x0, x1), min(y0, y1) - clear, max(x0, x1), max(y0, y1) + clear))

    def dashed_vertical(self, x: float, top: float, bottom: float, color: Rgb) -> None:
        dash = 8 * self.unit
        (column, y0), (_, y1) = self.at((x, top)), self.at((x, bottom))
        starts = np.arange(y0, y1, 2 * dash)
        self._strokes([((column, y), (column, min(y + dash, y1))) for y in starts], color, self.unit / 2)

    def _strokes(self, strokes: list[tuple[Point, Point]], color: Rgb, width: float) -> None:
        """Antialiased, since drawn at several times the size; a dark halo lies under the color."""
        from PIL import Image as PilImage
        from PIL import ImageDraw

        fine, margin = 4, width + 4
        points = np.array(strokes, dtype=float).reshape(-1, 2)
        left, top = np.floor(points.min(axis=0) - margin).astype(int)
        size = tuple(np.ceil(points.max(axis=0) + margin).astype(int) - (left, top) + 1)
        for paint, extra, opacity in ((HALO, 2.0, 170), (color, 0.0, 255)):
            mask = PilImage.new("L", (size[0] * fine, size[1] * fine))
            pen = ImageDraw.Draw(mask)
            for start, end in strokes:
                pen.polygon(_thick(start, end, width + extra, (left, top), fine), fill=opacity)
            self.picture.paste(paint, (int(left), int(top)), mask.resize(size, PilImage.Resampling.BOX))

    def line_label(self, text: str, start: Point, end: Point, color: Rgb) -> None:
        """Beside the line, at the first place free of other lettering and lines, if possible none between."""
        text, face = writable(text), font(11 * self.unit)
        pad = 2.5 * self.unit
        left, top, right, bottom = face.getbbox(text)
        places = self._places(self.at(start), self.at(end), right - left + 2 * pad, bottom - top + 2 * pad)
        beside = (box for box, reach in places if self._is_free(reach))
        anywhere = (box for box, _ in places if self._is_free(box))
        box = next(beside, None) or next(anywhere, places[0][0])
        self._lettering(text, box, (box[0] + pad - left, box[1] + pad - top), face, color)

    def _places(self, start: Point, end: Point, width: float, height: float) -> list[tuple[Box, Box]]:
        """Boxes for a label, nearest first, each with all that lies between its line and its far edge."""
        middle, gap = (start[1] + end[1]) / 2, 5 * self.unit
        places = []
        for step in range(8):
            distance = gap + step * (height + gap)
            for y in (middle - distance - height, middle + distance):
                for share in (0.25, 0.75, 0.5, 0.1, 0.9):
                    x = start[0] + (end[0] - start[0]) * share - width / 2
                    box = self._kept_inside(x, y, width, height)
                    span = (box[1], middle - gap / 2) if y < middle else (middle + gap / 2, box[3])
                    places.append((box, (box[0], span[0], box[2], span[1])))
        return places

    def corner_letters(self, picture_left: str, picture_right: str, color: Rgb) -> None:
        face = font(20 * self.unit)
        pad = 4 * self.unit
        for letter, at_right in ((picture_left, False), (picture_right, True)):
            left, top, right, bottom = face.getbbox(letter)
            width, height = right - left + 2 * pad, bottom - top + 2 * pad
            x = self.picture.size[0] - width - pad if at_right else pad
            box = (x, pad, x + width, pad + height)
            self._lettering(letter, box, (x + pad - left, 2 * pad - top), face, color)

    def _is_free(self, box: Box) -> bool:
        return not any(_overlap(box, other) for other in self.taken)

    def _kept_inside(self, x: float, y: float, width: float, height: float) -> Box:
        x = min(max(x, 0.0), self.picture.size[0] - width)
        y = min(max(y, 0.0), self.picture.size[1] - height)
        return x, y, x + width, y + height

    def _lettering(self, text: str, box: Box, origin: Point, face: Any, color: Rgb) -> None:
        from PIL import Image as PilImage
        from PIL import ImageDraw

        corner = (int(box[0]), int(box[1]))
        shade = PilImage.new("L", (int(box[2]) - corner[0] + 1, int(box[3]) - corner[1] + 1))
        edges = (0, 0, shade.size[0] - 1, shade.size[1] - 1)
        ImageDraw.Draw(shade).rounded_rectangle(edges, radius=2 * self.unit, fill=170)
        self.picture.paste(HALO, corner, shade)
        ImageDraw.Draw(self.picture).text(origin, text, fill=color, font=face)
        self.taken.append(box)


def _thick(start: Point, end: Point, width: float, corner: Any, fine: int) -> list[Point]:
    """The corners of a stroke with square ends, in a mask ``fine`` times as fine as the picture."""
    a, b = np.array(start), np.array(end)
    length = float(np.hypot(*(b - a)))
    along = (b - a) / length if length else np.array([1.0, 0.0])
    half = along * width / 2
    across = np.array([-half[1], half[0]])
    corners = (a - half - across, b + half - across, b + half + across, a - half + across)
    return [tuple((c - corner + 0.5) * fine - 0.5) for c in corners]


def _overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _shrunk(mask: np.ndarray, steps: int) -> np.ndarray:
    """Eroded by an octagon of about ``steps`` pixels; outside the array counts as outside the mask."""
    for step in range(steps):
        grown = np.pad(mask, 1)
        middle, up, down = grown[1:-1, 1:-1], grown[:-2, 1:-1], grown[2:, 1:-1]
        mask = middle & up & down & grown[1:-1, :-2] & grown[1:-1, 2:]
        if step % 2:
            mask = mask & grown[:-2, :-2] & grown[:-2, 2:] & grown[2:, :-2] & grown[2:, 2:]
    return mask
