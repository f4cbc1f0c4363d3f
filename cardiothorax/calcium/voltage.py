"""Limits in HU by tube voltage: calcium is brighter at a lower one.

120 kVp: Agatston et al., JACC 1990. 100 kVp: threshold of Nakazato et al., J Cardiovasc Comput Tomogr 2009,
upper limits kept as by van Praagh et al., Med Phys 2021. 80 kVp: in print as 167, 266, 408, 551.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

from ..errors import UnsupportedImage


@dataclass(frozen=True)
class Limits:
    """A voxel counts from ``threshold_hu`` on (130 counts, 129 does not). A region weighs 1 at least;
    ``weight_limits_hu`` are the peaks from which it weighs 2, 3 and 4."""

    threshold_hu: float = 130.0
    weight_limits_hu: tuple[float, float, float] = (200.0, 300.0, 400.0)

    def __post_init__(self) -> None:
        all_limits = (self.threshold_hu, *self.weight_limits_hu)
        if len(all_limits) != 4:
            raise ValueError(f"weight_limits_hu are three numbers (weights 2, 3, 4), not {all_limits[1:]}")
        if not all(math.isfinite(limit) and limit > 0 for limit in all_limits):
            raise ValueError(f"limits are positive HU, not {all_limits}")
        if not all(lower < higher for lower, higher in itertools.pairwise(all_limits)):
            raise ValueError(f"threshold and limits of the weights must rise, not {all_limits}")


LIMITS_BY_KVP = {
    120: Limits(),
    140: Limits(),
    100: Limits(147.0),
    80: Limits(167.0, (266.0, 408.0, 551.0)),
}
"""140 kVp keeps the limits of 120, with a flag: calcium is darker there, so scores run low."""

KVP_SLACK = 0.5


def limits_for_kvp(kvp: float) -> Limits:
    """The default limits at a tube voltage.

    Raises :class:`UnsupportedImage` for voltages without agreed limits (70 and 135 kVp among them).
    """
    for known, limits in LIMITS_BY_KVP.items():
        if abs(kvp - known) <= KVP_SLACK:
            return limits
    raise UnsupportedImage(
        f"The tube voltage is {kvp:g} kVp; there are no agreed limits of calcium for it.",
        "Give the threshold and the three limits of the weights that hold on your scanner.",
    )
