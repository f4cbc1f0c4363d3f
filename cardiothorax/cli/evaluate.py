"""``cardiothorax evaluate``: measured values against a reference."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .. import __version__
from .groups import WholeSentences
from .main import EXIT_INPUTS_FAILED

if TYPE_CHECKING:
    from ..report.matching import Pair
    from ..stats.kappa import CategoryAgreement

REFERENCE_COLUMNS = ("ctr_row", "ctr")
LARGEST_RATIO = 1.5
"""Ratios above it are percentages or another quantity."""

EPILOG = """\b
Examples:
  cardiothorax ctr films/ --out results
  cardiothorax evaluate ctr --results results/results.csv --reference index.csv --out agreement
  cardiothorax evaluate ctr --results results/results.csv --reference index.csv \\
      --group source --out agreement
  cardiothorax evaluate calcium --results results/results.csv --reference reader.csv --out agreement
"""

CTR_EPILOG = """\b
The reference is a CSV with one row a film:
  file,ctr                   or    id,source,ctr_row
  film_01.dcm,0.47                 film_01,hospital A,0.47
Names match without folder and suffix; where two films have one name, the
folders in the reference decide. Comma, semicolon or tab separate columns.

\b
Written to DIR:
  evaluation.html   one page to read and print: plots and all statistics
  evaluation.json   the same numbers with every digit
  pairs.csv         each row of both tables: compared, or left out and why
  bland_altman.png, correlation.png

\b
Statistics: mean difference and SD, limits of agreement, r, ICC(A,1), paired
t or Wilcoxon test, mean absolute difference; accuracy, sensitivity,
specificity and predictive values for CTR > cut-off, AUC; with 95 % intervals.

\b
Exit code: 0 done, 2 usage, 3 done but some films that have a reference
could not be measured (listed on the page).
"""


@click.group(cls=WholeSentences, epilog=EPILOG)
def evaluate() -> None:
    """Compare results with a reference: agreement and accuracy."""


@evaluate.command(epilog=CTR_EPILOG)
@click.option("--results", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="results.csv as 'cardiothorax ctr' writes it.")  # fmt: skip
@click.option("--reference", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="CSV with the reference values.")  # fmt: skip
@click.option(
    "--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder to write to."
)
@click.option("--reference-column", default="", metavar="NAME",
              help="Column of the reference's ratio.  [default: ctr_row, else ctr]")  # fmt: skip
@click.option("--measured-column", default="ctr", show_default=True, metavar="NAME",
              help="Column of the measured ratio, for example ctr_tilt_corrected.")  # fmt: skip
@click.option("--id-column", default="", metavar="NAME",
              help="Column of the reference's file names.  [default: the one that matches most]")  # fmt: skip
@click.option("--group", default="", metavar="NAME",
              help="Report groups by this column of either table too, for example source.")  # fmt: skip
@click.option(
    "--cutoff", default=0.5, show_default=True, type=click.FloatRange(0.3, 0.9), help="Enlarged above this."
)
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")
def ctr(
    results: Path, reference: Path, out: Path, reference_column: str, measured_column: str, id_column: str,
    group: str, cutoff: float,
) -> int:  # fmt: skip
    """Agreement of measured with reference cardiothoracic ratios."""
    compared = Compared(
        results, reference, measured_column, reference_column or REFERENCE_COLUMNS, id_column, group, cutoff
    )
    return compared.written(out, "CTR", check=_check_ratios)


CALCIUM_COLUMNS = ("agatston", "score")

CALCIUM_EPILOG = """\b
The reference is a CSV with one row a study, by another reader or program:
  file,agatston
  study_01,112.5

\b
Written to DIR: evaluation.html, evaluation.json, pairs.csv, bland_altman.png,
correlation.png, as for 'evaluate ctr'; and of Agatston scores the risk categories
(0, 1-10, 11-100, 101-400, above 400) with kappa.

\b
Examples:
  cardiothorax evaluate calcium --results results/results.csv --reference reader.csv --out agreement
  cardiothorax evaluate calcium --results results/results.csv --reference reader.csv \\
      --measured-column agatston_rca --reference-column rca --out rca

\b
Exit code: 0 done, 2 usage, 3 done but some studies that have a reference have no
score (listed on the page).
"""


@evaluate.command(epilog=CALCIUM_EPILOG)
@click.option("--results", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="results.csv as 'cardiothorax calcium' writes it.")  # fmt: skip
@click.option("--reference", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="CSV with the reference values.")  # fmt: skip
@click.option(
    "--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder to write to."
)
@click.option("--reference-column", default="", metavar="NAME",
              help="Column of the reference's score.  [default: agatston, else score]")  # fmt: skip
@click.option("--measured-column", default="agatston", show_default=True, metavar="NAME",
              help="Column of the score, for example volume_mm3 or agatston_lad_lm.")  # fmt: skip
@click.option("--id-column", default="", metavar="NAME",
              help="Column of the reference's file names.  [default: the one that matches most]")  # fmt: skip
@click.option("--group", default="", metavar="NAME", help="Report groups by this column of either table too.")
@click.option("--cutoff", default=0.0, show_default=True, type=click.FloatRange(0),
              help="For sensitivity and specificity: positive above this score.")  # fmt: skip
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")
def calcium(
    results: Path, reference: Path, out: Path, reference_column: str, measured_column: str, id_column: str,
    group: str, cutoff: float,
) -> int:  # fmt: skip
    """Agreement of calcium scores with those of another reader or program."""
    compared = Compared(
        results, reference, measured_column, reference_column or CALCIUM_COLUMNS, id_column, group, cutoff
    )
    if measured_column.startswith("agatston"):
        return compared.written(out, "Agatston score", classes=measured_column == "agatston")
    return compared.written(out, measured_column)


@dataclass(frozen=True)
class Compared:
    """Two tables and how to bring them together. ``reference_column``: a name, or names to look for."""

    results: Path
    reference: Path
    measured_column: str
    reference_column: str | tuple[str, ...]
    id_column: str
    group: str
    cutoff: float

    def written(
        self,
        out: Path,
        quantity: str,
        *,
        check: Callable[[list[float], str, str], None] | None = None,
        classes: bool = False,
    ) -> int:
        """Write and say everything; the exit code. ``check`` refuses a reference of another quantity."""
        from ..report.evaluation import evaluate as evaluate_pairs
        from ..report.evaluation import write_evaluation_page, write_numbers
        from ..report.matching import match, read_table

        measured, reference = read_table(self.results), read_table(self.reference)
        column = self._column(reference.columns)
        matched = match(
            measured, reference, measured_column=self.measured_column, reference_column=column,
            id_column=self.id_column, group_column=self.group,
        )  # fmt: skip
        if check is not None:
            check([pair.reference for pair in matched.pairs], reference.name, column)
        origin = self._origin(column, matched.id_column)
        found = evaluate_pairs(matched, quantity=quantity, cutoff=self.cutoff, origin=origin)
        if classes:
            found = replace(found, categories=risk_categories(found.pairs))
        write_numbers(found, out)
        write_evaluation_page(found, out)
        _say(found, out)
        return EXIT_INPUTS_FAILED if found.counts["failed"] else 0

    def _column(self, columns: tuple[str, ...]) -> str:
        if isinstance(self.reference_column, str):
            return self.reference_column
        return next((c for c in self.reference_column if c in columns), self.reference_column[-1])

    def _origin(self, column: str, id_column: str) -> dict[str, str]:
        return {
            "Results": f"{self.results.name}, column {self.measured_column}",
            "Results (SHA-256)": _sha256(self.results),
            "Reference": f"{self.reference.name}, column {column}, matched by {id_column}",
            "Reference (SHA-256)": _sha256(self.reference),
            "Cut-off": f"{self.cutoff:g}",
            "Evaluated": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
            "Software": f"cardiothorax {__version__}",
        }


def risk_categories(pairs: Iterable[Pair]) -> CategoryAgreement | None:
    """Of Agatston scores; None where kappa is not defined (all studies in one category)."""
    from ..calcium.categories import CATEGORIES, category
    from ..stats.inputs import UnusableNumbers
    from ..stats.kappa import category_agreement

    both = [(category(pair.measured), category(pair.reference)) for pair in pairs]
    try:
        return category_agreement([m for m, _ in both], [r for _, r in both], CATEGORIES)
    except UnusableNumbers:
        return None


def _check_ratios(values: list[float], table: str, column: str) -> None:
    from ..report.matching import TableProblem

    if values and max(values) > LARGEST_RATIO:
        raise TableProblem(
            f"{table}, column {column}, holds {max(values):g}; a ratio such as 0.47 was expected.",
            "Divide percentages by 100, or name the right column with --reference-column.",
        )


def _say(found: Any, out: Path) -> None:
    """What was compared and where it is, in a few lines."""
    from ..report.evaluation import KINDS
    from ..report.study_text import headline

    click.echo(headline(found.overall, found.quantity), err=True)
    left_out = [f"{count} {KINDS[kind]}" for kind, count in found.counts.items() if kind in KINDS and count]
    pairs = "1 pair" if found.overall.n == 1 else f"{found.overall.n} pairs"
    click.echo(f"{pairs} compared; left out: {', '.join(left_out) or 'none'}.", err=True)
    if found.categories is not None:
        same, kappa = found.categories.agreement, found.categories.linear_kappa.estimate
        click.echo(f"Same risk category in {same.count} of {same.total}, linear kappa {kappa:.3f}.", err=True)
    click.echo(os.fspath(out / "evaluation.html"))


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
