"""Plots: what is drawn is what was measured; the same text for the same numbers; no global state."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from cardiothorax.stats.agreement import bland_altman
from cardiothorax.stats.extras import ExtraMissing
from cardiothorax.stats.plots import as_png, as_svg, bland_altman_figure, correlation_figure, roc_figure

RNG = np.random.default_rng(2)
REFERENCE = RNG.normal(0.48, 0.06, 80)
MEASURED = REFERENCE + RNG.normal(0.002, 0.012, 80)


def heights(axes) -> list[float]:
    return [float(line.get_ydata()[0]) for line in axes.lines]


def test_bland_altman_lines_stand_at_bias_and_limits() -> None:
    axes = bland_altman_figure(MEASURED, REFERENCE, quantity="CTR").axes[0]
    limits = bland_altman(MEASURED, REFERENCE)
    expected = (limits.upper_limit.estimate, limits.bias.estimate, limits.lower_limit.estimate)
    assert heights(axes)[1:] == pytest.approx(expected)
    points = np.asarray(axes.collections[0].get_offsets())
    assert points[:, 1] == pytest.approx(MEASURED - REFERENCE)
    assert points[:, 0] == pytest.approx((MEASURED + REFERENCE) / 2)


def test_correlation_has_identity_and_equal_axes() -> None:
    axes = correlation_figure(MEASURED, REFERENCE, quantity="Diameter", unit="mm", cutoff=0.5).axes[0]
    assert axes.get_xlim() == axes.get_ylim()
    x, y = axes.lines[0].get_data()
    assert list(x) == list(y)
    assert axes.get_xlabel() == "Reference Diameter (mm)"
    assert axes.get_ylabel() == "Measured Diameter (mm)"


def test_groups_have_their_own_shapes_and_a_legend() -> None:
    groups = ["b" if i % 3 else "a" for i in range(80)]
    figure = bland_altman_figure(MEASURED, REFERENCE, quantity="CTR", groups=groups)
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["a", "b"]
    first, second = figure.axes[0].collections[:2]
    assert len(first.get_offsets()) == groups.count("a")
    assert not np.array_equal(first.get_paths()[0].vertices, second.get_paths()[0].vertices)


def test_group_names_are_written_as_they_are() -> None:
    """Neither mathematics nor markup nor matplotlib's own hidden names; long ones are cut."""
    names = ["$x^", "_hidden", "--><script>alert(1)</script>"]
    figure = correlation_figure(MEASURED, REFERENCE, quantity="CTR", groups=[names[i % 3] for i in range(80)])
    said = {text.get_text() for text in figure.legends[0].get_texts()}
    assert said == {"$x^", "_hidden", "--><script>alert(\u2026"}
    assert "<script" not in as_svg(figure)


def test_roc_runs_from_corner_to_corner() -> None:
    axes = roc_figure(MEASURED, REFERENCE > 0.5, positive="CTR > 0.50").axes[0]
    x, y = axes.lines[1].get_data()
    assert (x[0], y[0], x[-1], y[-1]) == (0, 0, 1, 1)
    assert axes.get_title(loc="left").startswith("AUC 0.9")


def test_same_numbers_same_svg_and_nothing_from_outside() -> None:
    texts = [as_svg(correlation_figure(MEASURED, REFERENCE, quantity="CTR")) for _ in range(2)]
    assert texts[0] == texts[1]
    assert texts[0].startswith("<svg")
    assert "<script" not in texts[0]
    assert "<?xml" not in texts[0]


def test_many_points_stay_small() -> None:
    x = np.random.default_rng(0).normal(0.5, 0.05, 20000)
    assert len(as_svg(correlation_figure(x, x + 0.001, quantity="CTR"))) < 600_000


def test_png_is_print_size() -> None:
    from io import BytesIO

    from PIL import Image

    picture = Image.open(BytesIO(as_png(correlation_figure(MEASURED, REFERENCE, quantity="CTR"))))
    assert picture.size == (990, 900)


@pytest.mark.parametrize("values", [([0.5, 0.5], [0.5, 0.5]), ([0.5, 0.6], [0.5, 0.6]), ([0, 0], [0, 0])])
def test_degenerate_pairs_are_drawn(values) -> None:
    as_svg(bland_altman_figure(*values, quantity="CTR"))
    as_svg(correlation_figure(*values, quantity="CTR"))


def test_pyplot_stays_out() -> None:
    """pyplot chooses a backend for the whole process, which would be Slicer's."""
    import subprocess

    code = (
        "import sys; from cardiothorax.stats.plots import *;"
        "as_png(correlation_figure([.4, .5], [.4, .6], quantity='CTR'));"
        "sys.exit('matplotlib.pyplot' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_without_matplotlib_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ExtraMissing, match=r"needs matplotlib.*cardiothorax\[report\]"):
        bland_altman_figure(MEASURED, REFERENCE, quantity="CTR")
