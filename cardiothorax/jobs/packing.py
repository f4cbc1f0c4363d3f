"""A job's inputs and arrays as files in its private folder; nothing is ever unpickled."""

from __future__ import annotations

import errno
import json
from pathlib import Path
from typing import Any

import numpy as np

INPUTS_FILE = "job.json"


def pack_arrays(folder: Path, arrays: dict[str, np.ndarray], prefix: str) -> dict[str, str]:
    """Write the arrays; return the file name of each. Object arrays are a ``ValueError``."""
    files = {}
    for number, (name, array) in enumerate(arrays.items()):
        files[name] = f"{prefix}{number}.npy"
        try:
            np.save(folder / files[name], np.asarray(array), allow_pickle=False)
        except OSError as problem:
            # numpy tells a short write ("100 requested and 50 written") without the system's reason.
            raise OSError(problem.errno or errno.ENOSPC, str(problem)) from problem
    return files


def unpack_arrays(folder: Path, files: dict[str, str]) -> dict[str, np.ndarray]:
    return {name: np.load(folder / Path(file).name, allow_pickle=False) for name, file in files.items()}


def pack_job(folder: Path, task: str, inputs: dict[str, Any], arrays: dict[str, np.ndarray]) -> None:
    job = {"task": task, "inputs": inputs, "arrays": pack_arrays(folder, arrays, "in")}
    (folder / INPUTS_FILE).write_text(json.dumps(job, allow_nan=False), encoding="utf-8")


def unpack_job(folder: Path) -> tuple[str, dict[str, Any], dict[str, np.ndarray]]:
    job = json.loads((folder / INPUTS_FILE).read_text(encoding="utf-8"))
    return job["task"], job["inputs"], unpack_arrays(folder, job["arrays"])
