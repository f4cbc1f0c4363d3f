"""The model card: everything needed to use a network rightly and to judge what it is worth."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import ModelProblem
from ..records import from_plain, to_plain
from .validation import card_problems

SCHEMA = "cardiothorax/model/1"
CARD_FILE = "model.json"
WEIGHTS_FILE = "weights.safetensors"
ONNX_FILE = "model.onnx"


@dataclass(frozen=True)
class Architecture:
    """``name`` in :data:`cardiothorax.models.architectures.BUILDERS`; ``arguments`` of its constructor."""

    name: str
    arguments: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Normalisation:
    """Grey values between two percentiles of the picture are stretched to ``range`` and clipped there."""

    low_percentile: float
    high_percentile: float
    range: tuple[float, float]


@dataclass(frozen=True)
class NetworkInput:
    """What the network was trained to see."""

    side_px: int
    padding: str
    """``square``: padded to a square, never cut; ``centre_crop``: the paper's; ``grid``: any size, on a
    grid of ``in_plane_mm``."""
    normalisation: Normalisation
    orientation: str = "radiographic"
    """``radiographic``: the patient's right at the picture's left, head up."""
    channels: int = 1
    multiple: int = 16
    """Height and width are multiples of this."""
    halo_px: int = 0
    """Receptive radius, for computing in tiles when memory is short; 0: cannot be tiled."""
    dimensions: int = 2
    """2: pictures ``[n, channels, h, w]``; 3: volumes ``[n, channels, d, h, w]``."""
    depth_multiple: int = 1
    """Slices are a multiple of this in three dimensions."""
    window_hu: tuple[float, float] | None = None
    """CT: HU stretched to the normalisation's range, in place of the percentiles."""
    in_plane_mm: float = 0.0
    """CT: distance of the grid's pixels; 0 where the picture's own pixels are used."""
    slab_mm: float = 0.0
    """CT: thinner slices are averaged to about this."""


@dataclass(frozen=True)
class TrainingSource:
    name: str
    count: int
    licence: str
    note: str = ""


@dataclass(frozen=True)
class Training:
    sources: tuple[TrainingSource, ...]
    split: str
    seed: int
    command: str
    date: str = ""


@dataclass(frozen=True)
class Metric:
    """``low`` and ``high`` are the 95 % interval, None where there is none; ``command`` made the figure."""

    name: str
    source: str
    value: float
    low: float | None
    high: float | None
    count: int
    command: str


@dataclass(frozen=True)
class Card:
    name: str
    version: str
    task: str
    variant: str
    summary: str
    architecture: Architecture
    input: NetworkInput
    labels: dict[str, int]
    licence: str
    """Of the weights: as strict as the strictest of their training data."""
    training: Training
    metrics: tuple[Metric, ...]
    limits: tuple[str, ...]
    """What it is known to do badly, in words."""
    defaults: dict[str, Any] = field(default_factory=dict)
    """Options of the task that were chosen with this model on validation data (``crf`` and its numbers)."""
    weights_sha256: str = ""
    onnx_sha256: str = ""
    schema: str = SCHEMA

    @property
    def classes(self) -> int:
        """Channels of the prediction: the background is one of the labels."""
        return len(self.labels)


def card_to_json(card: Card) -> str:
    return json.dumps(to_plain(card), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def card_from_json(text: str, origin: str = CARD_FILE) -> Card:
    """The card in ``text``; :class:`ModelProblem` lists everything that is wrong with it at once."""
    try:
        plain = json.loads(text)
    except ValueError as problem:
        raise ModelProblem(f"{origin} is not valid JSON: {problem}.") from problem
    if not isinstance(plain, dict):
        raise ModelProblem(f"{origin} is not a model card: expected an object in braces.")
    if plain.get("schema") != SCHEMA:
        raise ModelProblem(
            f"{origin} has the schema {plain.get('schema')!r}, expected {SCHEMA!r}.",
            "It was written for another version of cardiothorax, or is not a model card.",
        )
    problems = card_problems(Card, plain)
    if problems:
        raise ModelProblem(f"{origin} is not a valid model card: {'; '.join(problems)}.")
    return from_plain(Card, plain)


def read_card(folder: Path) -> Card:
    """The card of the model in ``folder``."""
    file = folder / CARD_FILE
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError as problem:
        raise ModelProblem(
            f"{folder} has no {CARD_FILE}.", f"A model is a folder with {CARD_FILE} and its weights."
        ) from problem
    except (OSError, UnicodeDecodeError) as problem:
        raise ModelProblem(f"{file} cannot be read: {problem}.") from problem
    return card_from_json(text, origin=str(file))
