"""The report of one radiograph: what the template ``ctr/report.html.j2`` shows, worked out here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..ctr.result import AP_CUTOFF, DEFAULT_CUTOFF, CtrResult, CtrRun, CtrValues
from ..imaging.image import Image
from ..imaging.organs import ORGANS
from ..models.card import Card
from .ctr_picture import draw_ctr
from .page_parts import VERDICTS, edit_lines, flag_lines, provenance_rows, swatch
from .pages import embedded_jpeg, write_page
from .palette import ORGAN_COLORS
from .wording import NOTICE, OBSERVERS, file_name, finding, length, ratio

TEMPLATE = "ctr/report.html.j2"


@dataclass(frozen=True)
class Row:
    """``automatic`` is empty unless a reader has edited; ``changed`` marks a row in which they differ."""

    name: str
    meaning: str
    value: str
    automatic: str = ""
    changed: bool = False


def write_html(
    run: CtrRun, path: Path | str, *, image: Image | None = None, card: Card | None = None
) -> None:
    """One page that prints on A4, with the picture inside where ``image`` (the film) is given.

    ``card`` adds the model's license and known limits. Patient data cannot get in: an image carries
    none; only the file's name is shown, without its folder. Needs the extra ``report``.
    """
    write_page(TEMPLATE, page_context(run, image=image, card=card), path)


def page_context(run: CtrRun, *, image: Image | None = None, card: Card | None = None) -> dict[str, Any]:
    """Every text of the page, formatted."""
    result = run.result
    values = result.values
    return {
        "title": f"Cardiothoracic ratio \u00b7 {file_name(result.source) or 'unnamed film'}",
        "file": file_name(result.source),
        "verdict": result.verdict,
        "verdict_text": VERDICTS[result.verdict],
        "ratio": ratio(values.ctr, values.cutoff) if values else "",
        "finding": finding(values) if values else "",
        "enlarged": bool(values and values.cardiomegaly),
        "cutoff_note": _cutoff_note(result),
        "rows": value_rows(values, result.automatic) if values else [],
        "edited": result.provenance.edited,
        "edits": edit_lines(result.provenance),
        "flags": flag_lines(result.flags),
        "notes": list(result.notes),
        "provenance": provenance_rows(result.provenance, result.seconds, card, pixels="Film's pixels"),
        "limits": list(card.limits) if card else [],
        "picture": embedded_jpeg(draw_ctr(run, image, footer=False)) if image is not None else "",
        "legend": [{"name": name, "color": swatch(ORGAN_COLORS[label])} for label, name in ORGANS.items()],
        "observers": OBSERVERS,
        "notice": NOTICE,
    }


def value_rows(values: CtrValues, automatic: CtrValues | None = None) -> list[Row]:
    """The table, in the order a reader thinks: ratio, its two diameters, halves, shape."""

    def area(v: CtrValues, organ: str) -> str:
        square_mm = getattr(v, f"{organ}_area_mm2")
        return (
            f"{getattr(v, f'{organ}_area_px')} px" if square_mm is None else f"{square_mm / 100:.0f} cm\u00b2"
        )

    said: tuple[tuple[str, str, Callable[[CtrValues], str]], ...] = (
        ("CTR", "Th / T", lambda v: f"{v.ctr:.3f}"),
        (
            "T",
            "thoracic diameter",
            lambda v: length(v.thoracic_diameter_mm, v.thoracic_diameter_px),
        ),
        ("Th", "cardiac diameter", lambda v: length(v.cardiac_diameter_mm, v.cardiac_diameter_px)),
        ("MRD", "midline to right border", lambda v: length(v.mrd_mm, v.mrd_px)),
        ("MLD", "midline to left border", lambda v: length(v.mld_mm, v.mld_px)),
        ("CTR, tilt corrected", "", lambda v: f"{v.ctr_tilt_corrected:.3f}"),
        (
            "Tilt",
            "of the thoracic axis",
            lambda v: f"{v.tilt_degrees:+.1f}\u00b0".replace("-", "\u2212"),
        ),
        ("Heart area", "", lambda v: area(v, "heart")),
        ("Right lung area", "", lambda v: area(v, "right_lung")),
        ("Left lung area", "", lambda v: area(v, "left_lung")),
    )
    rows = []
    for name, meaning, say in said:
        now, before = say(values), say(automatic) if automatic else ""
        rows.append(Row(name, meaning, now, before, bool(before) and now != before))
    return rows


def _cutoff_note(result: CtrResult) -> str:
    if any(flag.code == "projection_ap" for flag in result.flags):
        return f"AP films enlarge the heart; {AP_CUTOFF:.2f} is often used for them."
    return f"{DEFAULT_CUTOFF:.2f} is the usual cut-off, meant for upright PA films of adults."
