"""What tests need is installed: a skip for a missing package must never pass unnoticed."""

from __future__ import annotations

import importlib.util
import os
import sys

import pytest

WITHOUT = os.environ.get("CARDIOTHORAX_TEST_WITHOUT", "")
"""``torch`` when ``make test TORCH=no`` left the extra ``train`` out on purpose."""

NEEDED = {
    "train": ("torch", "lightning", "onnx", "onnxscript", "safetensors"),
    "scene": ("slicer", "vtk"),
    "report": ("jinja2", "matplotlib"),
    "dev": ("hypothesis", "skimage", "statsmodels"),
}


@pytest.mark.parametrize("extra", NEEDED)
def test_extra_is_installed(extra: str) -> None:
    if extra == "train" and WITHOUT == "torch":
        pytest.skip("left out by TORCH=no")
    missing = [name for name in NEEDED[extra] if importlib.util.find_spec(name) is None]
    assert not missing, f'pip install -c constraints.txt -e ".[{extra}]", or make test'


def test_python_is_one_of_the_tested() -> None:
    assert (3, 11) <= sys.version_info[:2] <= (3, 13)
