"""Cohorts: what seeds and splits give."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from cardiothorax.errors import CardiothoraxError
from cardiothorax.phantoms.ct import random_options
from cardiothorax.phantoms.ct.varied import SCANNERS

TRAIN = [random_options(seed) for seed in range(300)]
TEST = [random_options(seed, split="test") for seed in range(300)]


def test_the_same_seed_gives_the_same_options():
    assert random_options(7) == random_options(7)
    assert random_options(7) != random_options(8)


def test_splits_share_no_patient():
    assert not {o.seed for o in TRAIN} & {o.seed for o in TEST}
    assert not {o.anatomy for o in TRAIN} & {o.anatomy for o in TEST}


def test_the_test_split_has_other_scanners_and_wider_anatomy():
    assert not set(SCANNERS["train"]) & set(SCANNERS["test"])
    for cohort, name in ((TRAIN, "train"), (TEST, "test")):
        assert {(o.scan.manufacturer, o.scan.kernel) for o in cohort} <= set(SCANNERS[name])
    turns = [np.std([o.anatomy.heart_turn_degrees[0] for o in c]) for c in (TRAIN, TEST)]
    assert turns[1] > turns[0]


@pytest.mark.parametrize("cohort", [TRAIN, TEST])
def test_a_third_has_no_calcium_and_some_have_much(cohort):
    counts = np.array([o.plaques.lesions for o in cohort])
    assert 0.27 < (counts == 0).mean() < 0.43
    assert (counts > 30).sum() >= 5
    assert (counts == 1).sum() >= 5


@pytest.mark.parametrize("cohort", [TRAIN, TEST])
def test_ranges_are_those_of_scanners(cohort):
    for options in cohort:
        scan = options.scan
        assert 180 <= scan.field_of_view_mm <= 400
        assert 1.0 <= scan.slice_thickness_mm <= 5.0
        assert scan.increment_mm >= 1.0
        assert scan.kvp in (80, 100, 120, 140)
        assert 8 <= scan.noise_hu <= 50
        assert scan.contrast_hu == 0
    kinds = Counter(o.scan.field_of_view_mm > 280 for o in cohort)
    assert 0.15 < kinds[True] / len(cohort) < 0.45


def test_shares_prefer_the_left_anterior_descending():
    lm, lad, lcx, rca = np.mean([o.plaques.shares for o in TRAIN], axis=0)
    assert lad > rca > lcx > lm


def test_a_field_can_be_chosen():
    assert random_options(3, whole_chest=True).scan.field_of_view_mm >= 300
    assert random_options(3, whole_chest=False).scan.field_of_view_mm <= 260


def test_an_unknown_split_is_an_error():
    with pytest.raises(CardiothoraxError, match="validation") as problem:
        random_options(1, split="validation")
    assert "train or test" in problem.value.hint
