"""The wheel holds the package with its resources, and nothing of the tests."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from Testing.unit.house.source import PACKAGE, REPOSITORY, python_files

pytest.importorskip("hatchling", reason="needs hatchling, of the extra dev")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True)
    [built] = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def names(wheel: Path) -> set[str]:
    return set(zipfile.ZipFile(wheel).namelist())


def test_wheel_holds_the_package(names: set[str]) -> None:
    expected = {path.relative_to(REPOSITORY).as_posix() for path in python_files(PACKAGE)}
    data = {p.relative_to(REPOSITORY).as_posix() for p in PACKAGE.rglob("*.j2")} | {"cardiothorax/py.typed"}
    assert not (expected | data) - names


def test_wheel_holds_models_colors_terminology_and_samples(names: set[str]) -> None:
    for folder in ("Models", "Colors", "Terminologies", "Samples"):
        files = [p for p in (REPOSITORY / "Resources" / folder).rglob("*") if p.is_file()]
        inside = {
            f"cardiothorax/_resources/{p.relative_to(REPOSITORY / 'Resources').as_posix()}" for p in files
        }
        assert files
        assert inside <= names


def test_wheel_holds_nothing_else(names: set[str]) -> None:
    assert {name.split("/")[0].split("-")[0] for name in names} == {"cardiothorax"}


def test_installed_wheel_finds_its_models(wheel: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    zipfile.ZipFile(wheel).extractall(site)
    code = (
        "import cardiothorax, cardiothorax.resources as r;"
        "from cardiothorax.models import list_models;"
        "print(cardiothorax.__file__, r.resources_folder());"
        "print(*[m.name for m in list_models()])"
    )
    environment = {**os.environ, "PYTHONPATH": str(site)}
    out = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    package = site / "cardiothorax"
    assert out[0].split() == [str(package / "__init__.py"), str(package / "_resources")]
    assert {"ctr-unet-slim", "frontal-gate"} <= set(out[1].split())
