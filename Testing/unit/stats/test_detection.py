"""Lesions found, by volume and by number: drawn cases with exact answers, and a slow reference."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cardiothorax.stats.detection import Detection, detection, detection_rates
from cardiothorax.stats.inputs import UnusableNumbers

VOXEL_MM3 = 0.75
"""0.5 x 0.5 x 3 mm: three voxels are the smallest lesion."""


def test_one_found_one_missed_one_false() -> None:
    truth, found = np.zeros((2, 6, 20), np.uint8), np.zeros((2, 6, 20), np.uint8)
    truth[0, 1:3, 1:3] = 1  # found in part, right artery
    found[0, 1:3, 2:5] = 1
    truth[1, 4, 10:14] = 3  # missed
    found[0, 0, 17:20] = 2  # false
    counts = detection(found, truth, VOXEL_MM3)
    assert counts == Detection(8 * 0.75, 9 * 0.75, 2 * 0.75, 2, 1, 1, 2, 1)
    rates = detection_rates([counts])
    assert (rates.volume_sensitivity, rates.volume_ppv) == (pytest.approx(2 / 8), pytest.approx(2 / 9))
    assert rates.volume_f1 == rates.volume_f1_mean == pytest.approx(4 / 17)
    assert (rates.sensitivity.estimate, rates.ppv.estimate, rates.f1) == (0.5, 0.5, 0.5)
    assert (rates.artery_accuracy.estimate, rates.false_per_study) == (1.0, 1.0)


@pytest.mark.parametrize(("voxels", "lesions"), [(2, 0), (3, 1)])
def test_a_lesion_is_larger_than_one_and_a_half_cubic_millimeters(voxels: int, lesions: int) -> None:
    truth = np.zeros((1, 1, 5), np.uint8)
    truth[0, 0, :voxels] = 1
    counts = detection(truth, truth, VOXEL_MM3)
    assert (counts.truth_lesions, counts.hits, counts.found_lesions, counts.true_found) == (lesions,) * 4
    assert counts.overlap_mm3 == voxels * VOXEL_MM3


def test_a_speck_finds_a_lesion_though_it_is_none() -> None:
    truth, found = np.zeros((1, 1, 9), np.uint8), np.zeros((1, 1, 9), np.uint8)
    truth[0, 0, :6] = 1
    found[0, 0, 5] = 1
    counts = detection(found, truth, VOXEL_MM3)
    assert (counts.hits, counts.found_lesions, counts.true_found) == (1, 0, 0)


def test_left_main_counts_as_lad() -> None:
    truth, found = np.full((1, 2, 3), 1, np.uint8), np.full((1, 2, 3), 4, np.uint8)
    assert detection(found, truth, VOXEL_MM3).right_artery == 0
    assert detection(found, truth, VOXEL_MM3, merge={4: 1}).right_artery == 1


def test_arteries_merge_to_one_lesion() -> None:
    truth = np.array([[[1, 1, 2, 2, 2]]], np.uint8)
    found = np.array([[[2, 0, 2, 2, 1]]], np.uint8)
    counts = detection(found, truth, VOXEL_MM3)
    assert (counts.truth_lesions, counts.hits, counts.right_artery) == (1, 1, 1)
    assert (counts.found_lesions, counts.true_found) == (1, 1)


def test_nothing_to_find_and_nothing_found() -> None:
    nothing = np.zeros((2, 3, 3), np.uint8)
    assert detection(nothing, nothing, VOXEL_MM3) == Detection()
    rates = detection_rates([Detection(), Detection()])
    assert (rates.volume_f1, rates.volume_f1_mean, rates.f1, rates.sensitivity.estimate) == (None,) * 4
    assert rates.false_per_study == 0.0
    assert detection_rates([]).false_per_study is None


def test_everything_wrong_is_zero() -> None:
    rates = detection_rates([Detection(3.0, 3.0, 0.0, 1, 0, 0, 1, 0)])
    assert (rates.volume_f1, rates.f1, rates.artery_accuracy.estimate) == (0.0, 0.0, None)


def test_a_cohort_sums_first() -> None:
    large, small = Detection(100.0, 100.0, 90.0, 1, 1, 1, 1, 1), Detection(10.0, 10.0, 0.0, 3, 0, 0, 1, 0)
    rates = detection_rates([large, small, Detection()])
    assert rates.volume_f1 == pytest.approx(180 / 220)
    assert rates.volume_f1_mean == pytest.approx((0.9 + 0.0) / 2)
    assert (rates.sensitivity.count, rates.sensitivity.total) == (1, 4)
    assert (rates.studies, rates.false_per_study) == (3, pytest.approx(1 / 3))


def test_shapes_must_agree() -> None:
    with pytest.raises(UnusableNumbers, match="shapes"):
        detection(np.zeros((1, 2, 3), np.uint8), np.zeros((1, 3, 2), np.uint8), 1.0)


labels = arrays(np.uint8, (3, 4, 5), elements=st.sampled_from((0, 0, 0, 1, 2, 4)))


@settings(max_examples=150, deadline=None)
@given(labels, labels, st.sampled_from((0.5, 0.75, 2.0)))
def test_against_the_definitions(found: np.ndarray, truth: np.ndarray, voxel_mm3: float) -> None:
    as_lad = {4: 1}
    counts = detection(found, truth, voxel_mm3, merge=as_lad)
    lesions = [p for p in flood(truth > 0) if len(p) * voxel_mm3 > 1.5 + 1e-9]
    finds = [p for p in flood(found > 0) if len(p) * voxel_mm3 > 1.5 + 1e-9]
    hits = [p for p in lesions if any(found[v] for v in p)]
    right = 0
    for piece in hits:
        ours, theirs = (most_frequent(labels, piece, as_lad) for labels in (found, truth))
        right += ours == theirs
    expected = Detection(
        truth_mm3=np.count_nonzero(truth) * voxel_mm3,
        found_mm3=np.count_nonzero(found) * voxel_mm3,
        overlap_mm3=np.count_nonzero((truth > 0) & (found > 0)) * voxel_mm3,
        truth_lesions=len(lesions),
        hits=len(hits),
        right_artery=right,
        found_lesions=len(finds),
        true_found=sum(any(truth[v] for v in p) for p in finds),
    )
    assert counts == expected


def flood(mask: np.ndarray) -> list[list[tuple[int, ...]]]:
    left = {tuple(map(int, v)) for v in np.argwhere(mask)}
    pieces = []
    while left:
        piece, border = [], [left.pop()]
        while border:
            here = border.pop()
            piece.append(here)
            near = [v for v in left if sum(abs(a - b) for a, b in zip(v, here, strict=True)) == 1]
            left -= set(near)
            border += near
        pieces.append(piece)
    return pieces


def most_frequent(labels: np.ndarray, piece: list[tuple[int, ...]], merge: dict[int, int]) -> int:
    counts = Counter(merge.get(int(labels[v]), int(labels[v])) for v in piece if labels[v])
    return min(label for label, count in counts.items() if count == max(counts.values()))
