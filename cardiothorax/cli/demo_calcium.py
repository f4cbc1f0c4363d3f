"""The demo of a CT: scores, page, picture, masks and table."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from ..errors import CardiothoraxError, GeometryProblem
from .main import EXIT_INPUTS_FAILED


def is_ct(study: str) -> bool:
    """Whether ``study`` (a file or a folder) is read as CT; one that lies wrongly is a CT, too."""
    from ..imaging import find_ct_studies, read_ct

    try:
        read_ct(find_ct_studies([study])[0])
    except GeometryProblem:
        return True
    except CardiothoraxError:
        return False
    return True


def demo_calcium(study: str, out: Path) -> int:
    """Score the CT in ``study`` with the shipped network, or check it where none is there."""
    from ..calcium.worker_task import chosen_model
    from ..jobs import LocalExecutor, run_batch
    from .calcium import calcium_batch, score_in_words, studies_of
    from .console import BatchConsole

    try:
        chosen_model("default")
        method = "default"
    except CardiothoraxError:
        method = "none"
    executor = LocalExecutor()
    try:
        batch = calcium_batch(
            studies_of((study,), out),
            out,
            model=None,
            options={"method": method, "masks": True, "report": True},
            resume=False,
            executor=executor,
        )
        with BatchConsole(batch, score_in_words) as console:
            report = run_batch(batch, console)
    finally:
        executor.close()
    plain = json.loads(report.results.read_text(encoding="utf-8"))["results"]
    for scored, made in zip(batch.studies, plain, strict=True):
        if made["result"] is not None:
            _say(made["result"], scored.file, report.results.parent / scored.name)
    click.echo(f"Table    {report.table}\nAll      {report.results}")
    return EXIT_INPUTS_FAILED if report.failed else 0


def _say(plain: dict[str, Any], file: str, beside: Path) -> None:
    from ..calcium.result import CalciumResult
    from ..records import from_plain
    from ..report.calcium_wording import SHORT_NAMES, cac_drs_in_words, category_in_words, points, whose
    from ..report.wording import NOTICE, flag_line, worst_first

    result = from_plain(CalciumResult, plain)
    values = result.values
    click.echo(f"\n{file}")
    if values is None:
        click.echo("  No score.")
    else:
        click.echo(f"  Agatston {points(values.agatston)}, {category_in_words(values)}; {whose(result)}")
        click.echo(f"  CAC-DRS {cac_drs_in_words(values)}")
        parts = (f"{SHORT_NAMES[name]} {points(part.agatston)}" for name, part in values.arteries.items())
        click.echo(f"  {', '.join(parts)}")
    click.echo(f"  Verdict: {result.verdict}")
    for flag in worst_first(result.flags):
        click.echo(f"  {flag_line(flag)}")
    click.echo(f"  {NOTICE}")
    click.echo(f"Report   {beside}.html")
    click.echo(f"Picture  {beside}.png")
    click.echo(f"Masks    {beside}_lesions.nrrd")
