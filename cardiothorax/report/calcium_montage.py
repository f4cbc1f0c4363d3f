"""Slices with lesions side by side, each lesion ringed in its artery's color and named by its number.

Radiological convention: the patient's right at the picture's left, the front on top; cranial slices first.
Made to be readable at 480 pixels across.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ..calcium.labels import CODES, PARTS
from ..calcium.regions import Candidates, find_candidates
from ..calcium.result import CalciumResult, CalciumRun, Lesion
from ..imaging.image import Image
from .calcium_tile import Marked, draw_tile
from .calcium_wording import SHORT_NAMES, cac_drs_in_words, category_in_words, points, whose
from .palette import ARTERY_COLORS, WHITE
from .strip import GROUND, MUTED, Strip
from .wording import file_name

MOST_TILES = 12
TILES_WITHOUT_LESIONS = 6
WIDTH_PX = 1200
GAP_PX = 4
MARGIN_MM = 25.0
SMALLEST_SIDE_MM = 110.0
"""A tile shows at least this much, so that a lesion is seen with the heart around it."""


@dataclass(frozen=True)
class Window:
    """The cut-out that all tiles show: half-open ranges of rows and columns, and which axes are turned."""

    rows: tuple[int, int]
    columns: tuple[int, int]
    flip_rows: bool
    flip_columns: bool

    def of(self, plane: np.ndarray) -> np.ndarray:
        cut = plane[self.rows[0] : self.rows[1], self.columns[0] : self.columns[1]]
        return cut[:: -1 if self.flip_rows else 1, :: -1 if self.flip_columns else 1]


def draw_montage(run: CalciumRun, image: Image, *, footer: bool = True) -> np.ndarray:
    """RGB uint8, 1200 pixels wide: up to twelve slices, each counted lesion at least once where its
    area is largest; without lesions, six slices through the scan. ``footer`` adds scores and flags."""
    found = find_candidates(image.array, run.labels, _threshold(run.result), 4)
    found, image = _rows_across(found, image)
    slices = _slices_to_show(found, run.result.lesions) or _spread(len(image.array))
    across = 2 if len(slices) <= 4 else 3
    window = _window(found, image, slices)
    side = (WIDTH_PX - (across - 1) * GAP_PX) // across
    aspect = image.spacing_mm[1] / image.spacing_mm[0]
    tiles = [
        draw_tile(
            window.of(image.array[k]),
            _marked(found, run.result, window, k),
            _caption(image, k),
            side,
            aspect,
        )
        for k in slices
    ]
    rgb = _side_by_side(tiles, across)
    with_lesions = {
        k for n in filter(is_shown, run.result.lesions) for k in range(n.first_slice, n.last_slice + 1)
    }
    left_out = len(with_lesions - set(slices))
    return _with_scores(rgb, run.result, left_out) if footer else rgb


def write_montage(run: CalciumRun, image: Image, path: Path | str) -> None:
    from .overlay import write_overlay_png

    write_overlay_png(draw_montage(run, image), path)


def is_shown(lesion: Lesion) -> bool:
    """Coronary, and either with a score or large enough to be counted: no speck."""
    return lesion.artery != "other" and (lesion.agatston > 0 or lesion.counted)


def _rows_across(found: Candidates, image: Image) -> tuple[Candidates, Image]:
    """Rows that run across the patient: rows and columns are exchanged where a file has them the other way.

    The candidates keep their numbers, which are those of the lesions.
    """
    matrix = image.direction_matrix
    if abs(matrix[0, 0]) >= abs(matrix[0, 1]):
        return found, image
    k, j, i = found.position
    slices, rows, columns = found.shape
    column_mm, row_mm, increment_mm = image.spacing_mm
    exchanged = replace(
        image,
        array=image.array.swapaxes(1, 2),
        spacing_mm=(row_mm, column_mm, increment_mm),
        direction=tuple(matrix[:, [1, 0, 2]].flat),
    )
    return replace(found, shape=(slices, columns, rows), position=(k, i, j)), exchanged


def _threshold(result: CalciumResult) -> float:
    return float(result.provenance.options["threshold_hu"])


def _slices_to_show(found: Candidates, lesions: tuple[Lesion, ...]) -> list[int]:
    """From head to feet: the widest slice of each coronary lesion, the highest scores first, then other
    slices of the lesions that are cut most often."""
    k = found.position[0]
    coronary = sorted(filter(is_shown, lesions), key=lambda lesion: (-lesion.agatston, -lesion.voxels))
    widest, rest = [], []
    for lesion in coronary:
        slices, area = np.unique(k[found.piece == lesion.id - 1], return_counts=True)
        order = np.argsort(-area, kind="stable")
        widest.append(int(slices[order[0]]))
        rest += [int(n) for n in slices[order[1:]]]
    chosen = list(dict.fromkeys([*widest, *rest]))[:MOST_TILES]
    return sorted(chosen, reverse=True)


def _spread(slices: int) -> list[int]:
    """Evenly through the scan, without its ends."""
    places = np.linspace(0, slices - 1, min(TILES_WITHOUT_LESIONS, slices) + 2)[1:-1]
    return sorted({round(place) for place in places}, reverse=True)


def _window(found: Candidates, image: Image, slices: list[int]) -> Window:
    """A square around all coronary lesions with a margin; without any, the whole slice."""
    _, height, width = image.array.shape
    matrix = image.direction_matrix
    flips = bool(matrix[1, 1] < 0), bool(matrix[0, 0] < 0)
    k, j, i = found.position
    shown = np.isin(k, slices) & (found.artery != PARTS["other"])
    if not shown.any():
        return Window((0, height), (0, width), *flips)
    wanted = max(
        np.ptp(j[shown]) * image.spacing_mm[1] + 2 * MARGIN_MM,
        np.ptp(i[shown]) * image.spacing_mm[0] + 2 * MARGIN_MM,
        SMALLEST_SIDE_MM,
    )
    rows = _range(j[shown], wanted / image.spacing_mm[1], height)
    columns = _range(i[shown], wanted / image.spacing_mm[0], width)
    return Window(rows, columns, *flips)


def _range(places: np.ndarray, length: float, size: int) -> tuple[int, int]:
    """About ``length`` pixels around the middle of ``places``, moved to lie inside 0 to ``size``."""
    whole = min(size, round(length))
    start = round((int(places.min()) + int(places.max())) / 2 - whole / 2)
    start = min(max(0, start), size - whole)
    return start, start + whole


def _marked(found: Candidates, result: CalciumResult, window: Window, k: int) -> list[Marked]:
    here = found.position[0] == k
    _, j, i = found.position
    by_id = {lesion.id: lesion for lesion in result.lesions}
    marked = []
    for piece in np.unique(found.piece[here]):
        own = here & (found.piece == piece)
        plane = np.zeros(found.shape[1:], bool)
        plane[j[own], i[own]] = True
        artery = CODES[int(found.artery[own][0])]
        lesion = by_id.get(int(piece) + 1)
        name = f"{SHORT_NAMES[artery]} {lesion.id}" if lesion is not None and is_shown(lesion) else ""
        mask = window.of(plane)
        if mask.any():
            marked.append(Marked(mask, name, ARTERY_COLORS[artery]))
    return marked


def _caption(image: Image, k: int) -> str:
    """The slice's number from the feet, and its height in the patient (S is toward the head)."""
    height = image.lps(0, 0, k)[2]
    letter = "S" if height >= 0 else "I"
    return f"{k + 1}/{len(image.array)}  {letter} {abs(height):.1f} mm"


def _side_by_side(tiles: list[np.ndarray], across: int) -> np.ndarray:
    side = len(tiles[0])
    down = -(-len(tiles) // across)
    sheet = np.empty((down * (side + GAP_PX) - GAP_PX, WIDTH_PX, 3), np.uint8)
    sheet[:] = GROUND
    for number, tile in enumerate(tiles):
        row, column = divmod(number, across)
        top, left = row * (side + GAP_PX), column * (side + GAP_PX)
        sheet[top : top + side, left : left + side] = tile
    return sheet


def _with_scores(rgb: np.ndarray, result: CalciumResult, left_out: int) -> np.ndarray:
    strip = Strip(WIDTH_PX, WIDTH_PX / 500)
    values = result.values
    if values is None:
        strip.heading("No score")
    else:
        strip.heading(f"Agatston {points(values.agatston)}   {category_in_words(values)}")
        strip.paragraph(f"CAC-DRS {cac_drs_in_words(values)}", WHITE)
        strip.row(
            (f"{SHORT_NAMES[name]} {points(values.arteries[name].agatston)}", color)
            for name, color in ARTERY_COLORS.items()
        )
    more = f"{left_out} more slices with lesions" if left_out else ""
    strip.paragraph(" · ".join(t for t in (file_name(result.source), whose(result), more) if t), MUTED)
    strip.flags(result.flags)
    strip.closing(())
    return strip.under(rgb)
