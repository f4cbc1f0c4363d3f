"""Who made a correction: edits without a name can be signed afterwards by the one who made them."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import replace
from typing import Any, TypeVar, cast

from .flags import Flag, Grade
from .provenance import Edit, Provenance
from .result import Recorded

T = TypeVar("T", bound=Recorded)
UNNAMED = "unnamed reader"


class OwnEdits:
    """The edits made in this session: those that a name entered later signs, and no others."""

    def __init__(self) -> None:
        self._edits: set[Edit] = set()

    def add(self, before: Provenance, after: Provenance) -> None:
        """Those that a step has brought."""
        self._edits |= set(after.edits) - set(before.edits)

    def __contains__(self, edit: object) -> bool:
        return edit in self._edits

    def unsigned(self, provenance: Provenance) -> bool:
        """Whether there is one that a name would sign now."""
        return any(edit in self and not edit.edited_by for edit in provenance.edits)


def signed(provenance: Provenance, reader: str, among: Container[Edit]) -> Provenance:
    """``provenance`` with the name ``reader`` under its edits that have none and are in ``among``: the
    edits that are known to be that reader's. Those of anybody else stay as they are."""
    edits = tuple(
        replace(e, edited_by=reader) if e in among and not e.edited_by else e for e in provenance.edits
    )
    return replace(provenance, edits=edits)


def signed_result(result: T, reader: str, among: Container[Edit]) -> T:
    """``result`` with ``reader`` under those edits that nobody has signed and that are in ``among``; its flag
    ``edited`` follows."""
    provenance = signed(result.provenance, reader, among)
    if provenance == result.provenance:
        return result
    note = edited_note(provenance.edits)
    flags = tuple(note if flag.code == note.code else flag for flag in result.flags)
    return cast(T, replace(cast(Any, result), provenance=provenance, flags=flags))


def edited_note(edits: Sequence[Edit]) -> Flag:
    """The flag ``edited``: what was corrected, and the last one's name."""
    parts = ", ".join(dict.fromkeys(edit.what for edit in edits))
    return Flag(
        "edited", Grade.NOTE, "Edited by reader.", f"{parts}; last by {edits[-1].edited_by or UNNAMED}"
    )
