"""Figures in the documents are what the evaluations wrote, not what somebody typed."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType

import pytest

from Testing.unit.house.source import REPOSITORY

DOCUMENTS = sorted((REPOSITORY / "Docs").glob("*.md"))


@pytest.fixture(scope="module")
def fill() -> ModuleType:
    spec = importlib.util.spec_from_file_location("fill_evidence", REPOSITORY / "tools" / "fill_evidence.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    content = {
        "icc": {"estimate": 0.98234, "low": 0.97, "high": 0.99},
        "accuracy": {"estimate": 0.95, "low": 0.9, "high": 0.975},
        "metrics": [
            {"name": "dice", "source": "a", "value": 0.9},
            {"name": "dice", "source": "b", "value": 0.95},
        ],
        "machine": "two cores",
    }
    (tmp_path / "a.json").write_text(json.dumps(content), "utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("figure", "expected"),
    [
        ("a.json icc.estimate as .3f", "0.982"),
        ("a.json icc as ci .2f", "0.98 (0.97 to 0.99)"),
        ("a.json accuracy as ci% .1f", "95.0 % (90.0 to 97.5)"),
        ("a.json accuracy.low as % .0f", "90 %"),
        ("a.json metrics.name=dice,source=b.value as .2f", "0.95"),
        ("a.json metrics.0.value as .1f", "0.9"),
        ("a.json machine as s", "two cores"),
        ("a.json nothing.there as .3f", "not measured yet"),
        ("absent.json x as .3f", "not measured yet"),
    ],
)
def test_figures_are_filled(fill: ModuleType, folder: Path, figure: str, expected: str) -> None:
    text = f"| a | <!--= {figure} -->old<!--/--> | b |"
    assert fill.filled(text, folder) == f"| a | <!--= {figure} -->{expected}<!--/--> | b |"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda d: d.name)
def test_documents_are_up_to_date(fill: ModuleType, document: Path) -> None:
    text = document.read_text("utf-8")
    assert fill.filled(text, REPOSITORY / "Docs" / "evidence") == text, "run: make evidence"


NEEDS_A_GPU = "bench-gpu.json"
"""May stay unmeasured, and says so: not every release is made where there is one."""


def test_every_figure_has_been_measured(fill: ModuleType) -> None:
    missing = [
        f"{document.name}: {figure[2]} {figure[3]}"
        for document in DOCUMENTS
        for figure in fill.FIGURE.finditer(document.read_text("utf-8"))
        if figure[5] == fill.NOT_MEASURED and figure[2] != NEEDS_A_GPU
    ]
    assert not missing


def test_own_column_is_filled_not_typed(fill: ModuleType) -> None:
    """Tables of the evidence: ``| figure | target | paper | ours | command |``."""
    text = (REPOSITORY / "Docs" / "evidence.md").read_text("utf-8")
    rows = [
        line.strip("|").split("|") for line in fill.FIGURE.sub("", text).splitlines() if line.startswith("|")
    ]
    typed = [cells for cells in rows if len(cells) == 5 and re.search(r"\d", cells[3])]
    assert not typed
