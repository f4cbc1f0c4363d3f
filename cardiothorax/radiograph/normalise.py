"""Grey values as the networks were trained on them; the numbers stand in the model's card."""

from __future__ import annotations

import numpy as np

from ..models import Normalisation

_SAMPLES = 20_000
"""A few thousand pixels give the percentiles of a film to a fraction of a grey level."""


def normalise(grey: np.ndarray, how: Normalisation) -> np.ndarray:
    """float32 of the same shape: stretched between two percentiles to the card's range, clipped."""
    few = grey.ravel()[:: max(1, grey.size // _SAMPLES)]
    bottom, top = np.percentile(few, [how.low_percentile, how.high_percentile])
    share = np.clip((grey - bottom) / max(float(top - bottom), 1e-3), 0, 1)
    low, high = how.range
    scaled: np.ndarray = (low + share * (high - low)).astype(np.float32)
    return scaled
