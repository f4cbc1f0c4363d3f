"""The worker's side: one CT from a file (batch, command line) or from an array (the module).

``inputs`` of both: the fields of :class:`CalciumOptions`, and ``model``, ``device``, ``engine`` (names or
absent). From a file: ``file``, and for what is written beside the table ``out``, ``name``, ``masks``,
``report``. From an array: ``image``, the plain fields of an :class:`Image` without its array, and the array
``ct`` int16 or float32 ``[k, j, i]``. With labels (the array ``labels``, or the file ``labels``) these are
scored and no network runs. Both give ``result`` (plain :class:`CalciumResult`) and ``row``; the file form
gives ``files`` (names of what was written), the array form the arrays ``labels`` and ``proposals``.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import ModelProblem
from ..imaging import read_ct, write_mask
from ..imaging.image import Image
from ..imaging.plain import image_of
from ..models import LoadedModel, find_model, list_models, warm_model
from ..models.card import card_to_json
from ..models.registry import ModelEntry
from ..progress import Progress, part_of
from ..records import to_plain
from ..report.calcium_files import write_study
from .given_labels import read_labels
from .options import CalciumOptions
from .pipeline import run, run_labels, with_reading_time
from .result import CalciumRun
from .table import row_of

Arrays = dict[str, np.ndarray]
TASK = "calcium"


def run_task(inputs: dict[str, Any], arrays: Arrays, progress: Progress) -> tuple[dict[str, Any], Arrays]:
    progress(0.0, "Reading")
    start = time.perf_counter()
    image = image_of(inputs["image"], arrays["ct"]) if "ct" in arrays else read_ct(inputs["file"])
    seconds = time.perf_counter() - start
    labels = _given_labels(image, inputs, arrays)
    model = network(inputs) if labels is None else None
    options, heard = CalciumOptions.from_plain(inputs), part_of(progress, 0.15, 0.95)
    study = run(image, model, options, heard) if labels is None else run_labels(image, labels, options, heard)
    study = with_reading_time(study, seconds)
    files = _write_beside_table(study, image, model, inputs) if "out" in inputs else []
    values = {"row": row_of(study.result), "result": to_plain(study.result), "files": files}
    return values, ({"labels": study.labels, "proposals": study.proposals} if "ct" in arrays else {})


def _given_labels(image: Image, inputs: dict[str, Any], arrays: Arrays) -> np.ndarray | None:
    if "labels" in arrays:
        return arrays["labels"]
    return read_labels(inputs["labels"], image) if inputs.get("labels") else None


def network(inputs: dict[str, Any]) -> LoadedModel | None:
    """The network that was asked for, kept open for the next study; None for the method ``none``."""
    entry = chosen_model(inputs.get("method") or "default", inputs.get("model"))
    if entry is None:
        return None
    return warm_model(
        entry.folder, task=TASK, device=inputs.get("device") or "auto", engine=inputs.get("engine") or "auto"
    )


def chosen_model(method: str, model: str | None = None) -> ModelEntry | None:
    """The model named, or the first one of the method; the task's default for ``default``; None for ``none``.

    Raises :class:`ModelProblem` where there is none, or the named one is of another task or method.
    """
    if method == "none":
        return None
    if model or method == "default":
        entry = find_model(model, task=TASK)
        built = entry.checked_card(TASK).architecture.name
        if method not in ("default", built):
            raise ModelProblem(
                f"The model {entry.name} is a {built}, not a {method}.", "Leave one of them out."
            )
        return entry
    for entry in list_models(TASK):
        if entry.card is not None and entry.card.architecture.name == method:
            return entry
    raise ModelProblem(
        f"There is no model of the method {method}.",
        "Add one with 'cardiothorax models add', or use the method none and label the lesions.",
    )


def decisive_models(entry: ModelEntry | None) -> dict[str, str]:
    """The card of the network with its checksums and defaults: for the fingerprint of a batch, so that
    another network measures again what was measured before."""
    return {"model": card_to_json(entry.checked_card(TASK)) if entry else ""}


def _write_beside_table(
    study: CalciumRun, image: Image, model: LoadedModel | None, inputs: dict[str, Any]
) -> list[str]:
    """The names of the files that were asked for and written."""
    folder, name = Path(inputs["out"]), inputs["name"]
    files = []
    if inputs.get("masks"):
        files.append(f"{name}_lesions.nrrd")
        write_mask(folder / files[-1], study.labels, image)
    if inputs.get("report"):
        files += write_study(study, image, folder, name, card=model.card if model else None)
    return files
