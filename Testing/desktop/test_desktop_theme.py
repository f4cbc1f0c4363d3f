"""Readable in the dark and in the light theme: colors come from the palette alone."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

MODULE = Path(__file__).resolve().parents[2] / "CTRMeasure"


@pytest.fixture
def dark(desktop):
    """Slicer's dark theme, near enough; the light one comes back afterwards."""
    import qt
    import slicer

    before, palette = slicer.app.palette(), qt.QPalette()
    roles = {
        "Window": "#323232", "WindowText": "#e6e6e6", "Base": "#242424", "AlternateBase": "#323232",
        "Text": "#e6e6e6", "Button": "#323232", "ButtonText": "#e6e6e6", "ToolTipBase": "#505050",
        "ToolTipText": "#e6e6e6", "Highlight": "#2a82da", "HighlightedText": "#ffffff",
    }  # fmt: skip
    for role, color in roles.items():
        palette.setColor(getattr(qt.QPalette, role), qt.QColor(color))
    slicer.app.setPalette(palette)
    yield
    slicer.app.setPalette(before)


def lightness(picture):
    """Of the commonest color, and of the lightest pixel of a row through the words."""
    colors = Counter(
        picture.pixelColor(x, y).lightness()
        for x in range(0, picture.width(), 2)
        for y in range(0, picture.height(), 2)
    )
    return colors.most_common(1)[0][0], max(colors), min(colors)


def test_dark_theme(desktop, dark, panel, film, pictures):
    panel._parameterNode.inputVolume = film
    panel.ui.applyButton.click()
    assert desktop.process(until=lambda: not panel.film.running, timeout=30)
    for name in ("optionsSection", "valuesSection", "exportSection", "batchSection"):
        getattr(panel.ui, name).collapsed = False
    background, lightest, _ = lightness(desktop.grab(panel, pictures / "panel-dark.png", width=480))
    assert background < 80
    assert lightest > 200, "the words stand out"


def test_light_theme(desktop, panel, film):
    panel._parameterNode.inputVolume = film
    background, _, darkest = lightness(desktop.grab(panel, None, width=480))
    assert background > 200
    assert darkest < 60


def test_no_fixed_color_anywhere():
    """Also what would break high resolution: sizes in style sheets."""
    files = [*MODULE.rglob("*.py"), *MODULE.rglob("*.ui")]
    assert len(files) > 10
    for file in files:
        text = file.read_text("utf-8")
        for word in ("styleSheet", "StyleSheet", "QColor", "<color", "QPalette", "#000000", "<palette"):
            assert word not in text, f"{word} in {file.name}"
