"""What can be clicked on, and how it is divided."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cardiothorax.calcium.box import Box
from cardiothorax.calcium.candidates import candidates, lesion_at
from cardiothorax.calcium.split import beyond_plane, split_component, within_slices
from cardiothorax.errors import GeometryProblem
from Testing.unit.calcium.brute_force import pieces
from Testing.unit.calcium.drawn import background, ct, volumes


def three_pieces() -> np.ndarray:
    array = background(4)
    array[0:2, 1:3, 1:3] = 200  # 4 pixels in each of two slices
    array[2, 5, 5:7] = 130  # 2 pixels
    array[1:4, 6, 9] = 900  # 1 pixel in each of three slices
    return array


def test_pieces_count_from_feet_to_head() -> None:
    found, count = candidates(ct(three_pieces()), 130)
    assert count == 3
    assert found.dtype == np.int32
    assert [int((found == n).sum()) for n in (1, 2, 3)] == [8, 3, 2]
    assert np.array_equal(found > 0, three_pieces() >= 130)


@pytest.mark.parametrize(("smallest", "kept"), [(1, 3), (2, 2), (4, 1), (5, 0)])
def test_specks_are_hidden(smallest: int, kept: int) -> None:
    """A thread of single pixels is noise, however long it is."""
    found, count = candidates(ct(three_pieces()), 130, None, smallest)
    assert count == kept == found.max()


def test_a_region_limits_them() -> None:
    image = ct(three_pieces())
    mask = np.zeros(image.array.shape, bool)
    mask[:, :, :2] = True
    found, count = candidates(image, 130, mask)
    assert (count, int((found > 0).sum())) == (1, 4)
    boxed, _ = candidates(image, 130, Box((0, 99), (0, 99), (-5, 2)))
    assert np.array_equal(boxed, found)


@pytest.mark.parametrize("region", [Box((0, 0), (0, 8), (0, 10)), np.zeros((4, 8, 10), bool)])
def test_an_empty_region_has_none(region: np.ndarray | Box) -> None:
    found, count = candidates(ct(three_pieces()), 130, region)
    assert (count, found.any(), found.shape) == (0, False, (4, 8, 10))


def test_a_region_of_another_grid_is_refused() -> None:
    with pytest.raises(GeometryProblem, match="region"):
        candidates(ct(three_pieces()), 130, np.ones((4, 8, 9), bool))


@settings(max_examples=60, deadline=None)
@given(volumes(), st.integers(1, 4))
def test_against_flood_fill(volume: tuple[np.ndarray, np.ndarray], smallest: int) -> None:
    array, _ = volume
    found, count = candidates(ct(array), 130, None, smallest)
    expected = []
    for piece in pieces([tuple(map(int, v)) for v in np.argwhere(array >= 130)]):
        in_slice = np.bincount([v[0] for v in piece])
        if in_slice.max() >= smallest:
            expected.append(sorted(piece))
    assert count == len(expected)
    for number, piece in enumerate(sorted(expected), 1):
        assert [tuple(map(int, v)) for v in np.argwhere(found == number)] == piece


@pytest.mark.parametrize(
    ("ijk", "piece"),
    [
        ((1, 1, 0), 1),
        ((1.49, 1.5, 0.4), 1),
        ((2.5, 1, 0), 0),
        ((9, 6, 3), 2),
        ((-0.6, 1, 0), 0),
        ((9, 6, 3.6), 0),
    ],
)
def test_clicking(ijk: tuple[float, float, float], piece: int) -> None:
    found, _ = candidates(ct(three_pieces()), 130)
    assert lesion_at(found, ijk) == piece


def test_a_plane_divides_by_centers_in_space() -> None:
    """Rows run to the front and slices to the feet here; the plane is given in patient coordinates."""
    array = background(2, 4, 4)
    array[:] = 500
    image = ct(array, origin_mm=(10.0, 20.0, 30.0), direction=(1, 0, 0, 0, -1, 0, 0, 0, -1))
    voxels = np.nonzero(array > 0)
    upper = beyond_plane(voxels, image, point_mm=(0, 0, 28.5), normal_mm=(0, 0, 7))
    assert np.array_equal(upper, voxels[0] == 0)
    back = beyond_plane(voxels, image, point_mm=(0, 19.5, 0), normal_mm=(0, 0.1, 0))
    assert np.array_equal(back, voxels[1] <= 1)
    both = beyond_plane(voxels, image, point_mm=image.lps(1.5, 1.5, 0.5), normal_mm=(1, -2, 0))
    for k, j, i, beyond in zip(*voxels, both, strict=True):
        x, y, _ = np.subtract(image.lps(i, j, k), image.lps(1.5, 1.5, 0.5))
        assert beyond == (x - 2 * y >= 0)


def test_a_plane_without_a_normal_is_refused() -> None:
    with pytest.raises(ValueError, match="no length"):
        beyond_plane(
            np.nonzero(np.ones((1, 1, 1))), ct(background()), point_mm=(0, 0, 0), normal_mm=(0, 0, 0)
        )


@pytest.mark.parametrize("ends", [(1, 2), (2, 1)])
def test_a_range_of_slices(ends: tuple[int, int]) -> None:
    voxels = np.nonzero(np.ones((4, 1, 2), bool))
    assert np.array_equal(within_slices(voxels, *ends), (voxels[0] == 1) | (voxels[0] == 2))


def test_each_side_of_a_cut_falls_into_its_pieces() -> None:
    """A bridge of two piers: cutting the span off leaves both piers for themselves."""
    array = background(1, 4, 7)
    array[0, 1, 1:6] = array[0, 1:4, 1] = array[0, 1:4, 5] = 300
    array[0, 3, 3] = 300
    found, count = candidates(ct(array), 130)
    assert count == 2
    bridge = lesion_at(found, (2, 1, 0))
    voxels = np.nonzero(found == bridge)
    divided, more = split_component(found, count, bridge, voxels[1] == 1)
    assert more == 4
    assert np.unique(divided[0, 1, 1:6]).tolist() == [bridge]
    piers = {int(divided[0, 3, 1]), int(divided[0, 3, 5])}
    assert piers == {3, 4}
    assert lesion_at(divided, (3, 3, 0)) == lesion_at(found, (3, 3, 0))
    assert np.array_equal(divided > 0, found > 0)
    assert found.max() == 2


@pytest.mark.parametrize("everything", [True, False])
def test_a_cut_beside_the_lesion_changes_nothing(everything: bool) -> None:
    found, count = candidates(ct(three_pieces()), 130)
    divided, more = split_component(found, count, 1, np.full(8, everything))
    assert (more, divided is found) == (count, True)


@settings(max_examples=60, deadline=None)
@given(volumes(), st.data())
def test_pieces_after_a_cut_are_connected_and_complete(
    volume: tuple[np.ndarray, np.ndarray], data: st.DataObject
) -> None:
    array, labels = volume
    found, count = candidates(ct(array), 130)
    if not count:
        return
    component = data.draw(st.integers(1, count))
    chosen = labels[found == component] > 1
    divided, more = split_component(found, count, component, chosen)
    assert np.array_equal(divided > 0, found > 0)
    assert np.array_equal(np.unique(divided[divided > 0]), np.arange(1, more + 1))
    keeps = found != component
    assert np.array_equal(divided[keeps], found[keeps])
    for side in (chosen, ~chosen):
        mine = [tuple(map(int, v)) for v in np.argwhere(found == component)[side]]
        for piece in pieces(mine):
            number = divided[piece[0]]
            assert sorted(piece) == [tuple(map(int, v)) for v in np.argwhere(divided == number)]


def test_boxes() -> None:
    mask = np.zeros((3, 4, 5), bool)
    assert Box.around(mask) is None
    mask[1, 2, 3] = mask[2, 0, 4] = True
    box = Box.around(mask)
    assert box == Box((1, 3), (0, 3), (3, 5))
    assert (box.shape, mask[box.slices].sum(), box.empty) == ((2, 3, 2), 2, False)
    assert box.grown(2).clipped(mask.shape) == Box((0, 3), (0, 4), (1, 5))
    assert box.moved(1, 2, 3) == Box((2, 4), (2, 5), (6, 8))
    assert Box((5, 9), (0, 4), (0, 5)).clipped(mask.shape).empty
    assert Box.whole(mask.shape).shape == mask.shape
