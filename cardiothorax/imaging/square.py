"""Square network inputs and the way back to the film's own pixels.

One convention everywhere: pixel centres lie at integers, so a picture of ``n`` columns reaches from
-0.5 to n - 0.5. A square of ``side`` pixels that shows ``extent`` film pixels has the scale
``side / extent``, and ``x_square = (x_film + left + 0.5) * scale - 0.5``: half-pixel exact, no shift.
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

    The square shows ``extent`` x ``extent`` film pixels. ``left`` and ``top`` are the columns and rows
    added before the film's first (negative: that many were cut off, centre crop only).
    """

    rows: int
    cols: int
    side: int
    extent: int
    left: int
    top: int

    @property
    def scale(self) -> float:
        """Square pixels per film pixel, the same in both directions."""
        return self.side / self.extent

    def to_square_xy(self, xy: np.ndarray) -> np.ndarray:
        """Points ``[..., 2]`` as (column, row) of the film, in pixels of the square."""
        return (np.asarray(xy, float) + (self.left + 0.5, self.top + 0.5)) * self.scale - 0.5

    def to_input_xy(self, xy: np.ndarray) -> np.ndarray:
        """Points ``[..., 2]`` as (column, row) of the square, in pixels of the film."""
        return (np.asarray(xy, float) + 0.5) / self.scale - (self.left + 0.5, self.top + 0.5)

    @property
    def inside(self) -> tuple[slice, slice]:
        """Rows and columns of the film that the square shows."""
        rows = slice(max(0, -self.top), min(self.rows, self.extent - self.top))
        cols = slice(max(0, -self.left), min(self.cols, self.extent - self.left))
        return rows, cols

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Borders (left, top, right, bottom) of :attr:`inside` in the square, 0 to ``side``."""
        rows, cols = self.inside
        x0, x1 = (cols.start + self.left) * self.scale, (cols.stop + self.left) * self.scale
        y0, y1 = (rows.start + self.top) * self.scale, (rows.stop + self.top) * self.scale
        return x0, y0, min(x1, float(self.side)), min(y1, float(self.side))


def pad_to_square(
    array: np.ndarray, side_px: int, *, fill: float = PADDING_GREY
) -> tuple[np.ndarray, SquareFit]:
    """The whole film ``[rows, cols]``, centred in a square of ``side_px``, float32. Nothing is cut."""
    rows, cols = _checked_shape(array, side_px)
    extent = max(rows, cols)
    fit = SquareFit(rows, cols, side_px, extent, (extent - cols) // 2, (extent - rows) // 2)
    return _shown(array, fit, fill), fit


def centre_crop_to_square(array: np.ndarray, side_px: int) -> tuple[np.ndarray, SquareFit]:
    """The paper's way: the largest centred square of the film, resized; the long side loses its ends.

    May cut a chest wall: use it to repeat the paper only.
    """
    rows, cols = _checked_shape(array, side_px)
    extent = min(rows, cols)
    fit = SquareFit(rows, cols, side_px, extent, -((cols - extent) // 2), -((rows - extent) // 2))
    return _shown(array, fit, PADDING_GREY), fit


def resample_probabilities(
    probabilities: np.ndarray, fit: SquareFit, shape: tuple[int, int] | None = None
) -> np.ndarray:
    """Class probabilities ``[c, side, side]`` on the film's grid, float32 ``[c, rows, cols]``.

    Linear between pixel centres, so that a border at probability one half keeps its sub-pixel place.
    What the square did not show (centre crop) is background: class 0 has probability 1 there.
    ``shape`` is checked against the fit when given.
    """
    if shape is not None and tuple(shape) != (fit.rows, fit.cols):
        raise GeometryProblem(f"The mask belongs to a film of {fit.rows} x {fit.cols} pixels, not {shape}.")
    if probabilities.ndim != 3 or probabilities.shape[1:] != (fit.side, fit.side):
        raise GeometryProblem(
            f"Probabilities have the shape {probabilities.shape}, expected (classes, {fit.side}, {fit.side})."
        )
    rows, cols = fit.inside
    size = (cols.stop - cols.start, rows.stop - rows.start)
    result = np.zeros((len(probabilities), fit.rows, fit.cols), np.float32)
    result[0] = 1.0
    for plane, target in zip(probabilities, result, strict=True):
        picture = Picture.fromarray(np.ascontiguousarray(plane, np.float32))
        target[rows, cols] = np.asarray(picture.resize(size, Picture.Resampling.BILINEAR, box=fit.box))
    return result


def labels_to_square(labels: np.ndarray, fit: SquareFit) -> np.ndarray:
    """A label mask ``[rows, cols]`` in the square, uint8: the label under each square pixel's centre."""
    if labels.shape != (fit.rows, fit.cols):
        raise GeometryProblem(f"The mask has {labels.shape} pixels, its film {(fit.rows, fit.cols)}.")
    return _nearest(labels, *_lookup(fit.side, 1 / fit.scale, fit.top, fit.left, inverse=True))


def labels_to_input(labels: np.ndarray, fit: SquareFit) -> np.ndarray:
    """A label mask ``[side, side]`` on the film's grid, uint8: the label under each film pixel's centre."""
    if labels.shape != (fit.side, fit.side):
        raise GeometryProblem(f"The mask has {labels.shape} pixels, expected {(fit.side, fit.side)}.")
    y = np.floor((np.arange(fit.rows) + fit.top + 0.5) * fit.scale).astype(int)
    x = np.floor((np.arange(fit.cols) + fit.left + 0.5) * fit.scale).astype(int)
    return _nearest(labels, y, x)


def _lookup(
    side: int, film_pixels: float, top: int, left: int, *, inverse: bool
) -> tuple[np.ndarray, np.ndarray]:
    centres = (np.arange(side) + 0.5) * film_pixels
    return np.floor(centres - top).astype(int), np.floor(centres - left).astype(int)


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


def _shown(array: np.ndarray, fit: SquareFit, fill: float) -> np.ndarray:
    rows, cols = fit.inside
    square = np.full((fit.extent, fit.extent), fill, np.float32)
    square[fit.top + rows.start : fit.top + rows.stop, fit.left + cols.start : fit.left + cols.stop] = array[
        rows, cols
    ]
    if fit.side == fit.extent:
        return square
    # PIL widens the filter with the reduction, so shrinking averages (no aliasing); a box average is
    # what training used and does not ring at a marker's edge. Enlarging interpolates linearly.
    how = Picture.Resampling.BOX if fit.side < fit.extent else Picture.Resampling.BILINEAR
    return np.asarray(Picture.fromarray(square).resize((fit.side, fit.side), how))
