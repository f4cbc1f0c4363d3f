"""The radiographic view: the patient's right at the picture's left, the head up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .image import Image

_OPPOSITE = {"L": "R", "R": "L", "H": "F", "F": "H", "A": "P", "P": "A"}


@dataclass(frozen=True)
class ViewTurn:
    """One of the eight ways to lay a film: swap rows and columns first, then reverse axes.

    ``rows`` x ``cols`` is the film as stored.
    """

    rows: int
    cols: int
    transpose: bool = False
    reverse_rows: bool = False
    reverse_cols: bool = False

    @property
    def identity(self) -> bool:
        return not (self.transpose or self.reverse_rows or self.reverse_cols)

    @property
    def view_shape(self) -> tuple[int, int]:
        return (self.cols, self.rows) if self.transpose else (self.rows, self.cols)

    def forward(self, stored: np.ndarray) -> np.ndarray:
        """Arrays ``[..., rows, cols]`` as stored, in radiographic view."""
        view = stored.swapaxes(-1, -2) if self.transpose else stored
        return np.ascontiguousarray(self._reversed(view))

    def back(self, view: np.ndarray) -> np.ndarray:
        """Arrays ``[..., rows, cols]`` in radiographic view, as stored."""
        stored = self._reversed(view)
        return np.ascontiguousarray(stored.swapaxes(-1, -2) if self.transpose else stored)

    def forward_points(self, xy: np.ndarray) -> np.ndarray:
        """Points ``[..., 2]`` as (column, row) of the stored film, in the view."""
        points = np.array(xy, float)
        return self._reversed_points(points[..., ::-1] if self.transpose else points)

    def back_points(self, xy: np.ndarray) -> np.ndarray:
        """Points ``[..., 2]`` as (column, row) of the view, in the stored film."""
        points = self._reversed_points(np.array(xy, float))
        return points[..., ::-1].copy() if self.transpose else points

    def _reversed(self, array: np.ndarray) -> np.ndarray:
        if self.reverse_rows:
            array = array[..., ::-1, :]
        return array[..., ::-1] if self.reverse_cols else array

    def _reversed_points(self, points: np.ndarray) -> np.ndarray:
        rows, cols = self.view_shape
        points = points.copy()
        if self.reverse_cols:
            points[..., 0] = cols - 1 - points[..., 0]
        if self.reverse_rows:
            points[..., 1] = rows - 1 - points[..., 1]
        return points


def radiographic_view(image: Image) -> tuple[np.ndarray, ViewTurn]:
    """The film ``[rows, cols]`` in radiographic view, and the turn that takes results back.

    ``PatientOrientation`` decides; without it (or where it names no frontal view, as in a lateral)
    the direction of the image's axes does.
    """
    film = image.array[0] if image.array.ndim == 3 else image.array
    right, down = _axes(image)
    transpose = right in "HF"
    if transpose:
        right, down = down, right
    turn = ViewTurn(film.shape[0], film.shape[1], transpose, down == "H", right == "R")
    return turn.forward(film), turn


def _axes(image: Image) -> tuple[str, str]:
    """Where columns and rows lead: ``L``, ``R``, ``H`` or ``F``."""
    value = image.tags.get("PatientOrientation", "")
    letters = [part.strip().upper()[:1] for part in value.split("\\")]
    if len(letters) == 2 and _frontal(*letters):
        return letters[0], letters[1]
    columns, rows = _letter(image.direction_matrix[:, 0]), _letter(image.direction_matrix[:, 1])
    if (columns, rows) == ("R", "A"):
        # RAS axes without a turn are what programs write that know nothing of the patient
        # (nibabel's identity affine, arrays made in Slicer): the film lies as it was stored.
        return "L", "F"
    # A film without a head-to-foot axis lies like an axial slice: back of the patient downwards.
    as_film = {"A": "H", "P": "F"}
    columns_film, rows_film = (
        (columns, as_film.get(rows, rows)) if columns in "LR" else (as_film.get(columns, columns), rows)
    )
    if _frontal(columns_film, rows_film):
        return columns_film, rows_film
    return "L", "F"


def _frontal(columns: str, rows: str) -> bool:
    pair = {columns, rows}
    return len(pair & {"L", "R"}) == 1 and len(pair & {"H", "F"}) == 1


def _letter(axis: np.ndarray) -> str:
    """The patient direction that an LPS axis is nearest to."""
    largest = int(np.argmax(np.abs(axis)))
    letter = "LPH"[largest]
    return letter if axis[largest] > 0 else _OPPOSITE[letter]
