"""Set the project up and run it, on any system: ``python tools/project.py demo`` (or ``test``).

The Makefile calls this file; where there is no make, call it directly. It needs nothing but a
Python 3.11, 3.12 or 3.13 and makes ``.venv`` beside it. A second run installs nothing, unless
``pyproject.toml`` or ``constraints.txt`` changed.
"""

import argparse
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
STAMP = VENV / "installed.json"
WINDOWS = os.name == "nt"
DEMO_EXTRAS = ("report",)
TEST_EXTRAS = ("dev", "report", "scene")
SLICER_TOOLS = ROOT.parent / "shared" / "tools" / "slicer_desktop"


def main():
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):
        sys.exit(f"This project needs Python 3.11, 3.12 or 3.13; this is {platform.python_version()}.")
    options = _arguments()
    if options.study:
        options.study = os.path.abspath(options.study)  # it is named from where the user stands
    os.chdir(ROOT)
    if options.this_python and _venv_version() not in (None, sys.version_info[:2]):
        shutil.rmtree(VENV)
    try:
        sys.exit(COMMANDS[options.command](options))
    except subprocess.CalledProcessError as problem:
        sys.exit(f"failed: {' '.join(map(str, problem.cmd))}")
    except KeyboardInterrupt:
        sys.exit(130)


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("--study", help="demo: your own file or folder in place of the sample")
    parser.add_argument("--torch", default="yes", choices=("yes", "no"), help="test: without PyTorch")
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1), help="test processes")
    parser.add_argument("--this-python", action="store_true", help="make .venv anew if it has another one")
    return parser.parse_args()


def _venv_version():
    code = "import sys; print(*sys.version_info[:2])"
    if not Path(python()).exists():
        return None
    return tuple(map(int, subprocess.check_output([python(), "-c", code], text=True).split()))


def demo(options):
    """Base and report extras only: no torch, ONNX Runtime computes."""
    install(DEMO_EXTRAS)
    study = [options.study] if options.study else []
    return run([tool("cardiothorax"), "demo", *study, "--out", "demo-output"])


def test(options):
    """Everything is run even when something fails, so that one run shows all there is to mend."""
    install_for_tests(options)
    steps = [*lint_steps(options), ("tests", pytest_command(options))]
    return run_steps(steps)


def lint(options):
    install_for_tests(options)
    return run_steps(lint_steps(options))


def lint_steps(options):
    steps = [
        ("lint", [tool("ruff"), "check", "."]),
        ("format", [tool("ruff"), "format", "--check", "--quiet", "."]),
    ]
    if options.torch == "no":
        print("types: not checked, since mypy needs PyTorch's own types (TORCH=no).")
        return steps
    return [*steps, ("types", [tool("mypy")])]


def pytest_command(options):
    command = [python(), "-m", "pytest"]
    if options.jobs > 1:
        command += ["-n", str(options.jobs), "--dist", "worksteal"]
    return command


def bench(options):
    install_for_tests(options)
    return run([python(), "Testing/bench/run.py"])


def screenshots(options):
    install_for_tests(options)
    return run([python(), "Testing/scene/render_screenshots.py"])


def numbers(options):
    install_for_tests(options)
    return run([python(), "-m", "Testing.bench.fixed_films"])


def evidence(options):
    install(DEMO_EXTRAS)
    return run([python(), "tools/fill_evidence.py"])


def venv(options):
    make_venv()
    print(f"{VENV} is ready; pip there is {VENV / ('Scripts' if WINDOWS else 'bin') / 'pip'}.")
    return 0


def constraints(options):
    """Pin what is installed now. Run it after the tests have passed with newer versions."""
    frozen = subprocess.run(
        [python(), "-m", "pip", "freeze", "--exclude-editable"], check=True, capture_output=True, text=True
    ).stdout
    pins = [line.split("+")[0] for line in frozen.splitlines() if "==" in line]
    target = ROOT / "constraints.txt"
    head = [line for line in target.read_text("utf-8").splitlines() if line.startswith("#")]
    target.write_text("\n".join([*head, *pins]) + "\n", "utf-8")
    return 0


def clean(options):
    leftovers = (".venv", "build", "dist", "demo-output", ".mypy_cache", ".pytest_cache", ".ruff_cache")
    for name in (*leftovers, ".hypothesis"):
        shutil.rmtree(ROOT / name, ignore_errors=True)
    return 0


def install_for_tests(options):
    extras = list(TEST_EXTRAS)
    if SLICER_TOOLS.is_dir():
        extras.append("desktop")
    if options.torch == "yes":
        extras.append("train")
        if sys.platform == "linux" and not has_package("torch"):
            print(
                "PyTorch comes next. From PyPI, Linux gets the build with CUDA (several GB). README.md says\n"
                "how to take the CPU build instead; make test TORCH=no does without.",
                flush=True,
            )
    install(extras)
    install_dense_crf()
    # Without this a missing PyTorch is a failure, not a skip (test_house_environment.py).
    os.environ["CARDIOTHORAX_TEST_WITHOUT"] = "torch" if options.torch == "no" else ""


def install(extras):
    """Install the package from this folder, editable, with ``extras``, at the tested versions."""
    make_venv()
    wanted = hashlib.sha256(b"".join((ROOT / n).read_bytes() for n in ("pyproject.toml", "constraints.txt")))
    stamp = json.loads(STAMP.read_text("utf-8")) if STAMP.exists() else {}
    if stamp.get("sha256") != wanted.hexdigest():
        stamp = {"sha256": wanted.hexdigest(), "extras": []}
    missing = sorted(set(extras) - set(stamp["extras"]))
    if not missing:
        return
    print(f"Installing into {VENV} ({', '.join(missing)}); once only, some minutes ...", flush=True)
    target = f".[{','.join(missing)}]"
    pip("install", "--quiet", "--constraint", "constraints.txt", "--editable", target)
    stamp["extras"] = sorted({*stamp["extras"], *missing})
    STAMP.write_text(json.dumps(stamp, indent=1), "utf-8")


def install_dense_crf():
    """pydensecrf2 is compiled on installing; without a compiler the rest still works and is tested."""
    if has_package("pydensecrf"):
        return
    try:
        pip("install", "--quiet", "--constraint", "constraints.txt", "--editable", ".[crf]")
    except subprocess.CalledProcessError:
        print(
            "pydensecrf2 could not be compiled (it needs g++ and Python's headers): tests that compare\n"
            "with it are skipped. tools/install_system_packages.sh brings both on Debian.",
            flush=True,
        )


def make_venv():
    if Path(python()).exists() and subprocess.call([python(), "-c", "import pip"]) == 0:
        return
    shutil.rmtree(VENV, ignore_errors=True)
    print(f"Making {VENV} with Python {platform.python_version()} ...", flush=True)
    if subprocess.call([sys.executable, "-m", "venv", str(VENV)]) != 0:
        shutil.rmtree(VENV, ignore_errors=True)
        sys.exit(
            "Python's venv module does not work here. On Debian and Ubuntu:\n"
            f"  sudo apt-get install python{sys.version_info[0]}.{sys.version_info[1]}-venv"
        )


def has_package(name):
    code = f"import importlib.util, sys; sys.exit(importlib.util.find_spec({name!r}) is None)"
    return Path(python()).exists() and subprocess.call([python(), "-c", code]) == 0


def tool(name):
    return str(VENV / ("Scripts" if WINDOWS else "bin") / (name + (".exe" if WINDOWS else "")))


def python():
    return tool("python")


def pip(*arguments):
    subprocess.run([python(), "-m", "pip", "--disable-pip-version-check", *arguments], check=True)


def run(command):
    return subprocess.call([str(part) for part in command])


def run_steps(steps):
    failed = []
    for name, command in steps:
        print(f"== {name}", flush=True)
        if run(command) != 0:
            failed.append(name)
    print(f"FAILED: {', '.join(failed)}" if failed else f"passed: {', '.join(n for n, _ in steps)}")
    return 1 if failed else 0


COMMANDS = {
    f.__name__: f for f in (demo, test, lint, bench, screenshots, numbers, evidence, venv, constraints, clean)
}

if __name__ == "__main__":
    main()
