"""A comparison with a reference as two Slicer plots: differences (Bland and Altman) and correlation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..stats.digits import decimals
from ..stats.study import AgreementStudy
from .plots import Series, add_plot


def add_difference_plot(
    scene: Any,
    measured: Sequence[float],
    reference: Sequence[float],
    study: AgreementStudy,
    quantity: str,
    *,
    points: str = "films",
) -> Any:
    """Differences over means, with the bias and the limits of agreement as lines, their values in the title.

    ``points`` says what they are.
    """
    first, second = np.asarray(measured, float), np.asarray(reference, float)
    middle = (first + second) / 2
    ends = [float(middle.min()), float(middle.max())]
    levels = [("mean difference", study.mean_difference, False)]
    title = f"{quantity} differences, mean {_signed(study.mean_difference, study)}"
    if study.limits is not None:
        low, high = study.limits.lower_limit.estimate, study.limits.upper_limit.estimate
        levels += [("lower limit", low, True), ("upper limit", high, True)]
        title += f", 95 % between {_signed(low, study)} and {_signed(high, study)}"
    lines = [Series(name, ends, [level, level], joined=True, dashed=dashed) for name, level, dashed in levels]
    cloud = Series(points, middle.tolist(), (first - second).tolist())
    x, y = f"mean of measured and reference {quantity}", f"measured minus reference {quantity}"
    return add_plot(scene, title, x, y, [cloud, *lines])


def add_correlation_plot(
    scene: Any,
    measured: Sequence[float],
    reference: Sequence[float],
    study: AgreementStudy,
    quantity: str,
    *,
    points: str = "films",
) -> Any:
    """Measured over reference, with the line of identity."""
    both = [*measured, *reference]
    ends = [min(both), max(both)]
    name = f"{quantity} correlation"
    if study.pearson_r is not None:
        name += f", r = {study.pearson_r.estimate:.3f}"
    cloud = Series(points, list(reference), list(measured))
    identity = Series("identity", ends, ends, joined=True, dashed=True)
    return add_plot(scene, name, f"reference {quantity}", f"measured {quantity}", [cloud, identity])


def _signed(value: float, study: AgreementStudy) -> str:
    return f"{value:+.{decimals(study.limits.sd if study.limits else None)}f}"
