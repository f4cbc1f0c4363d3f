"""``cardiothorax train calcium`` and ``calcium-data``: the networks that propose coronary calcium."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import click

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
OUT = click.Path(file_okay=False, path_type=Path)

CALCIUM_EPILOG = """\b
DIR holds index.csv (id, patient, split: train, val or test) and
  images/ID.nii.gz (or .nrrd, .mha) in HU, labels/ID.nii.gz on the same grid
  (1 LAD, 2 LCX, 3 RCA, 4 LM, 5 other, 255 unknown), or
  packed/ID.npz as 'train calcium-data' writes them.
All studies of a patient belong to one split. --folds 5 --fold 0 splits anew, by patient.

\b
Examples:
  cardiothorax train calcium-data --phantoms 300 --out data/phantoms
  cardiothorax train calcium --method cacnet --data data/phantoms --out runs/cacnet
  cardiothorax train calcium --method cacnet --data mine --out runs/f0 --folds 5 --fold 0
  cardiothorax train calcium --method cacnet --data mine --out runs/2d --change parts=2d
  cardiothorax models add runs/cacnet/model

The same command goes on with a run that was stopped.
"""


@click.command(epilog=CALCIUM_EPILOG)
@click.option("--method", required=True, type=click.Choice(["cacnet", "denseraunet"]))
@click.option("--data", required=True, type=FOLDER, help="Labelled CT, see below.")
@click.option("--out", required=True, type=OUT, help="Checkpoints, metrics, and the model folder at the end.")
@click.option("--variant", default="slim", type=click.Choice(["slim", "paper"]), show_default=True)
@click.option("--folds", type=click.IntRange(2), help="Split by patient into so many folds.")
@click.option("--fold", default=0, show_default=True, help="The fold that validates, from 0.")
@click.option("--rounds", type=click.IntRange(1), help="Validations; the checkpoint is chosen among them.")
@click.option("--steps", type=click.IntRange(1), help="Batches between two validations.")
@click.option("--learning-rate", type=float, help="The highest one.")
@click.option("--strength", type=click.FloatRange(0, 1), help="Of the augmentation.")
@click.option("--seed", type=int, help="Of weights, patches and augmentation.")
@click.option(
    "--loss", "losses", multiple=True, help="cross-entropy, dice, iou or bootstrap; may be repeated."
)
@click.option("--change", "changes", multiple=True, help="NAME=VALUE of the network: its ablations.")
@click.option(
    "--from", "start_from", type=click.Path(exists=True, path_type=Path), help="Checkpoint to start from."
)
@click.option("--device", default="auto", type=click.Choice(["auto", "cpu", "cuda"]), show_default=True)
@click.option("--threads", type=click.IntRange(1), help="CPU threads.  [default: all cores]")
@click.option("--quiet", is_flag=True, help="No progress bar.")
def calcium(
    method: str,
    data: Path,
    out: Path,
    variant: str,
    folds: int | None,
    fold: int,
    rounds: int | None,
    steps: int | None,
    learning_rate: float | None,
    strength: float | None,
    seed: int | None,
    losses: tuple[str, ...],
    changes: tuple[str, ...],
    start_from: Path | None,
    device: str,
    threads: int | None,
    quiet: bool,
) -> int:
    """Coronary calcium by artery, on plain CT."""
    from ..calcium.training.recipes import recipe
    from ..calcium.training.train import train_calcium

    model = train_calcium(
        recipe(
            method, variant, rounds=rounds, steps=steps, learning_rate=learning_rate,
            strength=strength, seed=seed, losses=losses or None, changes=_plain(changes) or None,
        ),
        data,
        out,
        command=_command(),
        folds=folds or 0,
        fold=fold,
        start_from=start_from,
        device=device,
        threads=threads,
        progress=not quiet,
        listener=_said,
    )  # fmt: skip
    click.echo(f"{model}\nUse it with: cardiothorax models add {model}")
    return 0


@click.command("calcium-data")
@click.option("--phantoms", default=0, type=click.IntRange(0), help="Draw so many chest CT.")
@click.option("--seed", default=0, show_default=True, help="Of the first; the next have the next numbers.")
@click.option("--implants", type=FOLDER, help="Real plain CT with coronary_courses.json.")
@click.option("--variants", default=40, show_default=True, help="Sets of plaques put into each real CT.")
@click.option("--validate", multiple=True, help="Real CT that is for validation; may be repeated.")
@click.option("--out", required=True, type=OUT, help="Training folder; what lies there stays.")
def calcium_data(
    phantoms: int, seed: int, implants: Path | None, variants: int, validate: tuple[str, ...], out: Path
) -> int:
    """Drawn chest CT and real CT with drawn plaques, packed for 'train calcium'.

    Several such commands may fill one folder at the same time, and one that was stopped goes on. Every
    twelfth drawn CT is for validation.

    \b
    Examples:
      cardiothorax train calcium-data --phantoms 300 --out data/phantoms
      cardiothorax train calcium-data --implants scans --validate plain_03 --out data/phantoms
    """
    from ..calcium.training.implant_data import implant_studies
    from ..calcium.training.phantom_data import draw_studies

    if not phantoms and implants is None:
        raise click.UsageError("Give --phantoms, --implants or both.")
    made = draw_studies(out, count=phantoms, seed=seed, progress=_said) if phantoms else 0
    if implants is not None:
        made += implant_studies(implants, out, count=variants, seed=seed, validate=validate, progress=_said)
    click.echo(f"{made} studies written to {out}")
    return 0


@click.command("calcium-import")
@click.argument("source", type=FOLDER)
@click.option("--layout", required=True, type=click.Choice(["orcascore", "coca"]))
@click.option("--val-share", default=0.2, show_default=True, type=click.FloatRange(0, 0.9))
@click.option("--out", required=True, type=OUT, help="Training folder to write.")
def calcium_import(source: Path, layout: str, val_share: float, out: Path) -> int:
    """Your own copy of orCaScore or COCA (its gated part), turned into a training folder.

    Both are given by their owners on request alone; nothing is downloaded.

    \b
    Examples:
      cardiothorax train calcium-import "orCaScore/Training Set" --layout orcascore --out data/orcascore
      cardiothorax train calcium-import COCA/Gated_release_final --layout coca --out data/coca
    """
    from ..calcium.training.convert import convert

    count, problems = convert(layout, source, out, val_share=val_share, progress=_said)
    for problem in problems:
        click.echo(problem, err=True)
    click.echo(f"{count} studies in {out}, {len(problems)} could not be converted")
    return 3 if problems else 0


def _said(fraction: float, step: str) -> None:
    click.echo(f"{100 * fraction:3.0f} %  {step}", err=True)


def _plain(changes: tuple[str, ...]) -> dict[str, object]:
    """``name=value``; true, false and numbers as such."""
    import json

    plain: dict[str, object] = {}
    for change in changes:
        name, _, value = change.partition("=")
        try:
            plain[name] = json.loads(value)
        except ValueError:
            plain[name] = value
    return plain


def _command() -> str:
    return shlex.join(["cardiothorax", *sys.argv[1:]])
