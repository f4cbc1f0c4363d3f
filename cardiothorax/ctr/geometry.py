"""Between the radiographic view, in which everything is measured, and the film's own grid."""

from __future__ import annotations

import numpy as np

from ..imaging.image import Image
from ..imaging.orientation import ViewTurn
from .measure import Grid, Point
from .result import Line


def view_grid(image: Image, turn: ViewTurn) -> Grid:
    """Spacing along the view's columns and rows: swapped where the film lay on its side."""
    column_mm, row_mm = image.spacing_mm[:2]
    if turn.transpose:
        column_mm, row_mm = row_mm, column_mm
    return Grid(column_mm, row_mm, image.spacing_known)


def lines_on_input(lines: dict[str, tuple[Point, Point]], turn: ViewTurn, image: Image) -> dict[str, Line]:
    """Lines in the view, from its left end to its right, as points of the film and of the patient."""
    return {name: _line(turn.back_points(np.array(ends)), image) for name, ends in lines.items()}


def _line(ends: np.ndarray, image: Image) -> Line:
    a, b = ((float(x), float(y)) for x, y in ends)
    return Line(a, b, image.lps(*a), image.lps(*b))


def lines_in_view(lines: dict[str, Line], turn: ViewTurn) -> dict[str, tuple[Point, Point]]:
    """The other way, from the film's points."""
    result = {}
    for name, line in lines.items():
        (x0, y0), (x1, y1) = turn.forward_points(np.array([line.start_px, line.end_px]))
        result[name] = ((float(x0), float(y0)), (float(x1), float(y1)))
    return result
