"""One slice with its lesions ringed and named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..imaging import window_to_uint8
from .lettering import font, writable
from .palette import WHITE, Rgb

CENTER_HU, WIDTH_HU = 150.0, 700.0
"""Wide enough that calcium keeps its inner shades and fat, blood and lung are told apart."""
HALO: Rgb = (0, 0, 0)

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Marked:
    """A lesion in one slice: its mask on the tile's pixels of the CT, its name and color."""

    mask: np.ndarray
    name: str
    color: Rgb


def draw_tile(hu: np.ndarray, lesions: list[Marked], caption: str, side_px: int, aspect: float) -> np.ndarray:
    """RGB ``[side, side, 3]`` of a cut-out ``hu`` ``[row, column]`` in radiological view.

    ``aspect`` is row spacing over column spacing. ``name`` may be empty: such a lesion gets its ring alone.
    """
    from PIL import Image as PilImage
    from PIL import ImageDraw

    rows, columns = hu.shape
    scale = side_px / max(rows * aspect, columns)
    size = (max(1, round(columns * scale)), max(1, round(rows * aspect * scale)))
    picture = (
        PilImage.fromarray(window_to_uint8(hu, CENTER_HU, WIDTH_HU))
        .resize(size, PilImage.Resampling.BICUBIC)
        .convert("RGB")
    )
    stroke = max(1, round(side_px / 160))
    taken: list[Box] = []
    masks = [_enlarged(lesion.mask, size) for lesion in lesions]
    for lesion, mask in zip(lesions, masks, strict=True):
        _ring(picture, mask, lesion.color, stroke)
        taken.append(_box_of(mask, 2 * stroke))
    pen, face = ImageDraw.Draw(picture), font(side_px / 16)
    _write(pen, caption, (2 * stroke, 2 * stroke), face, WHITE, stroke)
    taken.append(_extent(face, caption, 2 * stroke, 2 * stroke))
    for letter, x in (("R", 2 * stroke), ("L", size[0] - 2 * stroke - face.getlength("L"))):
        _write(pen, letter, (x, size[1] / 2), face, WHITE, stroke)
        taken.append(_extent(face, letter, x, size[1] / 2))
    for lesion, mask in zip(lesions, masks, strict=True):
        if lesion.name:
            _name(pen, lesion, _box_of(mask, 3 * stroke), taken, face, size, stroke)
    tile = PilImage.new("RGB", (side_px, side_px))
    tile.paste(picture, ((side_px - size[0]) // 2, (side_px - size[1]) // 2))
    return np.asarray(tile).copy()


def _enlarged(mask: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    from PIL import Image as PilImage

    fine = PilImage.fromarray(mask.astype(np.uint8) * 255).resize(size, PilImage.Resampling.BILINEAR)
    return np.asarray(fine) >= 128


def _ring(picture: Any, mask: np.ndarray, color: Rgb, stroke: int) -> None:
    """Around the lesion, not on it, so that the calcium stays to be seen; then a thin dark line."""
    from PIL import Image as PilImage

    inner, outer = _grown(mask, stroke), _grown(mask, 2 * stroke)
    dark = _grown(mask, 3 * stroke) & ~outer
    for part, paint, opacity in ((dark, HALO, 110), (outer & ~inner, color, 255)):
        picture.paste(paint, (0, 0), PilImage.fromarray(part.astype(np.uint8) * np.uint8(opacity)))


def _grown(mask: np.ndarray, radius: int) -> np.ndarray:
    from scipy import ndimage

    if not mask.any():
        return mask
    near: np.ndarray = ndimage.distance_transform_edt(~mask) <= radius
    return near


def _name(
    pen: Any, lesion: Marked, around: Box, taken: list[Box], face: Any, size: tuple[int, int], stroke: int
) -> None:
    """Beside the lesion, at the first place that is free and inside the tile."""
    text = writable(lesion.name)
    left, top, right, bottom = _extent(face, text, 0, 0)
    width, height = right - left, bottom - top
    middle_x, middle_y = (around[0] + around[2]) / 2, (around[1] + around[3]) / 2
    places = []
    for step in range(4):
        gap = step * height * 0.8
        places += [
            (around[2] + gap, middle_y - height / 2),
            (around[0] - width - gap, middle_y - height / 2),
            (middle_x - width / 2, around[1] - height - gap),
            (middle_x - width / 2, around[3] + gap),
            (around[2] + gap, around[1] - height - gap),
            (around[0] - width - gap, around[3] + gap),
        ]
    inside = [
        (x, y) for x, y in places if x >= 0 and y >= 0 and x + width <= size[0] and y + height <= size[1]
    ]
    free = (p for p in inside if not any(_overlap((*p, p[0] + width, p[1] + height), box) for box in taken))
    x, y = next(free, (inside or places)[0])
    taken.append((x, y, x + width, y + height))
    _write(pen, text, (x - left, y - top), face, lesion.color, stroke)


def _write(pen: Any, text: str, at: tuple[float, float], face: Any, color: Rgb, stroke: int) -> None:
    pen.text(at, writable(text), fill=color, font=face, stroke_width=stroke, stroke_fill=HALO)


def _extent(face: Any, text: str, x: float, y: float) -> Box:
    left, top, right, bottom = face.getbbox(writable(text))
    return x + left, y + top, x + right, y + bottom


def _box_of(mask: np.ndarray, margin: int) -> Box:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not rows.size:
        return 0.0, 0.0, 0.0, 0.0
    return (
        float(columns[0] - margin),
        float(rows[0] - margin),
        float(columns[-1] + margin),
        float(rows[-1] + margin),
    )


def _overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
