"""Fixtures that every floor of the tests may use."""

from __future__ import annotations

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]

# Two test processes share the cores: a network that takes all of them in each is slower, not faster.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("CARDIOTHORAX_THREADS", "1")
# Models that a developer added to the machine are not what is tested.
MODELS = tempfile.mkdtemp(prefix="cardiothorax-test-models-")
atexit.register(shutil.rmtree, MODELS, ignore_errors=True)
os.environ["CARDIOTHORAX_MODELS"] = MODELS
# No display is there, and none is wanted.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("MPLBACKEND", "agg")
if sys.platform.startswith("linux"):
    os.environ.setdefault("VTK_DEFAULT_OPENGL_WINDOW", "vtkEGLRenderWindow")


def _shared(*parts: str) -> Path:
    root = Path(os.environ.get("CARDIOTHORAX_SHARED", REPOSITORY.parent / "shared"))
    folder = root.joinpath(*parts)
    if not folder.is_dir():
        pytest.skip(f"needs {folder}; set CARDIOTHORAX_SHARED to the folder that holds {parts[0]}/")
    return folder.resolve()


@pytest.fixture(scope="session")
def repository() -> Path:
    """The folder that holds ``cardiothorax/`` and the modules' folders."""
    return REPOSITORY


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real films and volumes, which are not in the repository; skips where they are absent."""
    return _shared("data")


@pytest.fixture(scope="session")
def shared_tools() -> Path:
    """The folder that holds ``slicer_desktop``, put on ``sys.path``; skips where it is absent."""
    folder = _shared("tools", "slicer_desktop").parent
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    return folder
