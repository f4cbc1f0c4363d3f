"""``cardiothorax models``: which networks are here, what their cards say, adding and removing."""

from __future__ import annotations

from pathlib import Path

import click

from ..errors import ModelProblem
from .groups import WholeSentences

EPILOG = """\b
Examples:
  cardiothorax models list
  cardiothorax models info ctr-unet-slim
  cardiothorax models add my-model.zip
  cardiothorax models verify
"""


@click.group(cls=WholeSentences, epilog=EPILOG)
def models() -> None:
    """List, inspect, add, remove and verify trained networks.

    A model is a folder (or a zip of one) with its card model.json and its weights as safetensors, as ONNX, or
    both. Nothing is downloaded.
    """


@models.command("list")
@click.option("--task", help="Only models of this task, for example ctr.")
def list_command(task: str | None) -> None:
    """Names, versions and summaries of all models on this machine."""
    from ..models import list_models
    from ..models.registry import DEFAULT_BY_TASK, user_folder

    entries = list_models(task)
    width = max((len(entry.name) for entry in entries), default=0)
    for entry in entries:
        if entry.card is None:
            click.echo(f"{entry.name:<{width}}  broken: {entry.problem}")
            continue
        marks = ["shipped" if entry.shipped else "added"]
        if DEFAULT_BY_TASK.get(entry.card.task) == entry.name:
            marks.append("default")
        card = entry.card
        click.echo(f"{entry.name:<{width}}  {card.task} {card.version} ({', '.join(marks)}): {card.summary}")
    if not entries:
        click.echo("There are no models here.")
    click.echo(f"Models that you add are kept in {user_folder()}", err=True)


@models.command()
@click.argument("model")
@click.option("--json", "as_json", is_flag=True, help="The card itself.")
def info(model: str, as_json: bool) -> None:
    """The card of MODEL (name or folder): what it was trained on, how good it is, what it does badly."""
    from ..models import card_to_json, find_model
    from .model_text import card_in_words

    entry = find_model(model)
    card = entry.checked_card()
    click.echo(card_to_json(card) if as_json else card_in_words(card, entry.folder), nl=not as_json)


@models.command()
@click.argument("source", type=click.Path(exists=True, path_type=Path))
@click.option("--name", help="Instead of the name in its card.")
def add(source: Path, name: str | None) -> None:
    """Copy the model in SOURCE (folder or zip) to your own, after checking card and checksums."""
    from ..models import add_model

    entry = add_model(source, name=name)
    click.echo(f"Added {entry.name} to {entry.folder}")
    if entry.card is not None:
        click.echo(f"License of its weights: {entry.card.licence}")


@models.command()
@click.argument("name")
def remove(name: str) -> None:
    """Delete the model NAME, if you have added it. Shipped models stay."""
    from ..models import remove_model

    click.echo(f"Removed {remove_model(name)}")


@models.command()
@click.argument("names", nargs=-1)
def verify(names: tuple[str, ...]) -> int:
    """Check cards and checksums of all models, or of NAMES."""
    from ..models import find_model, list_models, verify_model
    from .main import EXIT_INPUTS_FAILED

    failed = 0
    for entry in [find_model(name) for name in names] or list_models():
        try:
            files = verify_model(entry)
            click.echo(f"{entry.name}: good ({', '.join(files)})")
        except ModelProblem as problem:
            failed += 1
            click.echo(f"{entry.name}: {problem}", err=True)
    return EXIT_INPUTS_FAILED if failed else 0
