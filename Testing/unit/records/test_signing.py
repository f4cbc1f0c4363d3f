"""A signature comes under one's own unsigned edits, and under nothing else."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cardiothorax.records import Edit, Provenance
from cardiothorax.records.signing import OwnEdits, edited_note, signed

MINE = Edit("heart mask", "", "2026-11-21T10:00:00+00:00")
THEIRS = Edit("line T", "", "2026-11-20T09:00:00+00:00")
SIGNED = Edit("midline", "CD", "2026-11-20T09:05:00+00:00")


def provenance(*edits: Edit) -> Provenance:
    return Provenance("0", "model", "1", "0" * 64, "onnx", "cpu", edits=edits)


def names(found: Provenance) -> list[str]:
    return [edit.edited_by for edit in found.edits]


def test_only_ones_own_unsigned_edits_get_the_name() -> None:
    assert names(signed(provenance(THEIRS, SIGNED, MINE), "AB", {MINE, SIGNED})) == ["", "CD", "AB"]


def test_what_and_when_stay() -> None:
    found = signed(provenance(MINE), "AB", {MINE}).edits[0]
    assert (found.what, found.edited_at) == (MINE.what, MINE.edited_at)


edits = st.lists(st.sampled_from([MINE, THEIRS, SIGNED]))


@given(edits, st.sets(st.sampled_from([MINE, THEIRS, SIGNED])))
def test_signing_twice_is_signing_once(given_edits: list[Edit], among: set[Edit]) -> None:
    once = signed(provenance(*given_edits), "AB", among)
    assert signed(once, "EF", among) == once


def test_the_note_names_what_was_corrected_once_and_the_last_reader() -> None:
    note = edited_note([MINE, THEIRS, MINE, SIGNED])
    assert note.evidence == "heart mask, line T, midline; last by CD"
    assert edited_note([MINE]).evidence == "heart mask; last by unnamed reader"


def test_own_edits_are_those_of_the_steps() -> None:
    own = OwnEdits()
    own.add(provenance(THEIRS), provenance(THEIRS, MINE))
    assert MINE in own
    assert THEIRS not in own
    assert own.unsigned(provenance(THEIRS, MINE))
    assert not own.unsigned(provenance(THEIRS, SIGNED))
    assert not own.unsigned(signed(provenance(THEIRS, MINE), "AB", own))
