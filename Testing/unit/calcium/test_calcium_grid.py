"""To the network's grid and back: turned, flipped, resampled volumes keep every lesion in its place."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cardiothorax.calcium.chest import ChestBox, chest_box
from cardiothorax.calcium.grid import GridStep, grid_of, hu_on_grid, labels_on_grid, probabilities_at
from cardiothorax.imaging.image import Image


def ct(array: np.ndarray, spacing: tuple[float, float, float], **changes: object) -> Image:
    return replace(Image(array.astype(np.int16), spacing_mm=spacing, modality="CT"), **changes)  # type: ignore[arg-type]


def body(shape: tuple[int, int, int] = (6, 40, 60)) -> np.ndarray:
    return np.full(shape, 40, np.int16)


@given(
    in_plane=st.sampled_from([0.3, 0.41, 0.75, 0.98, 1.4]),
    slices=st.sampled_from([0.6, 1.25, 2.5, 5.0]),
)
@settings(deadline=None, max_examples=20)
def test_an_even_picture_stays_even(in_plane: float, slices: float) -> None:
    image = ct(body(), (in_plane, in_plane, slices))
    volume = hu_on_grid(image.array, grid_of(image, GridStep()))
    np.testing.assert_allclose(volume, 40, atol=1e-3)


def test_shrinking_averages_by_area() -> None:
    array = body((2, 8, 8))
    array[0, 2:4, 4:6] = 440
    image = ct(array, (0.375, 0.375, 3.0))
    volume = hu_on_grid(image.array, grid_of(image, GridStep(0.75)))
    assert volume.shape == (2, 4, 4)
    assert volume[0, 1, 2] == pytest.approx(440)
    assert volume[0].sum() == pytest.approx(15 * 40 + 440)


def test_enlarging_is_linear_between_centers() -> None:
    array = np.zeros((2, 4, 4), np.int16)
    array[:, :, 2:] = 100
    image = ct(array, (1.5, 1.5, 3.0))
    row = hu_on_grid(image.array, grid_of(image, GridStep(0.75)))[0, 0]
    np.testing.assert_allclose(row, [0, 0, 0, 25, 75, 100, 100, 100])


def test_thin_slices_are_averaged_and_the_rest_of_a_slab_too() -> None:
    array = body((5, 8, 8)) * 0
    array[0], array[1], array[4] = 100, 200, 300
    grid = grid_of(ct(array, (0.75, 0.75, 1.25)), GridStep(0.75, 2.5))
    assert grid.per_slab == 2
    assert hu_on_grid(array, grid)[:, 0, 0].tolist() == [150, 0, 300]


@given(
    place=st.tuples(st.integers(0, 5), st.integers(0, 39), st.integers(0, 59)),
    spacing=st.sampled_from([0.35, 0.5, 0.75, 1.1]),
    per_slice=st.sampled_from([1.0, 3.0]),
)
@settings(deadline=None, max_examples=40)
def test_a_single_labeled_voxel_is_never_lost(
    place: tuple[int, int, int], spacing: float, per_slice: float
) -> None:
    labels = np.zeros((6, 40, 60), np.uint8)
    labels[place] = 3
    image = ct(body(), (spacing, spacing, per_slice))
    grid = grid_of(image, GridStep())
    on_grid = labels_on_grid(labels, grid)
    assert set(np.unique(on_grid)) == {0, 3}
    found = np.argwhere(on_grid == 3).mean(axis=0)
    expected = [
        place[0] // grid.per_slab,
        (place[1] + 0.5) * spacing / 0.75 - 0.5,
        (place[2] + 0.5) * spacing / 0.75 - 0.5,
    ]
    assert np.abs(found - expected).max() <= 1.0


TURNS = {
    "as usual": (1, 0, 0, 0, 1, 0, 0, 0, 1),
    "prone": (-1, 0, 0, 0, -1, 0, 0, 0, 1),
    "left to right": (-1, 0, 0, 0, 1, 0, 0, 0, 1),
    "head first": (1, 0, 0, 0, 1, 0, 0, 0, -1),
    "columns run to the back": (0, 1, 0, 1, 0, 0, 0, 0, 1),
}


@pytest.mark.parametrize("direction", TURNS.values(), ids=TURNS)
def test_however_the_scanner_stored_it_the_network_sees_the_same(direction: tuple[float, ...]) -> None:
    rng = np.random.default_rng(4)
    upright = ct(rng.integers(-100, 300, (4, 16, 20)), (0.9, 0.6, 3.0))
    matrix = np.reshape(direction, (3, 3))
    stored = upright.array
    for axis in range(3):  # array axes k, j, i against columns i, j, k
        if matrix[:, 2 - axis].sum() < 0:
            stored = np.flip(stored, axis)
    spacing = upright.spacing_mm
    if direction[0] == 0:
        stored, spacing = stored.transpose(0, 2, 1), (0.6, 0.9, 3.0)
    turned = ct(stored, spacing, direction=tuple(float(v) for v in direction))
    expected = hu_on_grid(upright.array, grid_of(upright, GridStep()))
    grid = grid_of(turned, GridStep())
    np.testing.assert_allclose(hu_on_grid(turned.array, grid), expected, atol=1e-3)
    np.testing.assert_array_equal(grid.turned(turned.array), upright.array)
    np.testing.assert_array_equal(grid.turn.turned_back(grid.turned(turned.array)), turned.array)


def test_probabilities_are_read_linearly_at_a_voxel_s_center() -> None:
    image = ct(body((2, 8, 8)), (1.5, 1.5, 3.0))
    grid = grid_of(image, GridStep(0.75))
    ramp = np.broadcast_to(np.arange(16, dtype=np.float32), (1, 2, 16, 16)).copy()
    found = probabilities_at(ramp, grid, np.array([[0, 0, 0], [1, 7, 3], [0, 2, 7]]))
    np.testing.assert_allclose(found[0], [0.5, 6.5, 14.5])


def chest(shape: tuple[int, int, int] = (12, 160, 200)) -> np.ndarray:
    """2 mm pixels, 5 mm slices: body, two lungs, a table of foam below."""
    array = np.full(shape, -1000, np.int16)
    array[:, 20:120, 20:180] = 40
    array[:, 30:110, 30:90] = array[:, 30:110, 110:170] = -850
    array[:, 124:150, 10:190] = -900
    return array


def test_the_box_holds_both_lungs_with_a_margin_and_not_the_table() -> None:
    box = chest_box(chest(), (2.0, 2.0, 5.0))
    assert box.slices == (0, 12)
    assert box.rows[0] <= 24
    assert 110 < box.rows[1] <= 120
    assert box.columns[0] <= 26
    assert 174 <= box.columns[1] <= 180


def test_lungs_cut_by_a_narrow_field_of_view_still_count() -> None:
    cut = chest()[:, :, 60:140]
    box = chest_box(cut, (2.0, 2.0, 5.0))
    assert box.columns == (0, 80)
    assert box.rows[1] < 124


def test_without_lungs_the_whole_picture_is_the_box() -> None:
    assert chest_box(body(), (1.0, 1.0, 3.0)) == ChestBox((0, 6), (0, 40), (0, 60))


def test_the_real_chest_is_found_without_its_table(shared_data) -> None:
    from cardiothorax.imaging.ct import read_ct

    image = read_ct(shared_data / "ct" / "chest_two_series")
    box = chest_box(image.array, image.spacing_mm)
    assert 60 < box.columns[0] < 100
    assert 400 < box.columns[1] < 450
    assert 120 < box.rows[0] < 160
    assert 400 < box.rows[1] < 440
