"""Figures of a model as plain values, with all that is needed to make them again."""

from __future__ import annotations

import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .. import __version__
from ..models import open_model
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
) -> dict[str, Any]:
    """Figures by source and of every film, the command, the date, and what they were measured with."""
    opened = open_model(model, task="ctr", device="cpu", engine=engine)
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
        "remark": READERS_REMARK,
        "sources": to_plain(by_source(figures, cutoff=0.5)),
        "films": to_plain(figures),
    }
