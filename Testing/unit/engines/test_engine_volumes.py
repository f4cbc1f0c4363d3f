"""Volumes through engines that were made for pictures: tiles, fall-back, both kinds of convolution."""

from __future__ import annotations

import numpy as np
import pytest

from cardiothorax.engines import FallbackEngine
from cardiothorax.engines.base import OutOfMemory
from cardiothorax.engines.tiles import predict_in_tiles


def doubled(batch: np.ndarray) -> np.ndarray:
    return np.concatenate([batch, 2 * batch], axis=1)


def test_a_volume_is_cut_in_rows_and_columns_and_keeps_all_its_slices() -> None:
    volume = np.random.default_rng(0).normal(size=(2, 1, 5, 32, 48)).astype(np.float32)
    shapes: list[tuple[int, ...]] = []

    def predict(tile: np.ndarray) -> np.ndarray:
        shapes.append(tile.shape)
        return doubled(tile)

    found = predict_in_tiles(predict, volume, per_side=2, halo_px=8, multiple=8)
    np.testing.assert_array_equal(found, doubled(volume))
    assert {shape[2] for shape in shapes} == {5}
    assert max(shape[3] for shape in shapes) < 32


class Small:
    name, device = "onnx", "cpu"

    def predict(self, batch: np.ndarray) -> np.ndarray:
        if batch.size > 5000:
            raise OutOfMemory("too large")
        return doubled(batch)


def test_memory_that_is_short_for_a_volume_ends_in_tiles_and_is_said() -> None:
    engine = FallbackEngine(Small(), halo_px=8, multiple=8)
    volume = np.ones((1, 1, 4, 40, 40), np.float32)
    np.testing.assert_array_equal(engine.predict(volume), doubled(volume))
    assert "tiles" in engine.notes[0]


def test_a_volume_that_cannot_be_cut_is_an_error_that_names_its_size() -> None:
    with pytest.raises(MemoryError, match="60 x 40 pixels"):
        FallbackEngine(Small()).predict(np.ones((1, 1, 4, 40, 60), np.float32))


def test_the_torch_engine_takes_volumes_and_pictures() -> None:
    torch = pytest.importorskip("torch", reason="torch is not installed")
    from cardiothorax.engines.torch_engine import TorchEngine, channels_last

    flat, deep = torch.nn.Conv2d(1, 3, 3, padding=1), torch.nn.Conv3d(1, 3, 3, padding=1)
    both = torch.nn.ModuleList([flat, deep])
    channels_last(both)
    assert flat.weight.is_contiguous(memory_format=torch.channels_last)
    assert deep.weight.is_contiguous(memory_format=torch.channels_last_3d)
    volume = np.random.default_rng(1).normal(size=(1, 1, 4, 8, 8)).astype(np.float32)
    for network, batch in ((flat, volume[:, :, 0]), (deep, volume)):
        with torch.inference_mode():
            expected = torch.softmax(network(torch.from_numpy(np.ascontiguousarray(batch))), 1).numpy()
        np.testing.assert_allclose(TorchEngine(network, threads=1).predict(batch), expected, atol=1e-6)
