"""Flags: doubts about a result, each with the measured quantity that raised it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


class Grade(Enum):
    NOTE = "note"
    """True of many good studies; the number stands."""
    REVIEW = "review"
    """A reader must look."""
    REJECT = "reject"
    """The number must not be used."""


@dataclass(frozen=True)
class Flag:
    """``code`` is stable, ``text`` is for the reader, ``evidence`` names quantity, value and limit."""

    code: str
    grade: Grade
    text: str
    evidence: str = ""


_RANK = {Grade.NOTE: 0, Grade.REVIEW: 1, Grade.REJECT: 2}


def verdict(flags: Iterable[Flag]) -> str:
    """``ok``, ``review`` or ``reject``: the worst grade; notes alone are ``ok``."""
    worst = max((_RANK[flag.grade] for flag in flags), default=0)
    return ("ok", "review", "reject")[worst]
