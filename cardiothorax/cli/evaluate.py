"""``cardiothorax evaluate``: measured values against a reference."""

from __future__ import annotations

import hashlib
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from .. import __version__
from .main import EXIT_INPUTS_FAILED

REFERENCE_COLUMNS = ("ctr_row", "ctr")
LARGEST_RATIO = 1.5
"""Ratios above it are percentages or another quantity."""

EPILOG = """\b
Examples:
  cardiothorax ctr films/ --out results
  cardiothorax evaluate ctr --results results/results.csv --reference index.csv --out agreement
  cardiothorax evaluate ctr --results results/results.csv --reference index.csv \\
      --group source --out agreement
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


@click.group(epilog=EPILOG)
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
    from ..report.evaluation import evaluate as evaluate_pairs
    from ..report.evaluation import write_evaluation_page, write_numbers
    from ..report.matching import match, read_table

    measured_table, reference_table = read_table(results), read_table(reference)
    column = reference_column or next((c for c in REFERENCE_COLUMNS if c in reference_table.columns), "ctr")
    matched = match(
        measured_table, reference_table, measured_column=measured_column, reference_column=column,
        id_column=id_column, group_column=group,
    )  # fmt: skip
    _check_ratios([pair.reference for pair in matched.pairs], reference_table.name, column)
    origin = {
        "Results": f"{results.name}, column {measured_column}",
        "Results (SHA-256)": _sha256(results),
        "Reference": f"{reference.name}, column {column}, matched by {matched.id_column}",
        "Reference (SHA-256)": _sha256(reference),
        "Cut-off": f"{cutoff:g}",
        "Evaluated": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "Software": f"cardiothorax {__version__}",
    }
    found = evaluate_pairs(matched, quantity="CTR", cutoff=cutoff, origin=origin)
    write_numbers(found, out)
    write_evaluation_page(found, out)
    _say(found, out)
    return EXIT_INPUTS_FAILED if found.counts["failed"] else 0


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

    click.echo(headline(found.overall, "CTR"), err=True)
    left_out = [f"{count} {KINDS[kind]}" for kind, count in found.counts.items() if kind in KINDS and count]
    pairs = "1 pair" if found.overall.n == 1 else f"{found.overall.n} pairs"
    click.echo(f"{pairs} compared; left out: {', '.join(left_out) or 'none'}.", err=True)
    click.echo(os.fspath(out / "evaluation.html"))


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
