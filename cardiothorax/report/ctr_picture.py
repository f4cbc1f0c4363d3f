"""A run's film with its result drawn on it, always in radiographic view."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..ctr.result import CtrRun, Line
from ..imaging import radiographic_view
from ..imaging.image import Image
from ..imaging.orientation import ViewTurn
from .overlay import draw_overlay
from .wording import file_name


def draw_ctr(run: CtrRun, image: Image, *, footer: bool = True) -> np.ndarray:
    """RGB uint8, see :func:`draw_overlay`. ``image`` is the film that was measured, as it was read.

    A film stored mirrored or turned is shown with the patient's right at the picture's left.
    """
    film, turn = radiographic_view(image)
    column_mm, row_mm = image.spacing_mm[:2]
    aspect = row_mm / column_mm if image.spacing_known else 1.0
    lines = {name: _in_view(line, turn) for name, line in run.result.lines.items()}
    return draw_overlay(
        np.clip(film, 0, 255),
        turn.forward(run.labels),
        lines,
        values=run.result.values,
        caption=_caption(run, image, turn),
        flags=run.result.flags,
        pixel_aspect=1 / aspect if turn.transpose else aspect,
        footer=footer,
    )


def _in_view(line: Line, turn: ViewTurn) -> Line:
    ends = turn.forward_points(np.array([line.start_px, line.end_px]))
    (x0, y0), (x1, y1) = sorted((float(x), float(y)) for x, y in ends)
    return replace(line, start_px=(x0, y0), end_px=(x1, y1))


def _caption(run: CtrRun, image: Image, turn: ViewTurn) -> str:
    parts = [file_name(run.result.source)]
    if projection := image.tags.get("ViewPosition", ""):
        parts.append(projection)
    if image.spacing_known:
        parts.append(f"pixel {image.spacing_mm[0]:.3g} mm ({image.spacing_source})")
    else:
        parts.append("pixel size unknown")
    if not turn.identity:
        parts.append("shown turned to radiographic view")
    if run.result.provenance.edited:
        parts.append("edited by reader")
    return " \u00b7 ".join(part for part in parts if part)
