"""What a saved scene keeps as text of a calcium score: the run as it was before a reader's work."""

from __future__ import annotations

import base64
import json
import zlib

import numpy as np

from ..calcium.result import CalciumResult, CalciumRun
from ..errors import StoreProblem
from .calcium_volumes import APPLY_AGAIN


def pack_run(run: CalciumRun) -> str:
    """JSON of the result, its labels and its proposals (zlib, base64): mostly nothing, so some 20 kB."""
    return json.dumps(
        {
            "result": json.loads(run.result.to_json()),
            "shape": list(run.labels.shape),
            "labels": _packed(run.labels),
            "proposals": _packed(run.proposals),
        }
    )


def unpack_run(text: str) -> CalciumRun:
    """The opposite of :func:`pack_run`, exactly. Raises :class:`StoreProblem` for anything else."""
    try:
        plain = json.loads(text)
        result = CalciumResult.from_json(json.dumps(plain["result"]))
        labels, proposals = (_unpacked(plain[name], plain["shape"]) for name in ("labels", "proposals"))
    except (ValueError, KeyError, TypeError, zlib.error) as problem:
        raise StoreProblem(
            f"The automatic result kept in the scene cannot be read: {problem}.", APPLY_AGAIN
        ) from problem
    return CalciumRun(result, labels, proposals)


def _packed(labels: np.ndarray) -> str:
    raw = np.ascontiguousarray(labels, np.uint8).tobytes()
    return base64.b64encode(zlib.compress(raw, 1)).decode("ascii")


def _unpacked(text: str, shape: list[int]) -> np.ndarray:
    return np.frombuffer(zlib.decompress(base64.b64decode(text)), np.uint8).reshape(shape).copy()
