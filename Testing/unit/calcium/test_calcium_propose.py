"""Proposals on the CT's own voxels, from a network that says what it is told."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cardiothorax.calcium.propose import LABELS, propose
from cardiothorax.calcium.stacks import OVERLAP, STACK, predict_slabs, predict_volume
from cardiothorax.errors import Cancelled, ModelProblem, UnsupportedImage
from cardiothorax.imaging.image import Image
from cardiothorax.models import Architecture, Card, LoadedModel, NetworkInput, Normalisation, Training

WINDOW = (-300.0, 700.0)


class Oracle:
    """Every cell brighter than 100 HU on the patient's left is LAD, on the right RCA: by its columns."""

    name, device = "onnx", "cpu"

    def __init__(self, certainty: float = 0.9) -> None:
        self.certainty = certainty
        self.shapes: list[tuple[int, ...]] = []

    def predict(self, batch: np.ndarray) -> np.ndarray:
        self.shapes.append(batch.shape)
        seen = batch[:, 0] if batch.ndim == 5 else batch[:, batch.shape[1] // 2]
        bright = (seen + 1) / 2 * (WINDOW[1] - WINDOW[0]) + WINDOW[0] > 100
        left = np.arange(seen.shape[-1]) >= seen.shape[-1] / 2
        out = np.zeros((len(seen), 4, *seen.shape[1:]), np.float32)
        out[:, 1] = self.certainty * (bright & left)
        out[:, 3] = self.certainty * (bright & ~left)
        out[:, 0] = 1 - out[:, 1:].sum(axis=1)
        return out


def model(engine: Oracle, *, dimensions: int = 3, **changes: object) -> LoadedModel:
    card = Card(
        name="oracle",
        version="1.0",
        task="calcium",
        variant="slim",
        summary="made up",
        architecture=Architecture("cacnet"),
        input=NetworkInput(
            96, "grid", Normalisation(0.0, 100.0, (-1.0, 1.0)), channels=1 if dimensions == 3 else 9,
            multiple=32, dimensions=dimensions, depth_multiple=4,
            window_hu=WINDOW, in_plane_mm=0.75, slab_mm=2.5,
        ),
        labels=LABELS,
        licence="none",
        training=Training((), "none", 0, "none"),
        metrics=(),
        limits=("made up",),
        defaults={"proposed_from": 0.5},
    )  # fmt: skip
    return LoadedModel(replace(card, **changes), engine, None, "0")  # type: ignore[arg-type]


def scan(**changes: object) -> Image:
    """Two lesions: on the right (columns 10-13) and on the left (columns 40-43); 0.6 mm pixels."""
    array = np.full((7, 64, 64), 40, np.int16)
    array[2:4, 20:24, 10:14] = 300
    array[5, 20:24, 40:44] = 300
    array[5, 19, 40:44] = 120  # bright for the network, not for the definition
    return replace(Image(array, (0.6, 0.6, 3.0), modality="CT", tags={"KVP": "120"}), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("dimensions", [3, 2])
def test_lesions_get_their_arteries_on_the_ct_s_own_grid(dimensions: int) -> None:
    image = scan()
    labels, confidence = propose(image, model(Oracle(), dimensions=dimensions))
    assert labels.dtype == np.uint8
    assert labels.shape == confidence.shape == image.array.shape
    assert set(np.argwhere(labels == 3)[:, 2]) == {10, 11, 12, 13}
    assert set(np.argwhere(labels == 1)[:, 2]) == {40, 41, 42, 43}
    np.testing.assert_array_equal(labels > 0, image.array >= 130)
    assert (confidence[labels > 0] > 0.5).all()
    assert not confidence[labels == 0].any()


def test_a_patient_stored_the_other_way_round_gets_the_same_arteries() -> None:
    upright = scan()
    prone = scan(
        array=upright.array[:, ::-1, ::-1], direction=(-1.0, 0.0, 0.0, 0.0, -1.0, 0.0, 0.0, 0.0, 1.0)
    )
    expected, _ = propose(upright, model(Oracle()))
    labels, _ = propose(prone, model(Oracle()))
    np.testing.assert_array_equal(labels[:, ::-1, ::-1], expected)


@pytest.mark.parametrize(("kvp", "found"), [("120", True), ("100", False), ("80", False), ("", True)])
def test_only_what_is_bright_at_its_tube_voltage_is_proposed(kvp: str, found: bool) -> None:
    image = scan()
    dim = np.where(image.array == 300, 140, image.array).astype(np.int16)
    labels, _ = propose(replace(image, array=dim, tags={"KVP": kvp} if kvp else {}), model(Oracle()))
    assert labels.any() == found


def test_the_threshold_can_be_given_where_no_voltage_is_agreed() -> None:
    image = scan(tags={"KVP": "70"})
    with pytest.raises(UnsupportedImage, match="70 kVp"):
        propose(image, model(Oracle()))
    labels, _ = propose(image, model(Oracle()), threshold_hu=207)
    assert labels.any()


def test_an_unsure_network_proposes_as_its_card_says() -> None:
    assert not propose(scan(), model(Oracle(0.4)))[0].any()
    lower = model(Oracle(0.4), defaults={"proposed_from": 0.25})
    labels, confidence = propose(scan(), lower)
    assert labels.any()
    assert confidence.max() <= 0.4


def test_a_scan_without_anything_bright_has_no_proposals() -> None:
    empty = scan(array=np.full((4, 64, 64), 40, np.int16))
    labels, confidence = propose(empty, model(Oracle()))
    assert not labels.any()
    assert not confidence.any()


def test_the_reader_hears_how_far_it_is_and_can_cancel() -> None:
    heard: list[tuple[float, str]] = []
    propose(scan(), model(Oracle(), dimensions=2), lambda fraction, step: heard.append((fraction, step)))
    fractions = [fraction for fraction, _ in heard]
    assert fractions == sorted(fractions)
    assert fractions[0] == 0
    assert heard[-1] == (pytest.approx(0.9), "Naming lesions")
    assert "slice 5 of 7" in heard[-2][1]

    def stop(fraction: float, step: str) -> None:
        if fraction > 0.3:
            raise Cancelled

    with pytest.raises(Cancelled):
        propose(scan(), model(Oracle(), dimensions=2), stop)


def test_a_network_for_something_else_is_refused() -> None:
    with pytest.raises(ModelProblem, match="does not name coronary arteries"):
        propose(scan(), model(Oracle(), labels={"background": 0, "calcium": 1}))


def test_long_scans_go_through_in_stacks_whose_ends_are_left_out() -> None:
    oracle = Oracle()
    depth = 2 * STACK + 5
    volume = np.random.default_rng(0).uniform(-1, 1, (depth, 32, 40)).astype(np.float32)
    found = predict_volume(oracle.predict, volume, (4, 32, 32))
    assert found.shape == (4, depth, 32, 40)
    assert [shape[2] for shape in oracle.shapes] == [STACK + OVERLAP, STACK + 2 * OVERLAP, OVERLAP + 8]
    assert all(shape[3:] == (32, 64) for shape in oracle.shapes)
    whole = Oracle().predict(
        np.pad(volume, ((0, 0), (0, 0), (0, 24)), constant_values=volume.min())[None, None]
    )
    np.testing.assert_array_equal(found, whole[0, :, :, :, :40])


def test_every_slab_is_shown_with_its_neighbors_and_the_ends_are_repeated() -> None:
    volume = np.arange(6, dtype=np.float32)[:, None, None] * np.ones((6, 4, 4), np.float32)
    seen: list[list[float]] = []

    def predict(batch: np.ndarray) -> np.ndarray:
        seen.extend(batch[:, :, 0, 0].tolist())
        return batch[:, :2]

    answer = predict_slabs(predict, volume, 9, 4)
    assert answer.shape == (2, 6, 4, 4)
    assert seen[0] == [0, 0, 0, 0, 0, 1, 2, 3, 4]
    assert seen[5] == [1, 2, 3, 4, 5, 5, 5, 5, 5]
