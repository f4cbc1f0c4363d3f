"""How well lesions were found, by volume and by number.

Arrays hold the labels of what counts (0 elsewhere): restricting them to bright voxels and to the arteries
is the caller's part. A lesion is a 6-connected piece in space of more than 1.5 mm³, arteries merged
(Wolterink et al., Med Phys 2016: orCaScore).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields

import numpy as np

from .diagnostic import Proportion, wilson
from .inputs import UnusableNumbers

SMALLEST_LESION_MM3 = 1.5
ROUNDING_MM3 = 1e-9


@dataclass(frozen=True)
class Detection:
    """Counts of one study, or with ``+`` of a cohort. Volumes in mm³.

    ``overlap_mm3`` is labelled in both, whatever the artery. ``hits`` are true lesions of which a voxel was
    found, ``right_artery`` those of them whose most frequent label agrees; ``true_found`` are found
    lesions that hold a true voxel.
    """

    truth_mm3: float = 0.0
    found_mm3: float = 0.0
    overlap_mm3: float = 0.0
    truth_lesions: int = 0
    hits: int = 0
    right_artery: int = 0
    found_lesions: int = 0
    true_found: int = 0

    def __add__(self, other: Detection) -> Detection:
        return Detection(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


@dataclass(frozen=True)
class DetectionRates:
    """None where there is nothing to find, or nothing was found. The intervals of numbers are Wilson's."""

    studies: int
    volume_sensitivity: float | None
    volume_ppv: float | None
    volume_f1: float | None
    volume_f1_mean: float | None
    """Mean of the studies' own, without those that have neither truth nor finding."""
    sensitivity: Proportion
    ppv: Proportion
    f1: float | None
    artery_accuracy: Proportion
    false_per_study: float | None


def detection(
    found: np.ndarray, truth: np.ndarray, voxel_mm3: float, *, merge: Mapping[int, int] | None = None
) -> Detection:
    """Both are labels ``[k, j, i]``; ``merge`` maps labels to those they are counted as (4 to 1: left main
    as LAD) before arteries are compared. Of equally frequent labels the lowest counts."""
    if found.shape != truth.shape:
        raise UnusableNumbers(f"The labels have the shapes {found.shape} and {truth.shape}.")
    found, truth = _cropped(found, truth)
    found, truth = (_merged(labels, merge or {}) for labels in (found, truth))
    is_found, is_true = found > 0, truth > 0
    true_pieces = _lesions(is_true, voxel_mm3)
    found_pieces = _lesions(is_found, voxel_mm3)
    hits = [piece for piece in true_pieces if is_found[piece].any()]
    return Detection(
        truth_mm3=int(is_true.sum()) * voxel_mm3,
        found_mm3=int(is_found.sum()) * voxel_mm3,
        overlap_mm3=int((is_true & is_found).sum()) * voxel_mm3,
        truth_lesions=len(true_pieces),
        hits=len(hits),
        right_artery=sum(_most_frequent(found[piece]) == _most_frequent(truth[piece]) for piece in hits),
        found_lesions=len(found_pieces),
        true_found=sum(bool(is_true[piece].any()) for piece in found_pieces),
    )


def detection_rates(studies: Iterable[Detection]) -> DetectionRates:
    """Of a cohort: volumes and numbers are summed first.

    >>> rates = detection_rates([Detection(10.0, 8.0, 6.0, 4, 3, 2, 5, 4), Detection()])
    >>> rates.volume_sensitivity, rates.volume_ppv, round(rates.volume_f1, 6), rates.sensitivity.estimate
    (0.6, 0.75, 0.666667, 0.75)
    """
    every = list(studies)
    total = sum(every, Detection())
    own = [f1 for study in every if (f1 := _volume_f1(study)) is not None]
    sensitivity = wilson(total.hits, total.truth_lesions)
    ppv = wilson(total.true_found, total.found_lesions)
    return DetectionRates(
        studies=len(every),
        volume_sensitivity=_share(total.overlap_mm3, total.truth_mm3),
        volume_ppv=_share(total.overlap_mm3, total.found_mm3),
        volume_f1=_volume_f1(total),
        volume_f1_mean=_share(sum(own), len(own)),
        sensitivity=sensitivity,
        ppv=ppv,
        f1=_harmonic(sensitivity.estimate, ppv.estimate),
        artery_accuracy=wilson(total.right_artery, total.hits),
        false_per_study=_share(total.found_lesions - total.true_found, len(every)),
    )


def _cropped(found: np.ndarray, truth: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Only where something is labelled: pieces are sought in a small box."""
    labelled = (found != 0) | (truth != 0)
    cut: list[slice] = []
    for axis in range(labelled.ndim):
        rest = tuple(other for other in range(labelled.ndim) if other != axis)
        used = np.flatnonzero(labelled.any(axis=rest))
        cut.append(slice(int(used[0]), int(used[-1]) + 1) if used.size else slice(0, 0))
    return found[tuple(cut)], truth[tuple(cut)]


def _merged(labels: np.ndarray, merge: Mapping[int, int]) -> np.ndarray:
    merged = labels.copy()
    for source, target in merge.items():
        merged[labels == source] = target
    return merged


def _lesions(mask: np.ndarray, voxel_mm3: float) -> list[tuple[np.ndarray, ...]]:
    """The voxels of each piece that is large enough, to index with."""
    from scipy import ndimage

    pieces, count = ndimage.label(mask)
    where = np.nonzero(pieces)
    numbers = pieces[where]
    order = np.argsort(numbers, kind="stable")
    borders = np.cumsum(np.bincount(numbers, minlength=count + 1)[1:])[:-1]
    split = [np.split(axis[order], borders) for axis in where] if count else []
    return [
        voxels
        for voxels in zip(*split, strict=True)
        if len(voxels[0]) * voxel_mm3 > SMALLEST_LESION_MM3 + ROUNDING_MM3
    ]


def _most_frequent(labels: np.ndarray) -> int:
    return int(np.bincount(labels[labels > 0]).argmax())


def _volume_f1(study: Detection) -> float | None:
    return _share(2 * study.overlap_mm3, study.truth_mm3 + study.found_mm3)


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _harmonic(first: float | None, second: float | None) -> float | None:
    """None where one does not exist; 0 where both are 0."""
    if first is None or second is None:
        return None
    return 2 * first * second / (first + second) if first + second else 0.0
