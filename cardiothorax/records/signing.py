"""Who made a correction: edits without a name can be signed afterwards by the one who made them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from .flags import Flag, Grade
from .provenance import Edit, Provenance

UNNAMED = "unnamed reader"


def signed(provenance: Provenance, reader: str, among: Collection[Edit]) -> Provenance:
    """``provenance`` with the name ``reader`` under its edits that have none and are in ``among``: the
    edits that are known to be that reader's. Those of anybody else stay as they are."""
    edits = tuple(
        replace(e, edited_by=reader) if e in among and not e.edited_by else e for e in provenance.edits
    )
    return replace(provenance, edits=edits)


def edited_note(edits: Sequence[Edit]) -> Flag:
    """The flag ``edited``: what was corrected, and the last one's name."""
    parts = ", ".join(dict.fromkeys(edit.what for edit in edits))
    return Flag(
        "edited", Grade.NOTE, "Edited by reader.", f"{parts}; last by {edits[-1].edited_by or UNNAMED}"
    )
