"""What a saved scene keeps as text: the automatic run beside the edited one, its image's geometry."""

from __future__ import annotations

import base64
import dataclasses
import json
import zlib
from typing import Any, TypeVar

import numpy as np

from ..errors import StoreProblem
from ..imaging.image import Image
from ..imaging.plain import image_of, plain_image
from ..records.result import Recorded

Run = TypeVar("Run", bound=Any)
"""A frozen dataclass with ``result`` and uint8 arrays of one shape: ``CtrRun`` and its like."""


def pack_run(run: Any) -> str:
    """JSON of the result and the arrays (zlib, base64): some 50 kB for a film, less for a CT's lesions."""
    arrays = {field.name: getattr(run, field.name) for field in dataclasses.fields(run)}
    del arrays["result"]
    (shape,) = {array.shape for array in arrays.values()}
    plain = {"result": json.loads(run.result.to_json()), "shape": list(shape)}
    return json.dumps(plain | {name: _packed(array) for name, array in arrays.items()})


def unpack_run(text: str, kind: type[Run], result: type[Recorded], *, hint: str) -> Run:
    """The opposite of :func:`pack_run`, exactly. Raises :class:`StoreProblem` for anything else."""
    try:
        plain = json.loads(text)
        found = result.from_json(json.dumps(plain["result"]))
        names = [field.name for field in dataclasses.fields(kind) if field.name != "result"]
        arrays = {name: _unpacked(plain[name], plain["shape"]) for name in names}
    except (ValueError, KeyError, TypeError, zlib.error) as problem:
        raise StoreProblem(
            f"The automatic result kept in the scene cannot be read: {problem}.", hint
        ) from problem
    run: Run = kind(result=found, **arrays)
    return run


def pack_image(image: Image) -> str:
    """JSON of everything but the pixels."""
    return json.dumps(plain_image(image))


def unpack_image(text: str, array: np.ndarray, *, hint: str) -> Image:
    """The image that :func:`pack_image` was given, with the pixels ``array``."""
    try:
        return image_of(json.loads(text), array)
    except (ValueError, TypeError) as problem:
        raise StoreProblem(f"The geometry kept in the scene cannot be read: {problem}.", hint) from problem


def _packed(labels: np.ndarray) -> str:
    raw = np.ascontiguousarray(labels, np.uint8).tobytes()
    return base64.b64encode(zlib.compress(raw, 1)).decode("ascii")


def _unpacked(text: str, shape: list[int]) -> np.ndarray:
    return np.frombuffer(zlib.decompress(base64.b64decode(text)), np.uint8).reshape(shape).copy()
