"""The CTRMeasure panel, worked as a reader would."""

from __future__ import annotations

import pytest

WIDTH = 480


def measure(desktop, panel):
    panel.ui.applyButton.click()
    assert desktop.process(until=lambda: not panel.film.running, timeout=30)
    desktop.check()


def test_apply_shows_ratio_lines_and_next_step(desktop, panel, film, pictures):
    panel._parameterNode.inputVolume = film
    assert panel.ui.applyButton.enabled
    assert "Press Apply" in panel.ui.statusLabel.text
    measure(desktop, panel)
    values = panel.review.result.values
    assert panel.ui.ratioLabel.text == f"CTR {values.ctr:.2f}"
    assert "automatic" in panel.ui.ratioTextLabel.text
    assert sorted(panel.review.review.nodes.lines) == ["MLD", "MRD", "T", "Th", "midline"]
    desktop.grab(panel, pictures / "panel-result.png", width=WIDTH)
    desktop.grab_view("Red", pictures / "view-result.png", 600, 600)
    assert desktop.panel_width(panel) <= WIDTH


@pytest.mark.parametrize(
    ("part", "said"),
    [("error", "weights do not fit"), ("garbage", "nonsense"), ("crash", "process"), ("nonsense", "10 rows")],
)
def test_a_failing_worker_is_said_and_leaves_nothing(desktop, panel, film, pictures, part, said):
    import slicer

    panel.play(part)
    panel._parameterNode.inputVolume = film
    before = slicer.mrmlScene.GetNumberOfNodes()
    measure(desktop, panel)
    assert said in panel.ui.statusLabel.text
    assert slicer.mrmlScene.GetNumberOfNodes() == before
    assert panel.ui.applyButton.text == "Apply"
    assert panel.ui.applyButton.enabled
    desktop.grab(panel, pictures / f"panel-{part}.png", width=WIDTH)
    panel.play("success")
    measure(desktop, panel)
    assert panel.review.result is not None, "the next Apply works again"
