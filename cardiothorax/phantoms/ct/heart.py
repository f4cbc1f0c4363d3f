"""The heart and its great vessels as signed distances in the heart's own frame (millimeters).

The origin lies where the four chambers meet. Numbers are those of an adult heart of about 125 mm width
on axial slices: long axis to the left, the front and the feet; aortic root in the middle; pulmonary trunk
in front and to the left of it; left atrium behind.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .fields import Points, capsule, ellipsoid, frame, smooth_union, tube, union, unit
from .options import AnatomyOptions

LONG_AXIS = unit((0.66, -0.55, -0.50))
LV_CENTER = np.array([33.0, -6.0, -17.0])
ROOT_CENTER = np.array([-2.0, -5.0, 13.0])
ROOT_RADIUS = 16.0
ASCENDING = np.array([[0, 0, 5], [-3, -7, 18], [-11, -14, 36], [-15, -14, 60], [-8, -2, 80.0]])
ARCH = np.array([[-8, -2, 80], [2, 20, 88], [12, 42, 82], [18, 55, 66.0]])
DESCENDING = np.array([[18, 55, 66], [20, 60, 30], [18, 60, -20], [12, 56, -70], [4, 52, -130.0]])
TRUNK = np.array([[9, -33, 22], [15, -26, 36], [20, -8, 48], [18, 6, 52.0]])
RIGHT_PULMONARY = np.array([[18, 6, 52], [-8, 14, 48], [-34, 16, 44], [-56, 18, 36.0]])
LEFT_PULMONARY = np.array([[18, 6, 52], [36, 26, 54], [48, 40, 42], [54, 46, 20.0]])
VENA_CAVA_SUPERIOR = np.array([[-30, 2, 12], [-33, -1, 45], [-32, -4, 95.0]])
VENA_CAVA_INFERIOR = np.array([[-30, 10, -26], [-26, 18, -55], [-24, 20, -130.0]])
CRUX, CRUX_RADII = (-12.0, 4.0, -8.0), (15.0, 17.0, 19.0)
"""The fibrous body between the four chambers; without it fat would fill the middle."""
SINUS, SINUS_RADII = (-6.0, 14.0, -24.0), (17.0, 13.0, 13.0)
"""The coronary sinus and the floor of the left atrium, which close the notch behind the ventricles."""
VEINS = (
    (np.array([[-22, 28, 8], [-46, 34, 2], [-68, 40, -6.0]]), 6.5),
    (np.array([[-22, 24, 18], [-46, 18, 26], [-66, 8, 34.0]]), 6.0),
    (np.array([[24, 30, 8], [46, 42, 2], [64, 50, -8.0]]), 6.0),
    (np.array([[24, 26, 18], [44, 26, 26], [60, 18, 36.0]]), 5.5),
)


@dataclass(frozen=True)
class Heart:
    """Distances of single chambers and of the whole, for one patient's sizes."""

    options: AnatomyOptions

    def left_ventricle(self, p: Points, shrink_mm: float = 0.0) -> np.ndarray:
        s = self.options.chambers[0]
        axes = frame(LONG_AXIS, (0.7, 0.7, 0.0))
        radii = np.array([49.0, 34.0, 34.0]) * s - shrink_mm
        return ellipsoid(p, LV_CENTER + LONG_AXIS * 6 * (s - 1), axes, radii)

    def right_ventricle(self, p: Points) -> np.ndarray:
        s = self.options.chambers[1]
        axes = frame((0.72, -0.42, -0.42), (-0.45, -0.85, 0.1))
        body = ellipsoid(p, (3.0, -26.0, -16.0), axes, np.array([47.0, 24.0, 36.0]) * s)
        outflow = capsule(p, (2.0, -34.0, 0.0), (9.0, -33.0, 22.0), 17.0 * s, 13.5 * s)
        return smooth_union(body, outflow, 14.0)

    def right_atrium(self, p: Points) -> np.ndarray:
        s = self.options.chambers[3]
        body = ellipsoid(p, (-36.0, 0.0, -8.0), np.eye(3), np.array([23.0, 27.0, 33.0]) * s)
        ear = ellipsoid(p, (-24.0, -22.0, 12.0), frame((0.5, -0.6, 0.5), (1, 1, 0)), (17.0, 11.0, 11.0))
        return smooth_union(body, ear, 8.0)

    def left_atrium(self, p: Points) -> np.ndarray:
        s = self.options.chambers[2]
        body = ellipsoid(
            p, (1.0, 26.0, 8.0), frame((1, 0.1, 0.05), (0, 1, 0.2)), np.array([34, 19, 23.0]) * s
        )
        return smooth_union(body, self.left_ear(p), 6.0)

    def left_ear(self, p: Points) -> np.ndarray:
        line = np.array([[25, 18, 14], [37, 8, 21], [43, -7, 21.0]])
        return tube(p, line, (9.5, 9.0, 6.5))

    def root(self, p: Points) -> np.ndarray:
        return ellipsoid(p, ROOT_CENTER, np.eye(3), np.full(3, ROOT_RADIUS * self.options.aorta_scale))

    def ascending(self, p: Points) -> np.ndarray:
        s = self.options.aorta_scale
        return smooth_union(self.root(p), tube(p, ASCENDING, np.array([13, 14, 15.5, 15, 13.5]) * s), 4.0)

    def pulmonary(self, p: Points) -> np.ndarray:
        s = self.options.pulmonary_scale
        field = tube(p, TRUNK, np.array([13, 13.5, 13, 12.5]) * s)
        field = union(field, tube(p, RIGHT_PULMONARY, np.array([12, 10.5, 10, 7]) * s))
        return union(field, tube(p, LEFT_PULMONARY, np.array([12, 10.5, 9.5, 7]) * s))

    def cava(self, p: Points) -> np.ndarray:
        upper = tube(p, VENA_CAVA_SUPERIOR, (11.0, 9.0, 9.0))
        return union(upper, tube(p, VENA_CAVA_INFERIOR, (12.0, 12.0, 13.0)))

    def far_aorta(self, p: Points) -> np.ndarray:
        """Arch and descending aorta."""
        s = self.options.aorta_scale
        field = tube(p, ARCH, np.array([13.5, 13, 12.5, 12.5]) * s)
        return union(field, tube(p, DESCENDING, np.array([12.5, 12.5, 12.0, 11.5, 11]) * s))

    def veins(self, p: Points) -> np.ndarray:
        """The four veins of the lungs where they enter the left atrium."""
        fields = [tube(p, line, (radius + 1, radius, radius * 0.7)) for line, radius in VEINS]
        return union(*fields)

    def chambers(self, p: Points, blend_mm: float) -> np.ndarray:
        """The four chambers with the aortic root, filleted by ``blend_mm``."""
        field = smooth_union(self.left_ventricle(p), self.right_ventricle(p), blend_mm)
        field = smooth_union(field, self.right_atrium(p), blend_mm)
        field = smooth_union(field, self.left_atrium(p), blend_mm)
        field = smooth_union(field, ellipsoid(p, CRUX, np.eye(3), CRUX_RADII), blend_mm)
        return smooth_union(field, ellipsoid(p, SINUS, np.eye(3), SINUS_RADII), blend_mm)
