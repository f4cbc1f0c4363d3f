"""How many digits a number deserves, seen against how much such numbers vary."""

from __future__ import annotations

import math

WITHOUT_SPREAD = 3
_MOST = 6


def decimals(spread: float | None) -> int:
    """Digits behind the point that show two significant digits of ``spread``, a standard deviation.

    What is finer lies within the noise. Where nothing varies or the spread is not known, three.

    >>> decimals(0.0253), decimals(4.2), decimals(310.0), decimals(None)
    (3, 1, 0, 3)
    """
    if not spread:
        return WITHOUT_SPREAD
    return min(_MOST, max(0, 1 - math.floor(math.log10(spread))))
