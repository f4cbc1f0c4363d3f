"""Proposals stay where coronary arteries can be."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from cardiothorax.calcium.blood import cell_sides
from cardiothorax.calcium.near_heart import near_heart, only_near_heart
from cardiothorax.calcium.pipeline import run
from cardiothorax.imaging import read_ct
from cardiothorax.imaging.image import Image
from Testing.unit.calcium.drawn_chest import SHAPE, chest, exchanged, prone, told_network

HEART, GROOVE, RIB, SPINE = (100, 140), (140, 190), (115, 20), (185, 150)
"""Row and column of places in the drawn chest; rib and spine lie outside of the lungs and behind."""


@pytest.fixture(scope="module")
def image() -> Image:
    return chest()


def at(*places: tuple[int, int]) -> np.ndarray:
    labels = np.zeros(SHAPE, np.uint8)
    for code, (j, i) in enumerate(places, start=1):
        labels[3:5, j : j + 3, i : i + 3] = code
    return labels


def test_the_heart_and_its_grooves_stay_ribs_and_spine_go(image: Image) -> None:
    kept = only_near_heart(image, at(HEART, GROOVE, RIB, SPINE))
    np.testing.assert_array_equal(kept, at(HEART, GROOVE))


def test_it_is_the_same_for_a_patient_on_his_belly(image: Image) -> None:
    labels = at(HEART, GROOVE, RIB, SPINE)
    kept = only_near_heart(prone(image), np.ascontiguousarray(labels[:, ::-1, ::-1]))
    np.testing.assert_array_equal(kept[:, ::-1, ::-1], at(HEART, GROOVE))


def test_it_is_the_same_with_rows_and_columns_exchanged(image: Image) -> None:
    labels = at(HEART, GROOVE, RIB, SPINE)
    kept = only_near_heart(exchanged(image), np.ascontiguousarray(labels.swapaxes(1, 2)))
    np.testing.assert_array_equal(kept.swapaxes(1, 2), at(HEART, GROOVE))


def test_where_no_heart_is_seen_nothing_is_left_out() -> None:
    blind = chest(lungs=False)
    assert near_heart(blind) is None
    labels = at(HEART, RIB)
    np.testing.assert_array_equal(only_near_heart(blind, labels), labels)


def test_a_lesion_is_kept_or_left_out_whole(image: Image) -> None:
    near = near_heart(image)
    assert near is not None
    row = HEART[0] // cell_sides(image)[0]
    edge = int(np.flatnonzero(near[3, row])[-1] + 1) * cell_sides(image)[1]
    mostly_in, mostly_out = np.zeros(SHAPE, np.uint8), np.zeros(SHAPE, np.uint8)
    mostly_in[3, HEART[0], edge - 6 : edge + 2] = 1
    mostly_out[3, HEART[0], edge - 2 : edge + 6] = 1
    np.testing.assert_array_equal(only_near_heart(image, mostly_in), mostly_in)
    assert not only_near_heart(image, mostly_out).any()


def test_the_pipeline_leaves_out_what_is_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    bright = chest(bright_spots=((3, *HEART, 320), (3, *RIB, 600)))
    labels = np.zeros(SHAPE, np.uint8)
    for code, (j, i) in ((1, HEART), (3, RIB)):
        labels[3, j : j + 4, i : i + 4] = code
    study = run(bright, told_network(monkeypatch, labels))
    assert {lesion.artery for lesion in study.result.lesions} == {"lad"}
    assert study.result.values is not None
    assert study.result.values.agatston == 48.0
    assert not study.proposals[3, RIB[0], RIB[1]]


def test_the_usual_courses_in_real_scans_lie_near_the_heart(shared_data: Path) -> None:
    folder = shared_data / "ct" / "thorax"
    volumes = json.loads((folder / "coronary_courses.json").read_text("utf-8"))["volumes"]
    for name, volume in volumes.items():
        image = read_ct(folder / f"{name}.nii.gz")
        near = near_heart(image)
        assert near is not None
        rows, columns = cell_sides(image)
        for artery, line in volume["lines"].items():
            k, j, i = np.rint(np.array(line)).astype(int).T
            inside = near[
                k, np.minimum(j // rows, near.shape[1] - 1), np.minimum(i // columns, near.shape[2] - 1)
            ]
            assert inside.all(), (name, artery)
