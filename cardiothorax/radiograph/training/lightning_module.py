"""The training loop's moving parts: batches, optimiser, averaged weights, validation figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import lightning
import numpy as np
import torch
from torch.optim.swa_utils import AveragedModel
from torch.utils.data import DataLoader

from ...imaging.organs import HEART, LEFT_LUNG, RIGHT_LUNG
from ...networks.unet import build_unet
from .augment import augment
from .data import LabelledFilms
from .loss import cross_entropy, extent_loss, soft_dice_loss

AVERAGING_DECAY = 0.996
"""Exponential averaging of the weights, per step; steadier than the last step on few films."""


@dataclass(frozen=True)
class Recipe:
    """Everything that decides a run's result. ``sides`` maps the share of the run that is done to
    the training picture's side in pixels, so that the last part can run finer than the first."""

    variant: str = "slim"
    epochs: int = 90
    batch: int = 8
    optimizer: str = "adamw"
    learning_rate: float = 2e-3
    weight_decay: float = 1e-3
    dice_weight: float = 1.0
    extent_weight: float = 0.0
    """Of the loss on columns, see :func:`.loss.extent_loss`."""
    strength: float = 1.0
    """Of the augmentation; 0 is none."""
    averaged: bool = True
    sides: tuple[tuple[float, int], ...] = ((0.0, 256),)
    seed: int = 20261121

    def side_at(self, epoch: int) -> int:
        return next(side for share, side in reversed(self.sides) if epoch >= share * self.epochs)


def normalise(image: torch.Tensor) -> torch.Tensor:
    """Grey values 0 to 1 become -1 to 1 after each film is stretched to its 1st and 99th percentile."""
    flat = image.flatten(1).float()
    few = flat[:, :: max(1, flat.shape[1] // 20000)]
    low, high = torch.quantile(few, torch.tensor([0.01, 0.99]), dim=1)
    span = (high - low).clamp(min=1e-3)
    stretched = (image - low[:, None, None, None]) / span[:, None, None, None]
    scaled: torch.Tensor = stretched.clamp(0, 1) * 2 - 1
    return scaled


class SegmentationTraining(lightning.LightningModule):
    def __init__(self, recipe: Recipe, train: LabelledFilms, val: LabelledFilms) -> None:
        super().__init__()
        self.recipe, self.films, self.val_films = recipe, train, val
        self.network = build_unet(recipe.variant)
        if recipe.averaged:
            self.average = AveragedModel(self.network, avg_fn=_warm_average, use_buffers=True)
        self._overlaps: list[torch.Tensor] = []

    def start_from(self, network: torch.nn.Module) -> None:
        """Begin with a trained network's weights."""
        self.network.load_state_dict(network.state_dict())
        if self.recipe.averaged:
            self.average.module.load_state_dict(network.state_dict())

    @property
    def best_network(self) -> torch.nn.Module:
        best: torch.nn.Module = self.average.module if self.recipe.averaged else self.network
        return best

    def train_dataloader(self) -> DataLoader[Any]:
        side = self.recipe.side_at(self.current_epoch)
        g = torch.Generator().manual_seed(self.recipe.seed + 1009 * self.current_epoch)

        def batch(indices: list[int]) -> tuple[torch.Tensor, ...]:
            image, label, drawn = _tensors(self.films, indices)
            if self.recipe.strength:
                image, label = augment(image, label, side, g, self.recipe.strength)
            else:
                image, label = _resized(image, label, side)
            return normalise(image), label, drawn

        return DataLoader(
            range(len(self.films)),  # type: ignore[arg-type]
            batch_size=self.recipe.batch,
            shuffle=True,
            drop_last=True,
            collate_fn=batch,
            generator=g,
        )

    def val_dataloader(self) -> DataLoader[Any]:
        side = self.recipe.side_at(self.recipe.epochs)

        def batch(indices: list[int]) -> tuple[torch.Tensor, ...]:
            image, label, drawn = _tensors(self.val_films, indices)
            image, label = _resized(image, label, side)
            return normalise(image), label, drawn

        return DataLoader(range(len(self.val_films)), batch_size=8, collate_fn=batch)  # type: ignore[arg-type]

    def training_step(self, batch: tuple[torch.Tensor, ...], index: int) -> torch.Tensor:
        image, label, drawn = batch
        logits = self.network(image.contiguous(memory_format=torch.channels_last))
        loss = cross_entropy(logits, label, drawn)
        if self.recipe.dice_weight:
            loss = loss + self.recipe.dice_weight * soft_dice_loss(logits, label, drawn)
        if self.recipe.extent_weight:
            loss = loss + self.recipe.extent_weight * extent_loss(logits, label, drawn)
        self.log("loss", loss, on_step=False, on_epoch=True, prog_bar=True)
        return loss

    def on_train_batch_end(self, outputs: object, batch: object, batch_idx: int) -> None:
        if self.recipe.averaged:
            self.average.update_parameters(self.network)

    def validation_step(self, batch: tuple[torch.Tensor, ...], index: int) -> None:
        image, label, drawn = batch
        found = self.best_network.eval()(image).argmax(1)
        for i in range(len(image)):
            self._overlaps.append(_overlap(found[i], label[i], bool(drawn[i])))

    def on_validation_epoch_end(self) -> None:
        dice = torch.stack(self._overlaps).numpy()
        self._overlaps.clear()
        sources = np.array(self.val_films.sources[: len(dice)])
        for source in dict.fromkeys(sources):
            means = np.nanmean(dice[sources == source], axis=0) if len(dice) == len(sources) else dice[0]
            for name, value in zip(("left", "right", "heart"), means, strict=True):
                self.log(f"dice_{name}_{source}", float(value))
        self.log("dice", float(np.nanmean(np.nanmean(dice, axis=0))), prog_bar=True)

    def configure_optimizers(self) -> Any:
        r = self.recipe
        if r.optimizer == "sgd":
            return {"optimizer": torch.optim.SGD(self.network.parameters(), r.learning_rate)}
        optimizer = torch.optim.AdamW(self.network.parameters(), r.learning_rate, weight_decay=r.weight_decay)
        steps = r.epochs * (len(self.films) // r.batch)
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimizer, r.learning_rate, total_steps=steps + 1, pct_start=0.08, cycle_momentum=False
        )
        return {
            "optimizer": optimizer,
            "lr_scheduler": {"scheduler": schedule, "interval": "step"},
        }


def _warm_average(averaged: torch.Tensor, current: torch.Tensor, steps: torch.Tensor | int) -> torch.Tensor:
    """Exponential average that follows quickly at first, so early epochs are not the random start."""
    decay = min(AVERAGING_DECAY, (1 + int(steps)) / (10 + int(steps)))
    return averaged + (1 - decay) * (current - averaged)


def _tensors(films: LabelledFilms, indices: list[int]) -> tuple[torch.Tensor, ...]:
    return (
        torch.from_numpy(films.images[indices])[:, None].float() / 255,
        torch.from_numpy(films.labels[indices]).long(),
        torch.from_numpy(films.has_heart[indices]),
    )


def _resized(image: torch.Tensor, label: torch.Tensor, side: int) -> tuple[torch.Tensor, torch.Tensor]:
    image = torch.nn.functional.interpolate(image, (side, side), mode="bilinear", antialias=True)
    label = torch.nn.functional.interpolate(label[:, None].float(), (side, side), mode="nearest-exact")
    return image, label[:, 0].long()


def _overlap(found: torch.Tensor, truth: torch.Tensor, has_heart: bool) -> torch.Tensor:
    """Dice of left lung, right lung and heart; NaN where the heart was not drawn."""
    dice = []
    for organ in (LEFT_LUNG, RIGHT_LUNG, HEART):
        a, b = found == organ, truth == organ
        size = int(a.sum() + b.sum())
        dice.append(2 * float((a & b).sum()) / size if size else 1.0)
    if not has_heart:
        dice[2] = float("nan")
    return torch.tensor(dice)
