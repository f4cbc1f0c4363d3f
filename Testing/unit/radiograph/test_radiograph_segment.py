"""Normalization, probability maps and the gate's reading, without a trained network."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardiothorax.imaging import pad_to_square, resample_probabilities
from cardiothorax.models import Normalisation, warm_model
from cardiothorax.radiograph.gate import GateReading, gate_flags, read
from cardiothorax.radiograph.normalise import normalise
from cardiothorax.radiograph.segment import ProbabilityMap
from cardiothorax.records import Grade

STRETCHED = Normalisation(1.0, 99.0, (-1.0, 1.0))


@given(gain=st.floats(0.2, 3.0), offset=st.floats(-40, 40))
def test_normalizing_undoes_any_linear_exposure(gain: float, offset: float) -> None:
    grey = np.random.default_rng(1).uniform(0, 255, (40, 30))
    np.testing.assert_allclose(
        normalise(grey * gain + offset, STRETCHED), normalise(grey, STRETCHED), atol=1e-5
    )


def test_normalized_values_span_the_card_s_range() -> None:
    grey = np.linspace(0, 100, 101)
    scaled = normalise(grey, Normalisation(10.0, 90.0, (0.0, 1.0)))
    assert (scaled[:11] == 0).all()
    assert (scaled[90:] == 1).all()
    assert scaled[50] == pytest.approx(0.5)
    assert scaled.dtype == np.float32


def test_a_constant_picture_does_not_divide_by_zero() -> None:
    assert np.isfinite(normalise(np.full((8, 8), 7.0), STRETCHED)).all()


@pytest.mark.parametrize("shape", [(70, 90), (200, 120), (64, 64)])
def test_sampling_single_pixels_equals_resampling_the_whole_film(shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(2)
    _, fit = pad_to_square(np.zeros(shape, np.float32), 64)
    classes = rng.dirichlet(np.ones(4), (64, 64)).transpose(2, 0, 1).astype(np.float32)
    whole = resample_probabilities(classes, fit)
    rows, columns = rng.integers(2, shape[0] - 2, 50), rng.integers(2, shape[1] - 2, 50)
    sampled = ProbabilityMap(classes, fit)(3, rows, columns)
    if max(shape) >= 64:  # enlarging is plain linear interpolation, which both do
        np.testing.assert_allclose(sampled, whole[3][rows, columns], atol=2e-5)


def test_the_likeliest_label_is_the_argmax_on_the_film_s_grid() -> None:
    rng = np.random.default_rng(3)
    _, fit = pad_to_square(np.zeros((150, 100), np.float32), 32)
    classes = rng.dirichlet(np.ones(4), (32, 32)).transpose(2, 0, 1).astype(np.float32)
    expected = resample_probabilities(classes, fit).argmax(axis=0)
    np.testing.assert_array_equal(ProbabilityMap(classes, fit).likeliest(), expected)


def test_an_inverted_film_is_noted_and_a_refused_one_is_not() -> None:
    (flag,) = gate_flags(reading(0.95, 0.01, 0.01, 0.01, inverted=0.98))
    assert (flag.code, flag.grade) == ("polarity_inverted", Grade.NOTE)
    assert flag.evidence == "belief in inverted polarity 0.98, limit 0.50"
    assert [f.code for f in gate_flags(reading(0.1, 0.0, 0.0, 0.0, inverted=0.98))] == ["not_frontal_chest"]


def reading(*turns: float, inverted: float = 0.0) -> GateReading:
    return GateReading((turns[0], turns[1], turns[2], turns[3]), inverted)


def test_a_clear_film_has_no_gate_flag() -> None:
    assert gate_flags(reading(0.95, 0.01, 0.01, 0.01)) == ()


@pytest.mark.parametrize(
    ("turns", "code", "grade", "words"),
    [
        ((0.3, 0.1, 0.1, 0.1), "not_frontal_chest", Grade.REJECT, "0.30, limit 0.50"),
        ((0.7, 0.1, 0.0, 0.0), "perhaps_not_frontal", Grade.REVIEW, "0.70, limit 0.90"),
        ((0.1, 0.8, 0.0, 0.0), "turned", Grade.REJECT, "quarter clockwise"),
        ((0.1, 0.0, 0.8, 0.0), "turned", Grade.REJECT, "upside down"),
        ((0.1, 0.0, 0.0, 0.8), "turned", Grade.REJECT, "counter-clockwise"),
    ],
)
def test_gate_flags_say_what_was_believed(
    turns: tuple[float, ...], code: str, grade: Grade, words: str
) -> None:
    (flag,) = gate_flags(reading(*turns))
    assert (flag.code, flag.grade) == (code, grade)
    assert words in flag.text + flag.evidence


def shipped_gate() -> object:
    return warm_model(None, task="radiograph-gate", device="cpu")


def film_of(path: Path) -> np.ndarray:
    from cardiothorax.imaging import read_radiograph

    return read_radiograph(path).array[0]


def test_laterals_are_refused_and_frontal_films_of_every_source_pass(shared_data: Path) -> None:
    gate = shipped_gate()
    laterals = sorted((shared_data / "cxr" / "not_frontal").glob("*.jpg"))
    assert laterals
    assert all(read(film_of(path), gate).frontal < 0.5 for path in laterals)  # type: ignore[arg-type]
    images = shared_data / "cxr" / "segmentation" / "images"
    for source in ("jsrt", "ws", "ist"):
        films = sorted(images.glob(f"{source}_*"))[:8]
        beliefs = [read(film_of(path), gate).frontal for path in films]  # type: ignore[arg-type]
        assert min(beliefs) > 0.5, source


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_turned_films_are_recognized_with_their_turn(shared_data: Path, quarters: int) -> None:
    images = shared_data / "cxr" / "segmentation" / "images"
    for path in sorted(images.glob("jsrt_*"))[:5]:
        found = read(np.ascontiguousarray(np.rot90(film_of(path), quarters)), shipped_gate())  # type: ignore[arg-type]
        assert found.likely_turn == quarters


def test_photographs_noise_ct_and_mr_are_refused(shared_data: Path) -> None:
    from PIL import Image as Picture

    skimage_data = pytest.importorskip("skimage.data", reason="scikit-image is not installed")
    gate = shipped_gate()
    rng = np.random.default_rng(4)
    pictures = [
        np.asarray(skimage_data.camera(), np.float32),
        np.asarray(skimage_data.coins(), np.float32),
        np.asarray(skimage_data.astronaut(), np.float32).mean(axis=2),
        rng.uniform(0, 255, (300, 280)).astype(np.float32),
        np.add.outer(np.arange(200.0), np.arange(200.0)).astype(np.float32) / 400 * 255,
    ]
    frames = sorted((shared_data / "cmr" / "dsb_4ch" / "images").glob("*.jpg"))[:5]
    pictures += [np.asarray(Picture.open(path).convert("L"), np.float32) for path in frames]
    for number, picture in enumerate(pictures):
        assert read(picture, gate).frontal < 0.5, number  # type: ignore[arg-type]


class LeftBright:
    """Calls the picture's bright left half right lung, the rest background: knows no mirror."""

    name, device = "onnx", "cpu"

    def predict(self, batch: np.ndarray) -> np.ndarray:
        classes = np.zeros((1, 4, *batch.shape[2:]), np.float32)
        bright = batch[0, 0] > 0
        bright[:, bright.shape[1] // 2 :] = False
        classes[0, 2], classes[0, 0] = bright, ~bright
        return classes


def test_mirror_averaging_turns_back_and_swaps_the_lungs() -> None:
    from dataclasses import replace

    from cardiothorax.models import LoadedModel
    from cardiothorax.radiograph.segment import MIRROR_AVERAGING, segment

    gate = warm_model(None, task="radiograph-gate", device="cpu")
    spec = replace(gate.card.input, side_px=32)
    card = replace(gate.card, input=spec, defaults={MIRROR_AVERAGING: True})
    film = np.zeros((32, 32), np.float32)
    film[:, :10] = film[:, 22:] = 200
    found = segment(film, LoadedModel(card, LeftBright(), Path("nowhere"), "0" * 64)).classes
    assert (found[2, :, :10] == 0.5).all()  # seen directly as right lung, in the mirror as background
    assert (found[1, :, 22:] == 0.5).all()  # only in the mirror, where it is called right lung
    np.testing.assert_allclose(found.sum(axis=0), 1)
