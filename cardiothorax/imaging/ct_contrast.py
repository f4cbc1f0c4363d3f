"""What a header says about contrast agent."""

from __future__ import annotations

import re
from collections.abc import Mapping

_NONE = {
    "",
    "NONE",
    "NO",
    "N",
    "NON",
    "NO CONTRAST",
    "WITHOUT",
    "WITHOUT CONTRAST",
    "NATIVE",
    "PLAIN",
    "OHNE",
    "0",
}
_MOUTH = ("ORAL", "PO", "PER OS", "RECTAL")
"""Routes that do not reach the coronaries."""


def contrast_evidence(tags: Mapping[str, str]) -> str:
    """Why the header says that agent was given, in words (``"ContrastBolusAgent: NON IONIC"``); empty
    where it says nothing of it, which proves nothing: the blood's HU must be looked at too."""
    route = _plain(tags.get("ContrastBolusRoute", ""))
    if route in _MOUTH:
        return ""
    for keyword in ("ContrastBolusAgent", "ContrastBolusIngredient"):
        said = tags.get(keyword, "").strip()
        if _plain(said) not in _NONE and not _denies(said) and _plain(said) not in _MOUTH:
            return f"{keyword}: {said}"
    for keyword, unit in (("ContrastBolusVolume", " ml"), ("ContrastFlowRate", " ml/s")):
        amount = _positive(tags.get(keyword, ""))
        if amount:
            return f"{keyword}: {amount:g}{unit}"
    return ""


def _plain(text: str) -> str:
    return " ".join(re.split(r"[^A-Z0-9]+", text.upper())).strip()


def _denies(text: str) -> bool:
    words = _plain(text).split()
    return (bool(words) and words[0] in ("NO", "NONE", "WITHOUT", "OHNE", "SANS", "SIN")) or words == ["NON"]


def _positive(text: str) -> float:
    try:
        return max((float(part) for part in text.split("\\")), default=0.0)
    except ValueError:
        return 0.0
