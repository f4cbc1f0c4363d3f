"""Clean masks: one piece an organ, no holes, smooth borders."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .runs import Runs
from .smooth_borders import smooth_borders

BACKGROUND = 0
SMOOTHING_WIDTHS = 0.004
"""Sigma of the border smoothing over the picture's width: 3.2 px at 800 px, about 1.3 mm on a film."""
LARGEST_GAP = 0.01
"""A gap enclosed by several organs is filled when it is at most this part of their area. A larger one is
anatomy: where the lungs meet above the heart, they enclose the mediastinum."""


@dataclass(frozen=True)
class OrganCleaning:
    """What was done to one organ, in pixels. ``fragments`` counts the pieces that were taken away."""

    label: int
    before_px: int
    after_px: int
    fragments: int
    fragments_px: int
    filled_px: int

    @property
    def lost_fraction(self) -> float:
        """Part of the organ that lay in fragments; 0 for an empty organ."""
        return self.fragments_px / self.before_px if self.before_px else 0.0


@dataclass(frozen=True)
class Cleaning:
    """One entry for each organ that the picture held, by rising label."""

    organs: tuple[OrganCleaning, ...]

    def of(self, label: int) -> OrganCleaning:
        """The entry of ``label``; all zero when the picture did not hold it."""
        return next(
            (organ for organ in self.organs if organ.label == label), OrganCleaning(label, 0, 0, 0, 0, 0)
        )


def clean_labels(
    labels: np.ndarray, *, smoothing_px: float | None = None, largest_gap: float = LARGEST_GAP
) -> np.ndarray:
    """The labels of :func:`clean_labels_with_report` alone."""
    return clean_labels_with_report(labels, smoothing_px=smoothing_px, largest_gap=largest_gap)[0]


def clean_labels_with_report(
    labels: np.ndarray, *, smoothing_px: float | None = None, largest_gap: float = LARGEST_GAP
) -> tuple[np.ndarray, Cleaning]:
    """Keep the largest piece of each organ, fill what organs enclose, smooth the borders.

    ``labels`` is an integer picture ``[h, w]``, 0 the background and every other value an organ. Pieces are
    connected by pixel edges; of pieces of one size the upper is kept. A hole inside one organ becomes that
    organ; a small gap enclosed by several becomes the one that it touches most. ``smoothing_px`` is the
    sigma of the smoothing, by default tied to the picture's width; 0 leaves the borders as they are. An
    organ that is absent stays absent, and one that is present is never lost.

    Returns the labels (same shape and type, a new array) and what changed. Raises ``ValueError`` for
    anything but an integer picture.
    """
    if labels.ndim != 2 or labels.size == 0 or labels.dtype.kind not in "ui":
        raise ValueError(f"labels must be integers [h, w], but are {labels.dtype} {list(labels.shape)}")
    sigma_px = SMOOTHING_WIDTHS * labels.shape[1] if smoothing_px is None else smoothing_px
    runs = Runs.of(labels)
    whole, fragments = _largest_pieces(runs)
    filled = _filled(whole, largest_gap)
    cleaned = smooth_borders(filled.picture(), sigma_px, sorted(fragments))
    # Smoothing may part a piece at a thin neck or close a bay.
    settled = _filled(_largest_pieces(Runs.of(cleaned))[0], largest_gap)
    if not set(fragments) <= set(settled.labels.tolist()):
        settled = filled
    return settled.picture(), _report(runs, whole, filled, settled, fragments)


def _largest_pieces(runs: Runs) -> tuple[Runs, dict[int, int]]:
    """Runs with all but the largest piece of each organ made background, and how many pieces went."""
    regions = runs.regions()
    keep = regions.labels == BACKGROUND
    fragments = {}
    for organ in np.unique(regions.labels[~keep]).tolist():
        pieces = np.flatnonzero(regions.labels == organ)
        keep[pieces[np.argmax(regions.areas_px[pieces])]] = True
        fragments[organ] = len(pieces) - 1
    return runs.relabeled(
        np.where(keep[regions.of_run], runs.labels, BACKGROUND).astype(runs.labels.dtype)
    ), fragments


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


def _report(before: Runs, whole: Runs, filled: Runs, after: Runs, fragments: dict[int, int]) -> Cleaning:
    organs = []
    for organ, count in sorted(fragments.items()):
        start, kept, full, end = (_area_px(runs, organ) for runs in (before, whole, filled, after))
        organs.append(OrganCleaning(organ, start, end, count, start - kept, full - kept))
    return Cleaning(tuple(organs))


def _area_px(runs: Runs, label: int) -> int:
    return int(runs.lengths[runs.labels == label].sum())
