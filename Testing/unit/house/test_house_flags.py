"""Flags are raised with the grade that their task's list says."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from cardiothorax.calcium.result import FLAG_CODES as CALCIUM_CODES
from cardiothorax.ctr.result import FLAG_CODES as CTR_CODES
from Testing.unit.house.source import PACKAGE, REPOSITORY, python_files, tree

TASKS = {"ctr": CTR_CODES, "calcium": CALCIUM_CODES}
"""Folder of the package -> its list; what other folders raise belongs to some task's list."""
GRADES = {
    task: {code: grade for grade, codes in listed.items() for code in codes} for task, listed in TASKS.items()
}


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


def grades_of(code: str, path: Path) -> set[str | None]:
    folder = path.parts[1]
    lists = [GRADES[folder]] if folder in GRADES else list(GRADES.values())
    return {listed.get(code) for listed in lists}


@pytest.mark.parametrize("task", TASKS)
def test_a_code_has_one_grade(task: str) -> None:
    assert len(GRADES[task]) == sum(len(codes) for codes in TASKS[task].values())


def test_tasks_agree_on_the_grades_of_codes_they_share() -> None:
    ctr, calcium = GRADES["ctr"], GRADES["calcium"]
    shared = ctr.keys() & calcium.keys()
    assert "edited" in shared
    assert {code: ctr[code] for code in shared} == {code: calcium[code] for code in shared}


@pytest.mark.parametrize("flag", raised(), ids=lambda f: f"{f[0].name}:{f[1]}:{f[2]}")
def test_flag_is_listed_with_its_grade(flag: tuple[Path, int, str, str]) -> None:
    path, line, code, grade = flag
    assert grade in grades_of(code, path), f"{path}:{line}"


@pytest.mark.parametrize("task", TASKS)
def test_every_listed_flag_can_be_raised(task: str) -> None:
    others = [PACKAGE / name for name in TASKS if name != task]
    files = [p for p in python_files(PACKAGE) if p.name != "result.py" and not set(p.parents) & set(others)]
    text = "".join(path.read_text("utf-8") for path in files)
    assert not [code for code in GRADES[task] if f'"{code}"' not in text]
