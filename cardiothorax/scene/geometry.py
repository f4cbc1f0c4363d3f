"""Where pixels lie: the grid of a volume node in the package's terms, and points on it."""

from __future__ import annotations

from typing import Any

import numpy as np
import vtk

from ..errors import GeometryProblem
from ..imaging.image import Vector

RAS_OF_LPS = np.diag([-1.0, -1.0, 1.0])


def ijk_to_ras(volume: Any) -> np.ndarray:
    """The 4 x 4 matrix of the volume's own grid, parent transforms not included."""
    matrix = vtk.vtkMatrix4x4()
    volume.GetIJKToRASMatrix(matrix)
    return np.array([[matrix.GetElement(row, column) for column in range(4)] for row in range(4)])


def vtk_matrix(array: np.ndarray) -> vtk.vtkMatrix4x4:
    matrix = vtk.vtkMatrix4x4()
    for row in range(4):
        for column in range(4):
            matrix.SetElement(row, column, float(array[row, column]))
    return matrix


def lps_grid(volume: Any) -> tuple[Vector, Vector, tuple[float, ...]]:
    """Spacing in mm, origin and direction (rows of the matrix) as :class:`Image` has them, in LPS.

    Raises :class:`GeometryProblem` under a transform that bends the grid: lengths on it mean nothing.
    """
    parent = volume.GetParentTransformNode()
    if parent is not None and not parent.IsTransformToWorldLinear():
        raise GeometryProblem(
            f"{volume.GetName()} lies under the non-linear transform {parent.GetName()}.",
            "Remove the transform from the volume, or harden it, and run again.",
        )
    matrix = ijk_to_ras(volume)
    axes = RAS_OF_LPS @ matrix[:3, :3]
    origin = RAS_OF_LPS @ matrix[:3, 3]
    spacing = np.linalg.norm(axes, axis=0)
    direction = axes / spacing
    return _vector(spacing), _vector(origin), tuple(float(x) for x in direction.ravel())


def set_lps_grid(volume: Any, spacing: Vector, origin: Vector, direction: tuple[float, ...]) -> None:
    """The opposite of :func:`lps_grid`."""
    matrix = np.eye(4)
    matrix[:3, :3] = RAS_OF_LPS @ (np.reshape(direction, (3, 3)) * np.array(spacing))
    matrix[:3, 3] = RAS_OF_LPS @ np.array(origin)
    volume.SetIJKToRASMatrix(vtk_matrix(matrix))


def point_of_pixel(volume: Any, x: float, y: float) -> np.ndarray:
    """RAS point, in the volume's own frame, of the pixel coordinate (column, row) of its first slice."""
    return (ijk_to_ras(volume) @ [x, y, 0.0, 1.0])[:3]


def pixel_of_point(volume: Any, ras: Any) -> tuple[float, float]:
    """(column, row) of a RAS point of the volume's own frame; its distance from the slice is dropped."""
    i, j = (np.linalg.inv(ijk_to_ras(volume)) @ [*ras, 1.0])[:2]
    return float(i), float(j)


def _vector(values: np.ndarray) -> Vector:
    x, y, z = (float(value) for value in values)
    return x, y, z
