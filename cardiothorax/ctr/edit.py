"""The reader's corrections: editing is measuring again, nothing else.

Every function returns a new :class:`CtrRun`; the one given stays as it was, so that undo is keeping
the old one. The first edit moves the network's values to ``automatic``.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np

from ..errors import GeometryProblem
from ..imaging import radiographic_view
from ..imaging.image import Image
from ..imaging.orientation import ViewTurn
from ..records import Edit, Flag
from ..records.signing import edited_note
from .flags import LINE_CODES, MEASURED_CODES, ends_named, line_flags
from .geometry import lines_in_view, lines_on_input, view_grid
from .measure import Measured, OrganMissing, Point, remeasure_lines, with_midline
from .pipeline import assess
from .result import CtrResult, CtrRun

MIDLINE = "midline"


def edited_labels(run: CtrRun, image: Image, labels: np.ndarray, *, reader: str, what: str) -> CtrRun:
    """After a mask was changed: values, lines and flags follow. ``labels`` on the film's grid.

    A midline that the reader moved stays where it is.
    """
    if labels.shape != run.labels.shape:
        raise GeometryProblem(
            f"The edited mask has {labels.shape[1]} x {labels.shape[0]} pixels, the film "
            f"{run.labels.shape[1]} x {run.labels.shape[0]}.",
            "Edit the mask on the film's own grid.",
        )
    _, turn = radiographic_view(image)
    measured, flags = assess(
        turn.forward(labels.astype(np.uint8)),
        image,
        turn,
        cutoff=_cutoff(run.result),
        midline_px=_readers_midline(run.result),
    )
    result = _corrected(run.result, measured, flags, turn, image, reader=reader, what=what)
    return CtrRun(result, labels.astype(np.uint8))


def edited_line(run: CtrRun, image: Image, name: str, ends_px: tuple[Point, Point], *, reader: str) -> CtrRun:
    """After an end of ``T`` or ``Th`` was dragged: the line stays horizontal, the ratio follows.

    Masks, areas and what is measured from them (tilt, thoracic extent) stay.
    """
    _, turn = radiographic_view(image)
    values, lines = run.result.values, lines_in_view(run.result.lines, turn)
    if values is None or name not in ("T", "Th"):
        raise GeometryProblem(f"There is no line {name} to move in this result.")
    start, end = sorted((float(x), float(y)) for x, y in turn.forward_points(np.array(ends_px)))
    lines[name] = ((start[0], start[1]), (end[0], start[1]))
    try:
        measured = remeasure_lines(values, lines, view_grid(image, turn))
    except OrganMissing as problem:
        raise GeometryProblem(f"The line {name} has no length.", "Drag its ends apart.") from problem
    flags = _after_moving(run.result, measured, line=name)
    result = _corrected(run.result, measured, flags, turn, image, reader=reader, what=f"line {name}")
    return replace(run, result=result)


def edited_midline(run: CtrRun, image: Image, x_px: float, *, reader: str) -> CtrRun:
    """After the midline was dragged to column ``x_px`` of the film: MRD and MLD follow."""
    _, turn = radiographic_view(image)
    if run.result.values is None:
        raise GeometryProblem("There is no midline to move in this result.")
    old = Measured(run.result.values, lines_in_view(run.result.lines, turn))
    middle = turn.forward_points(np.array([[x_px, x_px]]))[0]
    measured = with_midline(old, float(middle[0]), view_grid(image, turn))
    flags = _after_moving(run.result, measured)
    result = _corrected(run.result, measured, flags, turn, image, reader=reader, what=MIDLINE)
    return replace(run, result=result)


def _after_moving(old: CtrResult, measured: Measured, line: str = "") -> tuple[Flag, ...]:
    """Flags of the unchanged masks stay, those of the values are raised anew. A doubt about where ``line``
    ends is settled by the reader who moved it; one about the other line as well stays."""
    of_masks = (
        f
        for f in old.flags
        if f.code in MEASURED_CODES - LINE_CODES
        and not (f.code == "uncertain_border" and ends_named(f) == {line})
    )
    return (*of_masks, *line_flags(measured))


def _corrected(
    old: CtrResult,
    measured: Measured | None,
    flags: tuple[Flag, ...],
    turn: ViewTurn,
    image: Image,
    *,
    reader: str,
    what: str,
) -> CtrResult:
    kept = tuple(f for f in old.flags if f.code not in MEASURED_CODES and f.code != "edited")
    edit = Edit(what, reader, datetime.now(UTC).isoformat(timespec="seconds"))
    edits = (*old.provenance.edits, edit)
    return replace(
        old,
        values=measured.values if measured else None,
        lines=lines_on_input(measured.lines, turn, image) if measured else {},
        flags=(*kept, *flags, edited_note(edits)),
        provenance=replace(old.provenance, edits=edits),
        automatic=old.automatic if old.provenance.edited else old.values,
    )


def _readers_midline(result: CtrResult) -> float | None:
    moved = any(edit.what == MIDLINE for edit in result.provenance.edits)
    return result.values.midline_px if moved and result.values else None


def _cutoff(result: CtrResult) -> float:
    return float(result.provenance.options["cutoff"])
