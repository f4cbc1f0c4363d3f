"""Figures of a model as plain values, with all that is needed to make them again."""

from __future__ import annotations

import platform
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .. import __version__
from ..models import LoadedModel, open_model
from ..radiograph.segment import MIRROR_AVERAGING
from ..records import to_plain
from .changes import change_named
from .options import CtrOptions
from .validation import by_source, measure_films

READERS_REMARK = "Two physicians differ by 0.027 in CTR on average over 305 public films."


def measured_as_plain(
    model: str | None,
    data: Path,
    *,
    split: str,
    command: str,
    crf: str = "default",
    change: str = "none",
    engine: str = "auto",
    mirror: bool | None = None,
    side_px: int | None = None,
) -> dict[str, Any]:
    """Figures by source and of every film, the command, the date, and what they were measured with."""
    opened = _varied(open_model(model, task="ctr", device="cpu", engine=engine), mirror, side_px)
    gate = open_model(None, task="radiograph-gate", device="cpu")
    figures = measure_films(
        data, split, opened, gate, options=CtrOptions(crf=crf), change=change_named(change)
    )
    return {
        "command": command,
        "date": datetime.now(UTC).date().isoformat(),
        "version": __version__,
        "python": platform.python_version(),
        "model": {"name": opened.card.name, "version": opened.card.version, "sha256": opened.sha256},
        "split": split,
        "crf": crf,
        "change": change,
        "mirror_averaging": bool(opened.card.defaults.get(MIRROR_AVERAGING)),
        "side_px": opened.card.input.side_px,
        "remark": READERS_REMARK,
        "sources": to_plain(by_source(figures, cutoff=0.5)),
        "films": to_plain(figures),
    }


def _varied(model: LoadedModel, mirror: bool | None, side_px: int | None) -> LoadedModel:
    """The same weights with another input size, or with or without mirror averaging, to compare."""
    card = model.card
    if mirror is not None:
        card = replace(card, defaults={**card.defaults, MIRROR_AVERAGING: mirror})
    if side_px is not None:
        card = replace(card, input=replace(card.input, side_px=side_px))
    return replace(model, card=card)
