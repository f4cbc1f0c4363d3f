"""Two tables brought together by file name: what was measured, and what it should have been.

No row is dropped in silence: each one of either table is a pair or is left out with the reason.
"""

from __future__ import annotations

import csv
import io
import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ..errors import CardiothoraxError
from .tables import text_of_cell

ID_COLUMNS = ("file", "filename", "file_name", "image", "path", "id", "image_id", "name", "study")
"""Looked at in this order for a file's name."""
IMAGE_SUFFIXES = (
    ".dcm", ".dicom", ".ima", ".png", ".jpg", ".jpeg", ".jp2", ".tif", ".tiff", ".bmp",
    ".nrrd", ".nhdr", ".nii", ".gz", ".mha", ".mhd",
)  # fmt: skip
"""Only these are cut off: what follows the last dot of a DICOM UID is part of the name."""
UNGROUPED = "(none)"
AMBIGUOUS = "its name stands in several rows"


class TableProblem(CardiothoraxError):
    """A table of results or references cannot be read or used."""

    code = "table_problem"


@dataclass(frozen=True)
class Table:
    name: str
    columns: tuple[str, ...]
    rows: tuple[dict[str, str], ...]


@dataclass(frozen=True)
class Pair:
    file: str
    measured: float
    reference: float
    group: str
    verdict: str


@dataclass(frozen=True)
class LeftOut:
    """``kind``: ``failed`` (measured, but no number), ``no_result``, ``no_reference`` or ``ambiguous``."""

    file: str
    kind: str
    reason: str


@dataclass(frozen=True)
class Matched:
    """``id_column`` is the reference's column that was matched with the results' file names."""

    pairs: tuple[Pair, ...]
    left_out: tuple[LeftOut, ...]
    id_column: str


def read_table(path: Path | str) -> Table:
    """A CSV with a header: UTF-8 (with or without mark), separated by comma, semicolon or tab."""
    file = Path(path)
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as problem:
        raise TableProblem(
            f"{file.name} cannot be read: {getattr(problem, 'strerror', None) or 'it is not UTF-8 text'}.",
            "Give a CSV file in UTF-8, as 'cardiothorax ctr' and spreadsheets write them.",
        ) from problem
    header = text.partition("\n")[0]
    separator = max(",;\t", key=header.count)
    reader = csv.DictReader(io.StringIO(text), delimiter=separator, restval="")
    columns = tuple(name.strip() for name in reader.fieldnames or ())
    if not any(columns):
        raise TableProblem(f"{file.name} is empty.", "Its first line must name the columns.")
    reader.fieldnames = columns
    rows = tuple(
        {name: text_of_cell(row[name].strip()) for name in columns}
        for row in reader
        if any(row[name] for name in columns)
    )
    return Table(file.name, columns, rows)


def match(
    results: Table,
    reference: Table,
    *,
    measured_column: str,
    reference_column: str,
    id_column: str = "",
    group_column: str = "",
) -> Matched:
    """Bring the rows together.

    Names match without folder and image suffix, in any case; where several results have one name, folders
    named in the reference decide. Without ``id_column`` it is that of :data:`ID_COLUMNS` which matches most
    rows. ``group_column`` may be in either table. A wrong column is a :class:`TableProblem`.
    """
    own = _first_column(results, ID_COLUMNS)
    needed = ((results, measured_column), (reference, reference_column), (reference, id_column))
    for table, column in needed:
        if column and column not in table.columns:
            raise _no_column(table, column)
    if group_column and group_column not in {*results.columns, *reference.columns}:
        raise _no_column(reference, group_column)
    id_column = id_column or _best_id_column(results, own, reference)
    partners = _partners(results, own, reference, id_column)

    outcomes = [
        _outcome(partner, row, own, id_column, (measured_column, reference_column, group_column))
        for partner, row in zip(partners, reference.rows, strict=True)
    ]
    left_out = [outcome for outcome in outcomes if isinstance(outcome, LeftOut)]
    used = {id(partner) for partner in partners if isinstance(partner, dict)}
    known = {name_parts(row[id_column])[-1:] for row in reference.rows}
    for row in results.rows:
        if id(row) not in used:
            clash = name_parts(row[own])[-1:] in known
            kind, why = ("ambiguous", AMBIGUOUS) if clash else ("no_reference", "not in the reference")
            left_out.append(LeftOut(row[own], kind, why))
    pairs = tuple(outcome for outcome in outcomes if isinstance(outcome, Pair))
    return Matched(pairs, tuple(left_out), id_column)


def name_parts(path: str) -> tuple[str, ...]:
    """Folders and name without image suffix, for comparing.

    >>> name_parts("C:\\\\films\\\\A 1.DCM"), name_parts("1.2.840.17"), name_parts("x.nii.gz")
    (('c:', 'films', 'a 1'), ('1.2.840.17',), ('x',))
    """
    steps = path.strip().replace("\\", "/").casefold().split("/")
    parts = [step for step in steps if step not in ("", ".", "..")]
    if not parts:
        return ()
    name = PurePosixPath(parts[-1])
    while name.suffix in IMAGE_SUFFIXES and name.stem:
        name = PurePosixPath(name.stem)
    return (*parts[:-1], str(name))


def _outcome(
    partner: dict[str, str] | str,
    row: dict[str, str],
    own: str,
    id_column: str,
    columns: tuple[str, str, str],
) -> Pair | LeftOut:
    """What becomes of one row of the reference. ``columns``: measured, reference, group."""
    measured_column, reference_column, group_column = columns
    truth, why = _number(row[reference_column])
    if truth is None:
        return LeftOut(row[id_column], "no_reference", f"{reference_column} {why}")
    if isinstance(partner, str):
        kind, why = ("ambiguous", partner) if partner else ("no_result", "not in the results")
        return LeftOut(row[id_column], kind, why)
    if error := partner.get("error", ""):
        return LeftOut(partner[own], "failed", error)
    measured, why = _number(partner[measured_column])
    if measured is None:
        flags = partner.get("flags", "").replace(";", ", ")
        return LeftOut(partner[own], "failed", f"{measured_column} {why}{f' ({flags})' if flags else ''}")
    group = (row.get(group_column) or partner.get(group_column) or UNGROUPED) if group_column else ""
    return Pair(partner[own], measured, truth, group, partner.get("verdict", ""))


def _partners(results: Table, own: str, reference: Table, id_column: str) -> list[dict[str, str] | str]:
    """For each reference row its result; ``""`` when there is none, or the reason why it is not clear."""
    by_name = defaultdict(list)
    for row in results.rows:
        parts = name_parts(row[own])
        by_name[parts[-1:]].append((parts, row))
    found: list[dict[str, str] | str] = []
    for row in reference.rows:
        parts = name_parts(row[id_column])
        candidates = by_name.get(parts[-1:], []) if parts else []
        tails = [_common_tail(parts, other) for other, _ in candidates]
        best = [result for tail, (_, result) in zip(tails, candidates, strict=True) if tail == max(tails)]
        if len(best) > 1:
            found.append(AMBIGUOUS)
        else:
            found.append(best[0] if best else "")
    times = Counter(id(partner) for partner in found if isinstance(partner, dict))
    return [AMBIGUOUS if isinstance(p, dict) and times[id(p)] > 1 else p for p in found]


def _best_id_column(results: Table, own: str, reference: Table) -> str:
    names = {name_parts(row[own])[-1:] for row in results.rows}
    present = [column for column in ID_COLUMNS if column in reference.columns]
    hits = {c: sum(name_parts(row[c])[-1:] in names for row in reference.rows) for c in present}
    if not any(hits.values()):
        looked = f"looked in {', '.join(present)}" if present else f"it has {', '.join(reference.columns)}"
        example = results.rows[0][own] if results.rows else "nothing: it has no rows"
        raise TableProblem(
            f"No row of {reference.name} has the name of a file in {results.name} ({looked};"
            f" {results.name} has for example {example}).",
            "Name the reference's column that holds the file names with --id-column.",
        )
    return max(hits, key=lambda column: hits[column])


def _common_tail(first: Sequence[str], second: Sequence[str]) -> int:
    length = 0
    for a, b in zip(reversed(first), reversed(second), strict=False):
        if a != b:
            break
        length += 1
    return length


def _number(text: str) -> tuple[float | None, str]:
    """The number, or None and why there is none; a decimal comma is understood."""
    if not text:
        return None, "is empty"
    try:
        value = float(text.replace(",", ".") if text.count(",") == 1 else text)
    except ValueError:
        return None, f"is {text!r}, not a number"
    return (value, "") if math.isfinite(value) else (None, f"is {text}")


def _first_column(table: Table, wanted: Sequence[str]) -> str:
    found = next((name for name in wanted if name in table.columns), None)
    if found is None:
        raise _no_column(table, wanted[0])
    return found


def _no_column(table: Table, column: str) -> TableProblem:
    return TableProblem(
        f"{table.name} has no column {column!r}; it has {', '.join(table.columns)}.",
        "Check the file, or name another column.",
    )
