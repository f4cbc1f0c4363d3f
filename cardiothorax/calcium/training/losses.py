"""Losses for lesions that are one voxel in a hundred thousand.

``logits`` are ``[n, classes, ...]``, ``classes`` int64 ``[n, ...]``, ``weights`` float ``[n, ...]``.
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
HARDEST_SHARE = 0.02


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
    each = F.cross_entropy(logits.float(), classes, reduction="none")
    return (each * weights).sum() / weights.sum().clamp(min=1e-6)


def multi_class_dice(logits: torch.Tensor, classes: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """One minus the mean soft Dice of the arteries that the batch shows (CAC-Net's loss)."""
    p, truth = _foreground(logits, classes, weights)
    overlap, size, seen = _sums(p, truth)
    dice = (2 * overlap + 1) / (size + 1)
    return 1 - (dice * seen).sum() / seen.sum().clamp(min=1)


def exponential_iou(logits: torch.Tensor, classes: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """Mean of (-ln IoU)^0.3 over the arteries that the batch shows (DenseRAUnet, after Wong 2018)."""
    p, truth = _foreground(logits, classes, weights)
    overlap, size, seen = _sums(p, truth)
    iou = (overlap + 1) / (size - overlap + 1)
    each = (-torch.log(iou.clamp(1e-6, 1 - 1e-6))) ** EXPONENT
    return (each * seen).sum() / seen.sum().clamp(min=1)


def bootstrapped_cross_entropy(
    logits: torch.Tensor, classes: torch.Tensor, weights: torch.Tensor
) -> torch.Tensor:
    """Cross-entropy of the hardest voxels alone (DenseRAUnet's bootstrap)."""
    each = (F.cross_entropy(logits.float(), classes, reduction="none") * weights).flatten()
    return each.topk(max(1, round(HARDEST_SHARE * each.numel()))).values.mean()


def _foreground(
    logits: torch.Tensor, classes: torch.Tensor, weights: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    p = torch.softmax(logits.float(), dim=1)[:, 1:]
    truth = torch.stack([classes == c for c in range(1, logits.shape[1])], 1).to(p.dtype)
    return p * weights[:, None], truth * weights[:, None]


def _sums(p: torch.Tensor, truth: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Overlap, sum of sizes and presence of every class, over the whole batch: one patch may have none."""
    axes = (0, *range(2, p.ndim))
    overlap = (p * (truth > 0)).sum(axes)
    return overlap, p.sum(axes) + truth.sum(axes), (truth.sum(axes) > 0).to(p.dtype)


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
    """Sum of the named terms; every supervised output counts with its level's weight."""
    total = supervised[0].new_zeros(())
    share = sum(level_weights[: len(supervised)])
    for logits, level in zip(supervised, level_weights, strict=False):
        for name in names:
            total = total + level / share * TERMS[name](logits, classes, weights)
    return total
