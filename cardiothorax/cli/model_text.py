"""A model card as text for a terminal."""

from __future__ import annotations

from pathlib import Path

from ..models import Card, Metric, NetworkInput


def card_in_words(card: Card, folder: Path) -> str:
    """Everything a person needs before trusting the model; limits and license included."""
    lines = [
        f"{card.name} {card.version}: {card.summary}",
        "",
        f"Task           {card.task}, variant {card.variant}",
        f"Network        {card.architecture.name} {card.architecture.arguments}",
        f"Input          {_input(card.input)}",
        f"Labels         {', '.join(f'{value} {name}' for name, value in card.labels.items())}",
        f"License        {card.licence}",
        f"Folder         {folder}",
        f"Training       split {card.training.split}, seed {card.training.seed}",
        f"               {card.training.command}",
    ]
    for source in card.training.sources:
        note = f" ({source.note})" if source.note else ""
        lines.append(f"               {source.count} from {source.name}, {source.licence}{note}")
    if card.metrics:
        lines += ["", "Measured"]
        width = max(len(f"{m.source} {m.name}") for m in card.metrics)
        lines += [f"  {f'{m.source} {m.name}':<{width}}  {_figure(m)}" for m in card.metrics]
    lines += ["", "Known limits", *(f"  - {limit}" for limit in card.limits)]
    return "\n".join(lines)


def _input(shape: NetworkInput) -> str:
    if shape.padding != "grid":
        return f"{shape.side_px} x {shape.side_px} px, {shape.padding}, {shape.orientation} view"
    window = "minimum to maximum" if shape.window_hu is None else "{:g} to {:g} HU".format(*shape.window_hu)
    return f"{shape.in_plane_mm:g} mm grid, slices of about {shape.slab_mm:g} mm, {window}"


def _figure(metric: Metric) -> str:
    known = metric.low is not None and metric.high is not None
    interval = f" ({metric.low:.4g} to {metric.high:.4g})" if known else ""
    return f"{metric.value:.4g}{interval}, n = {metric.count}"
