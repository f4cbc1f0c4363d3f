"""``cardiothorax calcium``: from CT to scores by artery, masks and reports."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from .main import EXIT_INPUTS_FAILED

if TYPE_CHECKING:
    from ..jobs import Batch, Executor

EPILOG = """\b
Examples:
  One study, with masks and a report:
    cardiothorax calcium study/ --out results --masks --report
  A folder of studies, two at a time, scored as Siemens' program does:
    cardiothorax calcium archive/ --out results --preset siemens --jobs 2
  Check scans for contrast agent, kernel and slices, without a network:
    cardiothorax calcium archive/ --out results --method none
  What was interrupted goes on with the same command.

\b
Written to DIR:
  results.csv          a row for each study of this command: agatston, volume_mm3,
                       mass_mg, lesions, category, cac_drs, agatston_lad, ...,
                       verdict (ok, review, reject), flags, error, seconds
  results.json         everything, with every lesion and the evidence of flags
  NAME_lesions.nrrd    --masks: 1 LAD, 2 LCX, 3 RCA, 4 LM, 5 not coronary
  NAME.html            --report: one page to read and print; beside it NAME.png
                       (slices with lesions) and NAME_lesions.csv

\b
What a network proposes carries the flag 'unreviewed': the reader decides. Without
a network there is no score, since 0 would say that there is no calcium: label the
lesions, then 'cardiothorax calcium-score'.

\b
Exit code: 0 all studies have a row without error, 2 usage, 3 some studies failed
(each has its row with the error), 130 interrupted (finished rows are kept).
"""

Command = TypeVar("Command", bound=Callable[..., Any])


def three_limits(context: click.Context, parameter: click.Parameter, value: str | None) -> Any:
    """``200,300,400`` as three numbers; the pipeline checks that they rise."""
    if value is None:
        return None
    try:
        second, third, fourth = (float(part) for part in value.split(","))
    except ValueError as problem:
        raise click.BadParameter("three numbers are needed, for example 200,300,400") from problem
    return second, third, fourth


def scoring_options(command: Command) -> Command:
    """The options that change numbers, alike for both commands."""
    for option in reversed(
        (
            click.option(
                "--preset",
                default="literature",
                show_default=True,
                type=click.Choice(["literature", "siemens", "philips", "canon"]),
                help="Smallest region and mass factor as this vendor has them.",
            ),
            click.option(
                "--threshold",
                "threshold_hu",
                type=click.FloatRange(min=0, min_open=True),
                metavar="HU",
                help="Calcium from here on.  [default: by tube voltage, 130 at 120 kVp]",
            ),
            click.option(
                "--weights",
                "weight_limits_hu",
                callback=three_limits,
                metavar="HU,HU,HU",
                help="Peaks from which a region weighs 2, 3 and 4.  [default: by tube voltage]",
            ),
            click.option(
                "--connectivity",
                default="4",
                show_default=True,
                type=click.Choice(["4", "8"]),
                help="Of a region within a slice.",
            ),
            click.option(
                "--mass-factor",
                type=click.FloatRange(min=0, min_open=True),
                help="mg per mm3 and HU, as 0.0008.  [default: the header's, else the preset's]",
            ),
        )
    ):
        command = option(command)
    return command


@click.command(epilog=EPILOG)
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@click.option(
    "--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder for the results."
)
@click.option(
    "--method",
    default="default",
    type=click.Choice(["default", "cacnet", "denseraunet", "none"]),
    help="Network that proposes lesions; 'none' proposes nothing.  [default: the shipped one]",
)
@click.option("--model", metavar="NAME|FILE", help="Trained network; see 'cardiothorax models list'.")
@click.option("--device", default="auto", metavar="auto|cpu|cuda", help="Where to compute.  [default: auto]")
@click.option("--engine", default="auto", metavar="auto|onnx|torch", help="What computes.  [default: auto]")
@scoring_options
@click.option("--masks", is_flag=True, help="Write the lesions by artery as NRRD on the CT's own grid.")
@click.option("--report", is_flag=True, help="Write a page, a picture and a lesion table for each study.")
@click.option("--jobs", default=1, type=click.IntRange(1, 64), help="Studies at the same time.  [default: 1]")
@click.option("--resume/--no-resume", default=True, help="Keep what is finished (default) or not.")
@click.option("--quiet", is_flag=True, help="Say nothing but errors.")
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")
def calcium(
    inputs: tuple[str, ...],
    out: Path,
    model: str | None,
    jobs: int,
    resume: bool,
    quiet: bool,
    **options: Any,
) -> int:
    """Score coronary calcium on plain CT: Agatston, volume and mass, artery by artery.

    INPUT is a CT (a folder with a DICOM series, a slice of it, NRRD, NIfTI), a folder of such, or a pattern.
    """
    from ..jobs import LocalExecutor
    from ..jobs.batch import STUDY_TIMEOUT_SECONDS

    studies = studies_of(inputs, out)
    executor = LocalExecutor(min(jobs, len(studies)), timeout_seconds=STUDY_TIMEOUT_SECONDS)
    try:
        batch = calcium_batch(studies, out, model=model, options=options, resume=resume, executor=executor)
        return run_and_say(batch, quiet=quiet)
    finally:
        executor.close()


def calcium_batch(
    studies: list[str],
    out: Path,
    *,
    model: str | None,
    options: Mapping[str, Any],
    resume: bool = True,
    executor: Executor | None = None,
) -> Batch:
    """A batch of the task ``calcium``; what would fail for every study (model, device, options, the extra
    for reports) is checked first."""
    from ..calcium.table import COLUMNS
    from ..calcium.worker_task import TASK, chosen_model, decisive_models
    from ..engines import choose_engine
    from ..jobs import Batch

    plain = checked_options(options)
    entry = chosen_model(plain.get("method") or "default", model)
    if entry is not None:
        choose_engine(str(plain.get("engine") or "auto"), str(plain.get("device") or "auto"))
        plain["model"] = os.fspath(entry.folder)
    return Batch(
        studies,
        out,
        TASK,
        COLUMNS,
        options=plain,
        fingerprint=decisive_models(entry),
        resume=resume,
        executor=executor,
    )


def checked_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """As plain values; wrong ones are told before any study is read."""
    from ..calcium.options import CalciumOptions
    from ..calcium.voltage import Limits as VoltageLimits

    plain = {**options, "connectivity": int(options.get("connectivity", 4))}
    try:
        chosen = CalciumOptions.from_plain(plain)
        if chosen.weight_limits_hu is not None:
            VoltageLimits(chosen.threshold_hu or 1.0, chosen.weight_limits_hu)
    except ValueError as problem:
        raise click.UsageError(f"{problem}.") from problem
    if plain.get("report"):
        from ..stats.extras import report_library

        report_library("jinja2", "An HTML report")
    return plain


def studies_of(inputs: tuple[str, ...], out: Path) -> list[str]:
    """Every study once, in order. A named file that is not there stays: it gets a row that says so."""
    from ..imaging import find_ct_studies

    return [os.fspath(study) for study in find_ct_studies(list(inputs), exclude=out)]


def run_and_say(batch: Batch, *, quiet: bool) -> int:
    """Run the batch with a console; the table's place goes to standard output."""
    from ..jobs import run_batch
    from .console import BatchConsole, counted

    with BatchConsole(batch, score_in_words, quiet=quiet) as console:
        report = run_batch(batch, console)
    if not quiet:
        click.echo(counted(report, "study", "studies"), err=True)
        click.echo(os.fspath(report.table))
    return EXIT_INPUTS_FAILED if report.failed else 0


def score_in_words(row: Mapping[str, Any]) -> str:
    """What the console says of a finished study: ``Agatston 123.4, A2/N3``."""
    score = row.get("agatston")
    return f"Agatston {score:.1f}, {row['cac_drs']}" if isinstance(score, (int, float)) else "no score"
