"""What must hold for every volume: nothing lost, nothing moved by how the picture happens to lie."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cardiothorax.calcium.labels import ARTERIES
from cardiothorax.calcium.presets import PRESETS
from cardiothorax.calcium.result import CalciumValues
from cardiothorax.calcium.score import score
from cardiothorax.calcium.settings import Settings
from Testing.unit.calcium.drawn import SPACINGS, ct, volumes

Volume = tuple[np.ndarray, np.ndarray]
Spacing = tuple[float, float, float]
PRESET = st.sampled_from(tuple(PRESETS))
BY_AREA = st.sampled_from(("literature", "philips", "siemens"))

NUMBERS = ("agatston", "volume_mm3", "mass_mg", "lesions")


def values_of(array: np.ndarray, labels: np.ndarray, spacing_mm: Spacing, preset: str) -> CalciumValues:
    image = ct(np.ascontiguousarray(array), spacing_mm)
    return score(image, np.ascontiguousarray(labels), Settings(preset)).values


def check_same(first: CalciumValues, second: CalciumValues, *numbers: str) -> None:
    for key in numbers or NUMBERS:
        assert getattr(first, key) == pytest.approx(getattr(second, key), rel=1e-12, abs=1e-12), key
        for name in first.arteries:
            one, other = getattr(first.arteries[name], key), getattr(second.arteries[name], key)
            assert one == pytest.approx(other, rel=1e-12, abs=1e-12), (name, key)


@settings(max_examples=80, deadline=None)
@given(volumes(), SPACINGS, PRESET, st.data())
def test_a_brighter_voxel_never_lowers_a_score(
    volume: Volume, spacing: Spacing, preset: str, data: st.DataObject
) -> None:
    array, labels = volume
    brighter = array.copy()
    place = tuple(data.draw(st.integers(0, size - 1)) for size in array.shape)
    brighter[place] = data.draw(st.integers(int(array[place]), 2000))
    before, after = (values_of(a, labels, spacing, preset) for a in (array, brighter))
    for key in ("agatston", "volume_mm3", "volume_interpolated_mm3", "mass_mg"):
        for name in before.arteries:
            one, other = getattr(before.arteries[name], key), getattr(after.arteries[name], key)
            assert other >= one - 1e-9, (name, key)


@settings(max_examples=60, deadline=None)
@given(volumes(), SPACINGS, PRESET, st.sampled_from((0, 1, 2)))
def test_flips_change_nothing(volume: Volume, spacing: Spacing, preset: str, axis: int) -> None:
    array, labels = volume
    flipped = values_of(np.flip(array, axis), np.flip(labels, axis), spacing, preset)
    check_same(flipped, values_of(array, labels, spacing, preset))
    if axis:
        check_same(flipped, values_of(array, labels, spacing, preset), "volume_interpolated_mm3")


@settings(max_examples=60, deadline=None)
@given(volumes(), SPACINGS, PRESET, st.integers(1, 3))
def test_quarter_turns_change_nothing(volume: Volume, spacing: Spacing, preset: str, turns: int) -> None:
    """The sides of a pixel turn with it; planes one column apart are others where pixels are not square."""
    array, labels = volume
    sx, sy, dz = spacing
    turned_spacing = (sy, sx, dz) if turns % 2 else spacing
    turned = values_of(
        np.rot90(array, turns, (1, 2)), np.rot90(labels, turns, (1, 2)), turned_spacing, preset
    )
    check_same(turned, values_of(array, labels, spacing, preset))
    if sx == sy:
        check_same(turned, values_of(array, labels, spacing, preset), "volume_interpolated_mm3")


@settings(max_examples=60, deadline=None)
@given(volumes(largest=4), SPACINGS, BY_AREA)
def test_pixels_split_in_four_change_nothing(volume: Volume, spacing: Spacing, preset: str) -> None:
    array, labels = volume
    finer = [np.repeat(np.repeat(a, 2, axis=1), 2, axis=2) for a in (array, labels)]
    half = (spacing[0] / 2, spacing[1] / 2, spacing[2])
    check_same(values_of(*finer, half, preset), values_of(array, labels, spacing, preset))


def test_pixels_split_in_four_may_change_a_count_of_pixels() -> None:
    array = np.full((1, 4, 4), 300, np.int16)
    labels = np.zeros(array.shape, np.uint8)
    labels[0, 1, 1:3] = 1
    assert values_of(array, labels, (0.5, 0.5, 3.0), "canon").agatston == 0
    finer = [np.repeat(np.repeat(a, 2, axis=1), 2, axis=2) for a in (array, labels)]
    assert values_of(*finer, (0.25, 0.25, 3.0), "canon").agatston > 0


@settings(max_examples=60, deadline=None)
@given(volumes(), SPACINGS, PRESET)
def test_slices_doubled_at_half_the_increment_change_nothing(
    volume: Volume, spacing: Spacing, preset: str
) -> None:
    array, labels = volume
    doubled = [np.repeat(a, 2, axis=0) for a in (array, labels)]
    half = (spacing[0], spacing[1], spacing[2] / 2)
    check_same(values_of(*doubled, half, preset), values_of(array, labels, spacing, preset))


@settings(max_examples=60, deadline=None)
@given(volumes(), SPACINGS, PRESET)
def test_arteries_add_up_to_the_total(volume: Volume, spacing: Spacing, preset: str) -> None:
    values = values_of(*volume, spacing, preset)
    for key in (*NUMBERS, "volume_interpolated_mm3"):
        parts = [getattr(values.arteries[name], key) for name in ARTERIES]
        assert getattr(values, key) == pytest.approx(sum(parts), rel=1e-12, abs=1e-12), key
    pair = values.arteries["lad"].agatston + values.arteries["lm"].agatston
    assert values.agatston_lad_lm == pytest.approx(pair, rel=1e-12, abs=1e-12)


@settings(max_examples=60, deadline=None)
@given(volumes(), SPACINGS, PRESET, st.permutations((1, 2, 3, 4)))
def test_whole_arteries_renamed_leave_the_total_to_the_last_bit(
    volume: Volume, spacing: Spacing, preset: str, names: list[int]
) -> None:
    array, labels = volume
    renamed = np.array([0, *names, 5], np.uint8)[labels]
    before, after = (values_of(array, lab, spacing, preset) for lab in (labels, renamed))
    totals = [
        f.name for f in dataclasses.fields(CalciumValues) if f.name not in ("arteries", "agatston_lad_lm")
    ]
    assert {key: getattr(before, key) for key in totals} == {key: getattr(after, key) for key in totals}
    assert before.arteries["other"] == after.arteries["other"]


@settings(max_examples=60, deadline=None)
@given(volumes(), SPACINGS, PRESET)
def test_an_artery_does_not_depend_on_the_others(volume: Volume, spacing: Spacing, preset: str) -> None:
    array, labels = volume
    together = values_of(array, labels, spacing, preset)
    for name, code in ARTERIES.items():
        alone = values_of(array, np.where(labels == code, code, 0).astype(np.uint8), spacing, preset)
        for key in NUMBERS:
            assert getattr(alone.arteries[name], key) == getattr(together.arteries[name], key)


@settings(max_examples=40, deadline=None)
@given(volumes(), SPACINGS, PRESET)
def test_labels_below_the_threshold_mean_nothing(volume: Volume, spacing: Spacing, preset: str) -> None:
    """But for planes between slices, where the other slice may be bright enough."""
    array, labels = volume
    check_same(
        values_of(array, np.where(array >= 130, labels, 0).astype(np.uint8), spacing, preset),
        values_of(array, labels, spacing, preset),
    )
