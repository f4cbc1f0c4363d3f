"""``cardiothorax train measure-calcium``: a network's figures on studies with known truth."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Any

import click

EPILOG = """\b
Examples:
  cardiothorax train measure-calcium --out figures.json
  cardiothorax train measure-calcium runs/cacnet/model --phantoms 60 --cache cohort --out cacnet.json
  cardiothorax train measure-calcium --data mine --split test --out mine.json

\b
Written to FILE: detection of lesions by number and by volume, the artery, ICC and
limits of agreement of scores, risk classes with kappa, pixels; for the cohort, its
groups, and every study. Beside it FILE.rows, from which the same command goes on
after an interruption.
"""


@click.command("measure-calcium", epilog=EPILOG)
@click.argument("model", required=False)
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="JSON file.")
@click.option(
    "--phantoms",
    default=60,
    show_default=True,
    type=click.IntRange(1),
    help="Drawn studies, never seen in training.",
)
@click.option("--first", default=0, show_default=True, type=click.IntRange(0), help="Seed of the first one.")
@click.option("--cache", type=click.Path(file_okay=False, path_type=Path), help="Keep drawn studies here.")
@click.option(
    "--data",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Labeled CT, laid out as for 'train calcium', in place of phantoms.",
)
@click.option("--split", default="test", show_default=True, help="Of the labeled CT.")
@click.option(
    "--free",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    help="A CT known to show no coronary calcium; may be repeated.",
)
@click.option("--engine", default="auto", type=click.Choice(["auto", "onnx", "torch"]))
@click.option("--device", default="cpu", show_default=True)
@click.option("--into-card", is_flag=True, help="Write the figures into the model's card too.")
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")
def measure_calcium(
    model: str | None,
    out: Path,
    phantoms: int,
    first: int,
    cache: Path | None,
    data: Path | None,
    split: str,
    free: tuple[Path, ...],
    engine: str,
    device: str,
    into_card: bool,
) -> int:
    """Measure MODEL (name or folder) on studies with known truth, through the whole pipeline."""
    from ..calcium.cohort import labeled_cases, phantom_cases
    from ..calcium.evidence import measured_as_plain
    from ..models import open_model
    from ..report import write_json

    command = shlex.join(["cardiothorax", *sys.argv[1:]])
    opened = open_model(model, task="calcium", device=device, engine=engine)
    plain = measured_as_plain(
        opened,
        labeled_cases(data, split) if data else phantom_cases(phantoms, first, cache),
        rows=out.with_name(f"{out.name}.rows"),
        command=command,
        free_of_calcium=free,
        progress=lambda fraction, step: click.echo(f"{100 * fraction:3.0f} %  {step}", err=True),
    )
    write_json(plain, out)
    if into_card:
        from ..calcium.evidence import write_metrics

        write_metrics(opened.folder, plain)
    for name, figures in plain["groups"].items():
        click.echo(f"{name}: {in_words(figures)}")
    for scan in plain["free_of_calcium"]:
        click.echo(f"{scan['file']}: {scan.get('error') or _score(scan)}")
    return 0


def in_words(figures: dict[str, Any]) -> str:
    """``60 studies; volume F1 0.912, ...``; a dash where there is no figure."""

    def number(value: float | None) -> str:
        return "–" if value is None else f"{value:.3f}"

    lesions, total = figures["lesions"], figures["agreement"]["agatston"]["total"]
    icc = total["icc"]["estimate"] if total and total["icc"] else None
    kappa = figures["categories"]["linear_kappa"]["estimate"] if figures["categories"] else None
    parts = [
        f"{figures['studies']} studies, {figures['refused']} refused",
        f"volume F1 {number(lesions['volume_f1'])}",
        f"lesions found {number(lesions['sensitivity']['estimate'])}",
        f"lesions right {number(lesions['ppv']['estimate'])}",
        f"artery {number(lesions['artery_accuracy']['estimate'])}",
        f"ICC Agatston {number(icc)}",
        f"kappa {number(kappa)}",
    ]
    return "; ".join(parts)


def _score(scan: dict[str, Any]) -> str:
    if scan["agatston"] is None:
        return "refused"
    return f"Agatston {scan['agatston']:.1f}, {scan['lesions']} lesions"
