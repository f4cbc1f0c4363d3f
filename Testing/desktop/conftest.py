"""The panels in the stand-in for the Slicer desktop, with the worker that a test asks for."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np
import pytest

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[1]


@pytest.fixture
def desktop(shared_tools):
    """One running stand-in with an empty scene; errors in slots and observers fail the test."""
    pytest.importorskip("PySide6", reason="needs the extra 'desktop'")
    pytest.importorskip("slicer", reason="needs slicer-core: the extra 'scene'")
    from slicer_desktop import Desktop

    with Desktop() as opened:
        yield opened


@pytest.fixture
def fake_worker():
    """``fake_worker("success", "fake_film")``: a real worker whose process plays a part and answers as that
    file says, see ``fake_process.py``."""
    from cardiothorax.jobs import Worker

    made = []

    def make(part, answers):
        worker = Worker(command=[sys.executable, str(HERE / "fake_process.py"), part, answers])
        made.append(worker)
        return worker

    yield make
    for worker in made:
        worker.close()


@pytest.fixture
def open_panel(desktop, fake_worker):
    """``open_panel("CTRMeasure", "fake_film")``: a module's Widget, entered, with a fake worker that answers
    as that file says; ``panel.play("crash")`` chooses the part of its next worker. Without answers it is
    the module as it is shipped: its own worker and models."""

    def open_it(name, answers=None):
        widget = desktop.load_module(REPOSITORY / name / f"{name}.py")
        if answers is not None:
            _let_play(widget, fake_worker, answers)
        desktop.enter(widget)
        return widget

    return open_it


def _let_play(widget, fake_worker, answers):
    computing, chosen = widget.logic.computing, {"part": "success"}
    computing.makeWorker = lambda: fake_worker(chosen["part"], answers)

    def play(part):
        computing.close()
        chosen["part"] = part

    widget.play = play


@pytest.fixture
def panel(open_panel):
    """CTRMeasure with drawn lungs and heart."""
    return open_panel("CTRMeasure", "fake_film")


@pytest.fixture
def real_panel(open_panel):
    """CTRMeasure as it is shipped."""
    return open_panel("CTRMeasure")


@pytest.fixture
def film(desktop):
    """A volume in the scene that the fake process answers with drawn lungs and heart."""
    import slicer

    rows, columns = np.mgrid[:240, :200]
    values = (600 + 3 * columns + 2 * rows).astype(np.int16)[None]
    matrix = np.diag([-1.4, -1.4, 1.0, 1.0])
    return slicer.util.addVolumeFromArray(values, ijkToRAS=matrix, name="Chest PA")


@pytest.fixture
def measured(desktop, panel, film):
    """CTRMeasure with a drawn result under review; the reader is AB."""
    panel._parameterNode.inputVolume = film
    panel.ui.readerEdit.text = "AB"
    panel.ui.applyButton.click()
    assert desktop.process(until=lambda: not panel.film.running, timeout=30)
    desktop.check()
    return panel


@pytest.fixture
def calcium(open_panel):
    """CalciumScore, to start without a network; the fake worker can stand for one."""
    widget = open_panel("CalciumScore", "fake_ct")
    widget._parameterNode.model = "none"
    return widget


@pytest.fixture
def ct(desktop):
    """A small CT in the scene with calcium whose scores can be told by hand."""
    import slicer

    from Testing.scene import drawn_ct

    values, place = drawn_ct.hu(), drawn_ct.placing("plain")
    return slicer.util.addVolumeFromArray(values, ijkToRAS=place, name="Cardiac CT")


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


@pytest.fixture
def pictures(tmp_path):
    """Where pictures of panels go: the folder named by CARDIOTHORAX_PICTURES, to look at them."""
    folder = Path(os.environ.get("CARDIOTHORAX_PICTURES") or tmp_path / "pictures")
    folder.mkdir(parents=True, exist_ok=True)
    return folder
