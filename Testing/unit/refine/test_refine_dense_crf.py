"""Both CRF engines against a mean field over all pairs of pixels, and what must hold of any CRF."""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from cardiothorax.errors import ModelProblem
from cardiothorax.refine import CrfParameters, dense_crf

PIXELS = CrfParameters(
    iterations=5,
    smoothness_sigma_px=2.0,
    smoothness_weight=3.0,
    appearance_weight=5.0,
    appearance_sigma_px=9.0,
    appearance_sigma_grey=12.0,
    reference_width_px=None,
)


@pytest.fixture(autouse=True)
def _skip_without_pydensecrf(request: pytest.FixtureRequest) -> None:
    if "[pydensecrf" in request.node.name:
        pytest.importorskip("pydensecrf", reason="the extra crf is not installed")


def scene(height: int, width: int, classes: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """A picture of blocks with noise, and soft, shaky probabilities of what is where."""
    rng = np.random.default_rng(seed)
    truth = np.zeros((height, width), int)
    for organ in range(1, classes):
        top, left = rng.integers(0, height // 2), rng.integers(0, width // 2)
        truth[top : top + height // 2, left : left + width // 2] = organ
    grey = np.linspace(60, 200, classes)[truth] + rng.normal(0, 10, truth.shape) + np.linspace(0, 20, width)
    soft = np.stack([gaussian_filter((truth == organ) * 1.0, 2.5) for organ in range(classes)])
    soft += 0.1 * rng.random(soft.shape)
    return np.clip(grey, 0, 255).astype(np.uint8), (soft / soft.sum(axis=0)).astype(np.float32)


def all_pairs(grey: np.ndarray, probabilities: np.ndarray, params: CrfParameters) -> np.ndarray:
    """The definition, pixel by pixel: K of every pair, symmetric normalization, Potts, mean field."""
    rows, columns = (axis.ravel().astype(float) for axis in np.mgrid[: grey.shape[0], : grey.shape[1]])
    levels = grey.ravel().astype(float)
    apart_px2 = np.subtract.outer(rows, rows) ** 2 + np.subtract.outer(columns, columns) ** 2
    apart_grey2 = np.subtract.outer(levels, levels) ** 2
    smoothness = np.exp(-0.5 * apart_px2 / params.smoothness_sigma_px**2)
    appearance = np.exp(
        -0.5 * apart_px2 / params.appearance_sigma_px**2 - 0.5 * apart_grey2 / params.appearance_sigma_grey**2
    )
    coupling = np.zeros_like(smoothness)
    for kernel, weight in (
        (smoothness, params.smoothness_weight),
        (appearance, params.appearance_weight),
    ):
        root = np.sqrt(kernel.sum(axis=1))
        coupling += weight * kernel / np.outer(root, root)
    logits = np.log(np.clip(probabilities, 1e-5, 1.0)).reshape(len(probabilities), -1).astype(float)
    marginals = softmax(logits)
    for _ in range(params.iterations):
        marginals = softmax(logits + marginals @ coupling)
    return marginals.reshape(probabilities.shape)


def softmax(logits: np.ndarray) -> np.ndarray:
    gains = np.exp(logits - logits.max(axis=0))
    return gains / gains.sum(axis=0)


@pytest.mark.parametrize("engine", ["grid", "pydensecrf"])
@pytest.mark.parametrize(
    ("height", "width", "classes", "sigma_px", "sigma_grey"),
    [(40, 52, 4, 9.0, 12.0), (52, 36, 3, 14.0, 20.0), (40, 40, 2, 6.0, 8.0), (30, 60, 5, 9.0, 30.0)],
)
def test_engines_follow_the_definition(
    engine: str, height: int, width: int, classes: int, sigma_px: float, sigma_grey: float
) -> None:
    grey, probabilities = scene(height, width, classes, seed=height + classes)
    params = replace(PIXELS, appearance_sigma_px=sigma_px, appearance_sigma_grey=sigma_grey)
    expected = all_pairs(grey, probabilities, params)
    found = dense_crf(grey, probabilities, engine=engine, params=params)
    # The lattice is the coarser of the two approximations.
    same, apart = (0.998, 2e-3) if engine == "grid" else (0.995, 5e-3)
    assert np.mean(found.argmax(axis=0) == expected.argmax(axis=0)) >= same
    assert np.abs(found - expected).mean() < apart


@pytest.mark.parametrize("only", ["smoothness", "appearance"])
def test_each_kernel_by_itself_follows_the_definition(only: str) -> None:
    grey, probabilities = scene(40, 44, 3, seed=3)
    other = "appearance" if only == "smoothness" else "smoothness"
    params = replace(PIXELS, **{f"{other}_weight": 0.0, f"{only}_weight": 4.0})
    expected = all_pairs(grey, probabilities, replace(params, **{f"{other}_weight": 0.0}))
    found = dense_crf(grey, probabilities, params=params)
    assert np.abs(found - expected).max() < 0.05
    assert np.abs(found - expected).mean() < 5e-4


def test_the_blur_of_a_whole_sigma_range_is_the_gaussian_asked_for() -> None:
    # With equal unary terms of zero, one iteration shows the kernel itself around one deviating pixel.
    grey = np.full((61, 61), 90, np.uint8)
    for sigma_px in (1.0, 2.0, 3.3, 5.0):
        probabilities = np.full((2, 61, 61), 0.5, np.float32)
        probabilities[:, 30, 30] = 0.9, 0.1
        params = replace(
            PIXELS, iterations=1, smoothness_sigma_px=sigma_px, smoothness_weight=1.0, appearance_weight=0.0
        )
        gain = np.log(np.divide(*dense_crf(grey, probabilities, params=params)))
        gain[30, 30] -= np.log(9.0)
        offsets = np.arange(61) - 30
        spread_px2 = (gain.sum(axis=0) * offsets**2).sum() / gain.sum()
        assert spread_px2 == pytest.approx(sigma_px**2, rel=0.06)
        assert (gain.sum(axis=0) * offsets).sum() / gain.sum() == pytest.approx(0.0, abs=0.05)


def test_torch_runs_the_same_algorithm() -> None:
    pytest.importorskip("torch", reason="torch is not installed")
    grey, probabilities = scene(50, 70, 4, seed=1)
    in_numpy = dense_crf(grey, probabilities, params=PIXELS)
    in_torch = dense_crf(grey, probabilities, params=PIXELS, device="torch")
    # numpy leaves out what is negligible; torch computes it.
    np.testing.assert_allclose(in_torch, in_numpy, atol=2e-3)
    assert np.mean(in_torch.argmax(axis=0) == in_numpy.argmax(axis=0)) >= 0.9995


@pytest.mark.parametrize("engine", ["grid", "pydensecrf"])
def test_marginals_sum_to_one_and_keep_the_shape(engine: str) -> None:
    for classes in (1, 2, 4, 7):
        grey, probabilities = scene(33, 47, classes, seed=classes)
        found = dense_crf(grey, probabilities, engine=engine, params=PIXELS)
        assert found.shape == probabilities.shape
        assert found.dtype == np.float32
        assert found.min() >= 0.0
        np.testing.assert_allclose(found.sum(axis=0), 1.0, atol=1e-5)


def test_the_order_of_classes_does_not_matter() -> None:
    grey, probabilities = scene(45, 50, 4, seed=8)
    order = [2, 0, 3, 1]
    found = dense_crf(grey, probabilities, params=PIXELS)
    shuffled = dense_crf(grey, probabilities[order], params=PIXELS)
    np.testing.assert_allclose(shuffled, found[order], atol=2e-3)


def test_brightness_shift_changes_nothing() -> None:
    grey, probabilities = scene(45, 50, 3, seed=5)
    grey = np.clip(grey, 40, 215)
    found = dense_crf(grey, probabilities, params=PIXELS)
    np.testing.assert_array_equal(dense_crf(grey + np.uint8(40), probabilities, params=PIXELS), found)


def test_mirrored_input_gives_mirrored_labels() -> None:
    grey, probabilities = scene(60, 60, 3, seed=6)
    found = dense_crf(grey, probabilities, params=PIXELS).argmax(axis=0)
    mirrored = dense_crf(grey[:, ::-1], probabilities[:, :, ::-1], params=PIXELS).argmax(axis=0)
    assert np.mean(mirrored[:, ::-1] == found) >= 0.999


def test_moving_everything_moves_the_labels() -> None:
    grey, probabilities = scene(50, 50, 3, seed=7)
    wide_grey = np.pad(grey, 20, mode="edge")
    wide = np.pad(probabilities, ((0, 0), (20, 20), (20, 20)), mode="edge")
    found = dense_crf(wide_grey, wide, params=PIXELS).argmax(axis=0)
    rolled = dense_crf(np.roll(wide_grey, 5, axis=1), np.roll(wide, 5, axis=2), params=PIXELS).argmax(axis=0)
    assert np.mean(rolled[:, 25:75] == found[:, 20:70]) >= 0.995


def test_a_uniform_picture_is_only_smoothed() -> None:
    probabilities = np.full((2, 40, 40), 0.2, np.float32)
    probabilities[0] = 0.8
    probabilities[:, 20, 20] = 0.3, 0.7
    probabilities[:, 25:38, 5:18] = np.array([0.1, 0.9])[:, None, None]
    found = dense_crf(np.full((40, 40), 128, np.uint8), probabilities, params=PIXELS).argmax(axis=0)
    assert found[20, 20] == 0
    assert found[31, 11] == 1


def test_a_speck_of_the_wrong_grey_goes_and_an_edge_is_followed() -> None:
    grey = np.full((80, 80), 60, np.uint8)
    grey[:, 40:] = 200
    probabilities = np.empty((2, 80, 80), np.float32)
    probabilities[1] = np.where(np.arange(80) >= 44, 0.7, 0.3)  # four columns beside the edge
    probabilities[0] = 1.0 - probabilities[1]
    found = dense_crf(grey, probabilities, params=PIXELS).argmax(axis=0)
    np.testing.assert_array_equal(found, grey > 100)


def test_zeros_and_an_absent_class_are_no_trouble() -> None:
    grey, probabilities = scene(40, 40, 3, seed=9)
    hard = np.zeros((4, 40, 40), np.float32)
    np.put_along_axis(hard, probabilities.argmax(axis=0)[None], 1.0, axis=0)
    found = dense_crf(grey, hard, params=PIXELS)
    assert np.isfinite(found).all()
    assert found[3].max() < 1e-3
    # A hard vote outweighs the neighbors: the default weights cannot turn 1 - 1e-5 around.
    assert np.mean(found.argmax(axis=0) == hard.argmax(axis=0)) > 0.99


def test_no_iteration_and_no_kernel_leave_the_probabilities() -> None:
    grey, probabilities = scene(20, 30, 3, seed=2)
    for params in (
        replace(PIXELS, iterations=0),
        replace(PIXELS, smoothness_weight=0.0, appearance_weight=0.0),
    ):
        np.testing.assert_allclose(dense_crf(grey, probabilities, params=params), probabilities, atol=1e-4)


@pytest.mark.parametrize("shape", [(1, 1), (1, 50), (50, 1), (3, 200)])
def test_thin_pictures(shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(0)
    probabilities = rng.dirichlet(np.ones(3), shape).transpose(2, 0, 1).astype(np.float32)
    grey = rng.integers(0, 256, shape).astype(np.uint8)
    expected = all_pairs(grey, probabilities, PIXELS)
    found = dense_crf(grey, probabilities, params=PIXELS)
    # Nothing but noise: the hardest there is, no two neighbors are alike.
    assert np.abs(found - expected).mean() < 0.02
    assert np.mean(found.argmax(axis=0) == expected.argmax(axis=0)) >= 0.96


def test_the_same_numbers_whatever_the_number_of_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    grey, probabilities = scene(540, 520, 4, seed=11)
    results = []
    for cores in (1, 3):
        monkeypatch.setattr("cardiothorax.refine.numpy_backend.usable_cores", lambda cores=cores: cores)
        results.append(dense_crf(grey, probabilities, params=SHIPPED_LIKE))
    np.testing.assert_array_equal(*results)


SHIPPED_LIKE = CrfParameters(7, 7.0, 0.6, 56.0, 16.0, 0.4, None)
"""Gentle and wide, as fitting finds them for a network's own probabilities."""


def soft_scene(height: int, width: int, classes: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """A scene as a network leaves it at full size: smooth probabilities over a noisy picture."""
    grey, probabilities = scene(height, width, classes, seed)
    soft = gaussian_filter(probabilities, (0, 3, 3))
    return grey, soft / soft.sum(axis=0)


def test_few_senders_serve_as_well_as_all(monkeypatch: pytest.MonkeyPatch) -> None:
    grey, probabilities = soft_scene(540, 800, 4, seed=12)
    few = dense_crf(grey, probabilities, params=SHIPPED_LIKE)
    monkeypatch.setattr("cardiothorax.refine.grid_engine._MOST_STEP_PX", 1)
    every = dense_crf(grey, probabilities, params=SHIPPED_LIKE)
    assert not np.array_equal(few, every), "both ran with every pixel sending"
    assert np.mean(few.argmax(axis=0) == every.argmax(axis=0)) >= 0.9998
    assert np.abs(few - every).mean() < 1e-4


def test_the_engines_agree_at_full_size() -> None:
    pytest.importorskip("pydensecrf", reason="the extra crf is not installed")
    grey, probabilities = soft_scene(800, 800, 4, seed=13)
    grid, lattice = (
        dense_crf(grey, probabilities, engine=engine, params=SHIPPED_LIKE).argmax(axis=0)
        for engine in ("grid", "pydensecrf")
    )
    assert np.mean(grid == lattice) >= 0.999


@pytest.mark.parametrize(
    ("shape", "smoothness", "appearance", "step_px"),
    [
        ((800, 800), (7.0, 0.6), (56.0, 0.4), 3),
        ((800, 800), (3.0, 3.0), (20.0, 3.0), 2),
        ((800, 800), (2.0, 3.0), (20.0, 3.0), 1),
        ((800, 800), (2.0, 0.0), (20.0, 3.0), 3),
        ((800, 511), (7.0, 0.6), (56.0, 0.4), 1),
        ((800, 600), (7.0, 0.6), (56.0, 0.4), 2),
        ((800, 800), (7.0, 0.0), (56.0, 0.0), 1),
    ],
)
def test_senders_are_as_close_as_the_narrowest_kernel_asks(
    shape: tuple[int, int], smoothness: tuple[float, float], appearance: tuple[float, float], step_px: int
) -> None:
    from cardiothorax.refine.grid_engine import _step_px

    params = CrfParameters(5, *smoothness, appearance[0], 16.0, appearance[1], None)
    assert _step_px(shape, params) == step_px


def test_a_grey_level_that_no_sender_has_receives_nothing() -> None:
    grey = np.full((800, 800), 20, np.uint8)
    grey[400, 400] = 255  # not one of every third pixel
    probabilities = np.full((2, 800, 800), 0.1, np.float32)
    probabilities[0] = 0.9
    probabilities[:, 400, 400] = 0.4, 0.6
    params = replace(SHIPPED_LIKE, smoothness_weight=0.0)
    found = dense_crf(grey, probabilities, params=params)
    assert np.isfinite(found).all()
    np.testing.assert_allclose(found[:, 400, 400], [0.4, 0.6], atol=1e-4)


def test_torch_runs_the_same_algorithm_with_few_senders() -> None:
    pytest.importorskip("torch", reason="torch is not installed")
    grey, probabilities = soft_scene(530, 560, 3, seed=14)
    in_numpy = dense_crf(grey, probabilities, params=SHIPPED_LIKE)
    in_torch = dense_crf(grey, probabilities, params=SHIPPED_LIKE, device="torch")
    np.testing.assert_allclose(in_torch, in_numpy, atol=2e-3)
    assert np.mean(in_torch.argmax(axis=0) == in_numpy.argmax(axis=0)) >= 0.9995


def test_lengths_scale_with_the_width_of_the_picture() -> None:
    scaled = CrfParameters(smoothness_sigma_px=4.0, appearance_sigma_px=40.0).at_width(200)
    assert (scaled.smoothness_sigma_px, scaled.appearance_sigma_px) == (1.0, 10.0)
    assert scaled.appearance_sigma_grey == CrfParameters().appearance_sigma_grey
    assert scaled.at_width(999) == scaled


@pytest.mark.parametrize(
    ("grey", "probabilities", "options", "message"),
    [
        (np.zeros((4, 5), np.uint8), np.ones((2, 5, 4)), {}, r"\[classes, 4, 5\].*\[2, 5, 4\]"),
        (np.zeros((4, 5), np.uint8), np.ones((4, 5)), {}, "classes"),
        (np.zeros((4, 5), np.float32), np.ones((2, 4, 5)), {}, "uint8"),
        (np.zeros((4, 5, 3), np.uint8), np.ones((2, 4, 5)), {}, "uint8"),
        (np.zeros((4, 5), np.uint8), np.full((2, 4, 5), np.nan), {}, "NaN"),
        (np.zeros((4, 5), np.uint8), np.ones((2, 4, 5)), {"engine": "magic"}, "magic"),
        (np.zeros((4, 5), np.uint8), np.ones((2, 4, 5)), {"engine": "pydensecrf", "device": "cuda"}, "CPU"),
    ],
)
def test_what_does_not_fit_is_refused(
    grey: np.ndarray, probabilities: np.ndarray, options: dict[str, str], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        dense_crf(grey, probabilities, **options)  # type: ignore[arg-type]


def test_a_grid_too_fine_to_hold_is_refused() -> None:
    grey = np.arange(256, dtype=np.uint8).repeat(256).reshape(256, 256).repeat(8, axis=1).repeat(2, axis=0)
    params = CrfParameters(appearance_sigma_px=1.0, appearance_sigma_grey=2.0, reference_width_px=None)
    with pytest.raises(ValueError, match="cells"):
        dense_crf(grey, np.full((2, *grey.shape), 0.5, np.float32), params=params)


@pytest.mark.parametrize(
    "options",
    [
        {"iterations": -1},
        {"smoothness_weight": -1.0},
        {"appearance_sigma_grey": 0.0},
        {"reference_width_px": 0},
    ],
)
def test_senseless_parameters_are_refused(options: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(options))):
        CrfParameters(**options)  # type: ignore[arg-type]


def test_a_missing_engine_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pydensecrf.densecrf", None)
    with pytest.raises(ModelProblem, match=r"cardiothorax\[crf\]"):
        dense_crf(np.zeros((4, 4), np.uint8), np.full((2, 4, 4), 0.5), engine="pydensecrf")


def test_a_device_that_is_not_there_is_named() -> None:
    pytest.importorskip("torch", reason="torch is not installed")
    with pytest.raises(ModelProblem, match="no-such-device"):
        dense_crf(np.zeros((4, 4), np.uint8), np.full((2, 4, 4), 0.5), device="no-such-device")
