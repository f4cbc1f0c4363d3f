"""Whether a NIfTI file is all there.

ITK reads one that was cut short without a word and fills the rest with whatever lay in memory, so
the length is checked against the header first (NIfTI-1: 348 bytes of header, NIfTI-2: 540).
"""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from pathlib import Path

from ..errors import UnreadableImage
from .guard import COPY_AGAIN

NIFTI_ENDINGS = (".nii", ".nii.gz")
_HEADER_1, _HEADER_2 = 348, 540
_CHUNK = 1 << 22


def check_nifti_length(path: Path) -> None:
    """Raises :class:`UnreadableImage` that names the bytes missing; compressed files are read through,
    so that a wrong checksum is found as well."""
    packed = path.name.lower().endswith(".gz")
    try:
        with gzip.open(path, "rb") if packed else open(path, "rb") as handle:
            header = handle.read(_HEADER_2)
            expected = _expected_bytes(header)
            present = len(header)
            while chunk := handle.read(_CHUNK):
                present += len(chunk)
    except (EOFError, zlib.error, gzip.BadGzipFile, struct.error) as problem:
        raise UnreadableImage(f"{path.name} is damaged or was cut short.", COPY_AGAIN) from problem
    if present < expected:
        raise UnreadableImage(
            f"{path.name} was cut short: {present} of {expected} bytes are there.", COPY_AGAIN
        )


def _expected_bytes(header: bytes) -> int:
    """Header, extensions and voxels together; ``struct.error`` where this is no NIfTI header."""
    for order in "<>":
        (size,) = struct.unpack_from(f"{order}i", header)
        if size == _HEADER_1:
            dim = struct.unpack_from(f"{order}8h", header, 40)
            (bits,) = struct.unpack_from(f"{order}h", header, 72)
            (offset,) = struct.unpack_from(f"{order}f", header, 108)
            return _total(dim, bits, offset)
        if size == _HEADER_2:
            dim = struct.unpack_from(f"{order}8q", header, 16)
            (bits,) = struct.unpack_from(f"{order}h", header, 14)
            (offset,) = struct.unpack_from(f"{order}q", header, 168)
            return _total(dim, bits, offset)
    raise struct.error("no NIfTI header")


def _total(dim: tuple[int, ...], bits: int, offset: float) -> int:
    if not 1 <= dim[0] <= 7 or min(dim[1 : dim[0] + 1]) < 1 or bits < 1 or not 0 <= offset < 2**40:
        raise struct.error("no NIfTI header")
    return int(offset) + math.prod(dim[1 : dim[0] + 1]) * bits // 8
