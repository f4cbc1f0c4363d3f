"""Bland-Altman, correlation and ROC plots, ready for print: 84 mm wide, 8 pt, readable without color.

matplotlib is imported when a figure is made and used without pyplot: no window, no global state.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from .agreement import BlandAltman, bland_altman, pearson
from .digits import decimals
from .extras import report_library
from .inputs import Interval, paired
from .roc import auc, roc_curve

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SIZE_INCHES = (3.3, 3.0)
POINTS_AS_PIXELS_FROM = 1500
"""More points than this are drawn as pixels inside the SVG, so that pages stay small."""
LONGEST_NAME = 18
"""Longer names of groups are cut in the legend, which has three columns."""

# Okabe and Ito's colors that hold on white, each with a shape of its own
SERIES = (
    ("#0072B2", "o"), ("#D55E00", "s"), ("#009E73", "^"),
    ("#8A5A83", "D"), ("#7A6000", "v"), ("#3A3A3A", "P"),
)  # fmt: skip
SVG_METADATA = ("Creator", "Date", "Format", "Type")
"""What matplotlib would write into the page: none of it is wanted."""
LINE, BAND, MUTED = "#222222", "#0072B2", "#777777"
STYLE = {
    "font.family": ["DejaVu Sans"],
    "font.size": 8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.8,
    "axes.edgecolor": LINE,
    "svg.hashsalt": "cardiothorax",
    "svg.fonttype": "path",
}


def bland_altman_figure(
    measured: ArrayLike,
    reference: ArrayLike,
    *,
    quantity: str,
    unit: str = "",
    groups: Sequence[str] | None = None,
) -> Figure:
    """Difference (measured minus reference) over the mean of both; bias and limits with their intervals."""
    first, second = paired(measured, reference, at_least=2)
    limits = bland_altman(first, second)
    with _style():
        figure, axes = _figure()
        _points(axes, (first + second) / 2, first - second, groups)
        _limit_lines(axes, limits)
        axes.set_xlabel(f"Mean of measured and reference {_with_unit(quantity, unit)}")
        axes.set_ylabel(f"Measured \u2212 reference {_with_unit(quantity, unit)}")
        reach = 1.15 * max(
            float(np.abs(first - second).max()), abs(limits.lower_limit.low), abs(limits.upper_limit.high)
        )
        axes.set_ylim(-reach or -1.0, reach or 1.0)
    return figure


def correlation_figure(
    measured: ArrayLike,
    reference: ArrayLike,
    *,
    quantity: str,
    unit: str = "",
    cutoff: float | None = None,
    groups: Sequence[str] | None = None,
) -> Figure:
    """Measured over reference with the line of identity, on equal axes; dotted lines at ``cutoff``."""
    first, second = paired(measured, reference)
    low, high = (float(end) for end in (min(first.min(), second.min()), max(first.max(), second.max())))
    margin = 0.06 * (high - low) or 0.05 * abs(high) or 1.0
    span = (low - margin, high + margin)
    with _style():
        figure, axes = _figure()
        axes.plot(span, span, color=LINE, linewidth=0.9)
        axes.annotate(
            "identity", (span[1], span[1]), xytext=(-6, -3), textcoords="offset points",
            ha="right", va="bottom", rotation=45, rotation_mode="anchor", fontsize=7, color=LINE,
        )  # fmt: skip
        if cutoff is not None and span[0] < cutoff < span[1]:
            axes.axvline(cutoff, color=MUTED, linewidth=0.8, linestyle=":")
            axes.axhline(cutoff, color=MUTED, linewidth=0.8, linestyle=":")
        _points(axes, second, first, groups)
        axes.set(xlim=span, ylim=span, aspect="equal")
        axes.set_xlabel(f"Reference {_with_unit(quantity, unit)}")
        axes.set_ylabel(f"Measured {_with_unit(quantity, unit)}")
        axes.set_title(_correlation_text(first, second), loc="left", fontsize=8)
    return figure


def roc_figure(scores: ArrayLike, truth: ArrayLike, *, positive: str) -> Figure:
    """The curve with its area; ``positive`` says in words what is looked for."""
    curve, area = roc_curve(scores, truth), auc(scores, truth)
    with _style():
        figure, axes = _figure()
        axes.plot([0, 1], [0, 1], color=MUTED, linewidth=0.8, linestyle=":")
        axes.plot(curve.false_positive_rate, curve.true_positive_rate, color=BAND, linewidth=1.4)
        axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), aspect="equal")
        axes.set_xlabel("1 \u2212 specificity")
        axes.set_ylabel(f"Sensitivity for {positive}")
        axes.set_title(f"AUC {_with_interval(area, 3)}", loc="left", fontsize=8)
    return figure


def as_svg(figure: Figure) -> str:
    """An ``<svg>`` element to place in a page, the same text for the same numbers."""
    buffer = io.StringIO()
    with _style():
        figure.savefig(buffer, format="svg", dpi=200, metadata=dict.fromkeys(SVG_METADATA))
    text = buffer.getvalue()
    return text[text.index("<svg") :]


def as_png(figure: Figure, *, dpi: int = 300) -> bytes:
    buffer = io.BytesIO()
    with _style():
        figure.savefig(buffer, format="png", dpi=dpi, metadata={"Software": None})
    return buffer.getvalue()


def _style() -> Any:
    return report_library("matplotlib", "A plot").rc_context(STYLE)


def _figure() -> tuple[Figure, Axes]:
    figures = report_library("matplotlib.figure", "A plot")
    figure: Figure = figures.Figure(figsize=SIZE_INCHES, layout="constrained")
    return figure, figure.add_subplot()


def _points(axes: Axes, x: np.ndarray, y: np.ndarray, groups: Sequence[str] | None) -> None:
    names = sorted(set(groups)) if groups is not None else []
    in_pixels = x.size > POINTS_AS_PIXELS_FROM
    look: dict[str, Any] = {"s": 11, "alpha": 0.65, "linewidths": 0, "rasterized": in_pixels}
    if not 2 <= len(names) <= len(SERIES):
        color, marker = SERIES[0]
        axes.scatter(x, y, color=color, marker=marker, **look)
        return
    of = np.asarray(groups, dtype=object)
    for name, (color, marker) in zip(names, SERIES, strict=False):
        axes.scatter(x[of == name], y[of == name], color=color, marker=marker, label=f"group {name}", **look)
    figure = axes.get_figure(root=True)
    assert figure is not None
    legend = figure.legend(
        frameon=False, fontsize=7, handletextpad=0.1, columnspacing=1, loc="outside upper left", ncols=3
    )
    for text, name in zip(legend.get_texts(), names, strict=True):  # as written: $ and _ mean nothing here
        text.set_parse_math(False)
        text.set_text(name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}\u2026")


def _limit_lines(axes: Axes, limits: BlandAltman) -> None:
    """Lines over the whole width, their intervals as bands, their values at the right edge."""
    axes.axhline(0, color=MUTED, linewidth=0.8, linestyle=":")
    named = (
        ("+1.96 SD", limits.upper_limit, "--", BAND),
        ("mean", limits.bias, "-", LINE),
        ("\u22121.96 SD", limits.lower_limit, "--", BAND),
    )
    for name, interval, dashes, band in named:
        axes.axhspan(interval.low, interval.high, color=band, alpha=0.12, linewidth=0)
        axes.axhline(interval.estimate, color=LINE, linewidth=1.0, linestyle=dashes)
        axes.annotate(
            f"{name}\n{_signed(interval.estimate, limits.sd)}", (1.0, interval.estimate),
            xycoords=("axes fraction", "data"), xytext=(3, 0), textcoords="offset points",
            va="center", fontsize=7, annotation_clip=False,
        )  # fmt: skip


def _signed(value: float, sd: float) -> str:
    """True minus sign, no minus zero."""
    text = f"{value:+.{decimals(sd)}f}"
    return text.replace("-", "\u2212") if float(text) else text[1:]


def _correlation_text(first: np.ndarray, second: np.ndarray) -> str:
    from .inputs import UnusableNumbers

    try:
        return f"r = {_with_interval(pearson(first, second), 3)}, n = {first.size}"
    except UnusableNumbers:
        return f"n = {first.size}"


def _with_interval(interval: Interval, digits: int) -> str:
    return f"{interval.estimate:.{digits}f} ({interval.low:.{digits}f} to {interval.high:.{digits}f})"


def _with_unit(quantity: str, unit: str) -> str:
    return f"{quantity} ({unit})" if unit else quantity
