"""``cardiothorax demo``: one command from a study to everything that can be looked at."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import CardiothoraxError, UnreadableImage
from .main import EXIT_INPUTS_FAILED

if TYPE_CHECKING:
    from ..ctr.result import CtrResult

SAMPLE = ("Samples", "ctr_sample.dcm")

EPILOG = """\b
Examples:
  cardiothorax demo
  cardiothorax demo film.dcm --out my-film
  cardiothorax demo ct/ --out my-ct

The sample film is synthesized: it is nobody's.
"""


@click.command(epilog=EPILOG)
@click.argument("study", required=False)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("demo-output"),
    help="Folder for the results.  [default: demo-output]",
)
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")
def demo(study: str | None, out: Path) -> int:
    """Measure STUDY (films, or a CT; without it the sample film) and write all there is.

    Of films the cardiothoracic ratio, of a CT the calcium scores: a report to read and print, the picture
    with what was found, the masks and the table. Opens nothing; says where everything is.
    """
    from .demo_calcium import demo_calcium, is_ct

    if study is not None and is_ct(study):
        return demo_calcium(study, out)
    from ..jobs import LocalExecutor, run_batch
    from .console import BatchConsole
    from .ctr import ctr_batch, films_of, ratio_in_words

    films = films_of((study or _sample(),), out)
    options: dict[str, Any] = {"device": "auto", "engine": "auto", "crf": "default", "cutoff": 0.5}
    executor = LocalExecutor()
    try:
        batch = ctr_batch(
            films,
            out,
            model=None,
            options={**options, "masks": True, "overlay": True},
            resume=False,
            executor=executor,
        )
        with BatchConsole(batch, ratio_in_words) as console:
            report = run_batch(batch, console)
    finally:
        executor.close()
    plain = json.loads(report.results.read_text(encoding="utf-8"))["results"]
    for measured, made in zip(batch.studies, plain, strict=True):
        if made["result"] is not None:
            out, name = report.results.parent, measured.name
            film, page_name = Path(measured.file), "report" if len(plain) == 1 else name
            page = _report(made["result"], film, out, name, page_name)
            _say(made["result"], film, out, name, page)
    click.echo(f"Table    {report.table}\nAll      {report.results}")
    return EXIT_INPUTS_FAILED if report.failed else 0


def _sample() -> str:
    from ..resources import resource

    sample = resource(*SAMPLE)
    if not sample.is_file():
        raise UnreadableImage(f"The sample film {sample} is missing.", "Give a film: cardiothorax demo FILM.")
    return os.fspath(sample)


def _report(plain: dict[str, Any], film: Path, out: Path, name: str, page_name: str) -> Path | str:
    """The page, or in words why there is none (the extra ``report`` may not be installed)."""
    from ..ctr.result import CtrResult, CtrRun
    from ..imaging import read_mask, read_radiograph
    from ..models import find_model
    from ..records import from_plain
    from ..report import write_html

    result: CtrResult = from_plain(CtrResult, plain)
    image = read_radiograph(film)
    run = CtrRun(result, read_mask(out / f"{name}_labels.nrrd", image)[0])
    page = out / f"{page_name}.html"
    try:
        write_html(run, page, image=image, card=find_model(None, task="ctr").checked_card())
    except CardiothoraxError as problem:
        return f"none: {problem}"
    return page


def _say(plain: dict[str, Any], film: Path, out: Path, name: str, page: Path | str) -> None:
    from ..ctr.result import CtrResult
    from ..records import from_plain
    from ..report.wording import NOTICE, finding, flag_line, length, ratio, worst_first

    result = from_plain(CtrResult, plain)
    click.echo(f"\n{film}")
    values = result.values
    if values is None:
        click.echo("  No ratio.")
    else:
        t = length(values.thoracic_diameter_mm, values.thoracic_diameter_px)
        th = length(values.cardiac_diameter_mm, values.cardiac_diameter_px)
        said = f"CTR {ratio(values.ctr, values.cutoff)}, {finding(values)}"
        click.echo(f"  {said}: heart Th {th}, thorax T {t}")
        truth = _truth_beside(film)
        if truth is not None:
            click.echo(f"  True ratio of this synthesized film: {truth:.3f} (measured {values.ctr:.3f})")
    click.echo(f"  Verdict: {result.verdict}")
    for flag in worst_first(result.flags):
        click.echo(f"  {flag_line(flag)}")
    click.echo(f"  {NOTICE}")
    click.echo(f"Report   {page}")
    click.echo(f"Picture  {out / name}.png")
    click.echo(f"Masks    {out / name}_labels.nrrd")


def _truth_beside(film: Path) -> float | None:
    """Of a film made by ``cardiothorax phantom``, which writes its truth beside it."""
    try:
        plain = json.loads(film.with_name(f"{film.stem}_truth.json").read_text(encoding="utf-8"))
        return float(plain["truth"]["ctr"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
