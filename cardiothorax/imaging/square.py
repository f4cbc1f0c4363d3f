"""Square network inputs and the way back to the film's own pixels.

One convention everywhere: pixel centers lie at integers, so a picture of ``n`` columns reaches from
-0.5 to n - 0.5. A square of ``side`` pixels that shows ``extent_x`` film columns has the horizontal
scale ``side / extent_x``, and ``x_square = (x_film + left + 0.5) * scale - 0.5``: half-pixel exact.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image as Picture

from ..errors import GeometryProblem

PADDING_GREY = 0.0
"""Black, as the air beside a patient; training pads with the same."""


@dataclass(frozen=True)
class SquareFit:
    """How a film of ``rows`` x ``cols`` lies in a square of ``side`` pixels.

    The square shows ``extent_y`` film rows and ``extent_x`` film columns (equal for square pixels).
    ``left`` and ``top`` are the columns and rows added before the film's first; negative: that many
    were cut off, which only the center crop does.
    """

    rows: int
    cols: int
    side: int
    extent_y: int
    extent_x: int
    top: int
    left: int

    @property
    def scale_xy(self) -> tuple[float, float]:
        """Square pixels per film column and per film row."""
        return self.side / self.extent_x, self.side / self.extent_y

    def to_square_xy(self, xy: np.ndarray) -> np.ndarray:
        """Points ``[..., 2]`` as (column, row) of the film, in pixels of the square."""
        offset = np.array([self.left + 0.5, self.top + 0.5])
        square: np.ndarray = (np.asarray(xy, float) + offset) * self.scale_xy - 0.5
        return square

    def to_input_xy(self, xy: np.ndarray) -> np.ndarray:
        """Points ``[..., 2]`` as (column, row) of the square, in pixels of the film."""
        offset = np.array([self.left + 0.5, self.top + 0.5])
        film: np.ndarray = (np.asarray(xy, float) + 0.5) / self.scale_xy - offset
        return film

    @property
    def shown(self) -> tuple[slice, slice]:
        """Rows and columns of the film that the square shows: all of them after padding."""
        rows = slice(max(0, -self.top), min(self.rows, self.extent_y - self.top))
        cols = slice(max(0, -self.left), min(self.cols, self.extent_x - self.left))
        return rows, cols

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Borders (left, top, right, bottom) of :attr:`shown` in the square, from 0 to ``side``."""
        (rows, cols), (scale_x, scale_y) = self.shown, self.scale_xy
        right, bottom = (cols.stop + self.left) * scale_x, (rows.stop + self.top) * scale_y
        return (
            (cols.start + self.left) * scale_x,
            (rows.start + self.top) * scale_y,
            min(right, float(self.side)),  # rounding must not reach beyond the square
            min(bottom, float(self.side)),
        )


def pad_to_square(
    array: np.ndarray, side_px: int, *, pixel_aspect: float = 1.0, fill: float = PADDING_GREY
) -> tuple[np.ndarray, SquareFit]:
    """The whole film ``[rows, cols]``, centered in a square of ``side_px``, float32. Nothing is cut.

    ``pixel_aspect`` is row distance over column distance: films with oblong pixels are padded so that
    the square shows the patient in true proportion.
    """
    rows, cols = _checked_shape(array, side_px)
    if not 0.1 <= pixel_aspect <= 10:
        raise GeometryProblem(f"A pixel {pixel_aspect:g} times as high as wide is no film's.")
    extent_x = max(cols, round(rows * pixel_aspect))
    extent_y = max(rows, round(cols / pixel_aspect))
    fit = SquareFit(rows, cols, side_px, extent_y, extent_x, (extent_y - rows) // 2, (extent_x - cols) // 2)
    return _square(array, fit, fill), fit


def centre_crop_to_square(array: np.ndarray, side_px: int) -> tuple[np.ndarray, SquareFit]:
    """The paper's way: the largest centered square of the film, resized; the long side loses its ends.

    May cut a chest wall: for repeating the paper only.
    """
    rows, cols = _checked_shape(array, side_px)
    extent = min(rows, cols)
    fit = SquareFit(rows, cols, side_px, extent, extent, -((rows - extent) // 2), -((cols - extent) // 2))
    return _square(array, fit, PADDING_GREY), fit


def resample_probabilities(
    probabilities: np.ndarray, fit: SquareFit, shape: tuple[int, int] | None = None
) -> np.ndarray:
    """Class probabilities ``[c, side, side]`` on the film's grid, float32 ``[c, rows, cols]``.

    Linear between pixel centers, so that a border at probability one half keeps its sub-pixel place.
    What the square did not show (center crop) is background: class 0 has probability 1 there.
    ``shape`` is checked against the fit when given.
    """
    if shape is not None and tuple(shape) != (fit.rows, fit.cols):
        raise GeometryProblem(f"The mask belongs to a film of {fit.rows} x {fit.cols} pixels, not {shape}.")
    if probabilities.ndim != 3 or probabilities.shape[1:] != (fit.side, fit.side):
        expected = f"(classes, {fit.side}, {fit.side})"
        raise GeometryProblem(f"Probabilities have the shape {probabilities.shape}, expected {expected}.")
    rows, cols = fit.shown
    size = (cols.stop - cols.start, rows.stop - rows.start)
    result = np.zeros((len(probabilities), fit.rows, fit.cols), np.float32)
    if size != (fit.cols, fit.rows):
        result[0] = 1.0
    for plane, target in zip(probabilities, result, strict=True):
        picture = Picture.fromarray(np.ascontiguousarray(plane, np.float32))
        target[rows, cols] = np.asarray(picture.resize(size, Picture.Resampling.BILINEAR, box=fit.box))
    return result


def labels_to_square(labels: np.ndarray, fit: SquareFit) -> np.ndarray:
    """A label mask ``[rows, cols]`` in the square, uint8: the label under each square pixel's center."""
    if labels.shape != (fit.rows, fit.cols):
        raise GeometryProblem(f"The mask has {labels.shape} pixels, its film {(fit.rows, fit.cols)}.")
    centers = np.arange(fit.side) + 0.5
    y = np.floor(centers / fit.scale_xy[1]).astype(int) - fit.top
    x = np.floor(centers / fit.scale_xy[0]).astype(int) - fit.left
    return _nearest(labels, y, x)


def labels_to_input(labels: np.ndarray, fit: SquareFit) -> np.ndarray:
    """A label mask ``[side, side]`` on the film's grid, uint8: the label under each film pixel's center."""
    if labels.shape != (fit.side, fit.side):
        raise GeometryProblem(f"The mask has {labels.shape} pixels, expected {(fit.side, fit.side)}.")
    y = np.floor((np.arange(fit.rows) + fit.top + 0.5) * fit.scale_xy[1]).astype(int)
    x = np.floor((np.arange(fit.cols) + fit.left + 0.5) * fit.scale_xy[0]).astype(int)
    return _nearest(labels, y, x)


def _nearest(labels: np.ndarray, y: np.ndarray, x: np.ndarray) -> np.ndarray:
    rows, cols = labels.shape
    picked = labels[np.ix_(y.clip(0, rows - 1), x.clip(0, cols - 1))]
    known = ((y >= 0) & (y < rows))[:, None] & ((x >= 0) & (x < cols))[None, :]
    return np.where(known, picked, 0).astype(np.uint8)


def _checked_shape(array: np.ndarray, side_px: int) -> tuple[int, int]:
    if array.ndim != 2 or 0 in array.shape:
        raise GeometryProblem(f"A film has rows and columns; this array has the shape {array.shape}.")
    if side_px < 1:
        raise GeometryProblem(f"A square of {side_px} pixels cannot be made.")
    return array.shape[0], array.shape[1]


def _square(array: np.ndarray, fit: SquareFit, fill: float) -> np.ndarray:
    rows, cols = fit.shown
    square = np.full((fit.extent_y, fit.extent_x), fill, np.float32)
    square[rows.start + fit.top : rows.stop + fit.top, cols.start + fit.left : cols.stop + fit.left] = array[
        rows, cols
    ]
    if (fit.side, fit.side) == square.shape:
        return square
    # A box as wide as the reduction averages, so nothing finer than the square aliases into it, and
    # it does not ring at a marker's edge; training shrinks the same way. Enlarging is linear.
    shrinks = fit.side < max(square.shape)
    how = Picture.Resampling.BOX if shrinks else Picture.Resampling.BILINEAR
    return np.array(Picture.fromarray(square).resize((fit.side, fit.side), how))
