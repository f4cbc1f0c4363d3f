"""``cardiothorax ctr``: from films to a table, pictures and masks."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .main import EXIT_INPUTS_FAILED

if TYPE_CHECKING:
    from ..jobs import Batch, Executor

EPILOG = """\b
Examples:
  One film, with a picture of what was measured:
    cardiothorax ctr film.dcm --out results --overlay
  A folder and its sub-folders, two films at a time, with masks:
    cardiothorax ctr archive/ --out results --masks --jobs 2
  What was interrupted goes on with the same command.

\b
Written to DIR:
  results.csv        a row for each film of this command: ctr, diameters in px
                     and mm, cardiomegaly, verdict (ok, review, reject), flags,
                     error, seconds, ...
  results.json       everything, with lines, evidence of flags, provenance
  NAME_labels.nrrd   --masks: 1 left lung, 2 right lung, 3 heart, on the film's grid
  NAME.png           --overlay: the film with outlines and lines

\b
Exit code: 0 all films have a row without error, 2 usage, 3 some films failed
(each has its row with the error), 130 interrupted (finished rows are kept).
"""


@click.command(epilog=EPILOG)
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@click.option(
    "--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder for the results."
)
@click.option("--model", metavar="NAME|FILE", help="Trained network; see 'cardiothorax models list'.")
@click.option("--device", default="auto", metavar="auto|cpu|cuda", help="Where to compute.  [default: auto]")
@click.option("--engine", default="auto", metavar="auto|onnx|torch", help="What computes.  [default: auto]")
@click.option(
    "--crf",
    default="default",
    type=click.Choice(["default", "off", "grid", "pydensecrf"]),
    help="Refinement of the borders; 'default' is what measured better with the model.",
)
@click.option("--cutoff", default=0.5, type=click.FloatRange(0.3, 0.9), help="Enlarged above. [default: 0.5]")
@click.option("--masks", is_flag=True, help="Write lungs and heart as NRRD on the film's own grid.")
@click.option("--overlay", is_flag=True, help="Write a PNG with outlines and lines.")
@click.option("--jobs", default=1, type=click.IntRange(1, 64), help="Films at the same time.  [default: 1]")
@click.option("--resume/--no-resume", default=True, help="Keep what is finished (default) or not.")
@click.option("--quiet", is_flag=True, help="Say nothing but errors.")
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")
def ctr(
    inputs: tuple[str, ...],
    out: Path,
    model: str | None,
    device: str,
    engine: str,
    crf: str,
    cutoff: float,
    masks: bool,
    overlay: bool,
    jobs: int,
    resume: bool,
    quiet: bool,
) -> int:
    """Measure the cardiothoracic ratio of chest radiographs.

    INPUT is a film (DICOM, PNG, JPEG, NRRD, NIfTI), a folder with films, or a pattern such as 'films/*.dcm'.
    """
    from ..jobs import LocalExecutor, run_batch
    from ..jobs.batch import STUDY_TIMEOUT_SECONDS
    from .console import BatchConsole, counted

    options = {"device": device, "engine": engine, "crf": crf, "cutoff": cutoff}
    options |= {"masks": masks, "overlay": overlay}
    films = films_of(inputs, out)
    executor = LocalExecutor(min(jobs, len(films)), timeout_seconds=STUDY_TIMEOUT_SECONDS)
    try:
        batch = ctr_batch(films, out, model=model, options=options, resume=resume, executor=executor)
        with BatchConsole(batch, ratio_in_words, quiet=quiet) as console:
            report = run_batch(batch, console)
    finally:
        executor.close()
    if not quiet:
        click.echo(counted(report, "film", "films"), err=True)
        click.echo(os.fspath(report.table))
    return EXIT_INPUTS_FAILED if report.failed else 0


def ratio_in_words(row: Mapping[str, Any]) -> str:
    """What the console says of a finished film."""
    return f"CTR {row['ctr']:.3f}" if isinstance(row.get("ctr"), float) else "no ratio"


def ctr_batch(
    films: list[str],
    out: Path,
    *,
    model: str | None,
    options: dict[str, Any],
    resume: bool = True,
    executor: Executor | None = None,
) -> Batch:
    """A batch of the task ``ctr``; what would fail for every film (model, device, place) is checked first."""
    from ..ctr.table import COLUMNS
    from ..ctr.worker_task import decisive_models
    from ..engines import choose_engine
    from ..jobs import Batch
    from ..models import find_model

    entry = find_model(model, task="ctr")
    card = entry.checked_card("ctr")
    choose_engine(str(options.get("engine", "auto")), str(options.get("device", "auto")))
    batch = Batch(
        films,
        out,
        "ctr",
        COLUMNS,
        options={**options, "model": os.fspath(entry.folder)},
        fingerprint=decisive_models(card),
        resume=resume,
        executor=executor,
    )
    _refuse_to_overwrite(batch, options)
    return batch


def films_of(inputs: tuple[str, ...], out: Path) -> list[str]:
    """Every film once, in order. A named file that is not there stays: it gets a row that says so.

    What an earlier run wrote to ``out`` is not taken for films, also where ``out`` is among the inputs.
    """
    from ..imaging.finding import find_radiographs
    from ..jobs.batch import stem_of

    place = out.resolve()
    beside = any(place == Path(given).resolve() or place in Path(given).resolve().parents for given in inputs)
    films = find_radiographs(list(inputs), exclude=None if beside else out)
    named = {Path(given).resolve() for given in inputs}
    stems = {stem_of(film) for film in films if film.suffix.lower() != ".png"}
    return [
        os.fspath(film)
        for film in films
        if film.resolve() in named
        or film.resolve().parent != place
        or film.suffix.lower() != ".png"
        or film.stem not in stems
    ]


def _refuse_to_overwrite(batch: Batch, options: dict[str, Any]) -> None:
    films = {Path(study.file).resolve() for study in batch.studies}
    for study in batch.studies:
        written = [Path(batch.out) / f"{study.name}.png"] if options.get("overlay") else []
        written += [Path(batch.out) / f"{study.name}_labels.nrrd"] if options.get("masks") else []
        for path in written:
            if path in films:
                raise click.UsageError(f"The results would overwrite the film {path}: choose another --out.")
