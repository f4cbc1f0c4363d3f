"""``import cardiothorax`` is quick and light; so is the command line's help."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = (
    "torch",
    "lightning",
    "onnxruntime",
    "matplotlib",
    "pandas",
    "pydicom",
    "SimpleITK",
    "scipy",
    "skimage",
)
LIMIT_SECONDS = 0.3

CODE = """
import sys, time
before = time.process_time()
import {module}
print(time.process_time() - before)
print(",".join(sorted(set({heavy!r}) & set(sys.modules))))
"""


def imported(module: str) -> tuple[float, str]:
    """CPU seconds of a fresh process's import (wall time would measure the neighbors), heavy modules."""
    code = CODE.format(module=module, heavy=HEAVY)
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    seconds, names = out.split("\n")[:2]
    return float(seconds), names


def test_package_imports_in_a_third_of_a_second() -> None:
    runs = [imported("cardiothorax") for _ in range(3)]
    assert min(seconds for seconds, _ in runs) < LIMIT_SECONDS
    assert {names for _, names in runs} == {""}


@pytest.mark.parametrize(
    "module", ["cardiothorax.cli.main", "cardiothorax.ctr.result", "cardiothorax.errors"]
)
def test_light_parts_stay_light(module: str) -> None:
    assert imported(module)[1] == ""
