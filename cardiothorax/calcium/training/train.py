"""Training of a calcium network, and the model folder that comes out of it."""

from __future__ import annotations

from pathlib import Path

import torch

from ...models import Metric, export
from ...progress import Progress, silent
from ..vote import VoteRule
from .cards import calcium_card
from .figures import Found, found_in, summary
from .layout import Study, in_folds, read_index
from .lightning_module import predicted
from .packing import Packed
from .recipes import Recipe
from .run import network_of, train
from .volumes import read_volumes


def train_calcium(
    recipe: Recipe,
    data: Path,
    out: Path,
    *,
    command: str,
    folds: int = 0,
    fold: int = 0,
    start_from: Path | None = None,
    device: str = "auto",
    devices: int | str = "auto",
    threads: int | None = None,
    progress: bool = True,
    listener: Progress = silent,
) -> Path:
    """Train on the train split of ``data`` (or all folds but ``fold``), choose the checkpoint on the
    validation split, and write ``out/model`` with its card. A run that was stopped goes on. ``threads`` of
    the CPU are used, all cores without it."""
    if threads:
        torch.set_num_threads(threads)
    studies = read_index(data)
    if folds:
        studies = in_folds(studies, folds, fold)
    learned = [s for s in studies if s.split == "train"]
    volumes = read_volumes(data, learned, step=recipe.step, cache=out / "packed", progress=listener)
    val = read_volumes(data, [s for s in studies if s.split == "val"], step=recipe.step, cache=out / "packed")
    best = train(
        recipe, volumes, val, out, start_from=start_from, device=device, devices=devices, progress=progress
    )
    return write_model(recipe, best, learned, val, out / "model", command=command)


PROPOSED_FROM = (0.5, 0.45, 0.55, 0.4, 0.6, 0.35, 0.65, 0.3, 0.7, 0.75, 0.8)
"""Tried in this order: of equally good ones, the nearest to one half."""


def write_model(
    recipe: Recipe, checkpoint: Path, learned: list[Study], val: list[Packed], folder: Path, *, command: str
) -> Path:
    """The model folder of a checkpoint. The validation studies, on the network's grid, choose from which
    probability on a lesion is proposed, and give the card's first figures."""
    network = network_of(checkpoint, recipe)
    rule, figures = chosen_rule(network, recipe, val)
    metrics = tuple(
        Metric(name, "validation, on the network's grid", value, None, None, len(val), command)
        for name, value in figures.items()
        if name != "score"
    )
    card = calcium_card(
        recipe,
        learned,
        multiples=(int(network.multiple), int(getattr(network, "depth_multiple", 1))),  # type: ignore[arg-type]
        name=f"calcium-{recipe.method}-{recipe.variant}",
        version="1.0.0",
        command=command,
        metrics=metrics,
        proposed_from=rule.proposed_from,
    )
    export(network, card, folder)
    return folder


def chosen_rule(
    network: torch.nn.Module, recipe: Recipe, val: list[Packed]
) -> tuple[VoteRule, dict[str, float]]:
    """The rule with the best mean of F1 by volume, F1 by number and share of right arteries."""
    rules = [VoteRule(proposed_from=p) for p in PROPOSED_FROM]
    found = [Found() for _ in rules]
    for packed in val:
        probabilities = predicted(network, packed.hu, recipe, torch.device("cpu"))
        found = [f + found_in(packed, probabilities, rule) for f, rule in zip(found, rules, strict=True)]
    figures = [summary(f) for f in found]
    best = max(range(len(rules)), key=lambda n: figures[n]["score"])
    return rules[best], figures[best]
