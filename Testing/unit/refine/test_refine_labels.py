"""Pieces, holes and borders of label pictures, on drawn shapes with known answers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import ndimage

from cardiothorax.refine import clean_labels
from cardiothorax.refine.runs import Runs


def ellipse(shape: tuple[int, int], center: tuple[float, float], radii: tuple[float, float]) -> np.ndarray:
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    return ((rows - center[0]) / radii[0]) ** 2 + ((columns - center[1]) / radii[1]) ** 2 <= 1.0


def width_px(mask: np.ndarray) -> int:
    columns = np.flatnonzero(mask.any(axis=0))
    return int(columns[-1] - columns[0] + 1)


def chest() -> np.ndarray:
    """Two lungs and a heart between them at 400 x 400."""
    labels = np.zeros((400, 400), np.uint8)
    labels[ellipse((400, 400), (180, 290), (140, 70))] = 1
    labels[ellipse((400, 400), (180, 110), (140, 70))] = 2
    labels[ellipse((400, 400), (240, 210), (70, 85))] = 3
    return labels


def test_only_the_largest_piece_of_an_organ_stays() -> None:
    labels = np.zeros((30, 30), np.uint8)
    labels[2:12, 2:12] = 2
    labels[20:23, 20:24] = 2
    labels[28, 5] = 2
    labels[15:18, 15:18] = 3
    cleaned = clean_labels(labels, smoothing_px=0)
    expected = labels.copy()
    expected[20:23, 20:24] = 0
    expected[28, 5] = 0
    np.testing.assert_array_equal(cleaned, expected)


def test_pieces_that_touch_by_a_corner_are_two() -> None:
    labels = np.zeros((9, 9), np.uint8)
    labels[1:4, 1:4] = 1
    labels[4:6, 4:6] = 1
    cleaned = clean_labels(labels, smoothing_px=0)
    assert cleaned[1:4, 1:4].all()
    assert not cleaned[4:6, 4:6].any()


def test_of_equal_pieces_the_upper_stays() -> None:
    labels = np.zeros((9, 9), np.uint8)
    labels[1, 1:3] = labels[6, 1:3] = 1
    np.testing.assert_array_equal(np.argwhere(clean_labels(labels, smoothing_px=0)), [[1, 1], [1, 2]])


def test_holes_are_filled_with_what_is_around_them() -> None:
    labels = chest()
    labels[230:250, 200:220] = 0  # a hole in the heart
    labels[238:242, 208:212] = 1  # with a speck of lung in it
    labels[100:103, 110:113] = 0  # and one in a lung
    cleaned = clean_labels(labels, smoothing_px=0)
    np.testing.assert_array_equal(cleaned, chest())


def test_a_small_gap_between_organs_goes_to_the_one_it_touches_most() -> None:
    labels = np.zeros((40, 40), np.uint8)
    labels[5:35, 5:20] = 1
    labels[5:35, 20:35] = 3
    labels[15:20, 18:21] = 0  # two columns of it lie in 1, one in 3
    np.testing.assert_array_equal(clean_labels(labels, smoothing_px=0), labels)
    cleaned = clean_labels(labels, smoothing_px=0, largest_gap=0.02)
    assert (cleaned[15:20, 18:21] == 1).all()


def test_the_mediastinum_is_not_a_gap() -> None:
    labels = np.zeros((60, 60), np.uint8)
    labels[10:50, 10:50] = 3
    labels[10:35, 10:30] = 2
    labels[10:35, 30:50] = 1
    labels[15:35, 22:38] = 0  # enclosed by both lungs and the heart
    np.testing.assert_array_equal(clean_labels(labels, smoothing_px=0), labels)


def test_a_bay_open_to_the_border_of_the_picture_stays_open() -> None:
    labels = np.ones((20, 20), np.uint8)
    labels[5:15, 12:] = 0
    np.testing.assert_array_equal(clean_labels(labels, smoothing_px=0), labels)


@pytest.mark.parametrize("offset", [0.0, 0.25, 0.5, 0.9])
@pytest.mark.parametrize("radii", [(150.0, 150.0), (100.0, 170.0), (170.0, 90.0), (60.0, 60.0)])
def test_smooth_shapes_keep_their_width(radii: tuple[float, float], offset: float) -> None:
    before = ellipse((800, 800), (400.0 + offset, 390.0 + offset), radii)
    after = clean_labels(before.astype(np.uint8)) == 1
    assert abs(width_px(after) - width_px(before)) <= 0.5
    assert abs(width_px(after.T) - width_px(before.T)) <= 0.5
    assert abs(after.sum() / before.sum() - 1.0) < 0.004


def test_smoothing_does_not_narrow_shapes_on_average() -> None:
    rng = np.random.default_rng(4)
    changes = []
    for _ in range(25):
        radii = tuple(rng.uniform(60, 180, 2))
        before = ellipse((600, 800), tuple(rng.uniform(280, 320, 2)), radii)  # type: ignore[arg-type]
        after = clean_labels(before.astype(np.uint8)) == 1
        changes.append(width_px(after) - width_px(before))
    assert abs(np.mean(changes)) < 0.25
    assert np.abs(changes).max() <= 2


def test_a_ragged_staircase_becomes_smooth() -> None:
    # A slanting border in blocks of four pixels, as upsampled networks draw it.
    rows, columns = np.mgrid[:800, :800]
    true_border = 200 + rows * 0.35
    ragged = columns < 4 * np.round((200 + (rows // 4 * 4 + 1.5) * 0.35) / 4)
    ragged[:, 790:] = False
    smooth = clean_labels(ragged.astype(np.uint8), smoothing_px=4.0) == 1
    inner = slice(50, 750)
    ends = [np.count_nonzero(mask, axis=1)[inner] for mask in (ragged, smooth)]
    before, after = (end - true_border[inner, 0] for end in ends)
    assert after.std() < 0.6 * before.std()
    assert abs(after.mean() - before.mean()) < 0.1
    steps = [np.abs(np.diff(end)).max() for end in ends]
    assert steps[0] >= 4
    assert steps[1] <= 2


def test_sharp_tips_are_not_cut_off() -> None:
    labels = np.zeros((800, 800), np.uint8)
    for row in range(300):  # a costophrenic angle of some 40 degrees, its outer wall upright
        labels[300 + row, 100 : 100 + int((300 - row) * 0.85)] = 2
    cleaned = clean_labels(labels)
    assert width_px(cleaned == 2) == width_px(labels == 2)
    lowest = [np.flatnonzero(mask.any(axis=1))[-1] for mask in (labels, cleaned)]
    assert lowest[0] - lowest[1] <= 1


def test_teeth_on_a_border_vanish() -> None:
    labels = np.zeros((800, 800), np.uint8)
    labels[200:600, 200:500] = 1
    labels[220:580:6, 500:502] = 1  # teeth of one row in six
    smooth = clean_labels(labels)
    assert np.unique(np.count_nonzero(smooth[230:570], axis=1)).size == 1


def test_organs_meet_without_a_seam_after_smoothing() -> None:
    labels = chest()
    cleaned = clean_labels(labels, smoothing_px=3.0)
    changed = cleaned != labels
    assert changed.mean() < 0.01
    assert not ((cleaned == 0) & ndimage.binary_erosion(labels != 0, iterations=8)).any()
    for organ in (1, 2, 3):
        assert ndimage.label(cleaned == organ)[1] == 1


def test_organs_smaller_than_the_smoothing_are_kept() -> None:
    labels = np.zeros((100, 100), np.uint8)
    labels[50:53, 50:53] = 3
    labels[10, 10] = 1
    cleaned = clean_labels(labels, smoothing_px=5.0)
    assert (cleaned[50:53, 50:53] == 3).all()
    assert cleaned[10, 10] == 1


def test_organs_cut_by_the_border_of_the_picture_reach_it_still() -> None:
    labels = np.zeros((400, 400), np.uint8)
    labels[100:, :150] = 2
    cleaned = clean_labels(labels)
    assert (cleaned[105:, 0] == 2).all()
    assert (cleaned[-1, :145] == 2).all()
    assert np.count_nonzero(cleaned != labels) <= 8


@pytest.mark.parametrize("value", [0, 3])
def test_pictures_of_one_value_come_back(value: int) -> None:
    labels = np.full((31, 47), value, np.uint8)
    np.testing.assert_array_equal(clean_labels(labels), labels)


def test_the_input_is_left_alone_and_the_type_kept() -> None:
    for kind in (np.uint8, np.int16, np.int64):
        labels = chest().astype(kind)
        labels[0, 0] = 1
        before = labels.copy()
        cleaned = clean_labels(labels)
        assert cleaned.dtype == kind
        np.testing.assert_array_equal(labels, before)


def test_any_label_values_will_do() -> None:
    labels = chest().astype(np.int16)
    renamed = np.array([0, 40, -7, 900], np.int16)
    np.testing.assert_array_equal(clean_labels(renamed[labels]), renamed[clean_labels(labels)])


@pytest.mark.parametrize(
    "labels", [np.zeros((3, 4, 5), np.uint8), np.zeros((3, 4)), np.zeros((0, 4), np.uint8)]
)
def test_what_is_no_label_picture_is_refused(labels: np.ndarray) -> None:
    with pytest.raises(ValueError, match="labels must be integers"):
        clean_labels(labels)


SMALL = arrays.arrays(
    np.uint8, arrays.array_shapes(min_dims=2, max_dims=2, max_side=14), elements=st.integers(0, 3)
)


@settings(max_examples=150, deadline=None)
@given(SMALL, st.sampled_from([0.0, 1.0]))
def test_every_picture_ends_with_whole_organs_without_holes(labels: np.ndarray, smoothing_px: float) -> None:
    cleaned = clean_labels(labels, smoothing_px=smoothing_px)
    assert set(np.unique(cleaned)) - {0} == set(np.unique(labels)) - {0}
    for organ in np.setdiff1d(labels, [0]):
        mask = cleaned == organ
        assert ndimage.label(mask)[1] == 1
        # A hole may hold another organ, never background alone.
        holes = ndimage.label(ndimage.binary_fill_holes(mask) & ~mask)[0]
        for hole in range(1, holes.max() + 1):
            assert (cleaned[holes == hole] != 0).any()


@settings(max_examples=150, deadline=None)
@given(SMALL)
def test_regions_of_runs_are_those_of_pixels(labels: np.ndarray) -> None:
    runs = Runs.of(labels)
    np.testing.assert_array_equal(runs.picture(), labels)
    regions = runs.regions()
    numbered = np.repeat(regions.of_run, runs.lengths).reshape(labels.shape)
    for value in range(4):
        reference, count = ndimage.label(labels == value)
        assert count == np.count_nonzero(regions.labels == value)
        for n in range(1, count + 1):
            (region,) = np.unique(numbered[reference == n])
            assert regions.areas_px[region] == np.count_nonzero(reference == n)
            edges = (reference[0], reference[-1], reference[:, 0], reference[:, -1])
            assert regions.reach_border[region] == any((edge == n).any() for edge in edges)


def test_cleaning_real_masks_moves_no_extreme(shared_data: Path) -> None:
    from PIL import Image

    folder = shared_data / "cxr" / "segmentation" / "masks"
    for path in sorted(folder.glob("jsrt_*.png"))[:12]:
        labels = np.asarray(Image.open(path))
        cleaned = clean_labels(labels)
        for organ in (1, 2, 3):
            assert abs(width_px(cleaned == organ) - width_px(labels == organ)) <= 3
