"""A radiograph with what was found drawn on it: contours, lines with their lengths, side markers.

Pillow and numpy only, so that a batch needs no plotting library. Nothing is drawn over the chest
that can stand beside it: the ratio, the flags and the legend are in a footer under the picture.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from ..ctr.result import CtrValues, Line
from ..imaging.organs import LEFT_LUNG, RIGHT_LUNG
from ..records import Flag, write_atomically
from .drawing import Canvas
from .footer import with_footer
from .palette import LINE_COLORS, MIDLINE_COLOR, ORGAN_COLORS, WHITE
from .wording import length

SHORTEST_SIDE_PX, LONGEST_SIDE_PX = 1000, 1600
"""The longer side of the drawn picture: small films are enlarged until lettering is readable."""


def draw_overlay(
    grey2d: np.ndarray,
    labels2d: np.ndarray,
    lines: Mapping[str, Line],
    *,
    values: CtrValues | None = None,
    caption: str = "",
    flags: Iterable[Flag] = (),
    pixel_aspect: float = 1.0,
    footer: bool = True,
) -> np.ndarray:
    """RGB uint8 ``[row, column, 3]``; the longer side of the picture is 1000 to 1600 px.

    ``grey2d`` (0 to 255, bright = dense) and ``labels2d`` (values of
    :mod:`cardiothorax.imaging.organs`) share one grid, in which ``lines`` have their pixel ends.
    Line labels are in millimeters where ``values`` has them, else in pixels of that grid. With
    ``values``, ``caption`` or ``flags`` a footer is added below the picture, unless ``footer`` is
    false. ``R`` and ``L`` stand on the sides where the labels have the right and the left lung.
    ``pixel_aspect`` is row spacing over column spacing. Wrong shapes and grey values out of range
    are a ``ValueError``.
    """
    grey = _checked(grey2d, labels2d, pixel_aspect)
    canvas = Canvas.of(grey, pixel_aspect, SHORTEST_SIDE_PX, LONGEST_SIDE_PX)
    for label, color in ORGAN_COLORS.items():
        canvas.outline(labels2d == label, color)
    _draw_midline(canvas, labels2d, lines)
    for name in ("MRD", "MLD", "Th", "T"):
        if name in lines:
            thickness = 1.0 if name in ("T", "Th") else 0.7
            canvas.measured_line(lines[name].start_px, lines[name].end_px, LINE_COLORS[name], thickness)
    _mark_sides(canvas, labels2d)
    for name in ("T", "Th", "MRD", "MLD"):
        if name in lines:
            text = f"{name} {_length(name, lines[name], values)}"
            canvas.line_label(text, lines[name].start_px, lines[name].end_px, LINE_COLORS[name])
    kept = tuple(flags)
    if not footer or (values is None and not caption and not kept):
        return canvas.rgb()
    found = bool(labels2d.any())
    return with_footer(canvas.rgb(), values=values, caption=caption, flags=kept, legend=found)


def write_overlay_png(rgb: np.ndarray, path: Path | str) -> None:
    """The drawn picture as PNG, without any metadata."""
    from PIL import Image as PilImage

    with write_atomically(path) as temporary:
        PilImage.fromarray(rgb).save(temporary, format="PNG", compress_level=6)


def _checked(grey: np.ndarray, labels: np.ndarray, pixel_aspect: float) -> np.ndarray:
    if grey.ndim != 2 or grey.shape != labels.shape or 0 in grey.shape:
        raise ValueError(f"expected two [row, column] arrays of one shape: {grey.shape}, {labels.shape}")
    if not 0 < pixel_aspect < np.inf:
        raise ValueError(f"pixel_aspect is {pixel_aspect}, expected row spacing over column spacing")
    if grey.dtype == np.uint8:
        return grey
    low, high = float(grey.min()), float(grey.max())
    if not (low >= -0.5 and high <= 255.5):  # NaN fails too
        raise ValueError(f"grey values run from {low} to {high}, expected 0 to 255")
    checked: np.ndarray = np.clip(np.rint(grey), 0, 255).astype(np.uint8)
    return checked


def _length(name: str, line: Line, values: CtrValues | None) -> str:
    fields = {"T": "thoracic_diameter", "Th": "cardiac_diameter", "MRD": "mrd", "MLD": "mld"}
    if values is None:
        return length(None, abs(line.end_px[0] - line.start_px[0]))
    return length(getattr(values, fields[name] + "_mm"), getattr(values, fields[name] + "_px"))


def _draw_midline(canvas: Canvas, labels: np.ndarray, lines: Mapping[str, Line]) -> None:
    """Dashed, over the height of the lungs, where MRD and MLD meet."""
    if "MRD" not in lines and "MLD" not in lines:
        return
    x = lines["MRD"].end_px[0] if "MRD" in lines else lines["MLD"].start_px[0]
    rows = np.flatnonzero((labels > 0).any(axis=1))
    if rows.size:
        canvas.dashed_vertical(x, float(rows[0]), float(rows[-1]), MIDLINE_COLOR)


def _mark_sides(canvas: Canvas, labels: np.ndarray) -> None:
    left, right = (np.flatnonzero((labels == lung).any(axis=0)) for lung in (LEFT_LUNG, RIGHT_LUNG))
    if left.size and right.size:
        left_lung_is_right_in_picture = left.mean() > right.mean()
        canvas.corner_letters(*(("R", "L") if left_lung_is_right_in_picture else ("L", "R")), WHITE)
