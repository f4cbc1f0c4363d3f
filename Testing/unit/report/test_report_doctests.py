"""The examples in the docstrings are true."""

from __future__ import annotations

import doctest
from importlib import import_module

import pytest


@pytest.mark.parametrize("name", ["calcium_wording", "matching", "page_parts", "tables", "wording"])
def test_examples(name: str) -> None:
    found = doctest.testmod(import_module(f"cardiothorax.report.{name}"))
    assert found.attempted > 0
    assert found.failed == 0
