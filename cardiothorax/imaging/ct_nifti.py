"""Whether the slices of a NIfTI volume are stacked upright.

A converter keeps a gantry's tilt as a sheared sform. ITK then takes the qform, in which the shear is lost,
without a word, or refuses the file as unreadable: the sform is looked at first.
"""

from __future__ import annotations

import gzip
import struct
import zlib
from pathlib import Path

import numpy as np

from ..errors import GeometryProblem
from .ct_axial import SQUARE_TOLERANCE

_HEADER_1, _HEADER_2 = 348, 540
_LAYOUT = {_HEADER_1: ("h", 254, "12f", 280), _HEADER_2: ("i", 348, "12d", 400)}
"""Size of the header: type and place of sform_code and of the three rows of the sform (NIfTI-1, NIfTI-2)."""


def check_sform(path: Path) -> None:
    """Raises :class:`GeometryProblem` for axes that are not at right angles. A damaged header passes: who
    reads the voxels finds it."""
    try:
        with gzip.open(path, "rb") if path.name.lower().endswith(".gz") else open(path, "rb") as handle:
            axes = _sform_axes(handle.read(_HEADER_2))
    except (OSError, EOFError, zlib.error, struct.error):
        return
    lengths = None if axes is None else np.linalg.norm(axes, axis=0)
    if axes is None or lengths is None or not np.isfinite(lengths).all() or lengths.min() <= 0:
        return
    cosines = (axes / lengths).T @ (axes / lengths) - np.eye(3)
    worst = float(np.abs(cosines).max())
    if worst > SQUARE_TOLERANCE:
        raise GeometryProblem(
            f"{path.name}: its axes are not at right angles ({np.degrees(np.arcsin(min(1.0, worst))):.1f} "
            "degrees off), as after a tilted gantry.",
            "Choose a CT made without tilt.",
        )


def _sform_axes(header: bytes) -> np.ndarray | None:
    """The 3 x 3 part of the sform, ``None`` where the header gives none."""
    for order in "<>":
        (size,) = struct.unpack_from(f"{order}i", header)
        if size in _LAYOUT:
            code_type, code_at, rows_type, rows_at = _LAYOUT[size]
            (code,) = struct.unpack_from(order + code_type, header, code_at)
            rows = np.reshape(struct.unpack_from(order + rows_type, header, rows_at), (3, 4))
            return rows[:, :3] if code > 0 else None
    return None
