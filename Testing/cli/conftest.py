"""The command as a user runs it: a process of its own, on files."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

REPOSITORY = Path(__file__).resolve().parents[2]


def command(*arguments):
    return [sys.executable, "-m", "cardiothorax.cli.main", *map(str, arguments)]


@pytest.fixture
def cardiothorax(tmp_path):
    """Run the command in an empty folder with no added models; gives ``code``, ``out``, ``err``."""
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(REPOSITORY), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep),
        "CARDIOTHORAX_MODELS": str(tmp_path / "added models"),
        "PYTHONUTF8": "1",
    }

    def run(*arguments):
        done = subprocess.run(
            command(*arguments),
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=300,
            check=False,
        )
        return SimpleNamespace(code=done.returncode, out=done.stdout, err=done.stderr)

    run.environment = environment
    run.folder = tmp_path
    run.command = command
    return run


@pytest.fixture(scope="session")
def film(tmp_path_factory):
    """A chest film that is nobody's, as DICOM, with its masks beside it."""
    cxr = pytest.importorskip("cardiothorax.phantoms.cxr")
    from cardiothorax.phantoms.options import CxrOptions

    folder = tmp_path_factory.mktemp("films")
    return cxr.write(cxr.make(1, options=CxrOptions(side_px=384)), folder, "film")[0]


@pytest.fixture
def pictures(tmp_path):
    """Grey pictures that are no chest: quick to refuse, each different. ``pictures(3)`` makes three."""
    from PIL import Image

    def make(count, folder="pictures"):
        (tmp_path / folder).mkdir(exist_ok=True)
        paths = []
        for number in range(count):
            grey = np.add.outer(np.arange(96), np.arange(80)).astype(np.uint8)
            grey[10 : 20 + number, 30:50] = 255
            paths.append(tmp_path / folder / f"picture{number:02d}.png")
            Image.fromarray(grey).save(paths[-1])
        return paths

    return make
