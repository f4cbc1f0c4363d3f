"""Rows to CSV and values to JSON: UTF-8, decimal points, every digit, whole or not at all."""

from __future__ import annotations

import csv
import json
import math
import numbers
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..records import to_plain, write_atomically

_FORMULA = re.compile(r"'*[=+\-@\t\r]")
"""How a text begins that a spreadsheet would run as a formula (OWASP, CSV injection), or such a text that
was marked as text already."""
_NUMBER = re.compile(r"[+-]?\d+(\.\d*)?([eE][+-]?\d+)?")


def write_csv(rows: Iterable[Mapping[str, Any]], path: Path | str, *, columns: Sequence[str] = ()) -> None:
    """One line a row, under a header. Without ``columns`` they come in the order they first appear.

    Text that a spreadsheet would run as a formula (a file named ``=1+1.dcm``) gets an apostrophe in front,
    which :func:`text_of_cell` takes away; numbers stay as they are.
    Numbers keep every digit and have no thousands separator; ``None`` and absent cells are empty;
    truth values are ``true`` and ``false``; lists and tuples are joined by ``;``. NaN and infinity are
    a ``ValueError``: a number that does not exist is ``None``. Cells with line breaks are quoted.
    """
    kept = [dict(row) for row in rows]
    header = list(columns) or list(dict.fromkeys(key for row in kept for key in row))
    unknown = sorted({key for row in kept for key in row} - set(header))
    if unknown:
        raise ValueError(f"rows have columns that the header lacks: {', '.join(unknown)}")
    with write_atomically(path) as temporary, open(temporary, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows([cell_text(row.get(name)) for name in header] for row in kept)


def write_json(value: Any, path: Path | str) -> None:
    """``value`` (dataclasses, dicts, lists, numbers) as readable JSON; floats round-trip exactly."""
    text = json.dumps(to_plain(value), indent=1, ensure_ascii=False, allow_nan=False)
    write_text(text + "\n", path)


def write_text(text: str, path: Path | str) -> None:
    """UTF-8 with ``\\n`` line ends on every system."""
    with write_atomically(path) as temporary:
        temporary.write_bytes(text.encode("utf-8"))


def cell_text(value: Any) -> str:
    """One CSV cell, see :func:`write_csv`.

    >>> cell_text(0.1), cell_text(None), cell_text(True), cell_text(("a", "b")), cell_text("=A1")
    ('0.1', '', 'true', 'a;b', "'=A1")
    """
    if value is None:
        return ""
    if isinstance(value, str):
        runs = _FORMULA.match(value) and not _NUMBER.fullmatch(value)
        return f"'{value}" if runs else value
    if isinstance(value, (list, tuple)):
        return ";".join(cell_text(item) for item in value)
    if hasattr(value, "item"):  # numpy scalars: their repr is not a bare number
        value = value.item()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, numbers.Integral):
        return str(int(value))
    if isinstance(value, numbers.Real):
        number = float(value)
        if not math.isfinite(number):
            raise ValueError(f"{number} cannot stand in a table; use None for a missing number")
        return repr(number)
    return str(value)


def text_of_cell(cell: str) -> str:
    """What :func:`cell_text` was given, where that was text.

    >>> text_of_cell("'=A1"), text_of_cell("O'Hara.dcm"), text_of_cell("-0.5")
    ('=A1', "O'Hara.dcm", '-0.5')
    """
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell
