"""A smooth bending of space, so that no two drawn chests share a shape, and the heart's own placing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .fields import Points, turns
from .options import AnatomyOptions

WAVES = 7
WAVELENGTH_MM = (55.0, 190.0)
INVERSE_STEPS = 12


@dataclass(frozen=True)
class Bending:
    """World to atlas: ``p + sum of waves``. Few long waves, so it has no folds up to about 8 mm."""

    directions: np.ndarray
    phases: np.ndarray
    amplitudes: np.ndarray

    @classmethod
    def drawn(cls, rng: np.random.Generator, size_mm: float) -> Bending:
        direction = rng.normal(size=(WAVES, 3))
        direction /= np.linalg.norm(direction, axis=1, keepdims=True)
        length = rng.uniform(*WAVELENGTH_MM, size=(WAVES, 1))
        amplitude = (
            rng.normal(size=(WAVES, 3)) * (size_mm / np.sqrt(WAVES)) * (length / WAVELENGTH_MM[1]) ** 0.5
        )
        return cls(direction * (2 * np.pi / length), rng.uniform(0, 2 * np.pi, WAVES), amplitude)

    def __call__(self, p: Points) -> Points:
        out = [np.asarray(c, np.float32) for c in np.broadcast_arrays(*p)]
        out = [c.copy() for c in out]
        for (kx, ky, kz), phase, amplitude in zip(
            self.directions.astype(np.float32), self.phases, self.amplitudes.astype(np.float32), strict=True
        ):
            wave = np.sin(p[0] * kx + p[1] * ky + p[2] * kz + np.float32(phase))
            for n in range(3):
                out[n] += wave * amplitude[n]
        return out[0], out[1], out[2]

    def inverse(self, points: np.ndarray) -> np.ndarray:
        """World points ``[n, 3]`` of atlas points, by repeated substitution."""
        world = np.asarray(points, float).copy()
        for _ in range(INVERSE_STEPS):
            bent = np.stack(self((world[:, 0], world[:, 1], world[:, 2])), axis=1)
            world += np.asarray(points, float) - bent
        return world


@dataclass(frozen=True)
class Placing:
    """Atlas to the heart's own frame: turned, shifted and scaled."""

    rotation: np.ndarray
    shift_mm: np.ndarray
    scale: float

    @classmethod
    def of(cls, options: AnatomyOptions) -> Placing:
        return cls(turns(options.heart_turn_degrees), np.array(options.heart_shift_mm), options.heart_scale)

    def __call__(self, p: Points) -> Points:
        matrix = (self.rotation.T / self.scale).astype(np.float32)
        x, y, z = (p[n] - np.float32(self.shift_mm[n]) for n in range(3))
        rows = [matrix[n, 0] * x + matrix[n, 1] * y + matrix[n, 2] * z for n in range(3)]
        return rows[0], rows[1], rows[2]

    def inverse(self, points: np.ndarray) -> np.ndarray:
        return np.asarray(self.scale * (np.asarray(points, float) @ self.rotation.T) + self.shift_mm)
