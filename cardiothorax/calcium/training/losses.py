"""Losses for lesions that are one voxel in a hundred thousand.

Terms take lists of voxels: ``logits`` ``[m, classes]``, ``classes`` int64 ``[m]``, ``weights`` ``[m]``.
"""

from __future__ import annotations

import torch
from torch.nn import functional as F

from .packing import ARTERY, BONE, HARD, UNKNOWN

BONE_WEIGHT = 0.1
"""Bone is most of what is bright, and soon learned."""
ELSEWHERE_WEIGHT = 0.004
"""What is not bright is never proposed: the network need not care."""
EXPONENT = 0.3
"""Of the exponential logarithmic loss (Wong 2018)."""
HARDEST_SHARE = 0.1
"""Of the voxels that have a weight."""
THINNED = 61
"""Of the voxels that hardly matter, one in so many is computed."""


def widened(target: torch.Tensor, margin: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Classes and weights of packed targets ``[n, d, h, w]`` (codes of :mod:`.packing`).

    Everything bright is widened by ``margin`` cells in its slice, so that probabilities read between cells
    are right up to a lesion's border. Cells beside both a lesion and something else stay out.
    """
    kinds = torch.stack([target == BONE, target == HARD, *(target == ARTERY + c for c in (1, 2, 3))], 1)
    near = kinds.to(torch.float32)
    if margin:
        size = 2 * margin + 1
        near = F.max_pool3d(near, (1, size, size), 1, (0, margin, margin))
    artery = near[:, 2:]
    classes = torch.where(artery.amax(1) > 0, artery.argmax(1) + 1, 0)
    dark = target == 0
    clash = dark & (((artery.sum(1) > 0) & (near[:, :2].sum(1) > 0)) | (artery.sum(1) > 1))
    classes = torch.where(dark, classes, (target.long() - ARTERY).clamp(min=0))
    weights = torch.full(target.shape, ELSEWHERE_WEIGHT, device=target.device)
    weights = torch.where(near[:, 0] > 0, BONE_WEIGHT, weights)
    weights = torch.where(near[:, 1] > 0, 1.0, weights)
    weights = torch.where(classes > 0, 1.0, weights)
    weights = torch.where((target == BONE), BONE_WEIGHT, weights)
    return classes, weights.masked_fill(clash | (target == UNKNOWN), 0.0)


def weighted_cross_entropy(
    logits: torch.Tensor, classes: torch.Tensor, weights: torch.Tensor
) -> torch.Tensor:
    each = F.cross_entropy(logits, classes, reduction="none")
    return (each * weights).sum() / weights.sum().clamp(min=1e-6)


def multi_class_dice(logits: torch.Tensor, classes: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """One minus the mean soft Dice of the arteries that the batch shows (CAC-Net's loss)."""
    overlap, size, seen = _sums(logits, classes, weights)
    dice = (2 * overlap + 1) / (size + 1)
    return 1 - (dice * seen).sum() / seen.sum().clamp(min=1)


def exponential_iou(logits: torch.Tensor, classes: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """Mean of (-ln IoU)^0.3 over the arteries that the batch shows (DenseRAUnet, after Wong 2018)."""
    overlap, size, seen = _sums(logits, classes, weights)
    iou = (overlap + 1) / (size - overlap + 1)
    each = (-torch.log(iou.clamp(1e-6, 1 - 1e-6))) ** EXPONENT
    return (each * seen).sum() / seen.sum().clamp(min=1)


def bootstrapped_cross_entropy(
    logits: torch.Tensor, classes: torch.Tensor, weights: torch.Tensor
) -> torch.Tensor:
    """Cross-entropy of the hardest voxels alone (DenseRAUnet's bootstrap)."""
    each = F.cross_entropy(logits, classes, reduction="none") * weights
    return each.topk(max(1, round(HARDEST_SHARE * each.numel()))).values.mean()


def _sums(
    logits: torch.Tensor, classes: torch.Tensor, weights: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Overlap, sum of sizes and presence of every artery, over the whole batch: a patch may have none."""
    p = torch.softmax(logits, dim=1)[:, 1:]
    truth = F.one_hot(classes, logits.shape[1])[:, 1:].to(p.dtype)
    overlap = (p * truth * weights[:, None]).sum(0)
    size = ((p + truth) * weights[:, None]).sum(0)
    return overlap, size, (truth.sum(0) > 0).to(p.dtype)


TERMS = {
    "cross-entropy": weighted_cross_entropy,
    "dice": multi_class_dice,
    "iou": exponential_iou,
    "bootstrap": bootstrapped_cross_entropy,
}


def loss_of(
    names: tuple[str, ...],
    supervised: list[torch.Tensor],
    classes: torch.Tensor,
    weights: torch.Tensor,
    level_weights: tuple[float, ...],
) -> torch.Tensor:
    """Sum of the named terms; every supervised output counts with its level's weight.

    Outputs are logits ``[n, classes, ...]``, at the targets' resolution or a whole fraction of it.
    """
    total = supervised[0].new_zeros((), dtype=torch.float32)
    share = sum(level_weights[: len(supervised)])
    for logits, level in zip(supervised, level_weights, strict=False):
        voxels = _weighed(logits, *_coarser(classes, weights, logits.shape[2:]))
        for name in names:
            total = total + level / share * TERMS[name](*voxels)
    return total


def _coarser(
    classes: torch.Tensor, weights: torch.Tensor, size: torch.Size
) -> tuple[torch.Tensor, torch.Tensor]:
    """Targets of cells that are several voxels: an artery where there is one, the largest weight."""
    factors = tuple(n // m for n, m in zip(classes.shape[1:], size, strict=True))
    if set(factors) == {1}:
        return classes, weights
    known = torch.where(weights > 0, classes, 0).float()
    coarse = F.max_pool3d(torch.stack([known, weights], 1), factors)
    return coarse[:, 0].long(), coarse[:, 1]


def _weighed(
    logits: torch.Tensor, classes: torch.Tensor, weights: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """As lists of voxels: those that matter, and every 61st of the others (with 61 times the weight)."""
    elsewhere = weights <= ELSEWHERE_WEIGHT
    chosen = ~elsewhere
    some = torch.zeros_like(chosen)
    some.view(-1)[::THINNED] = True
    chosen = chosen | (some & elsewhere & (weights > 0))
    weight = torch.where(elsewhere, weights * THINNED, weights)[chosen]
    return logits.movedim(1, -1)[chosen].float(), classes[chosen], weight
