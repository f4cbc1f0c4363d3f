"""Flags are raised with the grade that their list says."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from cardiothorax.ctr.result import FLAG_CODES
from Testing.unit.house.source import PACKAGE, REPOSITORY, python_files, tree

GRADES = {code: grade for grade, codes in FLAG_CODES.items() for code in codes}


def raised() -> list[tuple[Path, int, str, str]]:
    """File, line, code and grade of every ``Flag("code", Grade.X, ...)`` written out in the code."""
    found = []
    for path in python_files(PACKAGE):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Flag":
                code, grade = node.args[:2]
                if isinstance(code, ast.Constant) and isinstance(grade, ast.Attribute):
                    found.append((path.relative_to(REPOSITORY), node.lineno, code.value, grade.attr.lower()))
    return found


def test_a_code_has_one_grade() -> None:
    assert len(GRADES) == sum(len(codes) for codes in FLAG_CODES.values())


@pytest.mark.parametrize("flag", raised(), ids=lambda f: f"{f[0].name}:{f[1]}:{f[2]}")
def test_flag_is_listed_with_its_grade(flag: tuple[Path, int, str, str]) -> None:
    path, line, code, grade = flag
    assert GRADES.get(code) == grade, f"{path}:{line}"


def test_every_listed_flag_can_be_raised() -> None:
    text = "".join(path.read_text("utf-8") for path in python_files(PACKAGE) if path.name != "result.py")
    assert not [code for code in GRADES if f'"{code}"' not in text]
