"""The radiographic view: every way a film can lie, and the way back."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardiothorax.imaging import Image, ViewTurn, radiographic_view

VIEW = np.array([[1, 2, 3], [4, 5, 6]])
"""Patient's right at 1 and 4, head at the row of 1."""

LYING = {
    "L\\F": VIEW,
    "R\\F": VIEW[:, ::-1],
    "L\\H": VIEW[::-1],
    "R\\H": VIEW[::-1, ::-1],
    "F\\L": VIEW.T,
    "F\\R": VIEW.T[::-1],
    "H\\L": VIEW.T[:, ::-1],
    "H\\R": VIEW.T[::-1, ::-1],
}


def film(array: np.ndarray, **more: object) -> Image:
    return replace(Image(array[None].astype(np.float32)), **more)


@pytest.mark.parametrize("letters", LYING)
def test_patient_orientation_brings_every_film_upright(letters: str) -> None:
    view, turn = radiographic_view(film(LYING[letters], tags={"PatientOrientation": letters}))
    np.testing.assert_array_equal(view, VIEW)
    assert turn.identity == (letters == "L\\F")
    np.testing.assert_array_equal(turn.back(view), LYING[letters])
    assert view.flags.c_contiguous


AXES = {"L": (1, 0, 0), "R": (-1, 0, 0), "P": (0, 1, 0), "A": (0, -1, 0), "H": (0, 0, 1), "F": (0, 0, -1)}


def direction(columns: str, rows: str) -> tuple[float, ...]:
    i, j = np.array(AXES[columns]), np.array(AXES[rows])
    return tuple(float(v) for v in np.stack([i, j, np.cross(i, j)], 1).flat)


@pytest.mark.parametrize("letters", LYING)
def test_axes_decide_without_patient_orientation(letters: str) -> None:
    columns, rows = letters.split("\\")
    view, _ = radiographic_view(film(LYING[letters], direction=direction(columns, rows)))
    np.testing.assert_array_equal(view, VIEW)


@pytest.mark.parametrize(
    ("columns", "rows", "stored"),
    [
        ("L", "P", VIEW),  # ITK's identity: as stored
        ("R", "A", VIEW),  # identity in RAS: made by a program that knows no patient
        ("R", "P", VIEW[:, ::-1]),
        ("L", "A", VIEW[::-1]),
        ("A", "F", VIEW),  # a lateral has no right and left
        ("P", "H", VIEW),
    ],
)
def test_axes_without_a_head(columns: str, rows: str, stored: np.ndarray) -> None:
    view, _ = radiographic_view(film(stored, direction=direction(columns, rows)))
    np.testing.assert_array_equal(view, VIEW)


def test_oblique_axes_count_by_their_largest_part() -> None:
    tilt = np.deg2rad(20)
    matrix = np.array([[-np.cos(tilt), 0, np.sin(tilt)], [np.sin(tilt), 0, np.cos(tilt)], [0, -1, 0]])
    view, _ = radiographic_view(film(VIEW[:, ::-1], direction=tuple(matrix.flat)))
    np.testing.assert_array_equal(view, VIEW)


def test_the_tag_outranks_the_axes() -> None:
    image = film(VIEW, direction=direction("R", "P"), tags={"PatientOrientation": "L\\F"})
    assert radiographic_view(image)[1].identity


@pytest.mark.parametrize("value", ["", "P\\F", "A\\F", "L", "L\\R", "X\\Y", "L\\F\\P", "HF\\HF"])
def test_orientations_that_say_nothing_of_a_frontal_view_leave_the_film(value: str) -> None:
    view, turn = radiographic_view(film(VIEW, tags={"PatientOrientation": value}))
    np.testing.assert_array_equal(view, VIEW)
    assert turn.identity


@pytest.mark.parametrize("value", ["LP\\FA", " L \\F ", "l\\f"])
def test_oblique_and_sloppy_letters_are_understood(value: str) -> None:
    _, turn = radiographic_view(film(VIEW, tags={"PatientOrientation": value}))
    assert turn.identity
    _, turn = radiographic_view(film(VIEW, tags={"PatientOrientation": value.upper().replace("L", "R")}))
    assert turn.reverse_cols


turns = st.builds(ViewTurn, st.integers(1, 9), st.integers(1, 9), st.booleans(), st.booleans(), st.booleans())


@given(turns)
def test_arrays_and_points_turn_alike(turn: ViewTurn) -> None:
    stored = np.arange(turn.rows * turn.cols).reshape(turn.rows, turn.cols)
    view = turn.forward(stored)
    assert view.shape == turn.view_shape
    np.testing.assert_array_equal(turn.back(view), stored)
    stack = np.stack([stored, stored + 1])
    np.testing.assert_array_equal(turn.back(turn.forward(stack)), stack)
    for y, x in np.ndindex(stored.shape):
        column, row = turn.forward_points(np.array([x, y])).astype(int)
        assert view[row, column] == stored[y, x]
        np.testing.assert_array_equal(turn.back_points(np.array([column, row])), [x, y])


@given(turns, st.floats(-5, 15), st.floats(-5, 15))
def test_points_between_pixels_return_exactly(turn: ViewTurn, x: float, y: float) -> None:
    there = turn.forward_points(np.array([[x, y], [y, x]]))
    np.testing.assert_allclose(turn.back_points(there), [[x, y], [y, x]], atol=1e-12)
