"""The examples in the docstrings are true."""

from __future__ import annotations

import doctest
from importlib import import_module

import pytest


@pytest.mark.parametrize(
    "name", ["agreement", "detection", "diagnostic", "digits", "icc", "kappa", "overlap"]
)
def test_examples(name: str) -> None:
    found = doctest.testmod(import_module(f"cardiothorax.stats.{name}"))
    assert found.attempted > 0
    assert found.failed == 0
