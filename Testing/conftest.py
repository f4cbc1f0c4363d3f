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
    """The folder that holds ``cardiothorax/`` and ``CTRMeasure/``."""
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


# -- without PyTorch ---------------------------------------------------------------------------------

WITHOUT = os.environ.get("CARDIOTHORAX_TEST_WITHOUT", "")
"""``torch`` when ``make test TORCH=no`` left the ``train`` extra out on purpose."""

LEFT_OUT = {"torch": {"torch", "lightning", "safetensors", "onnx", "onnxscript"}}.get(WITHOUT, set())


def _left_out(problem: BaseException | None) -> str:
    name = (getattr(problem, "name", None) or "").split(".")[0]
    return name if isinstance(problem, ModuleNotFoundError) and name in LEFT_OUT else ""


class _Module(pytest.Module):
    """A test file that cannot be imported only because PyTorch was left out is skipped, not broken."""

    def collect(self):
        try:
            return list(super().collect())
        except self.CollectError as problem:
            if name := _left_out(problem.__cause__):
                pytest.skip(f"needs {name}, left out by TORCH=no", allow_module_level=True)
            raise


if LEFT_OUT:

    def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Module:
        return _Module.from_parent(parent, path=module_path)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_setup(item: pytest.Item):
        return (yield from _skip_what_was_left_out())

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(item: pytest.Item):
        return (yield from _skip_what_was_left_out())


def _skip_what_was_left_out():
    try:
        return (yield)
    except ModuleNotFoundError as problem:
        if name := _left_out(problem):
            pytest.skip(f"needs {name}, left out by TORCH=no")
        raise
