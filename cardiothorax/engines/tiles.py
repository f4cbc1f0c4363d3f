"""A large picture through a network piece by piece, with the same numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

Predict = Callable[[np.ndarray], np.ndarray]


def predict_in_tiles(
    predict: Predict, batch: np.ndarray, *, per_side: int, halo_px: int, multiple: int
) -> np.ndarray:
    """As ``predict(batch)``, computed one image and one tile at a time.

    Every tile is given with ``halo_px`` more pixels on each inner side. When that is at least the
    network's receptive radius and tiles start at multiples of its total pooling factor ``multiple``,
    the numbers equal those of the whole picture: only then is tiling a matter of memory alone.
    Volumes ``[n, channels, d, h, w]`` are cut in rows and columns; all slices stay together.
    """
    halo = -(-halo_px // multiple) * multiple
    height, width = batch.shape[-2:]
    result: np.ndarray | None = None
    for index in range(len(batch)):
        for top, bottom in _spans(height, per_side, multiple):
            for left, right in _spans(width, per_side, multiple):
                y0, y1 = max(0, top - halo), min(height, bottom + halo)
                x0, x1 = max(0, left - halo), min(width, right + halo)
                tile = predict(np.ascontiguousarray(batch[index : index + 1, ..., y0:y1, x0:x1]))
                if result is None:
                    result = np.empty((len(batch), *tile.shape[1:-2], height, width), np.float32)
                inner = tile[0, ..., top - y0 : bottom - y0, left - x0 : right - x0]
                result[index, ..., top:bottom, left:right] = inner
    assert result is not None, "an empty batch has nothing to predict"
    return result


def _spans(length: int, parts: int, multiple: int) -> Iterator[tuple[int, int]]:
    step = max(multiple, -(-length // (parts * multiple)) * multiple)
    for start in range(0, length, step):
        yield start, min(length, start + step)
