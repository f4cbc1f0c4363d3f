"""The CTRMeasure panel up to a result: choosing, Apply, Cancel, whatever the worker may do."""

from __future__ import annotations

import time

import numpy as np
import pytest

WIDTH = 480


def measure(desktop, panel):
    panel.ui.applyButton.click()
    assert desktop.process(until=lambda: not panel.film.running, timeout=30)
    desktop.check()


def test_an_empty_scene_says_what_to_do(desktop, panel, pictures):
    assert "Choose a chest radiograph" in panel.ui.statusLabel.text
    assert not panel.ui.applyButton.enabled
    assert "first" in panel.ui.applyButton.toolTip
    assert not panel.ui.exportButton.enabled
    assert not panel.ui.reviewSection.enabled
    desktop.grab(panel, pictures / "panel-empty.png", width=WIDTH)
    assert desktop.panel_width(panel) <= WIDTH


def test_the_first_film_is_chosen_by_itself(desktop, panel, film):
    desktop.exit(panel)
    desktop.enter(panel)
    assert panel.ui.inputSelector.currentNode() is film
    assert "Press Apply to measure Chest PA" in panel.ui.statusLabel.text


def test_apply_shows_ratio_lines_and_next_step(desktop, panel, film, pictures):
    panel._parameterNode.inputVolume = film
    measure(desktop, panel)
    values = panel.review.result.values
    assert panel.ui.ratioLabel.text == f"CTR {values.ctr:.2f}"
    assert "automatic" in panel.ui.ratioTextLabel.text
    assert "mm" in panel.ui.lengthsLabel.text
    assert panel.ui.flagsColumn.count() == 2, "one flag, one note on the file"
    assert "Check outlines and lines" in panel.ui.statusLabel.text
    assert panel.ui.exportButton.enabled
    assert sorted(panel.review.review.nodes.lines) == ["MLD", "MRD", "T", "Th", "midline"]
    desktop.grab(panel, pictures / "panel-result.png", width=WIDTH)
    desktop.grab_view("Red", pictures / "view-result.png", 600, 600)


def test_all_sections_open_fit_the_column(desktop, panel, film, pictures):
    panel._parameterNode.inputVolume = film
    measure(desktop, panel)
    for name in ("optionsSection", "masksSection", "valuesSection", "exportSection", "batchSection"):
        getattr(panel.ui, name).collapsed = False
    assert desktop.panel_width(panel) <= WIDTH
    desktop.grab(panel, pictures / "panel-all-open.png", width=WIDTH)
    assert panel.ui.valuesTable.model().rowCount() > 10


def test_the_film_fills_the_view_with_outlines(desktop, panel, film):
    panel._parameterNode.inputVolume = film
    measure(desktop, panel)
    picture = desktop.grab_view("Red", None, 400, 400)
    colors = {picture.pixelColor(x, y).name() for x in range(0, 400, 2) for y in range(0, 400, 2)}
    assert any(color.startswith("#e65a") for color in colors), "the heart's outline"
    corners = [picture.pixelColor(x, 200).lightness() for x in (40, 360)]
    assert max(corners) > 0, "the film reaches both sides"


def test_progress_is_shown_and_cancel_leaves_the_scene_alone(desktop, panel, film, pictures):
    import slicer

    panel.play("endless")
    panel._parameterNode.inputVolume = film
    before = slicer.mrmlScene.GetNumberOfNodes()
    panel.ui.applyButton.click()
    assert desktop.process(until=lambda: panel.ui.progressBar.value == 30, timeout=20)
    assert panel.ui.applyButton.text == "Cancel"
    assert "s left" in panel.ui.progressBar.format
    assert not panel.ui.inputSelector.enabled
    desktop.grab(panel, pictures / "panel-running.png", width=WIDTH)
    start = time.perf_counter()
    panel.ui.applyButton.click()
    assert time.perf_counter() - start < 2.0
    assert not panel.film.running
    assert "Cancelled; nothing was changed" in panel.ui.statusLabel.text
    assert panel.ui.inputSelector.enabled
    assert slicer.mrmlScene.GetNumberOfNodes() == before


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


def test_the_log_is_behind_a_button(desktop, panel, film):
    panel.play("crash")
    panel._parameterNode.inputVolume = film
    measure(desktop, panel)
    import slicer

    panel.ui.detailsButton.click()
    copied = slicer.app.clipboard().text()
    assert "Segmentation fault in a library" in copied
    assert panel.ui.statusLabel.text in copied


def test_a_failed_run_keeps_the_result_before_it(desktop, panel, film):
    panel._parameterNode.inputVolume = film
    measure(desktop, panel)
    result = panel.review.result
    panel.play("crash")
    measure(desktop, panel)
    assert panel.review.result == result


def test_closing_the_scene_while_it_measures(desktop, panel, film):
    import slicer

    panel.play("endless")
    panel._parameterNode.inputVolume = film
    panel.ui.applyButton.click()
    slicer.mrmlScene.Clear()
    desktop.process()
    assert not panel.film.running
    assert "Choose a chest radiograph" in panel.ui.statusLabel.text


def test_a_film_that_is_deleted_while_it_is_measured(desktop, panel, film):
    import slicer

    panel._parameterNode.inputVolume = film
    panel.ui.applyButton.click()
    slicer.mrmlScene.RemoveNode(film)
    assert desktop.process(until=lambda: not panel.film.running, timeout=30)
    desktop.check()
    assert panel.review.result is None


def test_leaving_and_coming_back_keeps_the_run(desktop, panel, film):
    panel._parameterNode.inputVolume = film
    panel.ui.applyButton.click()
    desktop.exit(panel)
    assert desktop.process(until=lambda: not panel.film.running, timeout=30)
    desktop.enter(panel)
    assert panel.review.result is not None


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (np.zeros((1, 50, 60), np.int16), "empty"),
        (np.arange(3000, dtype=np.int16).reshape(3, 20, 50), "3 slices"),
    ],
)
def test_what_is_no_film_is_refused_in_words(desktop, panel, values, said):
    import slicer

    panel._parameterNode.inputVolume = slicer.util.addVolumeFromArray(values, name="other")
    panel.ui.applyButton.click()
    assert not panel.film.running
    assert said in panel.ui.statusLabel.text


def test_a_gray_color_volume_is_measured_and_a_photograph_is_not(desktop, panel):
    import slicer

    rows, columns = np.mgrid[:120, :100]
    gray = (rows + columns).astype(np.uint8)
    volume = slicer.util.addVolumeFromArray(
        np.stack([gray] * 3, axis=-1)[None], nodeClassName="vtkMRMLVectorVolumeNode", name="secondary capture"
    )
    panel._parameterNode.inputVolume = volume
    measure(desktop, panel)
    assert panel.review.result is not None
    photograph = slicer.util.addVolumeFromArray(
        np.stack([gray, 255 - gray, gray // 2], axis=-1)[None],
        nodeClassName="vtkMRMLVectorVolumeNode",
        name="photograph",
    )
    panel._parameterNode.inputVolume = photograph
    panel.ui.applyButton.click()
    assert "color picture" in panel.ui.statusLabel.text.replace("colour", "color")


def test_missing_packages_are_asked_for_once_and_may_be_declined(desktop, panel, film, monkeypatch, pictures):
    import qt

    from cardiothorax.panels import packages

    monkeypatch.setattr(packages, "REQUIREMENTS", ("no-such-package-as-this",))
    panel._parameterNode.inputVolume = film
    desktop.dialogs.answer(qt.QMessageBox.Cancel)
    panel.ui.applyButton.click()
    assert len(desktop.dialogs.shown) == 1
    assert "no-such-package-as-this; installing it was declined" in panel.ui.statusLabel.text
    assert not panel.film.running
    desktop.grab(panel, pictures / "panel-packages.png", width=WIDTH)


def test_a_failed_installation_says_what_to_do(desktop, panel, film, monkeypatch):
    import subprocess

    import slicer.packaging

    def fail(*_, **__):
        raise subprocess.CalledProcessError(1, "pip install")

    monkeypatch.setattr(slicer.packaging, "pip_ensure", fail)
    panel._parameterNode.inputVolume = film
    panel.ui.applyButton.click()
    said = panel.ui.statusLabel.text
    assert "needs onnxruntime, which could not be installed. Check the internet connection" in said
    assert "exit status" not in said
    assert not panel.film.running


def test_a_gpu_without_pytorch_names_the_extension(desktop, panel, film, monkeypatch):
    import sys

    from cardiothorax.panels import packages

    monkeypatch.setattr(packages.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setitem(sys.modules, "PyTorchUtils", None)
    panel._parameterNode.inputVolume = film
    panel._parameterNode.device = "GPU"
    panel.ui.applyButton.click()
    assert "Extensions Manager" in panel.ui.statusLabel.text


def test_device_and_options_reach_the_worker(desktop, panel, film):
    panel._parameterNode.inputVolume = film
    panel.ui.cutoffSpinBox.value = 0.6
    panel.ui.deviceSelector.setCurrentText("CPU")
    panel.ui.crfSelector.setCurrentText("off")
    settings = panel.film.settings()
    assert (settings.cutoff, settings.device, settings.crf) == (0.6, "cpu", "off")
    measure(desktop, panel)
    assert panel.review.result.values.cutoff == 0.6
    assert "not enlarged" in panel.ui.ratioTextLabel.text


def test_keys_work_only_while_the_module_is_shown(desktop, panel, film):
    panel._parameterNode.inputVolume = film
    panel.shortcuts.press("Ctrl+Return")
    assert panel.film.running
    assert desktop.process(until=lambda: not panel.film.running, timeout=30)
    desktop.exit(panel)
    panel.shortcuts.press("Ctrl+Return")
    assert not panel.film.running


def test_reload_and_close(desktop, panel, film):
    import slicer

    panel._parameterNode.inputVolume = film
    measure(desktop, panel)
    slicer.util.reloadScriptedModule("CTRMeasure")
    desktop.process()
    desktop.check()
    assert slicer.modules.CTRMeasureWidget is not panel
