"""Clean masks: one piece an organ, no holes, smooth borders."""

from __future__ import annotations

import numpy as np

from .runs import Runs
from .smooth_borders import smooth_borders

BACKGROUND = 0
SMOOTHING_WIDTHS = 0.004
"""Sigma of the border smoothing over the picture's width: 3.2 px at 800 px, about 1.3 mm on a film."""
LARGEST_GAP = 0.01
"""A gap enclosed by several organs is filled when it is at most this part of their area. A larger one is
anatomy: where the lungs meet above the heart, they enclose the mediastinum."""


def clean_labels(
    labels: np.ndarray, *, smoothing_px: float | None = None, largest_gap: float = LARGEST_GAP
) -> np.ndarray:
    """Keep the largest piece of each organ, fill what organs enclose, smooth the borders.

    ``labels`` is an integer picture ``[h, w]``, 0 the background and every other value an organ. Pieces are
    connected by pixel edges; of pieces of one size the upper is kept. A hole inside one organ becomes that
    organ; a small gap enclosed by several becomes the one that it touches most. ``smoothing_px`` is the
    sigma of the smoothing, by default tied to the picture's width; 0 leaves the borders as they are. An
    organ that is absent stays absent, and one that is present is never lost.

    Returns a new array of the same shape and type. Raises ``ValueError`` for anything but an integer
    picture.
    """
    if labels.ndim != 2 or labels.size == 0 or labels.dtype.kind not in "ui":
        raise ValueError(f"labels must be integers [h, w], but are {labels.dtype} {list(labels.shape)}")
    sigma_px = SMOOTHING_WIDTHS * labels.shape[1] if smoothing_px is None else smoothing_px
    runs = Runs.of(labels)
    organs = np.setdiff1d(runs.labels, [BACKGROUND]).tolist()
    filled = _filled(_largest_pieces(runs), largest_gap)
    cleaned = smooth_borders(filled.picture(), sigma_px, organs)
    # Smoothing may part a piece at a thin neck or close a bay.
    settled = _filled(_largest_pieces(Runs.of(cleaned)), largest_gap)
    if not set(organs) <= set(settled.labels.tolist()):
        settled = filled
    return settled.picture()


def _largest_pieces(runs: Runs) -> Runs:
    """Runs with all but the largest piece of each organ made background."""
    regions = runs.regions()
    keep = regions.labels == BACKGROUND
    for organ in np.unique(regions.labels[~keep]).tolist():
        pieces = np.flatnonzero(regions.labels == organ)
        keep[pieces[np.argmax(regions.areas_px[pieces])]] = True
    kept = np.where(keep[regions.of_run], runs.labels, BACKGROUND)
    return runs.relabeled(kept.astype(runs.labels.dtype))


def _filled(runs: Runs, largest_gap: float) -> Runs:
    """Runs with enclosed background given to the organs around it."""
    regions = runs.regions()
    enclosed = (regions.labels == BACKGROUND) & ~regions.reach_border
    if not enclosed.any():
        return runs
    organs = np.unique(regions.labels)
    first, second = regions.of_run[runs.pairs].T
    contact = np.zeros((len(regions.labels), len(organs)), np.int64)
    for here, there in ((first, second), (second, first)):
        touching = enclosed[here] & (here != there)
        column = np.searchsorted(organs, regions.labels[there[touching]])
        np.add.at(contact, (here[touching], column), runs.contact[touching])
    limit_px = largest_gap * regions.areas_px[regions.labels != BACKGROUND].sum()
    fill = enclosed & ((np.count_nonzero(contact, axis=1) == 1) | (regions.areas_px <= limit_px))
    labels = np.where(fill, organs[contact.argmax(axis=1)], regions.labels)
    return runs.relabeled(labels[regions.of_run])
