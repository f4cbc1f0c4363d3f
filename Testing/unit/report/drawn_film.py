"""A drawn chest with exact borders, and the result that belongs to it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from cardiothorax.ctr.measure import Grid, measure
from cardiothorax.ctr.result import CtrResult, CtrRun, Line
from cardiothorax.imaging.image import Image
from cardiothorax.records import Edit, Flag, Grade, Provenance

NOWHERE = (0.0, 0.0, 0.0)
NOTE = Flag("projection_unknown", Grade.NOTE, "The projection is not known.", "no ViewPosition")
REVIEW = Flag("rotated_patient", Grade.REVIEW, "The patient is rotated.", "12 mm, limit 10 mm")
REJECT = Flag("not_frontal_chest", Grade.REJECT, "Not a frontal chest.", "probability 0.98, limit 0.50")


def chest_labels(side: int = 1000) -> np.ndarray:
    """Right lung columns 100 to 399, left lung 600 to 899, heart 350 to 699, for a side of 1000."""
    labels = np.zeros((1000, 1000), np.uint8)
    labels[200:800, 600:900] = 1
    labels[200:800, 100:400] = 2
    labels[500:750, 350:700] = 3
    step = 1000 // side
    return labels[::step, ::step]


def drawn_run(
    flags: tuple[Flag, ...] = (NOTE,), spacing_mm: float | None = 0.4, **result: Any
) -> tuple[CtrRun, Image]:
    """Thoracic diameter 800 px, cardiac diameter 350 px, CTR 0.4375."""
    labels = chest_labels()
    grid = Grid(spacing_mm or 1.0, spacing_mm or 1.0, known=spacing_mm is not None)
    measured = measure(labels, grid)
    lines = {name: Line(a, b, NOWHERE, NOWHERE) for name, (a, b) in measured.lines.items()}
    origin = Provenance(
        "0.1.0", "ctr-unet-slim", "1.2", "ab" * 32, "onnx", "cpu",
        {"cutoff": 0.5, "crf": "off", "mirror": True}, "cd" * 32, "2026-03-01T09:30:00+00:00",
    )  # fmt: skip
    found = CtrResult("/films/Miller/film 1.dcm", measured.values, lines, flags, origin)
    mm = spacing_mm or 1.0
    image = Image(
        np.full((1, 1000, 1000), 90, np.float32),
        (mm, mm, 1.0),
        spacing_source="PixelSpacing" if spacing_mm else "",
        source="/films/Miller/film 1.dcm",
        tags={"ViewPosition": "PA"},
    )
    return CtrRun(replace(found, **result), labels), image


def edited(run: CtrRun) -> CtrRun:
    """The reader has made the heart 40 px wider; the automatic values stay beside it."""
    values = run.result.values
    assert values is not None
    wider = replace(values, ctr=0.4875, cardiac_diameter_px=390.0, cardiac_diameter_mm=156.0)
    origin = replace(
        run.result.provenance, edits=(Edit("heart mask", "Reader B", "2026-03-01T10:00:00+00:00"),)
    )
    return replace(run, result=replace(run.result, values=wider, automatic=values, provenance=origin))
