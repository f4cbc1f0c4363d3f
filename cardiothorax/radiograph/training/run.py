"""One training run from recipe to checkpoint, resumable, metrics to CSV."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import lightning
import torch
from lightning.pytorch.callbacks import ModelCheckpoint
from lightning.pytorch.loggers import CSVLogger
from torch import nn

from ...networks.unet import build_unet
from ...records import write_atomically
from .data import LabelledFilms
from .lightning_module import Recipe, SegmentationTraining


def train(
    recipe: Recipe,
    films: LabelledFilms,
    val: LabelledFilms,
    out: Path,
    *,
    start_from: Path | None = None,
    device: str = "auto",
    devices: int | str = "auto",
    progress: bool = True,
) -> Path:
    """Train to the recipe's end and return the checkpoint with the best mean validation Dice.

    A run that was stopped goes on from ``out/last.ckpt``; ``out/log/metrics.csv`` keeps every epoch.
    ``start_from`` is a checkpoint whose weights a new run begins with (fine-tuning).
    """
    lightning.seed_everything(recipe.seed, verbose=False)
    module = SegmentationTraining(recipe, films, val)
    if start_from is not None:
        module.start_from(network_of(start_from, recipe))
    module.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    best = ModelCheckpoint(
        dirpath=out,
        filename="best",
        monitor="dice",
        mode="max",
        enable_version_counter=False,
    )
    newest = ModelCheckpoint(
        dirpath=out, filename="last", save_on_train_epoch_end=True, enable_version_counter=False
    )
    trainer = lightning.Trainer(
        max_epochs=recipe.epochs,
        accelerator={"auto": "auto", "cpu": "cpu", "cuda": "gpu"}[device],
        devices=devices,
        precision=_precision(device),
        reload_dataloaders_every_n_epochs=1,
        num_sanity_val_steps=0,
        logger=CSVLogger(out, name="", version="log", flush_logs_every_n_steps=1),
        callbacks=[best, newest],
        enable_progress_bar=progress,
        check_val_every_n_epoch=2,
        log_every_n_steps=10,
    )
    last = out / "last.ckpt"
    trainer.fit(module, ckpt_path=str(last) if last.exists() else None)
    return Path(best.best_model_path)


def network_of(checkpoint: Path, recipe: Recipe) -> nn.Module:
    """The network of a checkpoint, in evaluation mode: its averaged weights where there are any."""
    state = torch.load(checkpoint, map_location="cpu", weights_only=True)["state_dict"]
    prefix = "average.module." if recipe.averaged else "network."
    network = build_unet(recipe.variant)
    network.load_state_dict({k.removeprefix(prefix): v for k, v in state.items() if k.startswith(prefix)})
    return network.eval()


def averaged_network(checkpoints: list[Path], recipe: Recipe) -> nn.Module:
    """The mean of the checkpoints' networks, weight by weight (Wortsman et al. 2022, "model soups").

    Counts of batches, which are whole numbers, are the first one's.
    """
    networks = [network_of(checkpoint, recipe) for checkpoint in checkpoints]
    mean = networks[0].state_dict()
    for name, first in mean.items():
        if first.is_floating_point():
            mean[name] = torch.stack([network.state_dict()[name] for network in networks]).mean(dim=0)
    networks[0].load_state_dict(mean)
    return networks[0].eval()


def save_network(network: nn.Module, file: Path) -> None:
    """A checkpoint that holds the weights alone, for :func:`train` to start from."""
    state = network.state_dict()
    prefixes = ("average.module.", "network.")
    both = {prefix + name: value for prefix in prefixes for name, value in state.items()}
    with write_atomically(file) as temporary:
        torch.save({"state_dict": both}, temporary)


def _precision(device: str) -> Literal["16-mixed", "bf16-mixed", "32-true"]:
    """Mixed precision on every GPU, and on processors that multiply bfloat16 themselves."""
    if device != "cpu" and torch.cuda.is_available():
        return "16-mixed"
    return "bf16-mixed" if torch.ops.mkldnn._is_mkldnn_bf16_supported() else "32-true"
