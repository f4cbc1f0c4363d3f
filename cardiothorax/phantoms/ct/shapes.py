"""Cylinders and spheres with exact partial volume: what a scoring engine is tested against.

A voxel's value is the density times the part of the voxel (pixel area times slice thickness) that lies
inside the shape; nothing is blurred. Slices may overlap or leave gaps. Cylinders stand along z; the part of
a pixel inside a disc is exact, from the integral of the circle. The part inside a sphere is the integral of
such discs over the slice, by Gauss-Legendre quadrature between the places where it bends.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...imaging.image import Image

NODES = 24
"""Of the quadrature over a slice: volumes are right to better than one part in ten thousand."""


@dataclass(frozen=True)
class Grid:
    """Pixels and slices of a rendered shape; slice centers are ``increment_mm`` apart."""

    field_of_view_mm: float = 50.0
    matrix: int = 100
    slices: int = 11
    thickness_mm: float = 3.0
    increment_mm: float = 3.0

    @property
    def pixel_mm(self) -> float:
        return self.field_of_view_mm / self.matrix

    def inplane_edges(self) -> np.ndarray:
        """Borders of the pixels (mm), the middle of the picture at 0."""
        return (np.arange(self.matrix + 1) - self.matrix / 2) * self.pixel_mm

    def slice_centers(self) -> np.ndarray:
        return (np.arange(self.slices) - (self.slices - 1) / 2) * self.increment_mm


def rendered_cylinder(
    grid: Grid, *, diameter_mm: float, length_mm: float, hu: float, background_hu: float = 40.0,
    center_mm: tuple[float, float, float] = (0.0, 0.0, 0.0),
) -> Image:  # fmt: skip
    """An upright cylinder of ``hu`` in ``background_hu``; the array is float32 ``[k, j, i]``."""
    part = cylinder_part(grid, diameter_mm / 2, length_mm, center_mm)
    return _image(grid, part, hu, background_hu)


def rendered_sphere(
    grid: Grid, *, diameter_mm: float, hu: float, background_hu: float = 40.0,
    center_mm: tuple[float, float, float] = (0.0, 0.0, 0.0),
) -> Image:  # fmt: skip
    """A ball of ``hu`` in ``background_hu``; the array is float32 ``[k, j, i]``."""
    return _image(grid, sphere_part(grid, diameter_mm / 2, center_mm), hu, background_hu)


def cylinder_part(
    grid: Grid, radius_mm: float, length_mm: float, center_mm: tuple[float, float, float]
) -> np.ndarray:
    """Part of every voxel inside, 0 to 1, float64 ``[k, j, i]``."""
    edges = grid.inplane_edges()
    disc = disc_part(edges - center_mm[0], edges - center_mm[1], radius_mm)
    low, high = _slab(grid, center_mm[2])
    along = (
        np.clip(np.minimum(high, length_mm / 2) - np.maximum(low, -length_mm / 2), 0, None)
        / grid.thickness_mm
    )
    return np.asarray(along[:, None, None] * disc)


def sphere_part(grid: Grid, radius_mm: float, center_mm: tuple[float, float, float]) -> np.ndarray:
    """Part of every voxel inside, 0 to 1, float64 ``[k, j, i]``."""
    edges = grid.inplane_edges()
    x, y = edges - center_mm[0], edges - center_mm[1]
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    out = np.zeros((grid.slices, grid.matrix, grid.matrix))
    for k, (low, high) in enumerate(zip(*_slab(grid, center_mm[2]), strict=True)):
        low, high = max(low, -radius_mm), min(high, radius_mm)
        for a, b in ((low, min(high, 0.0)), (max(low, 0.0), high)):
            for node, weight in zip(nodes, weights, strict=True):
                height = (a + b) / 2 + (b - a) / 2 * node
                if b > a:
                    disc = disc_part(x, y, float(np.sqrt(radius_mm**2 - height**2)))
                    out[k] += weight * (b - a) / 2 / grid.thickness_mm * disc
    return out


def disc_part(x_edges: np.ndarray, y_edges: np.ndarray, radius_mm: float) -> np.ndarray:
    """Part of every pixel ``[rows, cols]`` inside the disc around the origin; exact."""
    corner = _corner_area(x_edges[None, :], y_edges[:, None], radius_mm)
    area = corner[1:, 1:] - corner[1:, :-1] - corner[:-1, 1:] + corner[:-1, :-1]
    size = np.diff(y_edges)[:, None] * np.diff(x_edges)[None, :]
    return np.asarray(np.clip(area / size, 0, 1))


def _corner_area(x: np.ndarray, y: np.ndarray, radius: float) -> np.ndarray:
    """Signed area of the disc's part between the axes and the corner (x, y): odd in x and in y."""
    a, b = np.minimum(np.abs(x), radius), np.minimum(np.abs(y), radius)
    a, b = np.broadcast_arrays(a, b)
    # From 0 to ``flat`` the strip's height is b, from there to a the circle.
    flat = np.minimum(a, np.sqrt(radius**2 - b**2))
    area = b * flat + _under_circle(a, radius) - _under_circle(flat, radius)
    return np.asarray(np.sign(x) * np.sign(y) * area)


def _under_circle(x: np.ndarray, radius: float) -> np.ndarray:
    """Integral of the circle's height from 0 to x, 0 <= x <= radius."""
    return np.asarray(
        (x * np.sqrt(np.maximum(radius**2 - x**2, 0)) + radius**2 * np.arcsin(np.clip(x / radius, 0, 1))) / 2
    )


def _slab(grid: Grid, center_z: float) -> tuple[np.ndarray, np.ndarray]:
    middle = grid.slice_centers() - center_z
    return middle - grid.thickness_mm / 2, middle + grid.thickness_mm / 2


def _image(grid: Grid, part: np.ndarray, hu: float, background_hu: float) -> Image:
    edge = float(grid.inplane_edges()[0]) + grid.pixel_mm / 2
    return Image(
        array=(background_hu + (hu - background_hu) * part).astype(np.float32),
        spacing_mm=(grid.pixel_mm, grid.pixel_mm, grid.increment_mm),
        origin_mm=(edge, edge, float(grid.slice_centers()[0])),
        modality="CT",
        spacing_source="PixelSpacing",
        tags={"KVP": "120", "SliceThickness": f"{grid.thickness_mm:g}"},
        source="rendered shape",
    )
