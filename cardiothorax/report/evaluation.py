"""An evaluation of measured values against a reference: table, JSON, plots and page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ..records import write_atomically
from ..stats.kappa import CategoryAgreement
from ..stats.plots import as_png, as_svg, bland_altman_figure, correlation_figure
from ..stats.study import AgreementStudy, agreement_study, study_by_group
from .matching import LeftOut, Matched, Pair, TableProblem
from .pages import write_page
from .study_text import category_rows, difference_digits, group_rows, headline, overall_rows, value_digits
from .tables import write_csv, write_json
from .wording import NOTICE, OBSERVERS, file_name

SCHEMA = "cardiothorax/evaluation/1"
TEMPLATE = "report/evaluation.html.j2"
REMARKS = {"CTR": OBSERVERS}
LARGEST_SHOWN = 10
LEFT_OUT_SHOWN = 40
KINDS = {
    "failed": "measured without a number",
    "ambiguous": "name not unique",
    "no_reference": "without a reference value",
    "no_result": "in the reference only",
}
"""What a reader must know of first comes first."""


@dataclass(frozen=True)
class Evaluation:
    """``by_group`` and ``by_verdict`` may be empty. ``origin`` says in words what was compared."""

    quantity: str
    overall: AgreementStudy
    by_group: dict[str, AgreementStudy]
    by_verdict: dict[str, AgreementStudy]
    pairs: tuple[Pair, ...]
    left_out: tuple[LeftOut, ...]
    origin: dict[str, str] = field(default_factory=dict)
    categories: CategoryAgreement | None = None
    """Of quantities that are read in classes."""
    schema: str = SCHEMA

    @property
    def remark(self) -> str:
        """What a reader must know of the quantity."""
        return REMARKS.get(self.quantity, "")

    @property
    def counts(self) -> dict[str, int]:
        """Rows compared, and left out by kind."""
        kinds = Counter(row.kind for row in self.left_out)
        return {"compared": len(self.pairs), **{kind: kinds.get(kind, 0) for kind in KINDS}}


def evaluate(
    matched: Matched, *, quantity: str, cutoff: float, origin: Mapping[str, str] | None = None
) -> Evaluation:
    """All statistics over the pairs, overall, by group and by verdict; at least one pair."""
    pairs = matched.pairs
    if not pairs:
        reasons = Counter(f"{KINDS[row.kind]} ({row.reason})" for row in matched.left_out)
        often = "; ".join(f"{count} {reason}" for reason, count in reasons.most_common(3))
        raise TableProblem(f"No row can be compared: {often or 'both tables are empty'}.")
    measured = np.array([pair.measured for pair in pairs])
    reference = np.array([pair.reference for pair in pairs])

    def by(names: list[str]) -> dict[str, AgreementStudy]:
        return study_by_group(measured, reference, names, cutoff=cutoff) if any(names) else {}

    return Evaluation(
        quantity=quantity,
        overall=agreement_study(measured, reference, cutoff=cutoff),
        by_group=by([pair.group for pair in pairs]),
        by_verdict=by([pair.verdict for pair in pairs]),
        pairs=pairs,
        left_out=matched.left_out,
        origin=dict(origin or {}),
    )


def write_numbers(evaluation: Evaluation, folder: Path) -> None:
    """``evaluation.json`` and ``pairs.csv``; needs no extra."""
    plain = {
        "schema": evaluation.schema,
        "quantity": evaluation.quantity,
        "origin": evaluation.origin,
        "counts": evaluation.counts,
        "overall": evaluation.overall,
        "by_group": evaluation.by_group,
        "by_verdict": evaluation.by_verdict,
        "categories": evaluation.categories,
        "left_out": evaluation.left_out,
        "remark": evaluation.remark,
    }
    write_json(plain, folder / "evaluation.json")
    write_csv(
        [*map(_pair_row, evaluation.pairs), *map(_left_out_row, evaluation.left_out)],
        folder / "pairs.csv",
        columns=("file", "status", "measured", "reference", "difference", "group", "verdict", "reason"),
    )


def write_evaluation_page(evaluation: Evaluation, folder: Path) -> None:
    """``evaluation.html`` with the plots inside, and the plots as PNG; needs the extra ``report``."""
    figures = _figures(evaluation)
    for name, figure in figures.items():
        with write_atomically(folder / f"{name}.png") as temporary:
            temporary.write_bytes(as_png(figure))
    plots = {name: as_svg(figure) for name, figure in figures.items()}
    write_page(TEMPLATE, page_context(evaluation, plots), folder / "evaluation.html")


def page_context(evaluation: Evaluation, plots: Mapping[str, str]) -> dict[str, Any]:
    """Every text of the page; ``plots`` are SVG elements by name."""
    study = evaluation.overall
    by_size = sorted(evaluation.pairs, key=lambda p: -abs(p.measured - p.reference))
    counts = evaluation.counts
    groupings = {"By group": evaluation.by_group, "By verdict of the automatic checks": evaluation.by_verdict}
    return {
        "quantity": evaluation.quantity,
        "headline": headline(study, evaluation.quantity),
        "n": study.n,
        "left_out_counts": [(counts[kind], text) for kind, text in KINDS.items() if counts[kind]],
        "overall": overall_rows(study),
        "notes": (*study.notes, *((f"Paired test: {study.test.why}",) if study.test else ())),
        "shown": _names(evaluation),
        "groupings": [
            (title, group_rows({"all": study, **studies}))
            for title, studies in groupings.items()
            if len(studies) > 1
        ],
        "plots": plots,
        "categories": evaluation.categories,
        "category_rows": category_rows(evaluation.categories),
        "largest": by_size[:LARGEST_SHOWN],
        "left_out": sorted(evaluation.left_out, key=lambda row: list(KINDS).index(row.kind))[:LEFT_OUT_SHOWN],
        "left_out_more": max(0, len(evaluation.left_out) - LEFT_OUT_SHOWN),
        "kinds": KINDS,
        "origin": evaluation.origin,
        "remark": evaluation.remark,
        "digits": max(difference_digits(study), value_digits(study)),
        "notice": NOTICE,
    }


def _names(evaluation: Evaluation) -> dict[str, str]:
    """File names without folders, which may name patients; in full where two would look alike."""
    files = [pair.file for pair in evaluation.pairs] + [row.file for row in evaluation.left_out]
    times = Counter(file_name(file) for file in files)
    return {file: file_name(file) if times[file_name(file)] == 1 else file for file in files}


def _figures(evaluation: Evaluation) -> dict[str, Any]:
    measured = [pair.measured for pair in evaluation.pairs]
    reference = [pair.reference for pair in evaluation.pairs]
    groups = [pair.group for pair in evaluation.pairs]
    shown = groups if len(evaluation.by_group) > 1 else None
    quantity = evaluation.quantity
    figures = {}
    if len(measured) > 1:
        figures["bland_altman"] = bland_altman_figure(measured, reference, quantity=quantity, groups=shown)
    figures["correlation"] = correlation_figure(
        measured, reference, quantity=quantity, cutoff=evaluation.overall.cutoff, groups=shown
    )
    return figures


def _pair_row(pair: Pair) -> dict[str, Any]:
    return {
        "file": pair.file, "status": "compared", "measured": pair.measured, "reference": pair.reference,
        "difference": pair.measured - pair.reference, "group": pair.group, "verdict": pair.verdict,
    }  # fmt: skip


def _left_out_row(row: LeftOut) -> dict[str, Any]:
    return {"file": row.file, "status": row.kind, "reason": row.reason}
