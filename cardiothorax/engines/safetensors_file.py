"""Reading safetensors: eight bytes of header length, a JSON header, plain numbers. Nothing is executed.

The format is read here because Slicer's PyTorch extension brings torch without the safetensors package:
https://github.com/huggingface/safetensors#format
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import ModelProblem

LARGEST_HEADER_BYTES = 100_000_000
"""The reference implementation's limit."""
KINDS = {"F16": "<f2", "F32": "<f4", "F64": "<f8", "I64": "<i8", "I32": "<i4", "U8": "u1", "BOOL": "?"}


def read_safetensors(file: Path) -> dict[str, np.ndarray]:
    """Arrays by name, read-only views of the file's bytes. :class:`ModelProblem` for any other file."""
    try:
        data = file.read_bytes()
    except OSError as problem:
        raise ModelProblem(f"{file} cannot be read: {problem.strerror or problem}.") from problem
    try:
        length = int.from_bytes(data[:8], "little")
        if len(data) < 8 or not 0 < length <= min(len(data) - 8, LARGEST_HEADER_BYTES):
            raise ValueError("its header is cut short")
        header = json.loads(data[8 : 8 + length])
        return {
            name: _array(data, 8 + length, entry) for name, entry in header.items() if name != "__metadata__"
        }
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        wrong = f"{file} is not a safetensors file: {problem}."
        raise ModelProblem(wrong, "Add the model again.") from problem


def _array(data: bytes, start: int, entry: dict[str, Any]) -> np.ndarray:
    kind, shape = np.dtype(KINDS[entry["dtype"]]), tuple(entry["shape"])
    first, last = entry["data_offsets"]
    count = int(np.prod(shape, dtype=np.int64))
    inside = 0 <= first <= last <= len(data) - start
    if not inside or min(shape, default=0) < 0 or last - first != count * kind.itemsize:
        raise ValueError(f"an array of shape {list(shape)} does not fit its place")
    return np.frombuffer(data, kind, count, start + first).reshape(shape)
