"""One training run from recipe to checkpoint, resumable, metrics to CSV."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, cast

import lightning
import torch
from lightning.pytorch.callbacks import ModelCheckpoint
from lightning.pytorch.loggers import CSVLogger
from torch import nn

from ...engines.torch_engine import channels_last
from ...models.architectures import build_network
from .lightning_module import CalciumTraining
from .packing import Packed
from .recipes import Recipe


def train(
    recipe: Recipe,
    volumes: list[Packed],
    val: list[Packed],
    out: Path,
    *,
    start_from: Path | None = None,
    device: str = "auto",
    devices: int | str = "auto",
    progress: bool = True,
) -> Path:
    """Train to the recipe's end and return the checkpoint with the best validation score.

    A run that was stopped goes on from ``out/last.ckpt`` (the last whole round); ``out/log/metrics.csv``
    keeps every round. ``start_from`` is a checkpoint whose weights a new run begins with.
    """
    lightning.seed_everything(recipe.seed, verbose=False)
    module = CalciumTraining(recipe, volumes, val)
    if start_from is not None:
        module.start_from(network_of(start_from, recipe))
    channels_last(module.network)
    best = ModelCheckpoint(
        dirpath=out, filename="best", monitor="score", mode="max", enable_version_counter=False
    )
    newest = ModelCheckpoint(dirpath=out, filename="last", enable_version_counter=False)
    trainer = lightning.Trainer(
        max_epochs=recipe.rounds,
        accelerator={"auto": "auto", "cpu": "cpu", "cuda": "gpu"}[device],
        devices=devices,
        precision=_precision(device),
        reload_dataloaders_every_n_epochs=1,
        num_sanity_val_steps=0,
        gradient_clip_val=5.0,
        logger=CSVLogger(out, name="", version="log", flush_logs_every_n_steps=1),
        callbacks=[best, newest],
        enable_progress_bar=progress,
        log_every_n_steps=10,
    )
    last = out / "last.ckpt"
    trainer.fit(module, ckpt_path=str(last) if last.exists() else None)
    return Path(best.best_model_path)


def network_of(checkpoint: Path, recipe: Recipe) -> nn.Module:
    """The network of a checkpoint, in evaluation mode: its averaged weights where there are any."""
    state = torch.load(checkpoint, map_location="cpu", weights_only=True)["state_dict"]
    prefix = "average.module." if recipe.averaged else "network."
    network = build_network(recipe.architecture)
    network.load_state_dict({k.removeprefix(prefix): v for k, v in state.items() if k.startswith(prefix)})
    return network.eval()


def _precision(device: str) -> Literal["16-mixed", "bf16-mixed", "32-true"]:
    """Mixed precision on every GPU, and on processors that multiply bfloat16 themselves."""
    if device != "cpu" and torch.cuda.is_available():
        return "16-mixed"
    return "bf16-mixed" if cast(bool, torch.ops.mkldnn._is_mkldnn_bf16_supported()) else "32-true"
