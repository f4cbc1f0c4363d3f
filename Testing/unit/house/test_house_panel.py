"""The names in a panel's ``.ui`` file and in the module's code are the same names."""

from __future__ import annotations

import ast
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from Testing.unit.house.source import MODULES, PACKAGE, imports, python_files, tree

WORKED_BY_READERS = {
    "QPushButton", "QToolButton", "QCheckBox", "QRadioButton", "QComboBox", "QLineEdit", "QSpinBox",
    "QDoubleSpinBox", "QSlider", "QPlainTextEdit", "QTableWidget", "QProgressBar", "ctkPathLineEdit",
    "ctkDirectoryButton", "ctkSliderWidget", "ctkDoubleSpinBox", "ctkComboBox", "ctkCheckBox",
    "qMRMLNodeComboBox", "qMRMLSegmentEditorWidget", "qMRMLTableView", "qMRMLPlotWidget",
}  # fmt: skip
"""Widgets that do nothing unless code or a parameter is behind them."""

pytestmark = pytest.mark.parametrize("module", MODULES, ids=lambda m: m.name)


def widgets(module: Path) -> dict[str, ElementTree.Element]:
    root = ElementTree.parse(module / "Resources" / "UI" / f"{module.name}.ui").getroot()
    return {w.get("name", ""): w for w in root.iter("widget")}


def names_in_ui(module: Path) -> set[str]:
    root = ElementTree.parse(module / "Resources" / "UI" / f"{module.name}.ui").getroot()
    return {w.get("name", "") for kind in ("widget", "layout", "action") for w in root.iter(kind)}


def own_code(module: Path) -> list[Path]:
    return [path for path in python_files(module) if "Testing" not in path.parts]


def code_of(module: Path) -> list[Path]:
    """The module's own files, and the shared parts of panels that it builds on."""
    shared = {f"cardiothorax.panels.{path.stem}": path for path in python_files(PACKAGE / "panels")}
    found = own_code(module)
    for path in found:  # grows as it goes
        names = {name for i in imports(path) for name in (i.name, i.name.rpartition(".")[0])}
        found += [shared[name] for name in sorted(names & set(shared)) if shared[name] not in found]
    return found


def names_used(module: Path) -> set[str]:
    """``self.ui.NAME`` and ``ui.NAME``."""
    return {
        node.attr
        for path in code_of(module)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and _is_ui(node.value)
    }


def names_put_together(module: Path) -> set[str]:
    """``getattr(ui, f"{name}Button")``: names whose middle is a word of the module's code."""
    known = words(module)
    patterns = [
        re.compile(
            "".join(re.escape(p.value) if isinstance(p, ast.Constant) else r"(\w+)" for p in text.values)
        )
        for path in code_of(module)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "getattr"
        and _is_ui(node.args[0])
        and isinstance(text := node.args[1], ast.JoinedStr)
    ]
    found = ((name, pattern.fullmatch(name)) for name in widgets(module) for pattern in patterns)
    return {name for name, match in found if match and set(match.groups()) <= known}


def _is_ui(node: ast.expr) -> bool:
    name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
    return name.lstrip("_") == "ui"


def words(module: Path) -> set[str]:
    return {word for path in code_of(module) for word in re.findall(r"\w+", path.read_text("utf-8"))}


def parameter_fields(module: Path) -> set[str]:
    fields = set()
    for path in code_of(module):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ClassDef) and any(
                "parameter" in ast.dump(d) for d in node.decorator_list
            ):
                fields |= {
                    item.target.id
                    for item in node.body
                    if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name)
                }
    return fields


def bound_parameters(module: Path) -> dict[str, str]:
    """Widget name -> the parameter that its dynamic property ``SlicerParameterName`` names."""
    return {
        name: text.strip()
        for name, widget in widgets(module).items()
        for prop in widget.findall("property")
        if prop.get("name") == "SlicerParameterName" and (text := "".join(prop.itertext())).strip()
    }


def test_code_uses_only_names_of_the_panel(module: Path) -> None:
    unknown = names_used(module) - names_in_ui(module)
    assert not unknown, f"not in {module.name}.ui: {sorted(unknown)}"


def test_every_worked_widget_has_code_or_a_parameter(module: Path) -> None:
    used = names_used(module) | (words(module) & set(widgets(module))) | names_put_together(module)
    idle = [
        name
        for name, widget in widgets(module).items()
        if widget.get("class") in WORKED_BY_READERS
        and name not in used
        and name not in bound_parameters(module)
    ]
    assert not idle, f"nothing happens at {idle}"


def test_parameter_names_are_parameters(module: Path) -> None:
    fields = parameter_fields(module)
    assert fields, "no parameter node in this module"
    unknown = {n: p for n, p in bound_parameters(module).items() if p.split(".")[0] not in fields}
    assert not unknown, unknown


def test_every_parameter_is_used(module: Path) -> None:
    bound = {p.split(".")[0] for p in bound_parameters(module).values()}
    attributes = {
        node.attr
        for path in code_of(module)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute)
    }
    unused = parameter_fields(module) - bound - attributes
    assert not unused, unused


def test_every_button_has_a_tooltip(module: Path) -> None:
    """Also the place where a frequent action names its key."""
    silent = [
        name
        for name, widget in widgets(module).items()
        if widget.get("class") in {"QPushButton", "QToolButton"}
        and not any(prop.get("name") == "toolTip" for prop in widget.findall("property"))
        and f"{name}.toolTip" not in "".join(path.read_text("utf-8") for path in code_of(module))
    ]
    assert not silent, silent


def test_panel_says_research_use_once(module: Path) -> None:
    texts = "".join((module / "Resources" / "UI" / f"{module.name}.ui").read_text("utf-8")).lower()
    assert texts.count("not a medical device") == 1
