"""A source tree that was unpacked anywhere works once its module folder is known to Slicer."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

from Testing.unit.house.source import MODULES, REPOSITORY

STEPS = """
import cardiothorax, pathlib
where = pathlib.Path(cardiothorax.__file__).resolve().parents[1]
assert where == pathlib.Path(r"{expected}").resolve(), where
worker = widget.logic.computing.worker()
worker.start()
assert worker.process_id
assert widget.ui.statusLabel.text
"""


@pytest.mark.parametrize("folder", ["plain", "Räntgen 胸片 film"])
@pytest.mark.parametrize("name", [module.name for module in MODULES])
def test_the_package_is_found_beside_the_module(shared_tools, tmp_path, name, folder):
    pytest.importorskip("PySide6", reason="needs the extra 'desktop'")
    tree = tmp_path / folder
    for part in ("cardiothorax", name, "Resources"):
        left_out = shutil.ignore_patterns("__pycache__", "Models")
        shutil.copytree(REPOSITORY / part, tree / part, ignore=left_out)
    steps = tmp_path / "steps.py"
    steps.write_text(STEPS.format(expected=tree), encoding="utf-8")
    module = tree / name / f"{name}.py"
    arguments = ["slicer_desktop", "run", str(module), "--script", str(steps)]
    # Without the repository on the path, and without an installed package where there is one.
    code = f"import sys; sys.argv = {arguments!r}; {_RUN}"
    environment = {**os.environ, "PYTHONPATH": str(shared_tools), "PYTHONUTF8": "1"}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


_RUN = (
    "import os, runpy; "
    "sys.path = [p for p in sys.path if not os.path.isdir(os.path.join(p, 'cardiothorax'))]; "
    "runpy.run_module('slicer_desktop', run_name='__main__', alter_sys=True)"
)
