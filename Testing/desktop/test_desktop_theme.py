"""Readable in the dark and in the light theme: colors come from the palette alone."""

from __future__ import annotations

import pytest

from Testing.desktop.looks import lightness
from Testing.unit.house.source import MODULES, PACKAGE


def test_dark_theme(desktop, dark, panel, film, pictures):
    panel._parameterNode.inputVolume = film
    panel.ui.applyButton.click()
    assert desktop.process(until=lambda: not panel.film.running, timeout=30)
    for name in ("optionsSection", "valuesSection", "exportSection", "batchSection"):
        getattr(panel.ui, name).collapsed = False
    background, lightest, _ = lightness(desktop.grab(panel, pictures / "panel-dark.png", width=480))
    assert background < 80
    assert lightest > 200, "the words stand out"


NAMES = [module.name for module in MODULES]


@pytest.mark.parametrize("name", NAMES)
def test_every_part_of_a_panel_in_the_dark(desktop, dark, open_panel, pictures, name):
    import ctk

    panel = open_panel(name)
    for part in vars(panel.ui).values():
        if isinstance(part, ctk.ctkCollapsibleButton):
            part.collapsed = False
    picture = desktop.grab(panel, pictures / f"panel-{name}-dark-empty.png", width=480)
    background, lightest, _ = lightness(picture)
    assert background < 80
    assert lightest > 200, "the words stand out"


@pytest.mark.parametrize("name", NAMES)
def test_light_theme(desktop, open_panel, name):
    background, _, darkest = lightness(desktop.grab(open_panel(name), None, width=480))
    assert background > 200
    assert darkest < 60


@pytest.mark.parametrize("folder", [*MODULES, PACKAGE / "panels"], ids=lambda folder: folder.name)
def test_no_fixed_color_anywhere(folder):
    """Also what would break high resolution: sizes in style sheets."""
    files = [*folder.rglob("*.py"), *folder.rglob("*.ui")]
    assert len(files) > 3
    for file in files:
        text = file.read_text("utf-8")
        for word in ("styleSheet", "StyleSheet", "QColor", "<color", "QPalette", "#000000", "<palette"):
            assert word not in text, f"{word} in {file.name}"
