"""The panel in the stand-in for the Slicer desktop, with the worker that a test asks for."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np
import pytest

HERE = Path(__file__).resolve().parent
MODULE = HERE.parents[1] / "CTRMeasure" / "CTRMeasure.py"


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
    """``fake_worker("success")``: a real worker whose process plays a part, see ``fake_process.py``."""
    from cardiothorax.jobs import Worker

    made = []

    def make(part):
        worker = Worker(command=[sys.executable, str(HERE / "fake_process.py"), part])
        made.append(worker)
        return worker

    yield make
    for worker in made:
        worker.close()


@pytest.fixture
def panel(desktop, fake_worker):
    """The module's Widget, entered; ``panel.play("crash")`` chooses the part of its next worker."""
    widget = desktop.load_module(MODULE)
    logic, chosen = widget.logic, {"part": "success"}
    logic.computing.makeWorker = lambda: fake_worker(chosen["part"])

    def play(part):
        logic.close()
        chosen["part"] = part

    widget.play = play
    desktop.enter(widget)
    return widget


@pytest.fixture
def real_panel(desktop):
    """The module as it is shipped: its own worker, model and sample film."""
    widget = desktop.load_module(MODULE)
    desktop.enter(widget)
    return widget


@pytest.fixture
def film(desktop):
    """A volume in the scene that the fake process answers with drawn lungs and heart."""
    import slicer

    rows, columns = np.mgrid[:240, :200]
    values = (600 + 3 * columns + 2 * rows).astype(np.int16)[None]
    matrix = np.diag([-1.4, -1.4, 1.0, 1.0])
    return slicer.util.addVolumeFromArray(values, ijkToRAS=matrix, name="Chest PA")


@pytest.fixture
def pictures(tmp_path):
    """Where pictures of panels go: the folder named by CARDIOTHORAX_PICTURES, to look at them."""
    folder = Path(os.environ.get("CARDIOTHORAX_PICTURES") or tmp_path / "pictures")
    folder.mkdir(parents=True, exist_ok=True)
    return folder
