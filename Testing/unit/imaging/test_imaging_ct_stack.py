"""The stack itself: which sets of slices are one, against the plain definition."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cardiothorax.errors import GeometryProblem
from cardiothorax.imaging.ct_headers import SliceHeader
from cardiothorax.imaging.ct_stack import stack_of


def header(height: float, x: float = 0.0, y: float = 0.0) -> SliceHeader:
    return SliceHeader(
        path=Path(f"{height:g}.dcm"),
        frame=None,
        study="",
        series="",
        instance="",
        series_number=1,
        rows=512,
        columns=512,
        position=(x, y, height),
        orientation=(1.0, 0.0, 0.0, 0.0, 1.0, 0.0),
        pixel_mm=(0.5, 0.5),
        apart={},
        tags={},
    )


def test_every_subset_of_a_stack() -> None:
    """Slices that are left are a stack where they are evenly spaced, and nothing else is."""
    for count in range(2, 8):
        for chosen in itertools.combinations(range(7), count):
            slices = [header(2.5 * k) for k in reversed(chosen)]
            steps = np.diff(chosen)
            if (steps == steps[0]).all():
                stack = stack_of("study", slices)
                assert stack.spacing_mm == (0.5, 0.5, 2.5 * steps[0])
                assert [s.position[2] for s in stack.slices if s.position] == [2.5 * k for k in chosen]
            else:
                with pytest.raises(GeometryProblem, match=r"missing|unevenly"):
                    stack_of("study", slices)


@pytest.mark.parametrize("count", [4, 9, 60])
@pytest.mark.parametrize("increment", [0.5, 1.25, 3.0])
def test_the_number_of_missing_slices_is_right(count: int, increment: float) -> None:
    """Wherever fewer than half are missing within the stack, they are counted."""
    rng = np.random.default_rng(count)
    for _ in range(20):
        inner = np.arange(1, count - 1)
        gone = set(rng.choice(inner, rng.integers(1, max(2, count // 4)), replace=False).tolist())
        left = [k for k in range(count) if k not in gone]
        with pytest.raises(GeometryProblem) as caught:
            stack_of("study", [header(increment * k) for k in left])
        verb = "slices are" if len(gone) > 1 else "slice is"
        assert f"study: {len(gone)} {verb} missing: " in caught.value.message


@settings(max_examples=200, deadline=None)
@given(
    increment=st.floats(0.4, 10),
    count=st.integers(2, 80),
    start=st.floats(-2000, 2000),
    decimals=st.integers(1, 6),
    data=st.data(),
)
def test_rounded_positions_give_the_true_increment(
    increment: float, count: int, start: float, decimals: int, data: st.DataObject
) -> None:
    """To half the last decimal over the whole height, whatever was written; never another spacing."""
    order = data.draw(st.permutations(range(count)))
    slices = [header(round(start + increment * k, decimals)) for k in order]
    assume(len({s.position for s in slices}) == count)
    found = stack_of("study", slices).spacing_mm[2]
    assert abs(found - increment) <= 10.0**-decimals / (count - 1) + 1e-6


@settings(max_examples=200, deadline=None)
@given(
    count=st.integers(3, 60),
    increment=st.floats(0.6, 10),
    moved=st.integers(0, 59),
    by=st.floats(0.2, 0.8),
    up=st.booleans(),
)
def test_a_slice_out_of_place_is_always_found(
    count: int, increment: float, moved: int, by: float, up: bool
) -> None:
    heights = [increment * k for k in range(count)]
    inner = 1 + moved % (count - 2)
    heights[inner] += increment * (by if up else -by)
    with pytest.raises(GeometryProblem, match=r"missing|unevenly"):
        stack_of("study", [header(height) for height in heights])


@settings(max_examples=100, deadline=None)
@given(count=st.integers(2, 60), degrees=st.floats(0.6, 40), around=st.floats(0, 360))
def test_every_drift_is_a_tilt_of_its_angle(count: int, degrees: float, around: float) -> None:
    aside = np.tan(np.deg2rad(degrees)) * 3.0
    x, y = aside * np.cos(np.deg2rad(around)), aside * np.sin(np.deg2rad(around))
    with pytest.raises(GeometryProblem, match=r"tilted gantry \([\d.]+ degrees\)") as caught:
        stack_of("study", [header(3.0 * k, x * k, y * k) for k in range(count)])
    (said,) = re.findall(r"\(([\d.]+) degrees\)", caught.value.message)
    assert float(said) == pytest.approx(degrees, abs=0.05 + 1e-9)
