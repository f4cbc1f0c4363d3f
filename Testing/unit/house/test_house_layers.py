"""A file imports from lower floors only; heavy libraries stay in the files that are about them."""

from __future__ import annotations

import ast
import fnmatch
from pathlib import Path

import pytest

from Testing.unit.house.source import MODULES, PACKAGE, REPOSITORY, Import, imports, python_files, tree

FLOORS = (
    ("errors", "progress", "resources"),
    ("records",),
    ("imaging", "engines", "networks"),
    ("models", "refine", "stats", "phantoms"),
    ("radiograph",),
    ("ctr", "cxr", "calcium", "lv", "annotations", "jobs", "report"),
    ("cli", "scene"),
    ("panels",),
)
"""From the ground up; parts of one floor do not import each other, but for ``NEIGHBORS``."""

NEIGHBORS = {
    ("report", "ctr"),
    ("ctr", "report"),
    ("report", "calcium"),
    ("calcium", "report"),
    ("jobs", "report"),
}
"""A report's page knows the task's result, the task's worker writes the report's pictures; no two files
import each other (see the test on circles). Tasks never import each other."""

RANK = {part: rank for rank, floor in enumerate(FLOORS) for part in floor}

ONLY_IN = {
    "torch": ("networks/*", "engines/torch_engine.py", "refine/*torch*.py", "*/training/*", "*/train.py"),
    "lightning": ("*/training/*", "*/train.py"),
    "onnxruntime": ("engines/onnx_engine.py",),
    "slicer": ("scene/*", "panels/*"),
    "vtk": ("scene/*",),
    "qt": ("panels/*",),
    "ctk": ("panels/*",),
    "torchvision": (),
    "sklearn": (),
    "pingouin": (),
    "cc3d": (),
}
"""Library -> files of the package that may import it."""

LAZILY_IN = {
    "torch": ("engines/choose.py", "models/architectures.py", "models/exporting.py"),
    "onnxruntime": ("engines/choose.py",),
}
"""Also allowed, inside functions and for typing: asking which devices there are, building a network
by its card's name, exporting weights."""

LAZY_ONLY = ("matplotlib", "jinja2", "pandas", "safetensors", "onnx", "onnxscript", "pydensecrf", "skimage")
"""Extras that the base install lacks: a module that imports them at its top could not be read there."""

PACKAGE_FILES = python_files(PACKAGE)


def part_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def library(found: Import) -> str:
    return found.name.split(".")[0]


def is_one_of(path: Path, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch.fnmatch(path.relative_to(PACKAGE).as_posix(), pattern) for pattern in patterns)


def describe(found: list[Import]) -> str:
    return "\n".join(map(str, found))


@pytest.mark.parametrize("path", PACKAGE_FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_come_from_lower_floors(path: Path) -> None:
    own = part_of(path)
    if own == "__init__":
        assert not [i for i in imports(path) if library(i) == "cardiothorax"]
        return
    upward = []
    for found in imports(path):
        if library(found) != "cardiothorax" or found.name == "cardiothorax.__version__":
            continue
        part = found.name.split(".")[1]
        assert part in RANK, f"{found}: on which floor is it? See FLOORS"
        if part != own and RANK[part] >= RANK[own] and (own, part) not in NEIGHBORS:
            upward.append(found)
    assert not upward, describe(upward)


def test_no_file_imports_in_a_circle() -> None:
    """Imports at a file's top: what they need is imported first, whichever file comes first."""
    names = {path: _module_name(path) for path in PACKAGE_FILES}
    files = {name: path for path, name in names.items()}
    needs = {
        path: {
            files[n]
            for found in imports(path)
            if not found.lazy
            for n in _modules_of(found.name)
            if n in files
        }
        - {path}
        for path in PACKAGE_FILES
    }
    done: set[Path] = set()
    while ready := [path for path in PACKAGE_FILES if path not in done and needs[path] <= done]:
        done.update(ready)
    circle = [names[path] for path in PACKAGE_FILES if path not in done]
    assert not circle, f"these, or what they lie between, import each other: {circle}"


def _module_name(path: Path) -> str:
    parts = path.relative_to(REPOSITORY).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _modules_of(name: str) -> tuple[str, str]:
    """``a.b.c`` is the module ``a.b.c``, or the name ``c`` of ``a.b``."""
    return name, name.rpartition(".")[0]


def test_every_part_has_its_floor() -> None:
    parts = {part_of(path) for path in PACKAGE_FILES} - {"__init__", "__main__"}
    assert parts <= set(RANK)


@pytest.mark.parametrize("name", ONLY_IN)
def test_library_is_imported_only_where_it_belongs(name: str) -> None:
    misplaced = [
        found
        for path in PACKAGE_FILES
        for found in imports(path)
        if library(found) == name
        and not is_one_of(path, ONLY_IN[name])
        and not (found.lazy and is_one_of(path, LAZILY_IN.get(name, ())))
    ]
    assert not misplaced, describe(misplaced)


def test_extras_are_imported_inside_functions() -> None:
    eager = [
        found
        for path in PACKAGE_FILES
        if "training" not in path.parts
        for found in imports(path)
        if library(found) in LAZY_ONLY and not found.lazy
    ]
    assert not eager, describe(eager)


def test_nothing_imports_the_stand_in_or_the_tests() -> None:
    files = [*PACKAGE_FILES, *(p for m in MODULES for p in python_files(m) if "Testing" not in p.parts)]
    strays = [i for p in files for i in imports(p) if library(i) in ("slicer_desktop", "Testing", "pytest")]
    assert not strays, describe(strays)


def test_modules_neither_measure_nor_read_files() -> None:
    """A panel's file holds Qt and MRML; numbers and formats are the package's."""
    forbidden = {"torch", "onnxruntime", "SimpleITK", "pydicom", "highdicom", "scipy", "PIL", "csv"}
    lower = {"cardiothorax.networks", "cardiothorax.engines", "cardiothorax.refine"}
    strays = [
        found
        for module in MODULES
        for path in python_files(module)
        if "Testing" not in path.parts
        for found in imports(path)
        if library(found) in forbidden or ".".join(found.name.split(".")[:2]) in lower
    ]
    assert not strays, describe(strays)


def test_package_prints_nothing() -> None:
    """The command line talks; the package reports through progress, flags and errors."""
    prints = [
        f"{path.relative_to(REPOSITORY)}:{node.lineno}"
        for path in PACKAGE_FILES
        if part_of(path) != "cli"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert not prints, prints


def test_no_network_access() -> None:
    """Nothing is sent anywhere: what could open a connection is not even imported."""
    network = {
        "urllib.request", "urllib3", "requests", "http", "socket", "socketserver", "ftplib", "smtplib",
        "aiohttp", "httpx", "asyncio", "webbrowser", "xmlrpc",
    }  # fmt: skip
    files = [*PACKAGE_FILES, *(path for module in MODULES for path in python_files(module))]
    strays = [
        found
        for path in files
        for found in imports(path)
        if any(found.name == name or found.name.startswith(name + ".") for name in network)
    ]
    assert not strays, describe(strays)
