"""The worker's side: one film from a file (batch, command line) or from an array (the module).

``inputs`` of both: ``model``, ``device``, ``engine`` (names or absent), ``crf``, ``cutoff``.
From a file: ``file``, and for what is written beside the table ``out``, ``name``, ``masks``,
``overlay``. From an array: ``image``, the plain fields of an :class:`Image` without its array, and
the array ``film`` float32 ``[1, rows, cols]``. Both give ``result`` (plain :class:`CtrResult`) and
``row``; the file form gives ``files`` (names of what was written), the array form the array ``labels``.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np

from ..imaging import read_radiograph, write_mask
from ..imaging.image import Image
from ..imaging.plain import image_of
from ..imaging.plain import plain_image as plain_image
from ..models import LoadedModel, find_model, warm_model
from ..models.card import Card, card_to_json
from ..progress import Progress
from ..records import to_plain
from ..report import draw_ctr, write_overlay_png
from .options import CtrOptions
from .pipeline import run, with_reading_time
from .result import CtrRun
from .table import row_of

Arrays = dict[str, np.ndarray]


def run_task(inputs: dict[str, Any], arrays: Arrays, progress: Progress) -> tuple[dict[str, Any], Arrays]:
    progress(0.0, "Reading")
    start = time.perf_counter()
    image = image_of(inputs["image"], arrays["film"]) if "film" in arrays else read_radiograph(inputs["file"])
    seconds = time.perf_counter() - start
    model, gate = models(inputs)
    study = with_reading_time(run(image, model, gate, CtrOptions.from_plain(inputs), progress), seconds)
    files = _write_beside_table(study, image, inputs) if "out" in inputs else []
    values = {"row": row_of(study.result), "result": to_plain(study.result), "files": files}
    return values, ({"labels": study.labels} if "film" in arrays else {})


def models(inputs: dict[str, Any]) -> tuple[LoadedModel, LoadedModel]:
    """The network that was asked for, and the gate, which is small and always runs on the CPU."""
    chosen = warm_model(
        inputs.get("model"),
        task="ctr",
        device=inputs.get("device") or "auto",
        engine=inputs.get("engine") or "auto",
    )
    return chosen, warm_model(None, task="radiograph-gate", device="cpu", engine="auto")


def decisive_models(card: Card) -> dict[str, str]:
    """The cards of ``models``, with their checksums and defaults: for the fingerprint of a batch, so that
    another network or another gate measures again what was measured before."""
    gate = find_model(None, task="radiograph-gate").checked_card("radiograph-gate")
    return {"model": card_to_json(card), "gate": card_to_json(gate)}


def _write_beside_table(study: CtrRun, image: Image, inputs: dict[str, Any]) -> list[str]:
    """The names of the files that were asked for and written."""
    folder, name = Path(inputs["out"]), inputs["name"]
    files = []
    if inputs.get("masks"):
        files.append(f"{name}_labels.nrrd")
        write_mask(folder / files[-1], study.labels, image)
    if inputs.get("overlay"):
        files.append(f"{name}.png")
        write_overlay_png(draw_ctr(study, image), folder / files[-1])
    return files
