"""Requirements: pinned where tested, wide enough for Slicer, and no GPL."""

from __future__ import annotations

import re
import tomllib
from importlib import metadata

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from Testing.unit.house.source import MODULES, PACKAGE, REPOSITORY, python_files

PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]
CONSTRAINTS = {
    canonicalize_name(requirement.name): requirement
    for line in (REPOSITORY / "constraints.txt").read_text("utf-8").splitlines()
    if line.strip() and not line.startswith("#")
    for requirement in [Requirement(line)]
}
EXTRAS = {
    name: [Requirement(r) for r in requirements]
    for name, requirements in {"base": PROJECT["dependencies"], **PROJECT["optional-dependencies"]}.items()
}

SLICER_BUNDLES = {
    "numpy": "2.4.6", "scipy": "1.17.1", "simpleitk": "2.5.5", "pydicom": "3.0.2", "highdicom": "0.27.0",
    "pillow": "12.2.0", "pyjpegls": "1.5.1",
}  # fmt: skip
"""Slicer 5.12.3; a range that excludes one of these would let pip replace it inside Slicer."""

TEST_TOOLS = {"pyside6-essentials", "shiboken6"}
"""LGPL, and allowed: they run the panels in tests, nothing that users install needs them."""

COPYLEFT = re.compile(r"\bL?GPL|GNU (Lesser )?General Public", re.IGNORECASE)
UNWANTED = {"pylibjpeg-libjpeg", "pingouin", "connected-components-3d", "torchvision", "timm", "monai"}


@pytest.mark.parametrize("extra", EXTRAS)
def test_every_requirement_is_pinned_within_its_range(extra: str) -> None:
    for requirement in EXTRAS[extra]:
        pin = CONSTRAINTS.get(canonicalize_name(requirement.name))
        assert pin is not None, f"{requirement.name} is not in constraints.txt"
        version = next(iter(pin.specifier)).version
        assert requirement.specifier.contains(version), f"{requirement} excludes the tested {version}"


def test_constraints_pin_exactly_and_name_no_build() -> None:
    for requirement in CONSTRAINTS.values():
        assert [s.operator for s in requirement.specifier] == ["=="], str(requirement)
        assert not Version(next(iter(requirement.specifier)).version).local, str(requirement)
        assert requirement.url is None, str(requirement)


@pytest.mark.parametrize("name", SLICER_BUNDLES)
def test_ranges_admit_what_slicer_bundles(name: str) -> None:
    [requirement] = [r for r in EXTRAS["base"] if canonicalize_name(r.name) == name]
    assert requirement.specifier.contains(SLICER_BUNDLES[name])


def test_no_copyleft_library() -> None:
    strays = {}
    for name in sorted(set(CONSTRAINTS) - TEST_TOOLS):
        try:
            about = metadata.metadata(name)
        except metadata.PackageNotFoundError:
            continue  # an extra that is not installed here; CI installs all
        license_text = about.get("License") or ""
        said = [about.get("License-Expression") or "", *(about.get_all("Classifier") or [])]
        said += [license_text] if len(license_text) < 100 else []  # some paste the whole text there
        found = [s for s in said if COPYLEFT.search(s) and not re.search(r"\bor\b", s, re.IGNORECASE)]
        if found:
            strays[name] = found
    assert not strays, strays


def test_no_unwanted_library() -> None:
    wanted = {canonicalize_name(r.name) for requirements in EXTRAS.values() for r in requirements}
    assert not UNWANTED & (wanted | set(CONSTRAINTS))


def test_only_the_desktop_tests_need_qt() -> None:
    with_qt = {
        extra for extra, rs in EXTRAS.items() if any(canonicalize_name(r.name) in TEST_TOOLS for r in rs)
    }
    assert with_qt == {"desktop"}


def test_no_registry_in_requirements() -> None:
    for name in ("pyproject.toml", "constraints.txt", "Makefile", "tools/project.py", ".ci/run"):
        text = (REPOSITORY / name).read_text("utf-8")
        assert not re.search(r"--(extra-)?index-url|--find-links|--trusted-host|file://", text), name


def test_slicer_is_asked_for_what_the_package_allows() -> None:
    """Requirement strings in the modules and in what their panels share (for
    ``slicer.packaging.pip_ensure``) repeat the ranges of the base install and of the extra ``report``."""
    base = {canonicalize_name(r.name): r for extra in ("base", "report") for r in EXTRAS[extra]}
    asked = [
        Requirement(text)
        for folder in (*MODULES, PACKAGE / "panels")
        for path in python_files(folder)
        for text in re.findall(r'"([a-zA-Z][\w.-]*(?:[<>=!~]=?[\w.]+,?)+)"', path.read_text("utf-8"))
    ]
    assert any(requirement.name == "onnxruntime" for requirement in asked)
    for requirement in asked:
        assert requirement.specifier == base[canonicalize_name(requirement.name)].specifier, str(requirement)
