"""The rules by which scoring programs differ: smallest region and mass factor.

Smallest regions are those found by comparing with each vendor's own program on the cardiac
calcification phantom (van Praagh et al., Med Phys 2021); mass factors are medians over ten or more
scans of its calibration rods at 120 kVp by vendor, in mg per mm³ and HU.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

MASS_FACTOR_PER_CM3 = (0.2, 2.0)
"""Range of credible mass factors in mg per cm³ and HU, as scanners write them (0.64 to 0.81 seen); a
thousandth of it in mg per mm³ and HU."""
AREA_SLACK = 1e-9
"""So that 1 mm² of 0.5 mm pixels is 4 pixels, not 5, whatever the last bit of the spacing says."""


@dataclass(frozen=True)
class Preset:
    """A region counts from ``smallest_area_mm2`` and from ``smallest_pixels`` on, both inclusive."""

    name: str
    words: str
    mass_factor: float
    smallest_area_mm2: float = 0.0
    smallest_pixels: int = 1

    def minimum_pixels(self, column_mm: float, row_mm: float) -> int:
        """The least number of pixels of a region that counts, for pixels of this size.

        >>> PRESETS["literature"].minimum_pixels(0.5, 0.5), PRESETS["literature"].minimum_pixels(0.3, 0.6)
        (4, 6)
        """
        by_area = math.ceil(self.smallest_area_mm2 / (column_mm * row_mm) - AREA_SLACK)
        return max(by_area, self.smallest_pixels)


PRESETS = {
    preset.name: preset
    for preset in (
        Preset("literature", "Literature, GE, TeraRecon: at least 1 mm²", 0.00089, smallest_area_mm2=1.0),
        Preset("siemens", "Siemens: every pixel counts", 0.00075),
        Preset("philips", "Philips: at least 0.5 mm²", 0.00079, smallest_area_mm2=0.5),
        Preset("canon", "Canon: at least 3 pixels", 0.00072, smallest_pixels=3),
    )
}
DEFAULT_PRESET = "literature"
