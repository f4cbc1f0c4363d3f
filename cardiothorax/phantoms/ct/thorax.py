"""The chest around the heart as signed distances in the atlas (millimeters, LPS, the heart's middle at 0)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .fields import Points, capsule, ellipsoid, frame, overlap, smooth_union, tube, union
from .options import AnatomyOptions

SPINE = (-10.0, 70.0)
"""Left and back of the vertebral bodies' middle."""
VERTEBRA_MM, DISC_MM = 25.0, 5.0
STERNUM = (-10.0, -69.0)
RIB_SPACING_MM = 25.0
RIB_SLOPE = 0.5
"""Fall of a rib per millimeter toward the front."""
CARTILAGE_ANGLE = 0.62
"""Ribs within this angle (radians) of the front are cartilage."""


@dataclass(frozen=True)
class Thorax:
    """Distances of the parts of the chest wall, lungs and upper belly for one patient."""

    options: AnatomyOptions

    def cavity(self, p: Points) -> np.ndarray:
        """Inside of the rib cage, both sides and what lies between them."""
        x, y, z = p
        wide, deep = self.options.thorax_scale
        taper = 1 - np.float32(0.0014) * np.maximum(z, -40) - np.float32(0.000012) * np.maximum(z, 0) ** 2
        q = ((x - np.float32(SPINE[0])) / taper, (y - 14) / (0.5 + 0.5 * taper), np.float32(0) * z)
        right = ellipsoid(q, (-54 * wide, 0, 0), np.eye(3), (78 * wide, 80 * deep, 400))
        left = ellipsoid(q, (54 * wide, 0, 0), np.eye(3), (78 * wide, 80 * deep, 400))
        both = smooth_union(right, left, 30.0)
        return overlap(both, -(y + np.float32(62 * deep)))

    def skin(self, p: Points, cavity: np.ndarray) -> np.ndarray:
        """Outside of the body: the cage, flattened, with muscle and fat, and breasts."""
        x, y, z = p
        wide, deep = self.options.thorax_scale
        fat = self.options.wall_fat_mm
        trunk = ellipsoid(
            (x - np.float32(SPINE[0]), y - 16, np.float32(0) * z), (0, 0, 0), np.eye(3),
            (150 * wide + fat, 94 * deep + 0.7 * fat, 600),
        )  # fmt: skip
        field = smooth_union(trunk, cavity - np.float32(14 + 0.6 * fat), 25.0)
        rise = self.options.breast_mm
        if rise > 0:
            for side in (-1, 1):
                center = (SPINE[0] + side * 78 * wide, -60 * deep - 0.4 * rise, 0.0)
                breast = ellipsoid(p, center, np.eye(3), (62, 28 + 0.7 * rise, 60))
                field = smooth_union(field, breast, 20.0)
        return field

    def breast_gland(self, p: Points) -> np.ndarray:
        wide, deep = self.options.thorax_scale
        rise = self.options.breast_mm
        sides = [
            ellipsoid(
                p,
                (SPINE[0] + s * 82 * wide, -66 * deep - 0.7 * rise, 2.0),
                np.eye(3),
                (36, 8 + 0.4 * rise, 36),
            )
            for s in (-1, 1)
        ]
        return union(sides[0], sides[1])

    def muscle(self, p: Points, cavity: np.ndarray) -> np.ndarray:
        """Intercostal, pectoral and back muscles around the cage."""
        y = p[1]
        deep = self.options.thorax_scale[1]
        back = np.clip((y - 30) / 40, 0, 1)
        field = cavity - (np.float32(13) + 4 * back)
        for side in (-1, 1):
            group = ellipsoid(p, (SPINE[0] + side * 26, 104 * deep, 0), np.eye(3), (26, 20, 500))
            field = smooth_union(field, group, 6.0)
        return field

    def ribs(self, p: Points, cavity: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(distance to the nearest rib or cartilage, how much of it is cartilage 0 to 1)."""
        x, y, z = p
        shell = np.abs(cavity - np.float32(6.0)) - np.float32(3.6)
        angle = np.abs(np.arctan2(x - np.float32(SPINE[0]), -(y - 10)))
        front = np.clip((np.float32(CARTILAGE_ANGLE) - angle) * 6 + np.float32(0.5), 0, 1)
        height = z - np.float32(RIB_SLOPE) * y + 9 * front * (1 - angle / np.float32(CARTILAGE_ANGLE))
        phase = height - np.float32(RIB_SPACING_MM) * np.round(height / np.float32(RIB_SPACING_MM))
        band = np.abs(phase) - np.float32(6.0)
        field = smooth_union(-shell, -band, 5.0)
        gap = np.float32(0.13) - angle
        return overlap(-field, gap * 60), front

    def sternum(self, p: Points, cavity: np.ndarray) -> np.ndarray:
        """A flat bone in the front wall, waisted between the ribs; it ends below in a point."""
        x, y, z = p
        half = np.float32(13) + 4 * np.cos(z * np.float32(2 * np.pi / 38))
        half = half * np.clip((z + 78) * np.float32(0.04), 0.2, 1)
        dx = np.abs(x - np.float32(STERNUM[0])) - half
        dy = overlap(np.abs(cavity - np.float32(7.5)) - np.float32(2.5), y + 20)
        outside = np.hypot(np.maximum(dx, 0), np.maximum(dy, 0)) + np.minimum(np.maximum(dx, dy), 0)
        return np.asarray(overlap(outside - np.float32(2.5), -(z + 80)))

    def spine(self, p: Points) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """(bone, disc, spinal canal)."""
        x, y, z = p
        bx, by = SPINE
        phase = z - VERTEBRA_MM * np.round(z / np.float32(VERTEBRA_MM))
        waist = 1 - 0.08 * np.cos(phase * np.float32(2 * np.pi / VERTEBRA_MM))
        q = ((x - np.float32(bx)) / waist, (y - np.float32(by)) / waist, np.float32(0) * z)
        column = ellipsoid(q, (0, 0, 0), np.eye(3), (17.5, 14.5, 400))
        body = overlap(column, np.abs(phase) - np.float32(VERTEBRA_MM / 2 - DISC_MM / 2))
        canal = ellipsoid(p, (bx, by + 22, 0), np.eye(3), (9, 8, 500))
        arch = overlap(np.abs(canal - 3.5) - np.float32(3.0), -(y - np.float32(by + 8)))
        process = overlap(np.abs(x - np.float32(bx)) - 3.2, np.abs(y - (by + 42) - 0.8 * phase) - 15)
        flat = (np.abs(x - np.float32(bx)), y - np.float32(by), np.float32(0) * z)
        sides = overlap(capsule(flat, (9, 18, 0), (32, 33, 0), 5.5, 4.0), np.abs(phase + 4) - 7)
        back = union(union(arch, process), sides)
        back = overlap(back, -(canal - 1.0))
        return union(body, back), overlap(column, -body), canal

    def diaphragm(self, p: Points) -> np.ndarray:
        """Negative below the domes."""
        x, y, z = p
        wide = self.options.thorax_scale[0]
        lift = np.float32(self.options.diaphragm_mm)

        def dome(cx: float, cy: float, top: float, radius: float) -> np.ndarray:
            away = ((x - np.float32(cx)) ** 2 + 0.8 * (y - np.float32(cy)) ** 2) / np.float32(2 * radius)
            return np.asarray(z - (np.float32(top) + lift - away)) * np.float32(0.8)

        right = dome(-72 * wide, 6, -24, 46)
        left = dome(60 * wide, 10, -42, 40)
        middle = dome(0, -10, -50, 110)
        return smooth_union(smooth_union(right, left, 16.0), middle, 14.0)

    def liver(self, p: Points) -> np.ndarray:
        return ellipsoid(p, (-50, -2, -92), frame((0.9, -0.3, 0.2), (0, 1, 0)), (100, 82, 80))

    def stomach(self, p: Points) -> np.ndarray:
        return ellipsoid(p, (58, -8, -78), frame((0.6, -0.6, -0.5), (0, 1, 0)), (38, 26, 30))

    def spleen(self, p: Points) -> np.ndarray:
        return ellipsoid(p, (88, 50, -82), frame((0.3, 0.5, 0.8), (1, 0, 0)), (44, 24, 26))

    def esophagus(self, p: Points) -> np.ndarray:
        line = np.array([[0, 50, 120], [2, 49, 40], [6, 48, -10], [14, 36, -60], [30, 16, -80.0]])
        return tube(p, line, (6.0, 6.0, 6.5, 7.0, 9.0))

    def airways(self, p: Points) -> np.ndarray:
        trunk = capsule(p, (-8, 26, 66), (-8, 20, 130), 8.5, 9.0)
        left = tube(p, np.array([[-8, 27, 64], [22, 36, 44], [40, 42, 30.0]]), (7, 6, 5))
        right = tube(p, np.array([[-8, 27, 64], [-32, 34, 46], [-40, 38, 10.0]]), (7.5, 6, 5))
        return union(union(trunk, left), right)


def mediastinum(
    p: Points, heart: np.ndarray, spine: np.ndarray, gullet: np.ndarray, options: AnatomyOptions
) -> np.ndarray:
    """What the lungs leave free: heart and vessels in their fat, spine, and the strip behind the sternum."""
    x, y, z = p
    tilt = np.float32(STERNUM[0] + 8) - np.float32(0.12) * z
    strip = overlap(np.abs(x - tilt) - (2 + 1.2 * options.fat_mm + 0.12 * np.maximum(z, 0)), y + 30)
    field = smooth_union(heart, strip, 22.0)
    field = smooth_union(field, gullet - 2, 20.0)
    behind = capsule(p, (6, 60, -150), (4, 58, 150), 11.0, 11.0)
    field = smooth_union(field, behind, 16.0)
    return smooth_union(field, spine - 2, 12.0)
