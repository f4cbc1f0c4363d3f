"""The lesion table: one row for each piece in space of one artery's candidates."""

from __future__ import annotations

import numpy as np

from ..imaging.image import Image
from .labels import CODES
from .pieces import first_of_each, last_of_each
from .regions import Candidates, largest
from .result import Lesion
from .weights import Weighted

SMALLEST_LESION_MM3 = 1.5
"""A lesion is larger than this (Wolterink et al., Med Phys 2016: orCaScore)."""
ROUNDING_MM3 = 1e-9


def is_lesion(voxels: np.ndarray, voxel_mm3: float) -> np.ndarray:
    """Which numbers of voxels make a lesion: strictly more than 1.5 mm³."""
    large: np.ndarray = voxels * voxel_mm3 > SMALLEST_LESION_MM3 + ROUNDING_MM3
    return large


def lesion_rows(
    found: Candidates, weighted: Weighted, image: Image, confidence: np.ndarray | None
) -> tuple[Lesion, ...]:
    """From feet to head. ``confidence`` is a network's, on the image's grid, 0 where nothing was proposed."""
    if not found.index.size:
        return ()
    piece = found.piece
    voxels = np.bincount(piece)
    first, last = first_of_each(piece), last_of_each(piece)
    k, j, i = found.position
    center = np.stack([np.bincount(piece, axis) / voxels for axis in (i, j, k)], axis=1)
    columns = {
        "artery": [CODES[int(code)] for code in found.artery[first]],
        "first_slice": k[first].tolist(),
        "last_slice": k[last].tolist(),
        "voxels": voxels.tolist(),
        "counted": is_lesion(voxels, weighted.voxel_mm3).tolist(),
        "volume_mm3": weighted.volume_mm3(piece, voxels.size).tolist(),
        "agatston": weighted.agatston(piece, voxels.size).tolist(),
        "mass_mg": weighted.mass_mg(piece, voxels.size).tolist(),
        "peak_hu": largest(found.hu, piece, voxels.size).tolist(),
        "mean_hu": (np.bincount(piece, found.hu) / voxels).tolist(),
        "center_px": [tuple(point) for point in center.tolist()],
        "center_mm": _places(center, image),
        "confidence": _confidence(found, voxels.size, confidence),
    }
    rows = zip(*columns.values(), strict=True)
    return tuple(
        Lesion(id=number, **dict(zip(columns, row, strict=True))) for number, row in enumerate(rows, start=1)
    )


def _places(center_px: np.ndarray, image: Image) -> list[tuple[float, ...]]:
    places = (center_px * image.spacing_mm) @ image.direction_matrix.T + image.origin_mm
    return [tuple(point) for point in places.tolist()]


def _confidence(found: Candidates, pieces: int, confidence: np.ndarray | None) -> list[float | None]:
    """Mean over the voxels that the network proposed; None for a piece without any."""
    if confidence is None:
        return [None] * pieces
    values = confidence.reshape(-1)[found.index].astype(float)
    proposed = values > 0
    count = np.bincount(found.piece[proposed], minlength=pieces)
    total = np.bincount(found.piece[proposed], values[proposed], minlength=pieces)
    return [float(s / n) if n else None for s, n in zip(total, count, strict=True)]
