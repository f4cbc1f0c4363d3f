"""The lesion table: one row for each piece in space of one artery's candidates."""

from __future__ import annotations

import numpy as np

from ..imaging.image import Image
from ..stats.detection import ROUNDING_MM3, SMALLEST_LESION_MM3
from .labels import CODES
from .pieces import first_of_each
from .regions import Cells, largest
from .result import Lesion
from .weights import Weighted


def is_lesion(voxels: np.ndarray, voxel_mm3: float) -> np.ndarray:
    """Which numbers of voxels make a lesion: strictly more than 1.5 mm³ (Wolterink et al., Med Phys 2016)."""
    large: np.ndarray = voxels * voxel_mm3 > SMALLEST_LESION_MM3 + ROUNDING_MM3
    return large


def lesion_rows(cells: Cells, weights: Weighted, image: Image) -> tuple[Lesion, ...]:
    """From feet to head, by their first voxels."""
    piece = cells.piece
    first = first_of_each(piece)
    pieces = first.size
    voxels = np.bincount(piece, cells.pixels, pieces)
    sums = (cells.sum_column, cells.sum_row, cells.slice * cells.pixels)
    center = np.stack([np.bincount(piece, axis, pieces) / voxels for axis in sums], axis=1)
    columns = {
        "artery": [CODES[int(code)] for code in cells.artery[first]],
        "first_slice": cells.slice[first].tolist(),
        "last_slice": largest(cells.slice, piece, pieces).astype(int).tolist(),
        "voxels": voxels.astype(int).tolist(),
        "counted": is_lesion(voxels, weights.voxel_mm3).tolist(),
        "volume_mm3": weights.volume_mm3(piece, pieces).tolist(),
        "agatston": weights.agatston(piece, pieces).tolist(),
        "mass_mg": weights.mass_mg(piece, pieces).tolist(),
        "peak_hu": largest(cells.peak_hu, piece, pieces).tolist(),
        "mean_hu": (np.bincount(piece, cells.sum_hu, pieces) / voxels).tolist(),
        "center_px": [tuple(point) for point in center.tolist()],
        "center_mm": _places(center, image),
        "confidence": _confidence(cells, pieces),
    }
    rows = zip(*columns.values(), strict=True)
    return tuple(
        Lesion(id=number, **dict(zip(columns, row, strict=True))) for number, row in enumerate(rows, start=1)
    )


def _places(center_px: np.ndarray, image: Image) -> list[tuple[float, ...]]:
    places = (center_px * image.spacing_mm) @ image.direction_matrix.T + image.origin_mm
    return [tuple(point) for point in places.tolist()]


def _confidence(cells: Cells, pieces: int) -> list[float | None]:
    """Mean over the voxels that the network proposed; None for a piece without any."""
    count = np.bincount(cells.piece, cells.proposed, pieces).tolist()
    total = np.bincount(cells.piece, cells.sum_confidence, pieces).tolist()
    return [part / number if number else None for part, number in zip(total, count, strict=True)]
