"""The repository's own files, read as text and as syntax trees."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]
PACKAGE = REPOSITORY / "cardiothorax"
MODULES = tuple(sorted(p.parent for p in REPOSITORY.glob("*/CMakeLists.txt") if p.parent != PACKAGE))
"""Folders of Slicer modules."""


@dataclass(frozen=True)
class Import:
    """``name`` is absolute and dotted; ``lazy`` when it is inside a function or for typing alone."""

    file: Path
    line: int
    name: str
    lazy: bool

    def __str__(self) -> str:
        return f"{self.file.relative_to(REPOSITORY)}:{self.line} imports {self.name}"


def python_files(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*.py") if "__pycache__" not in p.parts)


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), str(path))


def imports(path: Path) -> list[Import]:
    """Every import of a file, also inside functions; relative names made absolute."""
    found = []
    for node, lazy in _statements(tree(path).body, False):
        if isinstance(node, ast.Import):
            found += [Import(path, node.lineno, alias.name, lazy) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(path, node)
            found += [Import(path, node.lineno, f"{base}.{alias.name}", lazy) for alias in node.names]
    return found


def _statements(body: list[ast.stmt], lazy: bool) -> Iterator[tuple[ast.stmt, bool]]:
    for node in body:
        yield node, lazy
        inner = lazy or isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) or _for_typing(node)
        for field in ("body", "orelse", "finalbody"):
            yield from _statements(getattr(node, field, []), inner)
        for handler in getattr(node, "handlers", []):
            yield from _statements(handler.body, inner)


def _for_typing(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)


def _absolute(path: Path, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    package = path.relative_to(REPOSITORY).parent.parts
    parts = package[: len(package) - node.level + 1]
    return ".".join([*parts, *([node.module] if node.module else [])])


def tracked_files() -> list[Path]:
    """What git keeps, and what is about to be added; empty outside a git checkout."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=REPOSITORY, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return [REPOSITORY / name for name in listed.stdout.split("\0") if name and (REPOSITORY / name).is_file()]
