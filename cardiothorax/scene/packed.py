"""What a saved scene keeps as text: the automatic run beside the edited one, and the film's geometry."""

from __future__ import annotations

import base64
import dataclasses
import json
import zlib

import numpy as np

from ..ctr.result import CtrResult, CtrRun
from ..errors import StoreProblem
from ..imaging.image import Image
from ..records import from_plain, to_plain


def pack_run(run: CtrRun) -> str:
    """JSON of the result and its labels (zlib, base64): some 50 kB for a film."""
    labels = np.ascontiguousarray(run.labels, dtype=np.uint8)
    return json.dumps(
        {
            "result": json.loads(run.result.to_json()),
            "shape": list(labels.shape),
            "labels": base64.b64encode(zlib.compress(labels.tobytes(), 1)).decode("ascii"),
        }
    )


def unpack_run(text: str) -> CtrRun:
    """The opposite of :func:`pack_run`, exactly. Raises :class:`StoreProblem` for anything else."""
    try:
        plain = json.loads(text)
        result = CtrResult.from_json(json.dumps(plain["result"]))
        flat = np.frombuffer(zlib.decompress(base64.b64decode(plain["labels"])), np.uint8)
        labels = flat.reshape(plain["shape"]).copy()
    except (ValueError, KeyError, TypeError, zlib.error) as problem:
        raise StoreProblem(
            f"The automatic result kept in the scene cannot be read: {problem}.",
            "Press Apply to measure the film again.",
        ) from problem
    return CtrRun(result, labels)


def pack_film(film: Image) -> str:
    """JSON of everything but the pixels."""
    names = [field.name for field in dataclasses.fields(film) if field.name != "array"]
    return json.dumps({name: to_plain(getattr(film, name)) for name in names})


def unpack_film(text: str, shape: tuple[int, int]) -> Image:
    """The film with pixels that are all zero."""
    try:
        return from_plain(Image, {**json.loads(text), "array": np.zeros((1, *shape), np.uint8)})
    except (ValueError, TypeError) as problem:
        raise StoreProblem(
            f"The film's geometry kept in the scene cannot be read: {problem}.",
            "Press Apply to measure the film again.",
        ) from problem
