"""The table ``index.csv`` of a folder of labelled films."""

from __future__ import annotations

import csv
from collections.abc import Collection
from pathlib import Path

from ...errors import StoreProblem

INDEX_FILE = "index.csv"
COLUMNS = ("id", "image", "source", "split", "has_heart")
_LAYOUT = "Docs/training.md says how a folder of labelled films is laid out."


def index_rows(folder: Path, split: str, sources: Collection[str] | None = None) -> list[dict[str, str]]:
    """The rows of one split, of all sources or of some, in the order of the file.

    Raises :class:`StoreProblem` for a table that is not there or lacks a column, and where nothing is
    left: hours of training never start on the wrong folder.
    """
    file = folder / INDEX_FILE
    try:
        with open(file, newline="", encoding="utf-8-sig") as handle:
            rows = list(csv.DictReader(handle))
    except (OSError, UnicodeDecodeError) as problem:
        reason = getattr(problem, "strerror", None) or "it is not UTF-8 text"
        raise StoreProblem(f"{file} cannot be read: {reason}.", _LAYOUT) from problem
    missing = [column for column in COLUMNS if not rows or column not in rows[0]]
    if missing:
        raise StoreProblem(f"{file} has no rows, or lacks the columns {', '.join(missing)}.", _LAYOUT)
    kept = [row for row in rows if row["split"] == split and (sources is None or row["source"] in sources)]
    if not kept:
        wanted = f"of split {split!r}" + (f" from {', '.join(sorted(sources))}" if sources else "")
        known = sorted({f"{row['split']} from {row['source']}" for row in rows})
        raise StoreProblem(f"{file} lists no film {wanted}.", f"It has: {'; '.join(known)}.")
    return kept
