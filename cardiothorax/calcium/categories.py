"""From a score to the words of a report.

CAC-DRS: Hecht et al., J Cardiovasc Comput Tomogr 2018.
"""

from __future__ import annotations

ROUNDING = 1e-9
"""Sums of floats miss a border by their last bits; a score this near to it stands on it."""

CATEGORIES = ("0", "1-10", "11-100", "101-400", ">400")
VISUAL_GRADES = ("none", "mild", "moderate", "severe")


def category(agatston: float) -> str:
    """Risk group of an unrounded total: a border belongs to the group below it (10 is ``1-10``).

    >>> [category(s) for s in (0, 0.25, 10, 10.25, 100, 400, 400.5)]
    ['0', '1-10', '1-10', '11-100', '11-100', '101-400', '>400']
    """
    return CATEGORIES[sum(agatston > border + ROUNDING for border in (0, 10, 100, 400))]


def cac_drs(agatston: float, arteries_with_calcium: int) -> str:
    """``A0/N0`` to ``A3/N4``; a border belongs to the class above it (100 is ``A2``).

    >>> cac_drs(99.5, 2), cac_drs(100, 3), cac_drs(0, 0)
    ('A1/N2', 'A2/N3', 'A0/N0')
    """
    return f"A{_severity(agatston)}/N{arteries_with_calcium}"


def visual_suggestion(agatston: float) -> str:
    """The visual grade that a score suggests, by the borders of CAC-DRS; a reader's eye decides."""
    return VISUAL_GRADES[_severity(agatston)]


def _severity(agatston: float) -> int:
    if agatston <= ROUNDING:
        return 0
    return 1 + sum(agatston >= border - ROUNDING for border in (100, 300))
