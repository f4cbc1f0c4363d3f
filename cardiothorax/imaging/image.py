"""An image with its place in the patient."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

Vector = tuple[float, float, float]
IDENTITY = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)


@dataclass(frozen=True)
class Image:
    """``array`` is C ordered ``[k, j, i]`` (slice, row, column); the rest as ITK has it, in LPS.

    A radiograph has one slice. ``spacing_mm`` is (i, j, k): column distance, row distance, slice
    distance. ``direction`` holds the rows of the 3 x 3 matrix whose columns are the axes i, j, k.
    ``tags`` keeps only header values that measuring needs: never names, never identifiers.
    ``spacing_source`` says where the millimeters come from (a tag's keyword, or ``""`` when the
    spacing is unknown and 1.0 stands in for it). ``notes`` say in words what was done to an unusual
    file while reading (polarity turned, padding masked). ``source`` is a file or node name.
    """

    array: np.ndarray
    spacing_mm: Vector = (1.0, 1.0, 1.0)
    origin_mm: Vector = (0.0, 0.0, 0.0)
    direction: tuple[float, ...] = IDENTITY
    modality: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    spacing_source: str = ""
    notes: tuple[str, ...] = ()
    source: str = ""

    @property
    def spacing_known(self) -> bool:
        return bool(self.spacing_source)

    def lps(self, i: float, j: float, k: float = 0.0) -> Vector:
        """Millimeters LPS of a continuous index; pixel centers are at integers."""
        x, y, z = self.direction_matrix @ (np.array([i, j, k]) * self.spacing_mm) + self.origin_mm
        return float(x), float(y), float(z)

    @property
    def direction_matrix(self) -> np.ndarray:
        return np.array(self.direction, dtype=float).reshape(3, 3)
