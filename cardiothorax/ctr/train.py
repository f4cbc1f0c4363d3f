"""Training of the lung and heart network, and the model folder that comes out of it."""

from __future__ import annotations

from pathlib import Path

from ..errors import ModelProblem
from ..models import export, open_model, read_card
from ..progress import Progress, silent
from ..radiograph.training.cards import segmentation_card
from ..radiograph.training.data import LabelledFilms, read_films
from ..radiograph.training.lightning_module import Recipe
from ..radiograph.training.run import averaged_network, network_of, save_network, train
from .validation import by_source, measure_films, metrics

PACKED_SIDE_PX = {"slim": 448, "paper": 800}
"""Films are packed a little finer than the network sees them, so that turning and scaling do not blur."""
SIDE_FOR_COUNTING_PX = 16


def train_ctr(
    recipe: Recipe,
    data: Path,
    out: Path,
    *,
    command: str,
    sources: set[str] | None = None,
    phantoms: int = 0,
    start_from: Path | None = None,
    device: str = "auto",
    devices: int | str = "auto",
    progress: bool = True,
) -> Path:
    """Train on the train split of ``data``, choose the checkpoint on its validation split, and write a
    model folder ``out/model`` with its card (without figures; :func:`measure_model` adds them).

    ``sources`` restricts both splits to some sources; ``phantoms`` adds that many drawn films.
    ``out`` keeps checkpoints and ``metrics.csv``; a run that was stopped goes on.
    """
    side = PACKED_SIDE_PX[recipe.variant]
    films = read_films(data, "train", side, sources)
    val = read_films(data, "val", side, sources)
    if phantoms:
        films = films.joined(_phantom_films(phantoms, side, recipe.seed))
    best = train(
        recipe,
        films,
        val,
        out,
        start_from=start_from,
        device=device,
        devices=devices,
        progress=progress,
    )
    network = network_of(best, recipe)
    card = segmentation_card(
        recipe, films, name=f"ctr-unet-{recipe.variant}", version="1.0.0", command=command
    )
    export(network, card, out / "model")
    return out / "model"


def average_ctr(recipe: Recipe, checkpoints: list[Path], data: Path, out: Path, *, command: str) -> Path:
    """Write the mean of several checkpoints as ``out/average.ckpt`` and as a model folder ``out/model``.

    ``data`` are the films they learned from, for the card.
    """
    films = read_films(data, "train", SIDE_FOR_COUNTING_PX)
    network = averaged_network(checkpoints, recipe)
    out.mkdir(parents=True, exist_ok=True)
    save_network(network, out / "average.ckpt")
    card = segmentation_card(
        recipe, films, name=f"ctr-unet-{recipe.variant}", version="1.0.0", command=command
    )
    export(network, card, out / "model")
    return out / "model"


def measure_model(folder: Path, data: Path, *, split: str, command: str, progress: Progress = silent) -> None:
    """Measure the model on a split through the whole pipeline and write the figures into its card."""
    from dataclasses import replace

    from ..models import card_to_json
    from ..models.card import CARD_FILE
    from ..records import write_atomically

    model = open_model(folder, task="ctr")
    gate = open_model(None, task="radiograph-gate", device="cpu")
    summary = by_source(measure_films(data, split, model, gate, progress=progress), cutoff=0.5)
    card = replace(read_card(folder), metrics=metrics(summary, command))
    with write_atomically(folder / CARD_FILE) as file:
        file.write_text(card_to_json(card), encoding="utf-8")


def _phantom_films(count: int, side: int, seed: int) -> LabelledFilms:
    import numpy as np

    from ..phantoms.cxr import training_films

    images, labels = training_films(count, side, seed)
    if images.shape != (count, side, side):
        raise ModelProblem(f"The phantoms have the shape {images.shape}, expected {(count, side, side)}.")
    names = tuple(f"phantom_{n:04d}" for n in range(count))
    return LabelledFilms(names, ("phantom",) * count, images, labels, np.ones(count, bool))
