"""Seconds per image, cold and warm, by stage, variant and engine: ``make bench``.

Writes ``Docs/evidence/bench.json`` with the machine and the date. Run it on a machine that does nothing
else: the load at the start and at the end is written down with the figures. Never part of the tests.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from parts import PARTS, cores
from rich.console import Console
from rich.table import Table

from cardiothorax import __version__
from cardiothorax.records import write_atomically

ROOT = Path(__file__).resolve().parents[2]
FULL_SIZE = (2430, 1994)
"""Rows and columns of a common computed-radiography plate (35 x 43 cm)."""
TARGET_WARM_SECONDS = 1.0
COLD_RUNS = 3


def main() -> int:
    options = _arguments()
    load_before = _load()
    with tempfile.TemporaryDirectory() as folder:
        film = options.film or full_size_film(Path(folder) / "film.dcm")
        measured = {name: _part(name, film) for name in options.parts}
        measured["cold_start"] = cold_start(film)
    measured["machine"] = {**machine(), "load_before": load_before, "load_after": _load()}
    measured["date"] = datetime.now(UTC).date().isoformat()
    measured["version"] = __version__
    with write_atomically(options.out) as temporary:
        temporary.write_text(json.dumps(measured, indent=1) + "\n", encoding="utf-8")
    show(measured)
    warm = measured.get("pipeline_onnx", {}).get("warm", {}).get("total")
    return int(warm is not None and warm > TARGET_WARM_SECONDS)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--film", type=Path, help="a DICOM radiograph in place of the enlarged sample")
    parser.add_argument("--out", type=Path, default=ROOT / "Docs" / "evidence" / "bench.json")
    usual = [name for name in PARTS if name != "gpu"]
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=usual)
    return parser.parse_args()


def full_size_film(path: Path) -> Path:
    """The sample study enlarged to a plate's size, uncompressed: reading costs what it costs in a ward."""
    import numpy as np
    import pydicom
    from scipy import ndimage

    sample = sorted((ROOT / "Resources" / "Samples").rglob("*.dcm"))[0]
    header = pydicom.dcmread(sample)
    pixels = header.pixel_array
    zoom = [new / old for new, old in zip(FULL_SIZE, pixels.shape, strict=True)]
    large = np.clip(ndimage.zoom(pixels.astype(float), zoom, order=1), pixels.min(), pixels.max())
    header.decompress()
    header.Rows, header.Columns = large.shape
    header.PixelData = large.astype(pixels.dtype).tobytes()
    header.save_as(path)
    return path


def _part(name: str, film: Path) -> dict[str, Any]:
    print(f"{name} ...", file=sys.stderr, flush=True)
    command = [sys.executable, str(Path(__file__).with_name("parts.py")), name, str(film)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return {"error": done.stderr.strip().splitlines()[-1]}
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def cold_start(film: Path) -> dict[str, Any]:
    """Wall time of ``cardiothorax ctr`` for one film, from the shell and back."""
    seconds = []
    for _ in range(COLD_RUNS):
        with tempfile.TemporaryDirectory() as out:
            start = time.perf_counter()
            command = [sys.executable, "-m", "cardiothorax.cli.main", "ctr", str(film), "--out", out]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            seconds.append(time.perf_counter() - start)
            if done.returncode:
                return {"error": done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "failed"}
    return {"command_line": min(seconds)}


def machine() -> dict[str, Any]:
    libraries = ("numpy", "scipy", "onnxruntime", "torch", "SimpleITK", "pydicom")
    return {
        "processor": _processor(),
        "cores": cores(),
        "memory_gb": _memory_gb(),
        "system": _system(),
        "python": platform.python_version(),
        "libraries": {name: _version(name) for name in libraries},
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def _system() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        return f"{platform.system()} {platform.release()}"


def _memory_gb() -> float | None:
    if not hasattr(os, "sysconf") or "SC_PHYS_PAGES" not in os.sysconf_names:
        return None
    return round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30, 1)


def _load() -> float | None:
    return round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def show(measured: dict[str, Any]) -> None:
    table = Table("part", "figure", "value", title=f"cardiothorax {measured['version']}, {measured['date']}")
    for part, figures in measured.items():
        for name, value in _flat(figures if isinstance(figures, dict) else {}):
            table.add_row(part, name, f"{value:.3f}" if isinstance(value, float) else str(value))
    Console().print(table)


def _flat(figures: dict[str, Any], before: str = "") -> list[tuple[str, Any]]:
    rows: list[tuple[str, Any]] = []
    for name, value in figures.items():
        rows += _flat(value, f"{before}{name}.") if isinstance(value, dict) else [(before + name, value)]
    return rows


if __name__ == "__main__":
    sys.exit(main())
