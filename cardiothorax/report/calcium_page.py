"""The report of one calcium study: what the template ``calcium/report.html.j2`` shows, worked out here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..calcium.labels import ARTERIES, PARTS
from ..calcium.presets import PRESETS
from ..calcium.result import ArteryScore, CalciumResult, CalciumRun, CalciumValues, Lesion
from ..imaging.image import Image
from ..models.card import Card
from .calcium_montage import draw_montage, is_shown
from .calcium_wording import (
    LONG_NAMES,
    SHORT_NAMES,
    amount,
    cac_drs_in_words,
    category_in_words,
    points,
    visual_in_words,
    where,
    whose,
)
from .page_parts import VERDICTS, edit_lines, flag_lines, provenance_rows, swatch
from .pages import embedded_jpeg, write_page
from .palette import ARTERY_COLORS
from .wording import NOTICE, file_name

TEMPLATE = "calcium/report.html.j2"
MASS_FACTOR_SOURCES = {
    "user": "given by the user",
    "patient": "from the header, for this patient",
    "device": "from the header, for this scanner",
    "preset": "typical of the vendor, not calibrated",
}
AS_CHEST_CT = {"not_gated", "thick_slices"}
"""Flags with which the visual grade of a chest CT is shown beside the score."""


@dataclass(frozen=True)
class ScoreRow:
    """One row of the table by artery. ``automatic`` is the network's Agatston score; empty unless a reader
    has edited, and ``changed`` where it differs."""

    name: str
    meaning: str
    color: str
    agatston: str
    volume: str
    interpolated: str
    mass: str
    lesions: str
    automatic: str = ""
    changed: bool = False
    strong: bool = False


@dataclass(frozen=True)
class LesionRow:
    id: int
    artery: str
    color: str
    slices: str
    agatston: str
    volume: str
    mass: str
    peak: str
    mean: str
    confidence: str


def write_calcium_html(
    run: CalciumRun, path: Path | str, *, image: Image | None = None, card: Card | None = None
) -> None:
    """One page that prints on A4, with the slices that show lesions where ``image`` (the CT) is given.

    ``card`` adds the network's license, training and known limits. Patient data cannot get in: an image
    carries none; only the file's name is shown, without its folder. Needs the extra ``report``.
    """
    write_page(TEMPLATE, page_context(run, image=image, card=card), path)


def page_context(run: CalciumRun, *, image: Image | None = None, card: Card | None = None) -> dict[str, Any]:
    """Every text of the page, formatted."""
    result, values = run.result, run.result.values
    return {
        "title": f"Coronary calcium \u00b7 {file_name(result.source) or 'unnamed CT'}",
        "file": file_name(result.source),
        "whose": whose(result),
        "verdict": result.verdict,
        "verdict_text": VERDICTS[result.verdict],
        "agatston": points(values.agatston) if values else "",
        "category": category_in_words(values) if values else "",
        "cac_drs": cac_drs_in_words(values) if values else "",
        "visual": visual_in_words(values) if values and _as_chest_ct(result) else "",
        "rows": score_rows(values, result.automatic) if values else [],
        "lad_lm": points(values.agatston_lad_lm) if values else "",
        "lesions": [_lesion(lesion) for lesion in filter(is_shown, result.lesions)],
        "left_out": _left_out(result),
        "edited": result.provenance.edited,
        "edits": edit_lines(result.provenance),
        "flags": flag_lines(result.flags),
        "notes": list(result.notes),
        "rules": rules(values) if values else [],
        "provenance": provenance_rows(result.provenance, result.seconds, card, pixels="CT's voxels"),
        "summary": card.summary if card else "",
        "limits": list(card.limits) if card else [],
        "picture": embedded_jpeg(draw_montage(run, image, footer=False)) if image is not None else "",
        "notice": NOTICE,
    }


def score_rows(values: CalciumValues, automatic: CalciumValues | None = None) -> list[ScoreRow]:
    """Arteries, their total, and what is not coronary."""

    def row(name: str, score: ArteryScore, before: ArteryScore | None, **more: Any) -> ScoreRow:
        now = points(score.agatston)
        then = points(before.agatston) if before else ""
        return ScoreRow(
            name=name,
            agatston=now,
            volume=amount(score.volume_mm3, "").strip(),
            interpolated=amount(score.volume_interpolated_mm3, "").strip(),
            mass=amount(score.mass_mg, "").strip(),
            lesions=str(score.lesions),
            automatic=then,
            changed=bool(before) and now != then,
            **more,
        )

    old = automatic.arteries if automatic else {}
    rows = [
        row(
            SHORT_NAMES[name],
            values.arteries[name],
            old.get(name),
            meaning=LONG_NAMES[name].lower(),
            color=swatch(ARTERY_COLORS[name]),
        )
        for name in ARTERIES
    ]
    total, before = _total(values), _total(automatic) if automatic else None
    rows.append(row("Total", total, before, meaning="", color="", strong=True))
    other = values.arteries["other"]
    rows.append(
        row(
            "Not coronary",
            other,
            old.get("other"),
            meaning="not in the total",
            color=swatch(ARTERY_COLORS["other"]),
        )
    )
    return rows


def rules(values: CalciumValues) -> list[tuple[str, str]]:
    """The decisions on which programs differ, as they were made here: the fine print."""
    preset = PRESETS[values.preset]
    second, third, fourth = values.weight_limits_hu
    source = MASS_FACTOR_SOURCES[values.mass_factor_source]
    return [
        ("Calcium", f"voxels of {values.threshold_hu:g} HU and more that carry an artery's label"),
        (
            "Region",
            f"{values.connectivity}-connected pixels of one artery in one slice; {preset.words}",
        ),
        (
            "Agatston",
            f"weight by each region's own peak (1 below {second:g} HU, 2 from {second:g}, 3 from {third:g}, "
            f"4 from {fourth:g}) \u00d7 area in mm\u00b2, \u00d7 increment / 3 mm; the increment between "
            "slices, not their thickness, corrects overlap",
        ),
        (
            "Volume",
            "pixels \u00d7 pixel area \u00d7 increment; interpolated: on slices as far apart as pixels",
        ),
        ("Mass", f"{values.mass_factor:g} mg per mm\u00b3 and HU ({source}) \u00d7 mean HU \u00d7 volume"),
        ("Lesions", "pieces connected by faces in space, larger than 1.5 mm\u00b3; counted in each artery"),
    ]


def _total(values: CalciumValues) -> ArteryScore:
    return ArteryScore(
        values.agatston, values.volume_mm3, values.volume_interpolated_mm3, values.mass_mg, values.lesions
    )


def _as_chest_ct(result: CalciumResult) -> bool:
    return bool(AS_CHEST_CT & {flag.code for flag in result.flags})


def _lesion(lesion: Lesion) -> LesionRow:
    return LesionRow(
        lesion.id,
        SHORT_NAMES[lesion.artery],
        swatch(ARTERY_COLORS[lesion.artery]),
        where(lesion),
        points(lesion.agatston),
        amount(lesion.volume_mm3, "").strip(),
        amount(lesion.mass_mg, "").strip(),
        f"{lesion.peak_hu:.0f}",
        f"{lesion.mean_hu:.0f}",
        "" if lesion.confidence is None else f"{lesion.confidence:.2f}",
    )


def _left_out(result: CalciumResult) -> str:
    """What the lesion table does not list, in words."""
    other = sum(lesion.artery == "other" for lesion in result.lesions)
    specks = sum(lesion.artery in PARTS and lesion.artery != "other" for lesion in result.lesions)
    specks -= sum(map(is_shown, result.lesions))
    parts = [f"{other} not coronary"] if other else []
    parts += [f"{specks} too small to count"] if specks else []
    return f"Not listed: {', '.join(parts)}." if parts else ""
