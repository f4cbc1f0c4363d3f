"""How calcium scores are said to a reader: sensible digits, categories in words."""

from __future__ import annotations

from ..calcium.categories import CATEGORIES, cac_drs, category
from ..calcium.labels import ARTERIES, NAMES, PARTS
from ..calcium.result import CalciumResult, CalciumValues, Lesion

SHORT_NAMES = {**{name: name.upper() for name in ARTERIES}, "other": "not coronary"}
LONG_NAMES = {name: NAMES[code] for name, code in PARTS.items()}
CATEGORY_WORDS = dict(
    zip(
        CATEGORIES,
        ("no calcium", "minimal calcium", "mild calcium", "moderate calcium", "severe calcium"),
        strict=True,
    )
)
"""Names of the risk groups as in most reports (Rumberger et al., Mayo Clin Proc 1999)."""
SEVERITY_WORDS = {
    "A0": "score 0, very low risk",
    "A1": "score 1 to 99, mildly increased risk",
    "A2": "score 100 to 299, moderately increased risk",
    "A3": "score 300 or more, moderately to severely increased risk",
}
"""Hecht et al., J Cardiovasc Comput Tomogr 2018."""


def points(score: float) -> str:
    """An Agatston score without decimals, or with as many as keep it on its side of every border.

    >>> points(430.11), points(0.42), points(99.6), points(100.0), points(0.0)
    ('430', '0.4', '99.6', '100', '0')
    """
    for digits in range(4):
        text = f"{score:.{digits}f}"
        said = float(text)
        if category(said) == category(score) and cac_drs(said, 0) == cac_drs(score, 0):
            return text
    return repr(score)


def amount(value: float, unit: str) -> str:
    """Volume or mass with one decimal, two below 10.

    >>> amount(322.586, "mm³"), amount(0.41451, "mg"), amount(0.0, "mg")
    ('322.6 mm³', '0.41 mg', '0 mg')
    """
    text = "0" if value == 0 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"
    return f"{text} {unit}"


def category_in_words(values: CalciumValues) -> str:
    """``severe calcium (category >400)``."""
    return f"{CATEGORY_WORDS[values.category]} (category {values.category})"


def cac_drs_in_words(values: CalciumValues) -> str:
    """``A2/N3: score 100 to 299, moderately increased risk; calcium in 3 of 4 arteries``."""
    severity, _, arteries = values.cac_drs.partition("/N")
    return f"{values.cac_drs}: {SEVERITY_WORDS[severity]}; calcium in {arteries} of 4 arteries"


def visual_in_words(values: CalciumValues) -> str:
    """The grade of a chest CT that the score suggests; whoever reads it must look and decide."""
    return f"{values.visual_suggestion} (suggested from the score; a reader's eye decides)"


def whose(result: CalciumResult) -> str:
    """Who made the number: ``proposed by the network, not reviewed``."""
    if result.values is None:
        return "not scored"
    if result.provenance.edited:
        readers = dict.fromkeys(e.edited_by for e in result.provenance.edits if e.edited_by)
        return f"edited by {', '.join(readers)}" if readers else "edited by reader"
    if any(flag.code == "unreviewed" for flag in result.flags):
        return "proposed by a network, not reviewed"
    return "from given labels"


def where(lesion: Lesion) -> str:
    """As a reader counts slices, from 1, feet to head: ``12`` or ``12-14``."""
    first, last = lesion.first_slice + 1, lesion.last_slice + 1
    return f"{first}" if first == last else f"{first}-{last}"
