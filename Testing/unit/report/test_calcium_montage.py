"""Slices with lesions: the right slices and sides, rings in the arteries' colors beside the calcium."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cardiothorax.calcium.pipeline import run, run_labels
from cardiothorax.calcium.table import LESION_COLUMNS
from cardiothorax.imaging.image import Image
from cardiothorax.report.calcium_files import write_lesions
from cardiothorax.report.calcium_montage import MOST_TILES, WIDTH_PX, draw_montage
from cardiothorax.report.calcium_tile import Marked, draw_tile
from cardiothorax.report.palette import ARTERY_COLORS
from Testing.unit.calcium.drawn_chest import chest, exchanged, prone


def labeled(image: Image, spots: tuple[tuple[int, int, int, int], ...], codes: tuple[int, ...]) -> np.ndarray:
    labels = np.zeros(image.array.shape, np.uint8)
    for (k, j, i, _), code in zip(spots, codes, strict=True):
        labels[k, j : j + 4, i : i + 4] = code
    return labels


def center_of(rgb: np.ndarray, color: tuple[int, int, int]) -> tuple[float, float]:
    rows, columns = np.nonzero((rgb == color).all(axis=2))
    return float(rows.mean()), float(columns.mean())


ALL = ((1, 90, 130, 400), (2, 100, 150, 400), (3, 110, 170, 400), (4, 120, 120, 400), (5, 100, 180, 400))


def test_every_artery_has_its_color_in_picture_and_scene(repository: Path) -> None:
    image = chest(bright_spots=ALL)
    rgb = draw_montage(run_labels(image, labeled(image, ALL, (1, 2, 3, 4, 5))), image, footer=False)
    for name in ("lad", "lcx", "rca", "lm"):
        assert (rgb == ARTERY_COLORS[name]).all(axis=2).any(), name
    with open(repository / "Resources/Colors/CardiothoraxArteries.csv", encoding="utf-8", newline="") as file:
        rows = {row["Name"].lower(): row for row in csv.DictReader(file)}
    for name, color in ARTERY_COLORS.items():
        assert tuple(int(rows[name][f"Color_{c}"]) for c in "RGB") == color


def test_the_patients_left_is_right_and_the_front_on_top_however_the_scan_lies() -> None:
    spots = ((3, 80, 190, 400), (3, 130, 110, 400))
    image = chest(bright_spots=spots)
    study = run_labels(image, labeled(image, spots, (1, 3)))
    belly = prone(image)
    turned = run_labels(belly, np.ascontiguousarray(study.labels[:, ::-1, ::-1]))
    for shown, scan in ((study, image), (turned, belly)):
        rgb = draw_montage(shown, scan, footer=False)
        (front, left), (back, right) = (center_of(rgb, ARTERY_COLORS[name]) for name in ("lad", "rca"))
        assert left - right > 100
        assert back - front > 60


def test_rows_and_columns_exchanged_give_the_same_picture() -> None:
    spots = ((3, 80, 190, 400), (3, 130, 110, 400), (5, 100, 150, 400))
    image = chest(bright_spots=spots)
    study = run_labels(image, labeled(image, spots, (1, 3, 2)))
    other = exchanged(image)
    turned = run_labels(other, np.ascontiguousarray(study.labels.swapaxes(1, 2)))
    shown = [draw_montage(run, scan, footer=False) for run, scan in ((study, image), (turned, other))]
    for name in ("lad", "rca", "lcx"):
        places = [center_of(rgb, ARTERY_COLORS[name]) for rgb in shown]
        assert places[0] == pytest.approx(places[1], abs=15)  # the numbers in the names may differ


def test_calcium_itself_is_not_painted_over() -> None:
    hu = np.full((60, 60), 40, np.int16)
    hu[28:32, 28:32] = 480
    mask = np.zeros((60, 60), bool)
    mask[28:32, 28:32] = True
    plain = draw_tile(hu, [], "", 480, 1.0)
    ringed = draw_tile(hu, [Marked(mask, "LAD 1", (230, 48, 48))], "", 480, 1.0)
    inside = slice(30 * 8 - 8, 30 * 8 + 8)
    np.testing.assert_array_equal(ringed[inside, inside], plain[inside, inside])
    assert (ringed != plain).any()
    assert (ringed == (230, 48, 48)).all(axis=2).sum() > 200


def test_the_name_stays_inside_the_tile_and_off_the_lesion() -> None:
    hu = np.full((50, 50), 40, np.int16)
    for j, i in ((0, 0), (0, 46), (46, 0), (46, 46)):
        mask = np.zeros((50, 50), bool)
        mask[j : j + 4, i : i + 4] = True
        tile = draw_tile(hu, [Marked(mask, "RCA 12", (40, 190, 96))], "", 400, 1.0)
        assert tile.shape == (400, 400, 3)
        colored = (tile == (40, 190, 96)).all(axis=2)
        lettering = colored & ~_near(mask, 8, 12)
        assert lettering.sum() > 100, (j, i)


def _near(mask: np.ndarray, scale: int, margin: int) -> np.ndarray:
    from scipy import ndimage

    enlarged = np.kron(mask, np.ones((scale, scale), bool))
    near: np.ndarray = ndimage.binary_dilation(enlarged, iterations=margin)
    return near


def test_pixels_that_are_not_square_are_shown_in_proportion() -> None:
    tile = draw_tile(np.full((50, 100), 500, np.int16), [], "", 400, 2.0)
    assert (tile[:, :, 0] > 200).mean() > 0.9
    tall = draw_tile(np.full((100, 50), 500, np.int16), [], "", 400, 1.0)
    assert 0.4 < (tall[:, :, 0] > 200).mean() < 0.55


@pytest.mark.parametrize(("count", "tiles"), [(1, 1), (4, 4), (5, 5), (8, 8)])
def test_each_slice_with_a_lesion_has_a_tile(count: int, tiles: int) -> None:
    spots = tuple((k, 100, 140, 400) for k in range(count))
    # every second lesion is another artery, or neighbors would be one lesion in space
    codes = tuple(1 if k % 2 else 3 for k in range(count))
    image = chest(bright_spots=spots)
    rgb = draw_montage(run_labels(image, labeled(image, spots, codes)), image, footer=False)
    across = 2 if tiles <= 4 else 3
    down = -(-tiles // across)
    assert rgb.shape[0] == pytest.approx(down * rgb.shape[1] / across, abs=10)


def test_a_long_scan_shows_twelve_slices_and_counts_the_others() -> None:
    image = chest()
    long = replace(image, array=np.repeat(image.array, 4, axis=0))
    labels = np.zeros(long.array.shape, np.uint8)
    array = long.array.copy()
    array[::2, 100:104, 140:144] = 400
    labels[::2, 100:104, 140:144] = 1
    study = run_labels(replace(long, array=array), labels)
    rgb = draw_montage(study, replace(long, array=array), footer=False)
    assert MOST_TILES == 12
    assert rgb.shape[0] == pytest.approx(4 * WIDTH_PX / 3, abs=10)


def test_without_lesions_the_whole_scan_is_sampled() -> None:
    image = chest()
    rgb = draw_montage(run_labels(image, np.zeros(image.array.shape, np.uint8)), image, footer=False)
    assert rgb.shape[0] == pytest.approx(2 * WIDTH_PX / 3, abs=10)


def test_the_footer_is_as_high_as_its_words_and_a_refused_scan_has_one() -> None:
    image = chest(blood_hu=300)
    study = run(image, None)
    bare, said = draw_montage(study, image, footer=False), draw_montage(study, image)
    assert said.shape[0] > bare.shape[0] + 100
    np.testing.assert_array_equal(said[: bare.shape[0]], bare)


def test_the_lesion_table_has_every_piece_with_all_digits(tmp_path: Path) -> None:
    image = chest(bright_spots=ALL)
    study = run_labels(image, labeled(image, ALL, (1, 2, 3, 4, 5)))
    write_lesions(study.result, tmp_path / "l.csv")
    with open(tmp_path / "l.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == LESION_COLUMNS
    assert [row["artery"] for row in rows] == [lesion.artery for lesion in study.result.lesions]
    assert [float(row["agatston"]) for row in rows] == [n.agatston for n in study.result.lesions]
    assert rows[0]["confidence"] == ""
