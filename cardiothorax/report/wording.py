"""How numbers are said to a reader: units, sensible digits, a ratio never rounded onto its cut-off."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import PurePosixPath

from ..ctr.result import CtrValues
from ..records import Flag, Grade

NOTICE = "Research use, not a medical device."
OBSERVERS = (
    "Two physicians who measured the same 305 films of six public collections differed by 0.027 in CTR on "
    "average: differences finer than that mean something only within one way of drawing."
)


def ratio(value: float, cutoff: float) -> str:
    """Two digits, or three where two would put the ratio on the wrong side of its cut-off.

    >>> ratio(0.4312, 0.5), ratio(0.5021, 0.5), ratio(0.5, 0.5)
    ('0.43', '0.502', '0.50')
    """
    for digits in (2, 3, 4):
        text = f"{value:.{digits}f}"
        if (float(text) > cutoff) == (value > cutoff):
            return text
    return repr(value)


def finding(values: CtrValues) -> str:
    """``not enlarged (≤ 0.50)``: the side of the cut-off in words and as a relation."""
    if values.cardiomegaly:
        return f"enlarged (> {values.cutoff:.2f})"
    return f"not enlarged (\u2264 {values.cutoff:.2f})"


def length(millimeters: float | None, pixels: float) -> str:
    """Millimeters where the spacing is known, else pixels of the film.

    >>> length(281.43, 804.1), length(None, 804.1)
    ('281.4 mm', '804 px')
    """
    return f"{pixels:.0f} px" if millimeters is None else f"{millimeters:.1f} mm"


def worst_first(flags: Iterable[Flag]) -> list[Flag]:
    """``reject`` before ``review`` before ``note``; within a grade as they came."""
    order = (Grade.REJECT, Grade.REVIEW, Grade.NOTE)
    return sorted(flags, key=lambda flag: order.index(flag.grade))


def flag_line(flag: Flag) -> str:
    """Grade, text and evidence.

    >>> flag_line(Flag("tilted", Grade.REVIEW, "The thorax leans.", "tilt 12 degrees, limit 9"))
    'Review: The thorax leans. (tilt 12 degrees, limit 9)'
    """
    evidence = f" ({flag.evidence})" if flag.evidence else ""
    return f"{flag.grade.value.capitalize()}: {flag.text}{evidence}"


def file_name(source: str) -> str:
    """The last part of a path of any system: folders may name patients and people."""
    return PurePosixPath(source.replace("\\", "/")).name


def moment(iso: str) -> str:
    """ISO 8601 as a reader writes it, in UTC; what is not a date stays as it is.

    >>> moment("2026-03-01T09:30:12+01:00")
    '2026-03-01 08:30 UTC'
    """
    try:
        at = datetime.fromisoformat(iso)
    except ValueError:
        return iso
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC") if at.tzinfo else at.strftime("%Y-%m-%d %H:%M")
