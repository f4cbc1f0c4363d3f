"""Cardiothoracic ratio from labels, exactly as DESIGN section 3 defines it.

The same function serves the first measurement, a reader's edit, the batch and the command line.
It works in radiographic view (patient's right at the picture's left); turning back is the caller's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..imaging.organs import HEART, LEFT_LUNG, ORGANS, RIGHT_LUNG
from .borders import RowBorders, Sampler, row_borders
from .result import DEFAULT_CUTOFF, CtrValues
from .tilt import outline, thoracic_tilt, upright_widths

Point = tuple[float, float]


class OrganMissing(ValueError):
    """A lung or the heart has no pixel, or the lungs share no row: nothing can be measured."""


@dataclass(frozen=True)
class Grid:
    """Spacing of the measured grid; ``known`` is false where millimeters must not be stated."""

    column_mm: float = 1.0
    row_mm: float = 1.0
    known: bool = False

    @property
    def pixel_aspect(self) -> float:
        """Row over column spacing."""
        return self.row_mm / self.column_mm


@dataclass(frozen=True)
class Measured:
    """``lines`` by name (``T``, ``Th``, ``MRD``, ``MLD``): two points (x, y), left to right."""

    values: CtrValues
    lines: dict[str, tuple[Point, Point]]


def measure(
    labels: np.ndarray,
    grid: Grid,
    *,
    probabilities: Sampler | None = None,
    midline_px: float | None = None,
    cutoff: float = DEFAULT_CUTOFF,
) -> Measured:
    """All values and lines of one film. ``labels`` uint8 ``[rows, columns]``.

    Raises :class:`OrganMissing` that names what is missing.
    """
    missing = [name for label, name in ORGANS.items() if not (labels == label).any()]
    if missing:
        raise OrganMissing(f"no pixel of the {' and the '.join(missing)}")
    heart = row_borders(labels, HEART, probabilities)
    left_lung = row_borders(labels, LEFT_LUNG, probabilities)
    right_lung = row_borders(labels, RIGHT_LUNG, probabilities)
    chest = _chest(left_lung, right_lung)
    row = widest_row(chest)
    heart_left, heart_right = int(np.nanargmin(heart.left)), int(np.nanargmax(heart.right))
    midline = _midline(left_lung, right_lung, heart, row) if midline_px is None else midline_px
    lines = _lines(
        row,
        (float(chest.left[row]), float(chest.right[row])),
        (heart_left, float(heart.left[heart_left])),
        (heart_right, float(heart.right[heart_right])),
        midline,
    )
    height = grid.pixel_aspect
    of_right, of_left, of_heart = (
        outline(organ.left, organ.right, height) for organ in (right_lung, left_lung, heart)
    )
    tilt = thoracic_tilt(of_right, of_left)
    upright_t, upright_th = upright_widths(of_right, of_left, of_heart, tilt)
    extent = float(
        max(np.nanmax(left_lung.right), np.nanmax(right_lung.right))
        - min(np.nanmin(left_lung.left), np.nanmin(right_lung.left))
    )
    areas = {label: int((labels == label).sum()) for label in ORGANS}
    values = _values(
        lines,
        grid,
        midline=midline,
        cutoff=cutoff,
        extent=extent,
        tilt=tilt,
        upright=upright_th / upright_t if upright_t else upright_th / extent,
        areas=areas,
    )
    return Measured(values, lines)


def remeasure_lines(values: CtrValues, lines: dict[str, tuple[Point, Point]], grid: Grid) -> Measured:
    """Values after a reader has dragged line ends: T and Th from their ends, the rest kept.

    Lines stay horizontal; MRD and MLD run from the midline to the ends of Th.
    """
    (t_left, t_y), (t_right, _) = lines["T"]
    (h_left, h_y), (h_right, _) = lines["Th"]
    midline = values.midline_px
    if t_right <= t_left or h_right <= h_left:
        raise OrganMissing("a line has no length")
    moved = {
        "T": ((t_left, t_y), (t_right, t_y)),
        "Th": ((h_left, h_y), (h_right, h_y)),
        "MRD": ((h_left, lines["MRD"][0][1]), (midline, lines["MRD"][0][1])),
        "MLD": ((midline, lines["MLD"][0][1]), (h_right, lines["MLD"][0][1])),
    }
    areas = {
        HEART: values.heart_area_px,
        LEFT_LUNG: values.left_lung_area_px,
        RIGHT_LUNG: values.right_lung_area_px,
    }
    again = _values(
        moved,
        grid,
        midline=midline,
        cutoff=values.cutoff,
        extent=values.thoracic_extent_px,
        tilt=values.tilt_degrees,
        upright=values.ctr_tilt_corrected,
        areas=areas,
    )
    return Measured(again, moved)


def with_midline(measured: Measured, midline_px: float, grid: Grid) -> Measured:
    """MRD and MLD from another midline; T and Th stay."""
    values = replace(measured.values, midline_px=midline_px)
    return remeasure_lines(values, measured.lines, grid)


def _chest(left_lung: RowBorders, right_lung: RowBorders) -> RowBorders:
    """Outer borders on the rows that both lungs touch."""
    both = left_lung.present & right_lung.present
    if not both.any():
        raise OrganMissing("no row shows both lungs")
    with np.errstate(invalid="ignore"):
        left = np.where(both, np.minimum(left_lung.left, right_lung.left), np.nan)
        right = np.where(both, np.maximum(left_lung.right, right_lung.right), np.nan)
    return RowBorders(left, right)


def widest_row(chest: RowBorders) -> int:
    """The row of T. Ties: the middle row of the longest tie (the upper of two middle rows)."""
    width = chest.right - chest.left
    tied = np.flatnonzero(width == np.nanmax(width))
    runs = np.split(tied, np.flatnonzero(np.diff(tied) > 1) + 1)
    longest = max(runs, key=len)
    return int(longest[(len(longest) - 1) // 2])


def _midline(left_lung: RowBorders, right_lung: RowBorders, heart: RowBorders, row: int) -> float:
    """Median midpoint between the inner lung borders above the heart; without such rows, the middle
    of the thoracic diameter."""
    both = left_lung.present & right_lung.present
    top_of_heart = int(np.flatnonzero(heart.present)[0])
    above = np.flatnonzero(both[:top_of_heart])
    if not len(above):
        outer_left = min(left_lung.left[row], right_lung.left[row])
        outer_right = max(left_lung.right[row], right_lung.right[row])
        return float((outer_left + outer_right) / 2)
    inner_left = np.minimum(left_lung.right[above], right_lung.right[above])
    inner_right = np.maximum(left_lung.left[above], right_lung.left[above])
    return float(np.median((inner_left + inner_right) / 2))


def _lines(
    row: int,
    chest: tuple[float, float],
    heart_left: tuple[int, float],
    heart_right: tuple[int, float],
    midline: float,
) -> dict[str, tuple[Point, Point]]:
    """Th lies halfway between the rows of its two ends; MRD and MLD lie on those rows."""
    (left_row, left), (right_row, right) = heart_left, heart_right
    middle_row = (left_row + right_row) / 2
    return {
        "T": ((chest[0], float(row)), (chest[1], float(row))),
        "Th": ((left, middle_row), (right, middle_row)),
        "MRD": ((left, float(left_row)), (midline, float(left_row))),
        "MLD": ((midline, float(right_row)), (right, float(right_row))),
    }


def _values(
    lines: dict[str, tuple[Point, Point]],
    grid: Grid,
    *,
    midline: float,
    cutoff: float,
    extent: float,
    tilt: float,
    upright: float,
    areas: dict[int, int],
) -> CtrValues:
    length = {name: end[0] - start[0] for name, (start, end) in lines.items()}
    ctr = length["Th"] / length["T"]

    def mm(pixels: float) -> float | None:
        return pixels * grid.column_mm if grid.known else None

    def mm2(pixels: int) -> float | None:
        return pixels * grid.column_mm * grid.row_mm if grid.known else None

    return CtrValues(
        ctr=ctr,
        thoracic_diameter_px=length["T"],
        cardiac_diameter_px=length["Th"],
        thoracic_diameter_mm=mm(length["T"]),
        cardiac_diameter_mm=mm(length["Th"]),
        thoracic_extent_px=extent,
        thoracic_extent_mm=mm(extent),
        mrd_px=length["MRD"],
        mld_px=length["MLD"],
        mrd_mm=mm(length["MRD"]),
        mld_mm=mm(length["MLD"]),
        midline_px=midline,
        tilt_degrees=tilt,
        ctr_tilt_corrected=upright,
        cardiomegaly=ctr > cutoff,
        cutoff=cutoff,
        heart_area_px=areas[HEART],
        left_lung_area_px=areas[LEFT_LUNG],
        right_lung_area_px=areas[RIGHT_LUNG],
        heart_area_mm2=mm2(areas[HEART]),
        left_lung_area_mm2=mm2(areas[LEFT_LUNG]),
        right_lung_area_mm2=mm2(areas[RIGHT_LUNG]),
    )
