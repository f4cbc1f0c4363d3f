"""The training loop's moving parts: batches, losses, averaged weights, validation figures."""

from __future__ import annotations

from typing import Any, cast

import lightning
import numpy as np
import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel
from torch.utils.data import DataLoader

from ...models.architectures import build_network
from ..stacks import predict_slabs, predict_volume
from .figures import Found, found_in, summary
from .losses import loss_of, widened
from .packing import Packed
from .patches import draw_patches, marks_of
from .recipes import NEIGHBORS, Recipe

AVERAGING_DECAY = 0.995
SCALE = (-1.0, 1.0)


class CalciumTraining(lightning.LightningModule):
    """An epoch of Lightning's is one round of the recipe."""

    def __init__(self, recipe: Recipe, train: list[Packed], val: list[Packed]) -> None:
        super().__init__()
        self.recipe, self.volumes, self.val_volumes = recipe, train, val
        self.marks = [marks_of(volume) for volume in train]
        self.network = build_network(recipe.architecture)
        if recipe.averaged:
            self.average = AveragedModel(self.network, avg_fn=_warm_average, use_buffers=True)
        self._found: list[Found] = []

    def start_from(self, network: nn.Module) -> None:
        """Begin with a trained network's weights."""
        self.network.load_state_dict(network.state_dict())
        if self.recipe.averaged:
            self.average.module.load_state_dict(network.state_dict())

    @property
    def best_network(self) -> nn.Module:
        return self.average.module if self.recipe.averaged else self.network

    def train_dataloader(self) -> DataLoader[Any]:
        r = self.recipe
        stage = r.stage_at(self.current_epoch)
        rng = np.random.default_rng([r.seed, self.current_epoch])

        def batch(indices: list[int]) -> tuple[torch.Tensor, torch.Tensor]:
            return draw_patches(
                self.volumes, self.marks, len(indices), stage.patch, rng, r.strength, r.unanswered
            )

        return DataLoader(range(r.steps * stage.batch), batch_size=stage.batch, collate_fn=batch)  # type: ignore[arg-type]

    def val_dataloader(self) -> DataLoader[Any]:
        return DataLoader(range(len(self.val_volumes)), collate_fn=lambda n: n[0])  # type: ignore[arg-type]

    def training_step(self, batch: tuple[torch.Tensor, torch.Tensor], index: int) -> torch.Tensor:
        r = self.recipe
        hu, target = batch
        classes, weights = widened(target, r.margin)
        if not r.masked:
            weights = torch.ones_like(weights)
        image = normalised_tensor(hu, r.window_hu)
        if r.method == "denseraunet":
            image, classes, weights = nine_slices(image[:, 0], classes, weights)
        loss = loss_of(r.losses, supervised_by(self.network, image), classes, weights, r.level_weights)
        self.log("loss", loss, on_step=False, on_epoch=True, prog_bar=True)
        return loss

    def on_train_batch_end(self, outputs: object, batch: object, batch_idx: int) -> None:
        if self.recipe.averaged:
            self.average.update_parameters(self.network)

    def validation_step(self, number: int, index: int) -> None:
        packed = self.val_volumes[number]
        probabilities = predicted(self.best_network.eval(), packed.hu, self.recipe, self.device)
        self._found.append(found_in(packed, probabilities))

    def on_validation_epoch_end(self) -> None:
        total = sum(self._found, Found())
        self._found.clear()
        for name, value in summary(total).items():
            self.log(name, value, prog_bar=name == "score")

    def configure_optimizers(self) -> Any:
        r = self.recipe
        parameters = self.network.parameters()
        if r.optimizer == "adam":
            return torch.optim.Adam(parameters, r.learning_rate)
        optimizer = torch.optim.AdamW(parameters, r.learning_rate, weight_decay=r.weight_decay)
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimizer,
            r.learning_rate,
            total_steps=r.rounds * r.steps + 1,
            pct_start=0.1,
            cycle_momentum=False,
        )
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}


def supervised_by(network: nn.Module, image: torch.Tensor) -> list[torch.Tensor]:
    """The answer and, of networks that have them, the outputs for deep supervision."""
    deep = getattr(network, "supervised", None)
    return cast("list[torch.Tensor]", deep(image) if deep else [network(image)])


def normalised_tensor(hu: torch.Tensor, window_hu: tuple[float, float] | None) -> torch.Tensor:
    """As :func:`cardiothorax.calcium.stacks.normalised`, patch by patch."""
    if window_hu is None:
        low, high = (f(hu, dim=tuple(range(1, hu.ndim)), keepdim=True) for f in (torch.amin, torch.amax))
        share = (hu - low) / (high - low).clamp(min=1e-6)
    else:
        share = (hu - window_hu[0]) / (window_hu[1] - window_hu[0])
    return share.clamp(0, 1) * (SCALE[1] - SCALE[0]) + SCALE[0]


def nine_slices(
    volume: torch.Tensor, classes: torch.Tensor, weights: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Patches ``[n, d, h, w]`` as stacks ``[n (d - 8), 9, h, w]`` and what belongs to their middles."""
    reach = NEIGHBORS // 2
    stacks = volume.unfold(1, NEIGHBORS, 1).movedim(-1, 2).flatten(0, 1)
    inner = slice(reach, volume.shape[1] - reach)
    return stacks, classes[:, inner].flatten(0, 1), weights[:, inner].flatten(0, 1)


def predicted(network: nn.Module, hu: np.ndarray, recipe: Recipe, device: torch.device) -> np.ndarray:
    """Probabilities ``[classes, d, h, w]`` of a packed study."""

    def predict(batch: np.ndarray) -> np.ndarray:
        with torch.inference_mode():
            logits = network(torch.from_numpy(np.ascontiguousarray(batch)).to(device))
            return np.asarray(torch.softmax(logits.float(), dim=1).cpu().numpy())

    volume = normalised_tensor(torch.from_numpy(hu)[None].float(), recipe.window_hu)[0].numpy()
    multiple = int(getattr(network, "multiple", 32))
    if recipe.method == "denseraunet":
        return predict_slabs(predict, volume, NEIGHBORS, multiple)
    deep = int(getattr(network, "depth_multiple", 1))
    return predict_volume(predict, volume, (deep, multiple, multiple))


def _warm_average(averaged: torch.Tensor, current: torch.Tensor, steps: torch.Tensor | int) -> torch.Tensor:
    """Exponential average that follows quickly at first, so early rounds are not the random start."""
    decay = min(AVERAGING_DECAY, (1 + int(steps)) / (10 + int(steps)))
    return averaged + (1 - decay) * (current - averaged)
