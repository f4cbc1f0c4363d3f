"""The ratio on drawn shapes with exact answers, on turns of them, and on real masks."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Picture

from cardiothorax.ctr.borders import row_borders
from cardiothorax.ctr.measure import Grid, OrganMissing, measure, remeasure_lines, with_midline
from cardiothorax.imaging.organs import HEART, LEFT_LUNG, RIGHT_LUNG


def drawn() -> np.ndarray:
    """Right lung columns 10-39, left lung 60-89 (to 94 on rows 50-52), heart 35-69 on rows 60-79."""
    labels = np.zeros((100, 110), np.uint8)
    labels[20:80, 10:40] = RIGHT_LUNG
    labels[20:80, 60:90] = LEFT_LUNG
    labels[50:53, 60:95] = LEFT_LUNG
    labels[60:80, 35:70] = HEART
    return labels


def test_lengths_run_between_outer_pixel_borders() -> None:
    values = measure(drawn(), Grid()).values
    assert values.thoracic_diameter_px == 95 - 10
    assert values.cardiac_diameter_px == 35
    assert values.ctr == 35 / 85
    assert values.thoracic_extent_px == 85
    assert not values.cardiomegaly


def test_the_line_t_lies_on_the_middle_row_of_the_longest_tie() -> None:
    lines = measure(drawn(), Grid()).lines
    assert lines["T"] == ((9.5, 51.0), (94.5, 51.0))


def test_of_two_ties_the_longer_one_decides() -> None:
    labels = drawn()
    labels[30:32, 60:95] = LEFT_LUNG
    assert measure(labels, Grid()).lines["T"][0][1] == 51.0


def test_mrd_and_mld_add_up_to_th_and_start_at_the_midline_between_the_inner_lung_borders() -> None:
    measured = measure(drawn(), Grid())
    values = measured.values
    assert values.midline_px == (39.5 + 59.5) / 2
    assert values.mrd_px == values.midline_px - 34.5
    assert values.mrd_px + values.mld_px == values.cardiac_diameter_px
    assert measured.lines["MRD"][1][0] == measured.lines["MLD"][0][0] == values.midline_px


def test_widest_row_is_not_the_extent_when_the_ends_lie_on_different_rows() -> None:
    labels = drawn()
    labels[25, 5:40] = RIGHT_LUNG
    values = measure(labels, Grid()).values
    assert values.thoracic_extent_px == 90
    assert values.thoracic_diameter_px == 85


def test_millimetres_follow_the_column_spacing_and_areas_both() -> None:
    values = measure(drawn(), Grid(0.2, 0.4, known=True)).values
    assert values.thoracic_diameter_mm == pytest.approx(85 * 0.2)
    assert values.heart_area_mm2 == pytest.approx(35 * 20 * 0.2 * 0.4)


def test_without_a_known_spacing_there_are_no_millimetres() -> None:
    values = measure(drawn(), Grid(0.2, 0.2, known=False)).values
    assert (values.thoracic_diameter_mm, values.mrd_mm, values.heart_area_mm2) == (None, None, None)


def test_the_cutoff_is_exclusive() -> None:
    labels = drawn()
    labels[60:80, 30:72] = HEART  # 42.5 of 85 would need half a pixel: 42 columns
    labels[50:53, 60:94] = LEFT_LUNG
    labels[50:53, 94:] = 0
    values = measure(labels, Grid(), cutoff=0.5).values
    assert values.ctr == 0.5
    assert not values.cardiomegaly
    assert measure(labels, Grid(), cutoff=0.499).values.cardiomegaly


@pytest.mark.parametrize("label", [LEFT_LUNG, RIGHT_LUNG, HEART])
def test_a_missing_organ_is_named(label: int) -> None:
    labels = drawn()
    labels[labels == label] = 0
    with pytest.raises(OrganMissing, match={1: "left lung", 2: "right lung", 3: "heart"}[label]):
        measure(labels, Grid())


def test_lungs_that_share_no_row_have_no_thoracic_diameter() -> None:
    labels = np.zeros((60, 60), np.uint8)
    labels[0:20, 5:20] = RIGHT_LUNG
    labels[30:50, 40:55] = LEFT_LUNG
    labels[50:55, 20:40] = HEART
    with pytest.raises(OrganMissing, match="no row"):
        measure(labels, Grid())


@given(dx=st.integers(-9, 15), dy=st.integers(-19, 19))
def test_shifting_the_film_changes_no_value(dx: int, dy: int) -> None:
    still, moved = measure(drawn(), Grid()).values, measure(np.roll(drawn(), (dy, dx), (0, 1)), Grid()).values
    assert moved.midline_px - dx == still.midline_px
    assert replace(moved, midline_px=still.midline_px, tilt_degrees=0.0) == replace(still, tilt_degrees=0.0)


@given(scale=st.integers(2, 5))
@settings(max_examples=4)
def test_replicating_pixels_changes_no_ratio(scale: int) -> None:
    large = np.kron(drawn(), np.ones((scale, scale), np.uint8))
    assert measure(large, Grid()).values.ctr == measure(drawn(), Grid()).values.ctr


def test_a_mirrored_film_with_swapped_lungs_has_the_same_ratio() -> None:
    swapped = np.array([0, RIGHT_LUNG, LEFT_LUNG, HEART], np.uint8)[drawn()[:, ::-1]]
    there, back = measure(drawn(), Grid()).values, measure(swapped, Grid()).values
    assert (there.ctr, there.mrd_px, there.mld_px) == (back.ctr, back.mld_px, back.mrd_px)


def test_borders_lie_where_the_probability_crosses_one_half() -> None:
    labels = np.zeros((3, 12), np.uint8)
    labels[1, 4:8] = HEART
    columns = {3: 0.2, 4: 0.7, 7: 0.9, 8: 0.4}

    def sampler(label: int, rows: np.ndarray, at: np.ndarray) -> np.ndarray:
        return np.array([columns[int(c)] for c in at])

    borders = row_borders(labels, HEART, sampler)
    assert borders.left[1] == pytest.approx(4 - (0.7 - 0.5) / (0.7 - 0.2))
    assert borders.right[1] == pytest.approx(7 + (0.9 - 0.5) / (0.9 - 0.4))
    assert np.isnan(borders.left[[0, 2]]).all()


def test_a_mask_is_a_probability_of_one_inside_and_zero_outside() -> None:
    labels = drawn()

    def sampler(label: int, rows: np.ndarray, at: np.ndarray) -> np.ndarray:
        return (labels[rows, at] == label).astype(float)

    assert measure(labels, Grid(), probabilities=sampler) == measure(labels, Grid())


def test_probabilities_that_contradict_the_mask_leave_the_pixel_border() -> None:
    def sampler(label: int, rows: np.ndarray, at: np.ndarray) -> np.ndarray:
        return np.full(len(rows), 0.1)

    assert measure(drawn(), Grid(), probabilities=sampler) == measure(drawn(), Grid())


def test_an_organ_that_touches_the_picture_edge_ends_at_the_edge() -> None:
    labels = np.zeros((4, 6), np.uint8)
    labels[:, :] = HEART
    borders = row_borders(labels, HEART, lambda *_: np.full(4, 0.9))
    assert (borders.left.tolist(), borders.right.tolist()) == ([-0.5] * 4, [5.5] * 4)


def test_dragging_line_ends_changes_the_ratio_and_keeps_lines_horizontal() -> None:
    measured = measure(drawn(), Grid(0.5, 0.5, known=True))
    lines = dict(measured.lines, T=((4.5, 40.0), (99.5, 44.0)))
    again = remeasure_lines(measured.values, lines, Grid(0.5, 0.5, known=True))
    assert again.values.ctr == 35 / 95
    assert again.values.thoracic_diameter_mm == 95 * 0.5
    assert again.lines["T"] == ((4.5, 40.0), (99.5, 40.0))
    assert again.values.cardiac_diameter_px == measured.values.cardiac_diameter_px


def test_dragging_the_midline_moves_mrd_and_mld_only() -> None:
    measured = measure(drawn(), Grid())
    again = with_midline(measured, 45.0, Grid())
    assert (again.values.mrd_px, again.values.mld_px) == (45 - 34.5, 69.5 - 45)
    assert again.values.ctr == measured.values.ctr


@pytest.mark.parametrize("degrees", [-14.0, -6.0, 5.0, 12.0])
def test_tilt_is_found_and_undone(degrees: float) -> None:
    upright = _ellipses(0.0)
    tilted = measure(_ellipses(degrees), Grid()).values
    straight = measure(upright, Grid()).values
    assert straight.tilt_degrees == pytest.approx(0, abs=0.3)
    assert tilted.tilt_degrees == pytest.approx(degrees, abs=0.6)
    assert tilted.ctr_tilt_corrected == pytest.approx(straight.ctr, abs=0.006)


def _ellipses(degrees: float) -> np.ndarray:
    """Two equal lungs and a heart, leaning to the right by ``degrees``, as a function of position."""
    y, x = np.mgrid[:600, :600] - 300.0
    a = np.deg2rad(degrees)
    u, v = x * np.cos(a) + y * np.sin(a), -x * np.sin(a) + y * np.cos(a)
    labels = np.zeros((600, 600), np.uint8)
    labels[((u + 110) / 80) ** 2 + (v / 170) ** 2 < 1] = RIGHT_LUNG
    labels[((u - 110) / 80) ** 2 + (v / 170) ** 2 < 1] = LEFT_LUNG
    labels[(u / 100) ** 2 + ((v - 70) / 80) ** 2 < 1] = HEART
    return labels


def test_every_reference_of_the_real_masks_is_repeated_exactly(shared_data: Path) -> None:
    folder = shared_data / "cxr" / "segmentation"
    with open(folder / "index.csv", newline="", encoding="utf-8") as handle:
        rows = [row for row in csv.DictReader(handle) if row["has_heart"] == "1"]
    assert len(rows) > 400
    for row in rows:
        labels = np.asarray(Picture.open(folder / "masks" / f"{row['id']}.png"))
        values = measure(labels, Grid()).values
        found = (values.cardiac_diameter_px, values.thoracic_diameter_px, values.thoracic_extent_px)
        assert found == (float(row["Th_px"]), float(row["T_row_px"]), float(row["T_overall_px"])), row["id"]
        assert values.ctr == pytest.approx(float(row["ctr_row"]), abs=5e-5)
