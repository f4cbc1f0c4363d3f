"""The phantom radiograph: same seed same film, truth that can be counted by hand, varied anatomy."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cardiothorax.errors import UnsupportedImage
from cardiothorax.imaging import organs as names
from cardiothorax.phantoms import anatomy, cxr, truth
from cardiothorax.phantoms.options import DEVICES, FINDINGS, CxrOptions, varied

SMALL = CxrOptions(side_px=256)


@pytest.fixture(scope="module")
def films() -> list[cxr.PhantomFilm]:
    return [cxr.make(seed, options=SMALL) for seed in range(8)]


def brute_force(labels: np.ndarray) -> tuple[float, float, float]:
    """CTR, T, Th by the definition, pixel by pixel."""
    heart, widest = [], 0
    for row in labels.tolist():
        right = [i for i, v in enumerate(row) if v == names.RIGHT_LUNG]
        left = [i for i, v in enumerate(row) if v == names.LEFT_LUNG]
        heart += [i for i, v in enumerate(row) if v == names.HEART]
        if right and left:
            widest = max(widest, max(left) + 1 - min(right))
    across = max(heart) + 1 - min(heart)
    return across / widest, float(widest), float(across)


def test_truth_is_what_counting_gives(films: list[cxr.PhantomFilm]) -> None:
    for film in films:
        found = film.truth
        assert (found.ctr, found.t_px, found.th_px) == brute_force(film.labels)
        assert found.t_mm == found.t_px * film.image.spacing_mm[0]
        assert found.th_mm == found.th_px * film.image.spacing_mm[0]
        row = film.labels[found.t_row]
        right, left = np.flatnonzero(row == names.RIGHT_LUNG), np.flatnonzero(row == names.LEFT_LUNG)
        assert left[-1] + 1 - right[0] == found.t_px


def test_tied_rows_give_the_middle_of_the_longest_run() -> None:
    labels = np.zeros((12, 10), np.uint8)
    labels[[1, 2, 5, 6, 7, 8], 1], labels[[1, 2, 5, 6, 7, 8], 8] = names.RIGHT_LUNG, names.LEFT_LUNG
    labels[3, 4] = names.HEART
    body = anatomy.draw_body(SMALL, 358, np.random.default_rng(0))
    found = truth.measure(labels, 0.5, seed=0, body=body)
    assert (found.t_px, found.th_px, found.ctr, found.t_row) == (8, 1, 0.125, 6)
    assert (found.t_mm, found.th_mm) == (4.0, 0.5)


def test_same_seed_same_film_other_seed_other_film(films: list[cxr.PhantomFilm]) -> None:
    again = cxr.make(3, options=SMALL)
    np.testing.assert_array_equal(again.image.array, films[3].image.array)
    np.testing.assert_array_equal(again.labels, films[3].labels)
    assert again.truth == films[3].truth
    pictures = {film.image.array.tobytes() for film in films}
    assert len(pictures) == len(films)
    assert len({film.truth.ctr for film in films}) == len(films)


def test_a_device_or_a_cloud_changes_the_picture_and_not_the_truth(films: list[cxr.PhantomFilm]) -> None:
    for extra in ({"devices": DEVICES}, {"findings": ("consolidation_left",)}, {"look": "flat"}):
        other = cxr.make(2, options=replace(SMALL, **extra))
        np.testing.assert_array_equal(other.labels, films[2].labels)
        assert np.abs(other.image.array - films[2].image.array).max() > 10


def test_an_effusion_takes_lung_away() -> None:
    plain = cxr.make(5, options=replace(SMALL, ctr=0.48)).truth
    wet = cxr.make(5, options=replace(SMALL, ctr=0.48, findings=("effusion_left",))).truth
    assert wet.left_lung_area_px < 0.98 * plain.left_lung_area_px
    assert wet.right_lung_area_px == pytest.approx(plain.right_lung_area_px, rel=0.03)


@pytest.mark.parametrize("asked", [0.38, 0.45, 0.5, 0.55, 0.6, 0.65])
def test_the_ratio_asked_for_is_the_ratio_of_the_masks(asked: float) -> None:
    found = [cxr.make(seed, options=replace(SMALL, ctr=asked)).truth.ctr for seed in (11, 12)]
    np.testing.assert_allclose(found, asked, atol=0.012)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_every_chest_is_a_chest(seed: int) -> None:
    """Outlines alone: order, size and share of the organs for any seed and any options."""
    options = varied(seed, 256)
    draw = cxr._Streams(seed)
    film = cxr._film(options, draw("film"))
    thorax = cxr._thorax(film, options, draw)
    found = truth.measure(cxr._labels(thorax, film), film.pixel_mm, seed=seed, body=thorax.body)
    masks = thorax.masks(film)
    columns = {name: float(np.nonzero(mask)[1].mean()) for name, mask in masks.items()}
    assert columns["right_lung"] < columns["heart"] < columns["left_lung"]
    assert 0.36 < found.ctr < 0.66
    assert found.ctr == pytest.approx(options.ctr, abs=0.015)
    assert 0.55 * 256 < found.t_px < 0.99 * 256
    assert 190 < found.t_mm < 330
    assert not (masks["heart"] & (masks["left_lung"] | masks["right_lung"])).any()
    lungs = found.left_lung_area_px / found.right_lung_area_px
    assert 0.45 < lungs < 1.35


def test_masks_follow_the_outlines_to_half_a_pixel() -> None:
    draw = cxr._Streams(4)
    options = CxrOptions(side_px=1024, tilt_degrees=0.0)
    film = cxr._film(options, draw("film"))
    thorax = cxr._thorax(film, options, draw)
    heart = thorax.masks(film)["heart"]
    across = np.flatnonzero(heart.any(axis=0))
    analytic = (thorax.heart.right.max() - thorax.heart.left.min()) / film.pixel_mm
    assert abs(len(across) - analytic) <= 1
    y = film.coordinates()[1][:, 0]
    left, right = thorax.heart.borders(y)
    counted = heart.sum(axis=1)
    inside = counted > 0
    assert np.abs(counted[inside] - (right - left)[inside] / film.pixel_mm).max() <= 1


def test_a_tilt_turns_masks_and_picture_alike() -> None:
    straight = cxr.make(9, options=replace(SMALL, ctr=0.5, tilt_degrees=0.0, marker=None))
    tilted = cxr.make(9, options=replace(SMALL, ctr=0.5, tilt_degrees=8.0, marker=None))
    angles = []
    for film in (straight, tilted):
        rows, cols = np.nonzero((film.labels == names.LEFT_LUNG) | (film.labels == names.RIGHT_LUNG))
        moments = np.cov(cols, rows)
        angles.append(0.5 * np.degrees(np.arctan2(2 * moments[0, 1], moments[0, 0] - moments[1, 1])))
    assert abs(angles[1] - angles[0]) == pytest.approx(8, abs=4)
    lung = [
        film.image.array[0][(film.labels == 1) | (film.labels == 2)].mean() for film in (straight, tilted)
    ]
    assert lung[0] == pytest.approx(lung[1], abs=12)


def test_what_the_blades_cover_is_black_and_unlabelled() -> None:
    asked = replace(SMALL, field_mm=310.0, ctr=0.55)
    plain, framed = cxr.make(6, options=asked), cxr.make(6, options=replace(asked, collimated=True))
    black = framed.image.array[0] == 0
    covered = black.all(axis=1)[:, None] | black.all(axis=0)[None]
    assert 0 < covered.mean() < 0.3
    assert not framed.labels[covered].any()
    np.testing.assert_array_equal(framed.labels[~covered], plain.labels[~covered])
    np.testing.assert_array_equal(framed.image.array[0][~covered], plain.image.array[0][~covered])


def test_lungs_are_darker_than_the_heart_and_air_is_darkest(films: list[cxr.PhantomFilm]) -> None:
    for film in films:
        grey = film.image.array[0]
        assert grey.dtype == np.float32
        assert grey.min() >= 0
        assert grey.max() <= 255
        heart = np.median(grey[film.labels == names.HEART])
        for organ in (names.LEFT_LUNG, names.RIGHT_LUNG):
            assert np.median(grey[film.labels == organ]) < 0.8 * heart
        assert grey[-20:, :6].mean() < 0.75 * heart


def test_training_films_are_varied_and_repeatable() -> None:
    images, labels = cxr.training_films(6, 128, 5)
    assert images.shape == labels.shape == (6, 128, 128)
    assert images.dtype == labels.dtype == np.uint8
    assert all(set(np.unique(mask)) == {0, 1, 2, 3} for mask in labels)
    ratios = [brute_force(mask)[0] for mask in labels]
    assert np.ptp(ratios) > 0.05
    again = cxr.training_films(2, 128, 5)
    np.testing.assert_array_equal(again[0], images[:2])
    np.testing.assert_array_equal(again[1], labels[:2])


def test_all_findings_and_devices_are_drawn_sometime() -> None:
    drawn = [varied(seed, 256) for seed in range(200)]
    assert {name for options in drawn for name in options.findings} == set(FINDINGS)
    assert {name for options in drawn for name in options.devices} == set(DEVICES)
    assert 0.1 < np.mean([options.portable for options in drawn]) < 0.4


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("ctr", 0.9), ("sex", "x"), ("look", "painted"), ("devices", ("crown",)), ("findings", ("gout",)),
        ("side_px", 8), ("tilt_degrees", 90.0), ("polarity", "RGB"), ("marker", "Q"), ("exposure", 0.0),
    ],
)  # fmt: skip
def test_what_cannot_be_made_is_refused_in_words(field: str, value: object) -> None:
    with pytest.raises(UnsupportedImage, match=field) as raised:
        CxrOptions(**{field: value})
    assert raised.value.hint
