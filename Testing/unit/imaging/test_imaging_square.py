"""Squares and the way back: half-pixel exact, nothing cut, nothing shifted."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cardiothorax.errors import GeometryProblem
from cardiothorax.imaging import (
    centre_crop_to_square,
    labels_to_input,
    labels_to_square,
    pad_to_square,
    resample_probabilities,
)

sizes = st.integers(2, 90)
sides = st.integers(2, 90)


def linear_plane(rows: int, cols: int) -> np.ndarray:
    y, x = np.mgrid[:rows, :cols]
    return (3.0 * x + 5.0 * y + 10.0).astype(np.float32)


@given(sizes, sizes, sides, st.floats(0.5, 2.0))
def test_points_go_there_and_back(rows: int, cols: int, side: int, aspect: float) -> None:
    film = np.zeros((rows, cols), np.float32)
    points = np.array([[-0.5, -0.5], [0, 0], [cols - 0.5, rows - 0.5], [cols / 3, rows / 7]])
    for fit in (
        pad_to_square(film, side, pixel_aspect=aspect)[1],
        centre_crop_to_square(film, side)[1],
    ):
        np.testing.assert_allclose(fit.to_input_xy(fit.to_square_xy(points)), points, atol=1e-9)


@given(sizes, sizes, sides)
def test_padding_shows_all_of_the_film_centered(rows: int, cols: int, side: int) -> None:
    square, fit = pad_to_square(np.ones((rows, cols), np.float32), side)
    corners = fit.to_square_xy(np.array([[-0.5, -0.5], [cols - 0.5, rows - 0.5]]))
    assert corners.min() >= -0.5 - 1e-9
    assert corners.max() <= side - 0.5 + 1e-9
    margins = corners[0] + 0.5, side - 0.5 - corners[1]
    one_pixel = side / max(rows, cols)
    assert np.abs(margins[0] - margins[1]).max() <= one_pixel + 1e-9
    assert square.dtype == np.float32
    # the same amount of film, whatever the size
    assert square.mean() == pytest.approx(rows * cols / max(rows, cols) ** 2, rel=0.35, abs=0.1)


def test_a_square_film_of_the_right_size_is_untouched() -> None:
    film = linear_plane(32, 32)
    square, fit = pad_to_square(film, 32)
    np.testing.assert_array_equal(square, film)
    assert fit.scale_xy == (1.0, 1.0)
    assert square.flags.writeable


def test_halving_averages_blocks_of_four() -> None:
    film = np.random.default_rng(0).random((40, 60)).astype(np.float32)
    square, fit = pad_to_square(film, 30)
    expected = np.zeros((60, 60), np.float32)
    expected[10:50] = film
    np.testing.assert_allclose(square, expected.reshape(30, 2, 30, 2).mean((1, 3)), atol=1e-6)
    assert (fit.top, fit.left) == (10, 0)


def test_fine_stripes_do_not_alias() -> None:
    film = np.tile(np.array([0.0, 255.0], np.float32), (600, 300))
    square, _ = pad_to_square(film, 97)
    assert abs(square - 127.5).max() < 25  # sampling every sixth pixel would give 0 and 255


def test_the_crop_is_the_papers() -> None:
    film = linear_plane(40, 60)
    square, fit = centre_crop_to_square(film, 40)
    np.testing.assert_array_equal(square, film[:, 10:50])
    np.testing.assert_array_equal(fit.to_square_xy(np.array([10, 0])), [0, 0])


def test_probabilities_of_a_crop_are_background_where_nothing_was_seen() -> None:
    _, fit = centre_crop_to_square(np.zeros((40, 60)), 20)
    probabilities = np.zeros((4, 20, 20), np.float32)
    probabilities[3] = 1
    back = resample_probabilities(probabilities, fit, (40, 60))
    np.testing.assert_array_equal(back.sum(0), np.ones((40, 60)))
    assert (back[3, :, 10:50] == 1).all()
    assert (back[0, :, :10] == 1).all()
    assert (back[0, :, 50:] == 1).all()


def interpolated(plane: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Linear between pixel centers, ends repeated: by hand, for comparison."""
    rows, cols = plane.shape
    x, y = x.clip(0, cols - 1), y.clip(0, rows - 1)
    x0, y0 = np.floor(x).astype(int).clip(0, cols - 2), np.floor(y).astype(int).clip(0, rows - 2)
    fx, fy = x - x0, y - y0
    top = plane[y0, x0] * (1 - fx) + plane[y0, x0 + 1] * fx
    return (1 - fy) * top + fy * (plane[y0 + 1, x0] * (1 - fx) + plane[y0 + 1, x0 + 1] * fx)


@given(
    st.integers(40, 120),
    st.integers(40, 120),
    st.integers(8, 40),
    st.sampled_from([1.0, 1.0, 0.8, 1.3]),
    st.integers(0, 9),
)
@settings(max_examples=50)
def test_probabilities_come_back_by_exact_linear_interpolation(
    rows: int, cols: int, side: int, aspect: float, seed: int
) -> None:
    _, fit = pad_to_square(np.zeros((rows, cols)), side, pixel_aspect=aspect)
    probabilities = np.random.default_rng(seed).random((2, side, side)).astype(np.float32)
    back = resample_probabilities(probabilities, fit)
    assert back.dtype == np.float32
    assert back.shape == (2, rows, cols)
    y, x = np.mgrid[:rows, :cols]
    at = fit.to_square_xy(np.stack([x, y], -1))
    for plane, result in zip(probabilities, back, strict=True):
        np.testing.assert_allclose(result, interpolated(plane, at[..., 0], at[..., 1]), atol=2e-5)


@given(st.integers(60, 200), st.integers(60, 200), st.floats(0.2, 0.8))
@settings(max_examples=50)
def test_a_border_keeps_its_place_within_a_hundredth_of_a_network_pixel(
    rows: int, cols: int, where: float
) -> None:
    """A vertical border through square and back crosses one half where it was."""
    side = 48
    _, fit = pad_to_square(np.zeros((rows, cols)), side)
    edge = cols * where
    edge_in_square = fit.to_square_xy(np.array([edge, 0.0]))[0]
    ramp = np.clip(0.5 + (np.arange(side) - edge_in_square) / 4, 0, 1)  # a soft border, as networks draw
    back = resample_probabilities(np.tile(ramp, (1, side, 1)).astype(np.float32), fit)[0]
    row = back[rows // 2]
    right = int(np.argmax(row >= 0.5))
    crossing = right - 1 + (0.5 - row[right - 1]) / (row[right] - row[right - 1])
    assert crossing == pytest.approx(edge, abs=0.01 * max(rows, cols) / side)


@given(sizes, sizes, st.integers(0, 5))
def test_a_mask_comes_back_exactly_when_the_square_is_as_fine(rows: int, cols: int, seed: int) -> None:
    mask = np.random.default_rng(seed).integers(0, 4, (rows, cols)).astype(np.uint8)
    for factor in (1, 2, 3):
        _, fit = pad_to_square(mask, factor * max(rows, cols))
        square = labels_to_square(mask, fit)
        np.testing.assert_array_equal(labels_to_input(square, fit), mask)
        assert (square > 0).sum() == factor**2 * (mask > 0).sum()


def test_a_mask_through_a_coarse_square_stays_within_a_network_pixel() -> None:
    y, x = np.mgrid[:700, :500]
    disk = ((y - 330) ** 2 + (x - 260) ** 2 < 150**2).astype(np.uint8)
    _, fit = pad_to_square(disk, 256)
    back = labels_to_input(labels_to_square(disk, fit), fit)
    assert (back != disk).sum() < 2 * np.pi * 150 * 700 / 256
    columns = np.flatnonzero(back.any(0))
    assert abs(columns[0] - 111) <= 3
    assert abs(columns[-1] - 409) <= 3
    assert abs(np.mean(np.nonzero(back)[1]) - 260) < 0.2  # no shift


def test_oblong_pixels_are_shown_in_true_proportion() -> None:
    """Rows twice as far apart as columns: a disk of 100 x 50 pixels is round in the square."""
    y, x = np.mgrid[:100, :200]
    disk = (((y - 49.5) * 2) ** 2 + (x - 99.5) ** 2 < 80**2).astype(np.float32)
    square, fit = pad_to_square(disk, 100, pixel_aspect=2.0)
    assert (fit.extent_x, fit.extent_y) == (200, 100)
    assert (square > 0.5).any(0).sum() == (square > 0.5).any(1).sum() == 80
    np.testing.assert_allclose(square, square.T, atol=0.51)


@pytest.mark.parametrize("shape", [(0, 5), (5,), (1, 5, 5)])
def test_what_is_no_film_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(GeometryProblem, match="rows and columns"):
        pad_to_square(np.zeros(shape), 10)


def test_a_mask_of_another_film_is_refused() -> None:
    _, fit = pad_to_square(np.zeros((10, 20)), 8)
    with pytest.raises(GeometryProblem, match="10 x 20"):
        resample_probabilities(np.zeros((4, 8, 8), np.float32), fit, (20, 10))
    with pytest.raises(GeometryProblem, match=r"\(4, 9, 9\)"):
        resample_probabilities(np.zeros((4, 9, 9), np.float32), fit)
    with pytest.raises(GeometryProblem, match="pixels"):
        labels_to_square(np.zeros((20, 10)), fit)
    with pytest.raises(GeometryProblem, match="pixels"):
        labels_to_input(np.zeros((9, 9)), fit)
    with pytest.raises(GeometryProblem, match="square of 0"):
        pad_to_square(np.zeros((10, 20)), 0)
    with pytest.raises(GeometryProblem, match="no film's"):
        pad_to_square(np.zeros((10, 20)), 8, pixel_aspect=0)
