"""Trained networks: their cards, where they are, loading with verified checksums, adding and exporting."""

from .card import (
    Architecture,
    Card,
    Metric,
    NetworkInput,
    Normalisation,
    Training,
    TrainingSource,
    card_from_json,
    card_to_json,
    read_card,
)
from .exporting import export
from .opening import LoadedModel, open_model, warm_model
from .registry import (
    ModelEntry,
    add_model,
    card_with_weights,
    find_model,
    list_models,
    remove_model,
    verify_model,
)

__all__ = [
    "Architecture",
    "Card",
    "LoadedModel",
    "Metric",
    "ModelEntry",
    "NetworkInput",
    "Normalisation",
    "Training",
    "TrainingSource",
    "add_model",
    "card_from_json",
    "card_to_json",
    "card_with_weights",
    "export",
    "find_model",
    "list_models",
    "open_model",
    "read_card",
    "remove_model",
    "verify_model",
    "warm_model",
]
