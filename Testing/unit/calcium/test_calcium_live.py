"""After any run of edits the live numbers are those of a fresh score, to the last bit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cardiothorax.calcium.box import Box
from cardiothorax.calcium.live import LiveScore
from cardiothorax.calcium.presets import PRESETS
from cardiothorax.calcium.score import score
from cardiothorax.calcium.settings import Settings
from cardiothorax.errors import GeometryProblem
from Testing.unit.calcium.drawn import LAD, LCX, SPACINGS, background, ct, volumes, where_bright


@st.composite
def boxes(draw: st.DrawFn, shape: tuple[int, ...]) -> Box:
    ranges = []
    for size in shape:
        start = draw(st.integers(0, size - 1))
        ranges.append((start, draw(st.integers(start + 1, size))))
    return Box(*ranges)


@settings(max_examples=120, deadline=None)
@given(st.data(), volumes(), SPACINGS, st.sampled_from(tuple(PRESETS)), st.sampled_from((4, 8)))
def test_any_edits(
    data: st.DataObject,
    volume: tuple[np.ndarray, np.ndarray],
    spacing_mm: tuple[float, float, float],
    preset: str,
    connectivity: int,
) -> None:
    array, labels = volume
    image, chosen = ct(array, spacing_mm), Settings(preset, connectivity=connectivity)
    live = LiveScore(image, labels, chosen)
    assert live.scores == score(image, labels, chosen)
    for _ in range(data.draw(st.integers(1, 4))):
        box = data.draw(boxes(labels.shape))
        new = data.draw(arrays(np.uint8, box.shape, elements=st.sampled_from((0, 0, 1, 1, 2, 5))))
        labels = labels.copy()
        labels[box.slices] = new
        found = live.replace(box, new) if data.draw(st.booleans()) else live.update(labels, box)
        assert found == live.scores == score(image, labels, chosen)
        assert np.array_equal(live.labels, labels)


@settings(max_examples=30, deadline=None)
@given(st.data(), volumes(), SPACINGS)
def test_values_that_are_no_whole_numbers(
    data: st.DataObject, volume: tuple[np.ndarray, np.ndarray], spacing_mm: tuple[float, float, float]
) -> None:
    """Sums of such HU depend on their order; it is the same however the labels came about."""
    array, labels = volume
    image = ct(array + np.random.default_rng(1).random(array.shape), spacing_mm)
    live = LiveScore(image, np.zeros_like(labels), Settings())
    box = data.draw(boxes(labels.shape))
    live.update(labels, box)
    assert live.update(labels) == score(image, labels, Settings())


def test_confidence_follows() -> None:
    array = background(2)
    array[0, 1:4, 1:4] = array[1, 5:7, 5:7] = 300
    labels = where_bright(array, LAD)
    confidence = np.zeros(array.shape, np.float32)
    confidence[0, 1:4, 1:3] = 0.5
    confidence[0, 1:4, 3] = 0.75
    live = LiveScore(ct(array), labels, Settings(), confidence=confidence)
    assert [lesion.confidence for lesion in live.scores.lesions] == [pytest.approx(7 / 12), None]
    live.replace(Box((0, 1), (1, 4), (3, 4)), np.zeros((1, 3, 1), np.uint8))
    assert [lesion.confidence for lesion in live.scores.lesions] == [0.5, None]


def test_voxels_of_a_lesion() -> None:
    array = background(3)
    array[0, 1, 1:3] = array[2, 5, 5] = array[1, 1, 1] = 200
    live = LiveScore(ct(array), where_bright(array, LCX), Settings())
    assert [len(live.voxels_of(lesion.id)[0]) for lesion in live.scores.lesions] == [3, 1]
    assert np.transpose(live.voxels_of(2)).tolist() == [[2, 5, 5]]


def test_an_edit_that_changes_nothing_gives_the_same_object() -> None:
    array = background()
    array[0, 1:4, 1:4] = 300
    labels = where_bright(array, LAD)
    live = LiveScore(ct(array), labels, Settings())
    before = live.scores
    assert live.update(labels) is before
    assert live.update(labels, Box((0, 9), (-3, 2), (0, 4))) is before


def test_its_labels_are_its_own() -> None:
    array = background()
    array[0, 1:4, 1:4] = 300
    labels = where_bright(array, LAD)
    live = LiveScore(ct(array), labels, Settings())
    labels[:] = 0
    assert live.labels.any()
    with pytest.raises(ValueError, match="read-only"):
        live.labels[0] = 1
    assert live.update(labels).values.agatston == 0


@pytest.mark.parametrize(
    ("box", "shape"), [(Box((0, 2), (0, 1), (0, 1)), (2, 1, 1)), (Box((0, 1), (0, 2), (0, 2)), (1, 2, 3))]
)
def test_labels_that_do_not_fit_are_refused(box: Box, shape: tuple[int, ...]) -> None:
    live = LiveScore(ct(background()), np.zeros((1, 8, 10), np.uint8), Settings())
    with pytest.raises(GeometryProblem, match="do not fill"):
        live.replace(box, np.ones(shape, np.uint8))


def test_other_shapes_and_labels_are_refused() -> None:
    image = ct(background())
    with pytest.raises(GeometryProblem, match="slices, rows and columns"):
        LiveScore(image, np.zeros((1, 8, 9), np.uint8), Settings())
    live = LiveScore(image, np.zeros((1, 8, 10), np.uint8), Settings())
    with pytest.raises(GeometryProblem, match="slices, rows and columns"):
        live.update(np.zeros((2, 8, 10), np.uint8))
    with pytest.raises(GeometryProblem, match="go up to 9"):
        live.replace(Box((0, 1), (0, 1), (0, 1)), np.full((1, 1, 1), 9, np.uint8))
    with pytest.raises(GeometryProblem, match="go up to 7"):
        score(image, np.full((1, 8, 10), 7, np.uint8), Settings())
    with pytest.raises(GeometryProblem, match="int64"):
        score(image, np.zeros((1, 8, 10), np.int64), Settings())
