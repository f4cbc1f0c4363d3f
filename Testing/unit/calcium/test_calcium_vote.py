"""Components, cuts and arteries from probabilities that are written down here."""

from __future__ import annotations

import numpy as np
import pytest

from cardiothorax.calcium.vote import VoteRule, vote


def voted(bright: np.ndarray, probabilities: np.ndarray, mm3: float = 1.0, rule: VoteRule | None = None):
    """Codes and confidence as volumes."""
    voxels = np.argwhere(bright)
    places = tuple(voxels.T)
    votes = vote(voxels, probabilities[(slice(None), *places)], bright.shape, mm3, rule)
    codes, confidence = np.zeros(bright.shape, np.uint8), np.zeros(bright.shape, np.float32)
    codes[places], confidence[places] = votes.codes, votes.confidence
    return codes, confidence


def scene(shape: tuple[int, int, int] = (3, 10, 12)) -> tuple[np.ndarray, np.ndarray]:
    probabilities = np.zeros((4, *shape), np.float32)
    probabilities[0] = 1.0
    return np.zeros(shape, bool), probabilities


def believe(probabilities: np.ndarray, where: tuple, lad: float = 0, lcx: float = 0, rca: float = 0) -> None:
    for code, value in enumerate((1 - lad - lcx - rca, lad, lcx, rca)):
        probabilities[(code, *where)] = value


def test_a_lesion_gets_the_artery_most_of_it_votes_for_and_its_mean_probability() -> None:
    bright, p = scene()
    place = (1, 4, slice(2, 6))
    bright[place] = True
    believe(p, (1, 4, slice(2, 5)), lad=0.8, lcx=0.1)
    believe(p, (1, 4, 5), lad=0.2, lcx=0.5)
    codes, confidence = voted(bright, p)
    assert (codes[place] == 1).all()
    assert codes.sum() == 4
    assert confidence[place] == pytest.approx((3 * 0.8 + 0.2) / 4)


def test_what_is_not_coronary_is_not_proposed() -> None:
    bright, p = scene()
    bright[0, :3] = bright[2, 5, 5] = True
    believe(p, (2, 5, 5), rca=0.49)
    codes, confidence = voted(bright, p)
    assert not codes.any()
    assert not confidence.any()


def test_the_limit_is_the_card_s() -> None:
    bright, p = scene()
    bright[2, 5, 5] = True
    believe(p, (2, 5, 5), rca=0.4)
    rule = VoteRule.from_defaults({"proposed_from": 0.35, "crf": False})
    assert voted(bright, p, rule=rule)[0][2, 5, 5] == 3


def test_components_touch_by_faces_alone() -> None:
    bright, p = scene()
    bright[0, 0, 0] = bright[0, 1, 1] = bright[1, 1, 1] = True
    believe(p, (0, 0, 0), lad=0.9)
    believe(p, (slice(0, 2), 1, 1), rca=0.9)
    assert voted(bright, p)[0][bright].tolist() == [1, 3, 3]


def test_a_plaque_that_touches_a_large_calcified_aorta_is_cut_off_it() -> None:
    bright, p = scene()
    bright[:, 4:8] = True
    believe(p, (slice(None), slice(4, 8), slice(0, 3)), rca=0.95)
    codes, confidence = voted(bright, p)
    assert (codes[:, 4:8, :3] == 3).all()
    assert not codes[:, :, 3:].any()
    assert confidence[0, 4, 0] == pytest.approx(0.95)


def test_a_small_lesion_is_taken_or_left_as_a_whole() -> None:
    bright, p = scene()
    bright[1, 4, 2:8] = True
    believe(p, (1, 4, slice(2, 6)), lad=0.9)
    codes, _ = voted(bright, p)
    assert (codes[1, 4, 2:8] == 1).all()


def test_a_plaque_over_the_fork_is_divided_between_both_arteries() -> None:
    bright, p = scene()
    bright[:, 4:8, :] = True
    believe(p, (slice(None), slice(4, 8), slice(0, 8)), lad=0.9)
    believe(p, (slice(None), slice(4, 8), slice(8, 12)), lcx=0.7, lad=0.1)
    codes, confidence = voted(bright, p)
    assert (codes[:, 4:8, :8] == 1).all()
    assert (codes[:, 4:8, 8:] == 2).all()
    assert confidence[0, 4, 11] == pytest.approx(0.7)


def test_a_few_dissenting_voxels_do_not_divide_a_lesion() -> None:
    bright, p = scene()
    bright[:, 4:8, :] = True
    believe(p, (slice(None), slice(4, 8), slice(None)), lad=0.9)
    believe(p, (0, 4, slice(0, 3)), lcx=0.9)
    assert set(np.unique(voted(bright, p)[0])) == {0, 1}


def test_nothing_bright_is_nothing_proposed() -> None:
    votes = vote(np.zeros((0, 3), int), np.zeros((4, 0)), (3, 4, 5), 1.0)
    assert votes.codes.shape == votes.confidence.shape == (0,)
