"""Training of the frontal-film gate: minutes on two CPU cores."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from ...models import Metric, export
from ...networks.gatenet import OTHER, TURNS, GateNet
from ...stats.diagnostic import wilson
from .augment import exposure, lines_and_tubes, markers, uniform
from .cards import gate_card
from .gate_data import GatePictures, read_gate_pictures

SEED = 20261121
LET_THROUGH = 0.5
OTHER_SHARE = 0.4


def batch(pictures: GatePictures, n: int, g: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """Films in all four turns, both polarities and all exposures, and what is no film."""
    n_other = round(n * OTHER_SHARE)
    films = _drawn(pictures.frontal, n - n_other, g)
    others = _drawn(pictures.other, n_other, g)
    image = torch.cat([_shaken(films, 0.12, 0.22, g), _shaken(others, 0.5, 0.4, g)])
    turn = torch.multinomial(torch.tensor([0.55, 0.15, 0.15, 0.15]), n, True, generator=g)
    inverted = torch.rand(n, generator=g) < 0.3
    image = markers(lines_and_tubes(exposure(image, g), g), g)
    image = torch.stack(
        [torch.rot90(picture, int(k), (1, 2)) for picture, k in zip(image, turn, strict=True)]
    )
    image = torch.where(inverted[:, None, None, None], 1 - image, image)
    target = turn + TURNS * inverted
    target[n - n_other :] = OTHER
    return image * 2 - 1, target


def _drawn(pictures: np.ndarray, n: int, g: torch.Generator) -> torch.Tensor:
    chosen = torch.randint(len(pictures), (n,), generator=g).numpy()
    return torch.from_numpy(pictures[chosen])[:, None].float() / 255


def _shaken(image: torch.Tensor, turn: float, zoom: float, g: torch.Generator) -> torch.Tensor:
    """Small turns, scales and shifts; mirrored half the time (a heart on the right is a film too)."""
    n = len(image)
    angle = torch.randn(n, generator=g).clamp(-2, 2) * turn
    scale = torch.exp(uniform(n, -zoom, zoom, g))
    mirror = torch.where(torch.rand(n, generator=g) < 0.5, -1.0, 1.0)
    theta = torch.stack(
        [
            torch.stack([mirror * scale * angle.cos(), -scale * angle.sin(), uniform(n, -0.15, 0.15, g)], 1),
            torch.stack([mirror * scale * angle.sin(), scale * angle.cos(), uniform(n, -0.15, 0.15, g)], 1),
        ],
        1,
    )
    grid = F.affine_grid(theta, list(image.shape), align_corners=False)
    return F.grid_sample(image, grid, padding_mode="zeros", align_corners=False)


def train_gate(pictures: GatePictures, *, steps: int = 2500, size: int = 64) -> GateNet:
    """The trained network, in evaluation mode; the same seed gives the same network."""
    torch.manual_seed(SEED)
    g = torch.Generator().manual_seed(SEED)
    network = GateNet()
    optimizer = torch.optim.AdamW(network.parameters(), 2e-3, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 3e-3, total_steps=steps)
    for _ in range(steps):
        image, target = batch(pictures, size, g)
        loss = F.cross_entropy(network(image), target, label_smoothing=0.02)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        schedule.step()
    return network.eval()


def train_gate_model(data: Path, out: Path, *, steps: int, command: str) -> Path:
    """Train on the train split, measure on the validation split, write ``out/model``."""
    pictures, val = read_gate_pictures(data, "train"), read_gate_pictures(data, "val")
    network = train_gate(pictures, steps=steps)
    card = gate_card(
        pictures, seed=SEED, version="1.0.0", command=command, metrics=gate_metrics(network, val, command)
    )
    export(network, card, out / "model")
    return out / "model"


def gate_metrics(network: GateNet, val: GatePictures, command: str) -> tuple[Metric, ...]:
    """Frontal films let through and other pictures refused, with Wilson intervals."""
    passed = int((_belief(network, val.frontal) >= LET_THROUGH).sum())
    refused = int((_belief(network, val.other) < LET_THROUGH).sum())
    return (
        _share("frontal_films_let_through", passed, len(val.frontal), command),
        _share("other_pictures_refused", refused, len(val.other), command),
    )


def _share(name: str, count: int, total: int, command: str) -> Metric:
    share = wilson(count, total)
    return Metric(name, "val", count / total, share.low, share.high, total, command)


def _belief(network: GateNet, pictures: np.ndarray) -> np.ndarray:
    with torch.inference_mode():
        p = torch.softmax(network(torch.from_numpy(pictures)[:, None].float() / 127.5 - 1), dim=1)
    return (p[:, 0] + p[:, TURNS]).numpy()
