"""What a header says about contrast agent."""

from __future__ import annotations

import re
from collections.abc import Mapping

_DENIAL = re.compile(
    r"(N|NO|NON|NONE|NIL|0|W O|WITHOUT|OHNE|SANS|SIN|NATIVE?|PLAIN|(NON|UN) ?(CONTRAST|ENHANCED)\w*)"
    r"( (CONTRAST|AGENT|CM|KM|IV|MEDIUM|GIVEN|ENHANCEMENT|APPLIED)\w*)*"
)
"""The whole of a text that says that there was none; "NON IONIC" is an agent."""
_NOT_IN_BLOOD = {"ORAL", "ORALLY", "PO", "OS", "PER", "MOUTH", "BY", "RECTAL", "WATER", "BARIUM", "ENEMA"}


def contrast_evidence(tags: Mapping[str, str]) -> str:
    """Why the header says that agent was given into the blood, in words (``"ContrastBolusAgent: NON
    IONIC"``). Empty where it says nothing of it, which proves nothing: scanners often leave it out, so the
    blood's HU must be looked at too.
    """
    if _by_mouth(tags.get("ContrastBolusRoute", "")):
        return ""
    for keyword in ("ContrastBolusAgent", "ContrastBolusIngredient"):
        said = tags.get(keyword, "").strip()
        if any(_names_agent(part) for part in said.split("\\")):
            return f"{keyword}: {said}"
    for keyword, unit in (("ContrastBolusVolume", "ml"), ("ContrastFlowRate", "ml/s")):
        amount = _positive(tags.get(keyword, ""))
        if amount:
            return f"{keyword}: {amount:g} {unit}"
    return ""


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.upper()))


def _names_agent(text: str) -> bool:
    words = _words(text)
    return bool(words) and _DENIAL.fullmatch(words) is None and not _by_mouth(text)


def _by_mouth(text: str) -> bool:
    words = _words(text).split()
    return bool(words) and set(words) <= _NOT_IN_BLOOD


def _positive(text: str) -> float:
    try:
        return max((float(part) for part in text.split("\\")), default=0.0)
    except ValueError:
        return 0.0
