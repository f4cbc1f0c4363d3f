"""Loss for films of which some have no heart drawn."""

from __future__ import annotations

import torch
from torch.nn import functional as F

from ...imaging.organs import BACKGROUND, HEART, LEFT_LUNG, RIGHT_LUNG


def partial_log_probabilities(logits: torch.Tensor, has_heart: torch.Tensor) -> torch.Tensor:
    """Log probabilities ``[n, 4, h, w]``; without a drawn heart, "background" means background or
    heart, so the network is not taught that the heart is background."""
    log_p = F.log_softmax(logits.float(), dim=1)
    either = torch.logaddexp(log_p[:, BACKGROUND], log_p[:, HEART])
    background = torch.where(has_heart[:, None, None], log_p[:, BACKGROUND], either)
    return torch.cat([background[:, None], log_p[:, 1:]], dim=1)


def cross_entropy(logits: torch.Tensor, labels: torch.Tensor, has_heart: torch.Tensor) -> torch.Tensor:
    return F.nll_loss(partial_log_probabilities(logits, has_heart), labels)


def soft_dice_loss(logits: torch.Tensor, labels: torch.Tensor, has_heart: torch.Tensor) -> torch.Tensor:
    """One minus the mean soft Dice of the organs, over the films in which the organ was drawn."""
    p = torch.softmax(logits.float(), dim=1)[:, 1:]
    truth = F.one_hot(labels, 4).movedim(-1, 1)[:, 1:].to(p.dtype)
    drawn = torch.ones(p.shape[:2], dtype=p.dtype, device=p.device)
    drawn[:, HEART - 1] = has_heart.to(p.dtype)
    overlap = (p * truth).sum((2, 3))
    size = p.sum((2, 3)) + truth.sum((2, 3))
    dice = (2 * overlap + 1) / (size + 1)
    return 1 - (dice * drawn).sum() / drawn.sum().clamp(min=1)


def extent_loss(logits: torch.Tensor, labels: torch.Tensor, has_heart: torch.Tensor) -> torch.Tensor:
    """Cross-entropy of which columns the heart, and which the lungs, reach.

    A diameter ends at the outermost of many border pixels. Were each of them right in the median, the
    outermost would still lie too far out: so the columns are learned as such. A column's probability is
    that of its likeliest pixel.
    """
    log_p = F.log_softmax(logits.float(), dim=1)
    lungs = torch.logaddexp(log_p[:, LEFT_LUNG], log_p[:, RIGHT_LUNG])
    heart = _column_entropy(log_p[:, HEART], labels == HEART)
    lung = _column_entropy(lungs, (labels == LEFT_LUNG) | (labels == RIGHT_LUNG))
    drawn = has_heart.to(heart.dtype)
    return lung.mean() + (heart * drawn).sum() / drawn.sum().clamp(min=1)


def _column_entropy(log_p: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
    """Mean over the columns, per film; ``log_p`` and ``truth`` are ``[n, h, w]``."""
    best = log_p.amax(dim=1).clamp(max=-1e-6)
    return F.binary_cross_entropy(best.exp(), truth.any(dim=1).to(best.dtype), reduction="none").mean(dim=1)
