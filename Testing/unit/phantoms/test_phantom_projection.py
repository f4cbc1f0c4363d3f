"""The physics under the picture: volumes are kept, tubes and outlines are exact, light is attenuated."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cardiothorax.phantoms import projection, tone
from cardiothorax.phantoms.shapes import Cloud, Film, Outline, noise_field, smooth_step, splat


@settings(max_examples=30, deadline=None)
@given(tilt=st.floats(-20, 20), pixel=st.floats(0.2, 2.0))
def test_pixels_and_millimetres_are_inverse(tilt: float, pixel: float) -> None:
    film = Film(40, 50, pixel, tilt)
    col, row = film.indices(*film.coordinates())
    np.testing.assert_allclose(col, np.broadcast_to(np.arange(50), (40, 50)), atol=1e-2)
    np.testing.assert_allclose(row, np.broadcast_to(np.arange(40)[:, None], (40, 50)), atol=1e-2)


@settings(max_examples=30, deadline=None)
@given(x=st.floats(-10, 10), y=st.floats(5, 15), volume=st.floats(0.1, 50))
def test_splatting_keeps_the_volume_and_its_place(x: float, y: float, volume: float) -> None:
    film = Film(40, 60, 0.5)
    drawn = splat(film, np.array([x]), np.array([y]), np.array([volume]))
    assert drawn.sum() * film.pixel_mm**2 == pytest.approx(volume, rel=1e-5)
    px, py = film.coordinates()
    assert (drawn * px).sum() / drawn.sum() == pytest.approx(x, abs=1e-3)
    assert (drawn * py).sum() / drawn.sum() == pytest.approx(y, abs=1e-3)


def test_what_falls_off_the_film_is_lost() -> None:
    film = Film(10, 10, 1.0)
    assert splat(film, np.array([100.0]), np.array([5.0]), np.array([1.0])).sum() == 0


def test_a_tube_is_as_thick_as_a_tube() -> None:
    film = Film(200, 200, 0.25)
    cloud = Cloud()
    cloud.add_tube(np.array([[0.0, -10.0], [0.0, 70.0]]), np.array([6.0, 6.0]), 0.1)
    x, _ = film.coordinates()
    expected = 2 * np.sqrt(np.clip(36 - x**2, 0, None))
    inside = np.abs(x) < 5.5
    np.testing.assert_allclose(
        cloud.on(film)[50:150][inside[50:150]], expected[50:150][inside[50:150]], rtol=0.02
    )


def test_an_empty_cloud_is_nothing() -> None:
    assert not Cloud().on(Film(5, 6, 1.0)).any()


def test_an_outline_through_a_circle_is_the_circle() -> None:
    angle = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    circle = Outline.through(np.column_stack([30 * np.cos(angle) + 5, 30 * np.sin(angle) + 100]))
    left, right = circle.borders(np.array([75.0, 100.0, 120.0, 140.0]))
    half = np.sqrt(900 - np.array([25.0, 0, 20.0]) ** 2)
    np.testing.assert_allclose(left[:3], 5 - half, atol=0.03)
    np.testing.assert_allclose(right[:3], 5 + half, atol=0.03)
    assert left[3] > right[3]


def test_water_is_received_as_its_thickness() -> None:
    film = Film(32, 32, 1.0)
    beam = projection.Beam(scatter=0, photons=1e12)
    zero = np.zeros((32, 32), np.float32)
    rng = np.random.default_rng(0)
    received = projection.exposure_of(film, zero + 100, zero, zero, beam, rng)
    np.testing.assert_allclose(received, 100, atol=0.01)
    bone = projection.exposure_of(film, zero + 100, zero + 10, zero, beam, rng)
    extra = 10 * (projection.BONE_PER_MM / projection.WATER_PER_MM - 1)
    np.testing.assert_allclose(bone, 100 + extra, atol=0.01)


def test_scatter_makes_thick_parts_paler_and_noise_follows_the_light() -> None:
    film = Film(64, 64, 2.0)
    zero = np.zeros((64, 64), np.float32)
    clean = projection.exposure_of(
        film, zero + 200, zero, zero, projection.Beam(0, 1e12), np.random.default_rng(0)
    )
    hazy = projection.exposure_of(
        film, zero + 200, zero, zero, projection.Beam(1, 1e12), np.random.default_rng(0)
    )
    assert hazy[32, 32] < clean[32, 32] - 10
    spread = [
        projection.exposure_of(
            film, zero + t, zero, zero, projection.Beam(0, 1e4), np.random.default_rng(0)
        ).std()
        for t in (20, 200)
    ]
    assert spread[1] == pytest.approx(spread[0] * np.exp(90 * projection.WATER_PER_MM), rel=0.1)


def test_denser_is_never_darker() -> None:
    film = Film(40, 400, 1.0)
    ramp = np.broadcast_to(np.linspace(0, 300, 400, dtype=np.float32), (40, 400))
    grey = tone.develop(film, ramp, tone.Tone(detail=0))
    assert (np.diff(grey, axis=1) >= 0).all()
    assert grey.min() >= 0
    assert grey.max() <= 1


def test_a_marker_stands_on_its_side() -> None:
    film = Film(200, 200, 1.0)
    grey = np.zeros((200, 200), np.float32)
    left = np.nonzero(tone.marker(film, grey, "L", 10, 12))
    right = np.nonzero(tone.marker(film, grey, "R", 10, 12))
    assert left[1].min() > 160
    assert right[1].max() < 40
    assert not grey.any()


def test_a_frame_covers_its_share() -> None:
    framed = tone.frame(np.ones((100, 50), np.float32), (0.1, 0.05, 0.02, 0.0), 0.0)
    assert framed.sum() == 85 * 49


@pytest.mark.parametrize("grain", [0.5, 1.0, 1.3, 2.9, 17.0, 80.0])
def test_noise_has_the_size_of_its_grain(grain: float) -> None:
    field = noise_field((150, 130), grain, np.random.default_rng(1))
    assert field.shape == (150, 130)
    assert field.std() == pytest.approx(1, rel=0.02)
    step = np.abs(np.diff(field, axis=0)).mean()
    assert step < 3 / max(grain, 1)


def test_steps_are_even() -> None:
    x = np.linspace(-3, 3, 13)
    np.testing.assert_allclose(smooth_step(x, 2.0) + smooth_step(-x, 2.0), 1)
