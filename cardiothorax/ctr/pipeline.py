"""From a radiograph to a flagged ratio, in the order of the paper's method section."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np

from .. import __version__
from ..imaging import pixel_sha256, radiographic_view
from ..imaging.image import Image
from ..imaging.orientation import ViewTurn
from ..models import LoadedModel
from ..progress import Progress, silent
from ..radiograph.gate import gate_flags
from ..radiograph.gate import read as read_gate
from ..radiograph.segment import ProbabilityMap, segment
from ..radiograph.spurs import without_spurs
from ..records import Flag, Grade, Provenance
from ..refine import clean_labels
from .crf import CrfChoice, choose_crf, refine
from .flags import header_flags, measured_flags, organ_flags
from .geometry import lines_on_input, view_grid
from .measure import Measured, OrganMissing, measure
from .options import CtrOptions
from .result import CtrResult, CtrRun


def run(
    image: Image,
    model: LoadedModel,
    gate: LoadedModel,
    options: CtrOptions | None = None,
    progress: Progress = silent,
) -> CtrRun:
    """Measure one radiograph: gate, network, CRF, spurs, clean labels, lines, flags.

    ``image`` is a film as :func:`cardiothorax.imaging.read_radiograph` gives it. The result's points
    and labels are on the film's own grid, however it lay. A film that the gate refuses is not
    measured; one in which an organ is missing has labels but no values.
    """
    options = options or CtrOptions()
    clock = _Clock()
    film, turn = radiographic_view(image)
    crf = choose_crf(options.crf, model.card)
    aspect = view_grid(image, turn).pixel_aspect

    progress(0.05, "Checking the picture")
    reading = read_gate(film, gate, pixel_aspect=aspect)
    flags = (*header_flags(image), *gate_flags(reading))
    if any(flag.grade is Grade.REJECT for flag in flags):
        return _refused(image, turn, flags, _provenance(image, model, crf, options), clock)

    progress(0.15, "Finding lungs and heart")
    film = 255 - film if reading.is_inverted else film
    found = segment(film, model, pixel_aspect=aspect)
    clock.lap("network")
    progress(0.6, "Refining the borders")
    found = without_spurs(refine(film, found, crf, pixel_aspect=aspect))
    labels = clean_labels(found.likeliest())
    clock.lap("refine")

    progress(0.85, "Measuring")
    measured, more_flags = assess(labels, image, turn, cutoff=options.cutoff, probabilities=found)
    clock.lap("measure")
    result = CtrResult(
        source=image.source,
        values=measured.values if measured else None,
        lines=lines_on_input(measured.lines, turn, image) if measured else {},
        flags=(*flags, *more_flags, *_fallback_flags(model)),
        provenance=_provenance(image, model, crf, options),
        notes=image.notes,
        seconds=clock.seconds,
    )
    return CtrRun(result, turn.back(labels))


def assess(
    labels: np.ndarray,
    image: Image,
    turn: ViewTurn,
    *,
    cutoff: float,
    probabilities: ProbabilityMap | None = None,
    midline_px: float | None = None,
) -> tuple[Measured | None, tuple[Flag, ...]]:
    """Values and flags of labels in radiographic view; used for the first measurement and every edit."""
    missing = organ_flags(labels)
    if missing:
        return None, missing
    try:
        measured = measure(
            labels, view_grid(image, turn), probabilities=probabilities, cutoff=cutoff, midline_px=midline_px
        )
    except OrganMissing as problem:
        text = "The lungs and the heart cannot be measured. Draw what is missing, or do not use this film."
        return None, (Flag("organ_missing", Grade.REJECT, text, str(problem)),)
    return measured, measured_flags(labels, measured, probabilities=probabilities)


def _refused(
    image: Image, turn: ViewTurn, flags: tuple[Flag, ...], provenance: Provenance, clock: _Clock
) -> CtrRun:
    clock.lap("network")
    result = CtrResult(image.source, None, {}, flags, provenance, notes=image.notes, seconds=clock.seconds)
    return CtrRun(result, np.zeros((turn.rows, turn.cols), np.uint8))


def _fallback_flags(model: LoadedModel) -> tuple[Flag, ...]:
    if not model.notes:
        return ()
    text = "The network did not run where it was asked to; the numbers are valid."
    return (Flag("device_fallback", Grade.NOTE, text, " ".join(model.notes)),)


def _provenance(image: Image, model: LoadedModel, crf: CrfChoice, options: CtrOptions) -> Provenance:
    card = model.card
    return Provenance(
        package_version=__version__,
        model_name=card.name,
        model_version=card.version,
        model_sha256=model.sha256,
        engine=model.engine.name,
        device=model.engine.device,
        options={"cutoff": options.cutoff, **crf.as_options()},
        input_sha256=pixel_sha256(image),
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def with_reading_time(run: CtrRun, seconds: float) -> CtrRun:
    """The run with the time that reading the file took, which the pipeline does not see."""
    return replace(run, result=replace(run.result, seconds={"read": seconds, **run.result.seconds}))


class _Clock:
    """Seconds by stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, stage: str) -> None:
        now = time.perf_counter()
        self.seconds[stage] = now - self._last
        self._last = now
