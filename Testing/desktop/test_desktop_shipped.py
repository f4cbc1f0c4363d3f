"""The module as it is shipped, with the real worker, model and sample film."""

from __future__ import annotations

import os

import pytest

WIDTH = 480


@pytest.mark.slow
def test_sample_film_from_apply_to_a_corrected_export(desktop, real_panel, pictures, tmp_path):
    panel = real_panel
    panel.ui.sampleButton.click()
    desktop.check()
    assert "Press Apply to measure Sample film" in panel.ui.statusLabel.text
    panel.ui.applyButton.click()
    assert desktop.process(until=lambda: not panel.film.running, timeout=120)
    desktop.check()
    result = panel.review.result
    assert result.values is not None, panel.ui.statusLabel.text
    assert result.verdict == "ok", result.flags
    assert 0.3 < result.values.ctr < 0.7
    assert result.values.thoracic_diameter_mm is not None, "the sample is calibrated"
    assert result.provenance.model_name == "ctr-unet-slim"
    desktop.grab(panel, pictures / "panel-sample.png", width=WIDTH)
    desktop.grab_view("Red", pictures / "view-sample.png", 700, 700)
    folder = tmp_path / "export"
    panel.export.folderField.path = folder
    panel.ui.exportButton.click()
    assert len(list(folder.iterdir())) == 4


@pytest.mark.slow
def test_the_modules_own_test(desktop, real_panel):
    desktop.run_test("CTRMeasure")


@pytest.mark.slow
def test_process_for_scripts(desktop, real_panel):
    import SampleData

    from cardiothorax.errors import Cancelled, ModelProblem

    logic = real_panel.logic
    volume = SampleData.SampleDataLogic().downloadSample("CTRMeasureFilm")
    steps = []
    study = logic.process(volume, device="cpu", crf="off", progress=lambda fraction, step: steps.append(step))
    assert steps
    assert sorted(study.lines) == ["MLD", "MRD", "T", "Th"]
    assert study.table.GetNumberOfRows() > 10
    assert study.measurement.values.ctr > 0
    assert study.segmentation.GetSegmentation().GetNumberOfSegments() == 3
    import slicer

    count = slicer.mrmlScene.GetNumberOfNodes()

    def cancel(fraction, step):
        raise Cancelled

    with pytest.raises(Cancelled):
        logic.process(volume, progress=cancel)
    with pytest.raises(ModelProblem):
        logic.process(volume, model="no-such-model")
    with pytest.raises(ValueError, match="inputVolume"):
        logic.process(None)
    assert slicer.mrmlScene.GetNumberOfNodes() == count
    again = logic.process(volume, device="cpu", crf="off")
    assert again.measurement.values == study.measurement.values, "the same numbers to the last digit"


@pytest.mark.slow
def test_the_worker_is_killed_from_outside(desktop, real_panel):
    """As the system does when memory runs out."""
    import signal

    panel = real_panel
    panel.ui.sampleButton.click()
    panel.ui.applyButton.click()
    desktop.process(until=lambda: panel.ui.progressBar.value > 0, timeout=60)
    os.kill(panel.logic.computing.worker().process_id, signal.SIGKILL)
    assert desktop.process(until=lambda: not panel.film.running, timeout=20)
    desktop.check()
    assert "process" in panel.ui.statusLabel.text
    assert panel.review.result is None
    panel.ui.applyButton.click()
    assert desktop.process(until=lambda: panel.review.result is not None, timeout=120)


@pytest.mark.slow
def test_a_film_on_its_side_is_turned_on_wish(desktop, real_panel, pictures):
    import numpy as np
    import slicer

    from cardiothorax.scene.turning import add_turned_copy

    panel = real_panel
    panel.ui.sampleButton.click()
    upright = panel._parameterNode.inputVolume
    panel._parameterNode.inputVolume = add_turned_copy(slicer.mrmlScene, upright, 1)
    panel.ui.applyButton.click()
    assert desktop.process(until=lambda: not panel.film.running, timeout=120)
    assert panel.review.result.values is None
    assert "Turn it, then press Apply" in panel.ui.statusLabel.text
    desktop.grab(panel, pictures / "panel-turned.png", width=WIDTH)
    panel.ui.turnRightButton.click()
    desktop.check()
    chosen = panel._parameterNode.inputVolume
    assert np.array_equal(slicer.util.arrayFromVolume(chosen), slicer.util.arrayFromVolume(upright))
    panel.ui.applyButton.click()
    assert desktop.process(until=lambda: not panel.film.running, timeout=120)
    assert panel.review.result.values is not None
