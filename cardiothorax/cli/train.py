"""``cardiothorax train``: networks from labeled films, and their figures."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Any

import click

from .groups import WholeSentences
from .measure_calcium import measure_calcium
from .train_calcium import calcium, calcium_data, calcium_import

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
OUT = click.Path(file_okay=False, path_type=Path)


@click.group(cls=WholeSentences)
def train() -> None:
    """Train a network, or measure one on labeled films and CT. Needs the extra 'train'."""


CTR_EPILOG = """\b
DIR holds index.csv (id, image, source, split, has_heart), the images it names, and masks/ID.png
(0 background, 1 left lung, 2 right lung, 3 heart). Films of split 'train' are learned from,
those of split 'val' choose the checkpoint.

\b
Examples:
  cardiothorax train ctr --data films --out runs/ctr
  cardiothorax train ctr --data films --out runs/final --preset finish --from runs/ctr/best.ckpt
  cardiothorax train ctr --data films --out runs/jsrt --source jsrt --epochs 60
  cardiothorax train ctr --data films --out runs/paper --preset paper --devices 2
  cardiothorax models add runs/ctr/model

The same command goes on with a run that was stopped.
"""


@train.command(epilog=CTR_EPILOG)
@click.option("--data", required=True, type=FOLDER, help="Labeled films, see below.")
@click.option("--out", required=True, type=OUT, help="Checkpoints, metrics, and the model folder at the end.")
@click.option(
    "--preset", default="modern", type=click.Choice(["modern", "finish", "paper"]), show_default=True
)
@click.option("--epochs", type=click.IntRange(1), help="Instead of the preset's.")
@click.option("--batch", type=click.IntRange(1), help="Instead of the preset's.")
@click.option("--learning-rate", type=float, help="Instead of the preset's.")
@click.option("--strength", type=click.FloatRange(0, 1), help="Of the augmentation, instead of the preset's.")
@click.option("--extent-weight", type=click.FloatRange(0), help="Of the loss on columns, not the preset's.")
@click.option("--source", multiple=True, help="Only films of this source; may be repeated.")
@click.option("--phantoms", default=0, show_default=True, help="Add this many drawn films.")
@click.option(
    "--from", "start_from", type=click.Path(exists=True, path_type=Path), help="Checkpoint to start from."
)
@click.option("--device", default="auto", type=click.Choice(["auto", "cpu", "cuda"]), show_default=True)
@click.option("--devices", default="auto", help="How many GPUs.  [default: all]")
@click.option("--quiet", is_flag=True, help="No progress bar.")
def ctr(
    data: Path,
    out: Path,
    preset: str,
    epochs: int | None,
    batch: int | None,
    learning_rate: float | None,
    strength: float | None,
    extent_weight: float | None,
    source: tuple[str, ...],
    phantoms: int,
    start_from: Path | None,
    device: str,
    devices: str,
    quiet: bool,
) -> int:
    """Lungs and heart, for the cardiothoracic ratio."""
    from ..ctr.train import measure_model, train_ctr
    from ..radiograph.training.recipes import recipe

    command = _command()
    model = train_ctr(
        recipe(
            preset,
            epochs=epochs,
            batch=batch,
            learning_rate=learning_rate,
            strength=strength,
            extent_weight=extent_weight,
        ),
        data,
        out,
        command=command,
        sources=set(source) or None,
        phantoms=phantoms,
        start_from=start_from,
        device=device,
        devices=int(devices) if devices.isdigit() else devices,
        progress=not quiet,
    )
    measure_model(model, data, split="val", command=command)
    click.echo(f"{model}\nUse it with: cardiothorax models add {model}")
    return 0


AVERAGE_EPILOG = """\b
Example:
  cardiothorax train average runs/ctr/best.ckpt runs/final/best.ckpt --data films --out runs/mean
"""


@train.command(epilog=AVERAGE_EPILOG)
@click.argument("checkpoints", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--data", required=True, type=FOLDER, help="The films that they learned from.")
@click.option("--out", required=True, type=OUT, help="The model folder is written to OUT/model.")
@click.option("--preset", default="finish", type=click.Choice(["modern", "finish", "paper"]))
def average(checkpoints: tuple[Path, ...], data: Path, out: Path, preset: str) -> int:
    """One lung and heart network from the mean of several CHECKPOINTS of one descent.

    Its checkpoint is OUT/average.ckpt. Means of weights do better than either on films never seen, where one
    run began with the other's weights.
    """
    from ..ctr.train import average_ctr, measure_model
    from ..radiograph.training.recipes import recipe

    model = average_ctr(recipe(preset), list(checkpoints), data, out, command=_command())
    measure_model(model, data, split="val", command=_command())
    click.echo(f"{model}\nUse it with: cardiothorax models add {model}")
    return 0


GATE_EPILOG = """\b
Example:
  cardiothorax train gate --data data --out runs/gate
"""


@train.command(epilog=GATE_EPILOG)
@click.option("--data", required=True, type=FOLDER, help="Folder that holds cxr, ct and cmr.")
@click.option("--out", required=True, type=OUT, help="The model folder is written to OUT/model.")
@click.option("--steps", default=1500, show_default=True)
def gate(data: Path, out: Path, steps: int) -> int:
    """The small network that refuses what is no upright frontal chest film."""
    from ..radiograph.training.gate_run import train_gate_model

    click.echo(train_gate_model(data, out, steps=steps, command=_command()))
    return 0


MEASURE_EPILOG = """\b
Examples:
  cardiothorax train measure ctr-unet-slim --data films --out figures.json
  cardiothorax train measure runs/ctr/model --data films --crf grid --out figures.json
  cardiothorax train measure ctr-unet-slim --data films --change inverted --out figures.json
"""


@train.command(epilog=MEASURE_EPILOG)
@click.argument("model", required=False)
@click.option("--data", required=True, type=FOLDER, help="Labeled films, laid out as for 'train ctr'.")
@click.option("--split", default="val", show_default=True)
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="JSON file.")
@click.option("--crf", default="default", type=click.Choice(["default", "off", "grid", "pydensecrf"]))
@click.option("--change", default="none", help="Alter each film first: see the error for the names.")
@click.option("--mirror/--no-mirror", default=None, help="Average with the mirrored film, or not.")
@click.option("--side", type=click.IntRange(64, 1024), help="Input size of the network, in pixels.")
@click.option("--engine", default="auto", type=click.Choice(["auto", "onnx", "torch"]))
@click.option("--into-card", is_flag=True, help="Write the figures into the model's card too.")
def measure(
    model: str | None,
    data: Path,
    split: str,
    out: Path,
    crf: str,
    change: str,
    mirror: bool | None,
    side: int | None,
    engine: str,
    into_card: bool,
) -> int:
    """Measure MODEL (name or folder) on labeled films through the whole pipeline."""
    from ..ctr.evidence import measured_as_plain
    from ..report import write_json

    plain: dict[str, Any] = measured_as_plain(
        model,
        data,
        split=split,
        crf=crf,
        change=change,
        engine=engine,
        mirror=mirror,
        side_px=side,
        command=_command(),
    )
    write_json(plain, out)
    if into_card:
        from ..ctr.train import measure_model
        from ..models import find_model

        measure_model(find_model(model, task="ctr").folder, data, split=split, command=_command())
    for source, figures in plain["sources"].items():
        organs = ", ".join(f"{organ} {value:.4f}" for organ, value in figures["dice_mean"].items())
        click.echo(f"{source}: {figures['films']} films, {figures['refused']} refused; Dice {organs}")
    return 0


CRF_EPILOG = """\b
Example:
  cardiothorax train crf runs/ctr/model --data films --out crf.json
"""


@train.command(epilog=CRF_EPILOG)
@click.argument("model", type=FOLDER)
@click.option("--data", required=True, type=FOLDER, help="Labeled films; those of split 'train' are used.")
@click.option("--films", default=40, show_default=True)
@click.option("--trials", default=40, show_default=True)
@click.option("--seed", default=0, show_default=True)
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="JSON file.")
def crf(model: Path, data: Path, films: int, trials: int, seed: int, out: Path) -> int:
    """Fit the CRF's numbers to MODEL (a model folder) and keep them in its card."""
    from ..ctr.crf_fit import fit_crf
    from ..report import write_json

    search = fit_crf(model, data, films=films, trials=trials, seed=seed)
    write_json({"command": _command(), **search}, out)
    click.echo(f"mean Dice without {search['without']:.4f}, best with {search['best']['dice']:.4f}")
    return 0


def _command() -> str:
    """The command as typed, without the program's place."""
    return shlex.join(["cardiothorax", *sys.argv[1:]])


train.add_command(calcium)
train.add_command(calcium_data)
train.add_command(calcium_import)
train.add_command(measure_calcium)
