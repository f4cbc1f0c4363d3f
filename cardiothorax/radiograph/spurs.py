"""Spurs: thin tongues that the network runs from the heart along the diaphragm or a fat pad.

A heart's outline is round; a tongue of it that is thinner than a few hundredths of the picture is
never heart, yet its tip would be an end of the cardiac diameter.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..imaging.organs import HEART
from .segment import ProbabilityMap

SPUR_SHARE = 0.04
"""Tongues narrower than this share of the picture's side are cut off. Chosen on validation films:
see ``Docs/decisions.md``."""


def without_spurs(found: ProbabilityMap, *, share: float = SPUR_SHARE) -> ProbabilityMap:
    """Heart probability in spurs goes to the next likeliest class; everything else stays."""
    heart = found.classes.argmax(axis=0) == HEART
    spurs = heart & ~_opened(heart, share * found.fit.side / 2)
    if not spurs.any():
        return found
    classes = found.classes.copy()
    others = classes[:, spurs]
    others[HEART] = -1
    next_best = others.argmax(axis=0)
    rows, columns = np.nonzero(spurs)
    classes[next_best, rows, columns] += classes[HEART, rows, columns]
    classes[HEART, rows, columns] = 0
    return replace(found, classes=classes)


def _opened(mask: np.ndarray, radius: float) -> np.ndarray:
    """Morphological opening with a disc, by distances: exact for any radius."""
    from scipy.ndimage import distance_transform_edt

    core = distance_transform_edt(np.pad(mask, 1))[1:-1, 1:-1] > radius
    if not core.any():
        return mask
    opened: np.ndarray = distance_transform_edt(~core) <= radius
    return opened
