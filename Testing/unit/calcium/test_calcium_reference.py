"""Every number against the slow reference, on volumes drawn at random."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from cardiothorax.calcium.presets import PRESETS
from cardiothorax.calcium.score import score
from cardiothorax.calcium.settings import Settings
from cardiothorax.calcium.voltage import LIMITS_BY_KVP
from Testing.unit.calcium.brute_force import all_scores, pieces
from Testing.unit.calcium.drawn import SPACINGS, ct, volumes

SETTINGS = st.builds(
    Settings,
    st.sampled_from(tuple(PRESETS)),
    st.sampled_from(tuple(LIMITS_BY_KVP.values())),
    st.sampled_from((4, 8)),
    st.sampled_from((None, 0.00083)),
)


@settings(max_examples=150, deadline=None)
@given(volumes(), SPACINGS, SETTINGS)
def test_all_scores(
    volume: tuple[np.ndarray, np.ndarray], spacing_mm: tuple[float, float, float], chosen: Settings
) -> None:
    array, labels = volume
    image = ct(array, spacing_mm)
    values = score(image, labels, chosen).values
    expected = all_scores(image, labels, chosen)
    for name, artery in values.arteries.items():
        for key, number in expected[name].items():
            assert getattr(artery, key) == pytest.approx(number, rel=1e-12, abs=1e-12), (name, key)
    for key, number in expected["total"].items():
        assert getattr(values, key) == pytest.approx(number, rel=1e-12, abs=1e-12), key


@settings(max_examples=60, deadline=None)
@given(volumes(), SPACINGS, SETTINGS)
def test_lesion_rows(
    volume: tuple[np.ndarray, np.ndarray], spacing_mm: tuple[float, float, float], chosen: Settings
) -> None:
    """One row a piece: voxels, peak, mean, slices, center; rows add up to the scores."""
    array, labels = volume
    image = ct(array, spacing_mm, origin_mm=(-10.0, 5.0, 100.0))
    found = score(image, labels, chosen)
    bright = array >= chosen.limits.threshold_hu
    expected = []
    for code in range(1, 6):
        voxels = [tuple(map(int, v)) for v in np.argwhere((labels == code) & bright)]
        expected += [(min(piece), sorted(piece), code) for piece in pieces(voxels)]
    assert len(found.lesions) == len(expected)
    names = {1: "lad", 2: "lcx", 3: "rca", 4: "lm", 5: "other"}
    for number, (row, (_, piece, code)) in enumerate(zip(found.lesions, sorted(expected), strict=True), 1):
        hu = [float(array[v]) for v in piece]
        assert (row.id, row.artery, row.voxels) == (number, names[code], len(piece))
        assert (row.first_slice, row.last_slice) == (piece[0][0], piece[-1][0])
        assert (row.peak_hu, row.mean_hu) == pytest.approx((max(hu), sum(hu) / len(hu)), rel=1e-12)
        k, j, i = np.mean(piece, axis=0)
        assert row.center_px == pytest.approx((i, j, k))
        assert row.center_mm == pytest.approx(image.lps(i, j, k))
    for name, artery in found.values.arteries.items():
        mine = [row for row in found.lesions if row.artery == name]
        assert sum(row.agatston for row in mine) == pytest.approx(artery.agatston, abs=1e-9)
        assert sum(row.volume_mm3 for row in mine) == pytest.approx(artery.volume_mm3, abs=1e-9)
        assert sum(row.mass_mg for row in mine) == pytest.approx(artery.mass_mg, abs=1e-9)
        assert sum(row.counted for row in mine) == artery.lesions


@pytest.mark.parametrize("share", [0.2, 0.45, 0.6, 0.9])
@pytest.mark.parametrize("connectivity", [4, 8])
def test_large_regions_against_scipy(share: float, connectivity: int) -> None:
    """Mazes, rims and whole rows: pieces with many branches, in pictures of odd sides."""
    random = np.random.default_rng(5)
    array = np.where(random.random((5, 61, 73)) < share, random.integers(130, 600, (5, 61, 73)), 40)
    labels = random.choice(np.array([1, 1, 1, 5], np.uint8), (1, 1, 73)) * np.ones((5, 61, 1), np.uint8)
    image = ct(array.astype(np.int16), (0.5, 0.5, 3.0))
    found = score(image, labels, Settings("canon", connectivity=connectivity))
    corners = np.ones((3, 3)) if connectivity == 8 else None
    for code, name in ((1, "lad"), (5, "other")):
        units = 0
        for hu in np.where(labels == code, array, 0):
            numbered, count = ndimage.label(hu >= 130, corners)
            for part in range(1, count + 1):
                region = hu[numbered == part]
                if region.size >= 3:
                    units += region.size * (1 + int((region.max() >= np.array((200, 300, 400))).sum()))
        assert found.values.arteries[name].agatston == units * 0.25
        bodies, count = ndimage.label((labels == code) & (array >= 130))
        sizes = np.bincount(bodies.reshape(-1))[1:]
        assert found.values.arteries[name].lesions == int((sizes * 0.75 > 1.5).sum())
        mine = [lesion for lesion in found.lesions if lesion.artery == name]
        assert [lesion.voxels for lesion in mine] == sizes.tolist()


def test_values_between_whole_hounsfield_units_are_not_rounded() -> None:
    array = np.full((1, 4, 4), 40.0)
    array[0, 1:3, 1:3] = (129.999, 130.0), (199.999, 150.0)
    labels = np.ones(array.shape, np.uint8)
    values = score(ct(array), labels, Settings("siemens")).values
    assert values.agatston == pytest.approx(0.75)
    array[0, 2, 1] = 200.0
    assert score(ct(array), labels, Settings("siemens")).values.agatston == pytest.approx(1.5)
