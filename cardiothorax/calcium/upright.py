"""The patient upright in the array, whichever way a file stores rows and columns.

Volumes come with rows that run from the back (a patient on his belly), mirrored, or with rows and columns
exchanged. What looks for lungs, heart and front does so in the turned array; nothing is resampled.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..imaging.image import Image, Vector


@dataclass(frozen=True)
class Turn:
    """``axes`` and ``flips`` turn an array so that slices run feet to head, rows front to back and columns
    from the patient's right to the left."""

    axes: tuple[int, int, int]
    flips: tuple[int, ...]

    def turned(self, array: np.ndarray) -> np.ndarray:
        """A view of an array ``[k, j, i]`` on the image's grid."""
        return np.flip(array.transpose(self.axes), self.flips)

    def turned_back(self, array: np.ndarray) -> np.ndarray:
        """The inverse of :meth:`turned`."""
        return np.flip(array, self.flips).transpose(np.argsort(self.axes))

    def spacing_mm(self, image: Image) -> Vector:
        """Of the turned array: slice, row, column."""
        slice_mm, row_mm, column_mm = (image.spacing_mm[::-1][axis] for axis in self.axes)
        return slice_mm, row_mm, column_mm


def upright(image: Image) -> Turn:
    """The turn of an axial volume."""
    matrix = image.direction_matrix
    axes, flips = [], []
    for place, world in enumerate((2, 1, 0)):  # superior, posterior, left in LPS
        column = int(np.argmax(np.abs(matrix[world])))
        axes.append(2 - column)  # array axes run k, j, i; the matrix's columns i, j, k
        if matrix[world, column] < 0:
            flips.append(place)
    return Turn((axes[0], axes[1], axes[2]), tuple(flips))
