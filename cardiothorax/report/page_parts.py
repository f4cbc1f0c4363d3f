"""What the pages of all tasks show alike: verdict, flags, edits, where a result comes from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..models.card import Card
from ..records import Flag, Provenance
from .wording import moment, worst_first

VERDICTS = {
    "ok": "The automatic checks found no reason for doubt.",
    "review": "A reader must look at this result before it is used.",
    "reject": "This result must not be used.",
}


def flag_lines(flags: Iterable[Flag]) -> list[dict[str, str]]:
    """The worst first, for the macro ``flag_list``."""
    return [
        {"code": f.code, "grade": f.grade.value, "text": f.text, "evidence": f.evidence}
        for f in worst_first(flags)
    ]


def edit_lines(provenance: Provenance) -> list[dict[str, str]]:
    """What readers changed, in order, for the macro ``edit_list``."""
    return [{"what": e.what, "by": e.edited_by, "at": moment(e.edited_at)} for e in provenance.edits]


def provenance_rows(
    provenance: Provenance, seconds: Mapping[str, float], card: Card | None, *, pixels: str
) -> list[tuple[str, str]]:
    """Name and text of everything that is needed to repeat the measurement, without what is empty.

    ``pixels`` names the input ("Film's pixels"). Without a network there are no rows of a model.
    """
    p = provenance
    engine = f", {p.engine} on {p.device}" if p.engine else ""
    rows = [
        ("Measured", moment(p.created_at)),
        ("Software", f"cardiothorax {p.package_version}{engine}"),
        ("Model", f"{p.model_name} {p.model_version}".strip()),
        ("Model weights (SHA-256)", p.model_sha256),
        ("Model license", card.licence if card else ""),
        ("Options", ", ".join(f"{key} {_option(value)}" for key, value in p.options.items())),
        (f"{pixels} (SHA-256)", p.input_sha256),
        ("Seconds", ", ".join(f"{stage} {spent:.2f}" for stage, spent in seconds.items())),
    ]
    return [(name, text) for name, text in rows if text]


def swatch(color: tuple[int, int, int]) -> str:
    """As style sheets write it.

    >>> swatch((230, 48, 48))
    '#e63030'
    """
    return "#{:02x}{:02x}{:02x}".format(*color)


def _option(value: str | float | bool) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:g}" if isinstance(value, (int, float)) else value
