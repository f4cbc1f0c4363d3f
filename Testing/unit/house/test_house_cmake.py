"""What CMake installs is what the folders hold, and an installed extension can import the package."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from Testing.unit.house.source import MODULES, PACKAGE, REPOSITORY

FAKE_SLICER = Path(__file__).parent / "fake_slicer"
SHARED_FOLDERS = ("Models", "Colors", "Terminologies", "Samples")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("cmake") is None or shutil.which("g++") is None:
        pytest.skip("needs cmake and a compiler")
    build = tmp_path_factory.mktemp("extension")
    for step in (
        [
            "cmake",
            "-S",
            REPOSITORY,
            "-B",
            build,
            f"-DSlicer_DIR={FAKE_SLICER}",
            f"-DCMAKE_INSTALL_PREFIX={build}/to",
        ],
        ["cmake", "--build", build],
        ["cmake", "--install", build],
    ):
        done = subprocess.run(list(map(str, step)), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return build


@pytest.fixture(scope="module")
def installed(built: Path) -> Path:
    return built / "to" / "lib" / "Slicer-5.12" / "qt-scripted-modules"


def files_below(folder: Path) -> set[str]:
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith(".")
    }


def test_package_is_installed_whole(installed: Path) -> None:
    expected = files_below(PACKAGE) - {"CMakeLists.txt"}
    for folder in SHARED_FOLDERS:
        expected |= {f"_resources/{folder}/{name}" for name in files_below(REPOSITORY / "Resources" / folder)}
    assert files_below(installed / "cardiothorax") == expected


@pytest.mark.parametrize("module", MODULES, ids=lambda m: m.name)
def test_module_is_installed_whole(installed: Path, module: Path) -> None:
    expected = {
        name
        for name in files_below(module)
        if not name.startswith("Testing/") and not name.endswith("CMakeLists.txt")
    }
    assert expected <= files_below(installed)


def test_nothing_else_is_installed(installed: Path) -> None:
    modules = {name for module in MODULES for name in files_below(module)}
    strays = {n for n in files_below(installed) if not n.startswith("cardiothorax/")} - modules
    assert not strays


def test_installed_package_imports_and_finds_its_resources(installed: Path, tmp_path: Path) -> None:
    code = (
        "import cardiothorax, cardiothorax.resources as r, pathlib;"
        "print(pathlib.Path(cardiothorax.__file__).parent); print(r.resources_folder())"
    )
    out = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    assert out == [str(installed / "cardiothorax"), str(installed / "cardiothorax" / "_resources")]


def test_extension_metadata(built: Path) -> None:
    lines = (built / "metadata.txt").read_text("utf-8").splitlines()
    metadata = dict(line.split("=", 1) for line in lines)
    assert metadata["CATEGORY"] == "Cardiac"
    assert metadata["DEPENDS"] == "PyTorch"
    for address in [metadata["ICONURL"], *metadata["SCREENSHOTURLS"].split()]:
        inside = address.split("/main/", 1)[1]
        assert (REPOSITORY / inside).is_file(), f"{address} is not in the repository"


def test_every_module_has_its_four_parts() -> None:
    for module in MODULES:
        for part in (
            f"{module.name}.py",
            f"Resources/Icons/{module.name}.png",
            f"Resources/UI/{module.name}.ui",
            "Testing",
        ):
            assert (module / part).exists(), f"{module.name}/{part}"
