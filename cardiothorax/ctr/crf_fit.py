"""The CRF's numbers for a model, fitted on training films with that model's own probabilities."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from ..imaging import labels_to_square, radiographic_view, read_mask, read_radiograph
from ..imaging.organs import LEFT_LUNG, RIGHT_LUNG
from ..models import LoadedModel, card_to_json, open_model, read_card
from ..models.card import CARD_FILE
from ..radiograph.segment import segment
from ..radiograph.training.index import index_rows
from ..records import to_plain, write_atomically
from ..refine import Example, Fit, fit_parameters
from .crf import square_grey


def fit_crf(folder: Path, data: Path, *, films: int, trials: int, seed: int) -> dict[str, Any]:
    """Fit on ``films`` training films drawn by ``seed``, keep the best numbers in the model's card, and
    return the whole search. The card's choice between CRF and none is made on validation films, not here.
    """
    rng = np.random.default_rng(seed)
    model = open_model(folder, task="ctr", device="cpu")
    fit = fit_parameters(examples(model, data, films=films, rng=rng), trials=trials, rng=rng)
    card = read_card(folder)
    numbers = {name: value for name, value in asdict(fit.best.params).items() if value is not None}
    card = replace(card, defaults={**card.defaults, "crf_parameters": numbers})
    with write_atomically(folder / CARD_FILE) as file:
        file.write_text(card_to_json(card), encoding="utf-8")
    return _plain(fit, films)


def examples(model: LoadedModel, data: Path, *, films: int, rng: np.random.Generator) -> list[Example]:
    """Training films as the CRF sees them: grey values, probabilities and truth in the network's square."""
    rows = index_rows(data, "train")
    chosen = [rows[i] for i in sorted(rng.choice(len(rows), min(films, len(rows)), replace=False))]
    return [_example(row, data, model) for row in chosen]


def _example(row: dict[str, str], data: Path, model: LoadedModel) -> Example:
    film, _ = radiographic_view(read_radiograph(data / row["image"]))
    found = segment(film, model)
    truth = read_mask(data / "masks" / f"{row['id']}.png")[0]
    lungs_only = None if row["has_heart"] == "1" else (LEFT_LUNG, RIGHT_LUNG)
    grey = square_grey(film, found.fit.side)
    return Example(grey, found.classes, labels_to_square(truth, found.fit), lungs_only)


def _plain(fit: Fit, films: int) -> dict[str, Any]:
    return {"films": films, "gain": fit.gain, **to_plain(fit)}
