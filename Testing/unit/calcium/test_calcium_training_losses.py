"""Losses by hand, and which voxels they look at."""

from __future__ import annotations

import math

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed; training cannot be checked")

from cardiothorax.calcium.training.losses import (  # noqa: E402
    BONE_WEIGHT,
    ELSEWHERE_WEIGHT,
    EXPONENT,
    THINNED,
    _coarser,
    _weighed,
    bootstrapped_cross_entropy,
    exponential_iou,
    loss_of,
    multi_class_dice,
    weighted_cross_entropy,
    widened,
)
from cardiothorax.calcium.training.packing import ARTERY, BONE, HARD, UNKNOWN  # noqa: E402


def target(*marks: tuple[int, int, int]) -> torch.Tensor:
    """One slice of 9 x 9 with codes at (row, column)."""
    codes = torch.zeros(1, 1, 9, 9, dtype=torch.uint8)
    for row, column, code in marks:
        codes[0, 0, row, column] = code
    return codes


def test_a_lesion_is_widened_in_its_slice_and_the_rest_hardly_counts() -> None:
    classes, weights = widened(target((4, 4, ARTERY + 3)), margin=2)
    assert (classes[0, 0, 2:7, 2:7] == 3).all()
    assert int((classes > 0).sum()) == 25
    assert (weights[classes > 0] == 1).all()
    assert torch.allclose(weights[classes == 0], torch.tensor(ELSEWHERE_WEIGHT))


def test_what_is_bright_keeps_its_own_class_and_the_margin_between_two_stays_out() -> None:
    classes, weights = widened(target((4, 2, ARTERY + 1), (4, 5, HARD)), margin=1)
    assert classes[0, 0, 4, 2] == 1
    assert (classes[0, 0, 4, 5], weights[0, 0, 4, 5]) == (0, 1)
    assert classes[0, 0, 4, 3] == 1
    assert classes[0, 0, 4, 4] == 0
    close, weight = widened(target((4, 2, ARTERY + 1), (4, 4, HARD)), margin=1)
    assert weight[0, 0, 4, 3] == 0
    assert close[0, 0, 4, 2] == 1
    two, weight = widened(target((4, 2, ARTERY + 1), (4, 4, ARTERY + 2)), margin=1)
    assert weight[0, 0, 4, 3] == 0
    assert (two[0, 0, 4, 2], two[0, 0, 4, 4]) == (1, 2)


def test_bone_counts_little_and_the_unknown_nothing() -> None:
    _, weights = widened(target((1, 1, BONE), (6, 6, UNKNOWN)), margin=0)
    assert weights[0, 0, 1, 1] == pytest.approx(BONE_WEIGHT)
    assert weights[0, 0, 6, 6] == 0


LOGITS = torch.log(torch.tensor([[0.7, 0.1, 0.1, 0.1], [0.2, 0.6, 0.1, 0.1], [0.4, 0.3, 0.2, 0.1]]))
CLASSES = torch.tensor([0, 1, 2])
WEIGHTS = torch.tensor([1.0, 2.0, 1.0])


def test_weighted_cross_entropy_by_hand() -> None:
    expected = -(math.log(0.7) + 2 * math.log(0.6) + math.log(0.2)) / 4
    assert float(weighted_cross_entropy(LOGITS, CLASSES, WEIGHTS)) == pytest.approx(expected, abs=1e-6)


def test_multi_class_dice_by_hand_over_the_arteries_that_are_there() -> None:
    lad = (2 * 2 * 0.6 + 1) / (0.1 + 1.2 + 0.3 + 2 + 1)
    lcx = (2 * 0.2 + 1) / (0.1 + 0.2 + 0.2 + 1 + 1)
    assert float(multi_class_dice(LOGITS, CLASSES, WEIGHTS)) == pytest.approx(1 - (lad + lcx) / 2, abs=1e-6)


def test_exponential_iou_by_hand() -> None:
    lad = (1.2 + 1) / (0.1 + 1.2 + 0.3 + 2 - 1.2 + 1)
    lcx = (0.2 + 1) / (0.1 + 0.2 + 0.2 + 1 - 0.2 + 1)
    expected = sum((-math.log(x)) ** EXPONENT for x in (lad, lcx)) / 2
    assert float(exponential_iou(LOGITS, CLASSES, WEIGHTS)) == pytest.approx(expected, abs=1e-6)


def test_bootstrapping_keeps_the_hardest_voxels() -> None:
    logits = torch.zeros(20, 4)
    logits[:, 0] = 5.0
    logits[7] = torch.tensor([0.0, 9.0, 0.0, 0.0])
    classes = torch.zeros(20, dtype=torch.long)
    loss = bootstrapped_cross_entropy(logits, classes, torch.ones(20))
    each = torch.nn.functional.cross_entropy(logits, classes, reduction="none")
    assert float(loss) == pytest.approx(float((each[7] + each[0]) / 2), abs=1e-6)


def test_voxels_elsewhere_are_thinned_and_weigh_as_much_as_all_of_them() -> None:
    classes, weights = widened(target((4, 4, ARTERY + 1)), margin=0)
    logits = torch.randn(1, 4, 1, 9, 9)
    some, names, own = _weighed(logits, classes, weights)
    assert len(some) == len(names) == len(own) == 1 + 2  # 81 voxels: numbers 0 and 61
    assert float(own.sum()) == pytest.approx(1 + 2 * THINNED * ELSEWHERE_WEIGHT)
    at = (names == 1).nonzero()[0, 0]
    assert torch.equal(some[at], logits[0, :, 0, 4, 4])


def test_coarse_outputs_are_judged_by_the_lesions_in_their_cells() -> None:
    classes, weights = widened(target((4, 4, ARTERY + 2), (8, 8, HARD)), margin=0)
    coarse, weight = _coarser(classes[..., :8, :8], weights[..., :8, :8], torch.Size((1, 2, 2)))
    assert coarse[0, 0].tolist() == [[0, 0], [0, 2]]
    assert weight[0, 0, 1, 1] == 1


def test_every_level_counts_with_its_share() -> None:
    classes, weights = widened(target((4, 4, ARTERY + 1)), margin=0)
    fine, other = torch.randn(1, 4, 1, 9, 9), torch.randn(1, 4, 1, 9, 9)

    def of(logits: torch.Tensor) -> float:
        return float(loss_of(("cross-entropy",), [logits], classes, weights, (1.0,)))

    both = loss_of(("cross-entropy",), [fine, other], classes, weights, (1.0, 0.5, 0.25))
    assert float(both) == pytest.approx((of(fine) + 0.5 * of(other)) / 1.5, abs=1e-5)
    twice = loss_of(("cross-entropy", "dice"), [fine], classes, weights, (1.0,))
    assert float(twice) > of(fine)
