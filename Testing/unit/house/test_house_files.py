"""Sizes, and what may be in the repository at all."""

from __future__ import annotations

import ast
import fnmatch
from pathlib import Path

import pytest

from Testing.unit.house.source import MODULES, PACKAGE, REPOSITORY, python_files, tracked_files, tree

MAX_LINES = 400
MAX_FUNCTION_LINES = 60
"""About 40 is the house's measure; beyond 60 there is no excuse."""
MAX_FILE_BYTES = 10 * 2**20
MAX_MODELS_BYTES = 40 * 2**20

OWN_PYTHON = sorted(
    {
        *python_files(PACKAGE),
        *python_files(REPOSITORY / "Testing"),
        *python_files(REPOSITORY / "tools"),
        *(path for module in MODULES for path in python_files(module)),
    }
)
PICTURES = {".dcm", ".png", ".jpg", ".jpeg", ".nrrd", ".nii", ".gz", ".tif", ".npy", ".npz", ".mha"}
PICTURE_PLACES = ("Resources/Samples/*", "Resources/Screenshots/*", "*/Resources/Icons/*")


@pytest.mark.parametrize("path", OWN_PYTHON, ids=lambda p: str(p.relative_to(REPOSITORY)))
def test_one_idea_a_file(path: Path) -> None:
    lines = len(path.read_text("utf-8").splitlines())
    assert lines <= MAX_LINES, f"{lines} lines"
    long = [
        f"{node.name} has {node.end_lineno - node.lineno + 1} lines"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef)
        and node.end_lineno is not None
        and node.end_lineno - node.lineno + 1 > MAX_FUNCTION_LINES
    ]
    assert not long, long


@pytest.fixture(scope="module")
def tracked() -> list[Path]:
    files = tracked_files()
    if not files:
        pytest.skip("needs a git checkout")
    return files


def test_no_large_files(tracked: list[Path]) -> None:
    large = [p for p in tracked if p.stat().st_size > MAX_FILE_BYTES]
    assert not large
    models = REPOSITORY / "Resources" / "Models"
    assert sum(p.stat().st_size for p in tracked if p.is_relative_to(models)) <= MAX_MODELS_BYTES


def test_no_patient_image(tracked: list[Path]) -> None:
    """Pictures and arrays lie only where synthesized and rendered ones belong."""
    names = [p.relative_to(REPOSITORY).as_posix() for p in tracked if p.suffix.lower() in PICTURES]
    strays = [n for n in names if not any(fnmatch.fnmatch(n, place) for place in PICTURE_PLACES)]
    assert not strays


def test_samples_say_that_they_are_nobody() -> None:
    pydicom = pytest.importorskip("pydicom")
    samples = sorted((REPOSITORY / "Resources" / "Samples").rglob("*.dcm"))
    assert samples, "the sample study is missing"
    for path in samples:
        header = pydicom.dcmread(path, stop_before_pixels=True)
        said = f"{header.get('PatientName', '')} {header.get('PatientID', '')}".lower()
        assert any(word in said for word in ("phantom", "synthetic", "synthes", "sample")), (
            f"{path.name}: {said}"
        )


def test_no_path_of_a_developers_machine(tracked: list[Path]) -> None:
    text = {".py", ".md", ".txt", ".toml", ".json", ".ui", ".csv", ".sh", ".j2", ".cmake", ""}
    homes = ("/" + "root/", "/" + "home/", "/" + "work/", "C:\\" + "Users\\")
    strays = [
        f"{path.relative_to(REPOSITORY)}: {home}"
        for path in tracked
        if path.suffix in text
        for home in homes
        if home in path.read_text("utf-8", errors="replace")
    ]
    assert not strays
