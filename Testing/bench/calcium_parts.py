"""What scoring calcium costs: a whole study of the size of a cardiac CT, and an edit of it."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    from cardiothorax.calcium.box import Box
    from cardiothorax.imaging.image import Image

SHAPE = (60, 512, 512)
SPACING_MM = (0.4, 0.4, 3.0)
LESIONS = 200
PLACES = ((3, 57), (60, 452), (60, 452))
"""Slices, rows and columns of their centers."""
RADII_MM = (0.8, 3.0)
NOISE_HU = 20.0
WARM_RUNS = 25
TARGET_EDIT_SECONDS = 0.05
BRUSH_PIXELS = 5


def score(_: Path) -> dict[str, Any]:
    """All numbers of a study from its labels, as the batch and the first opening do."""
    from cardiothorax.calcium.score import score as score_study
    from cardiothorax.calcium.settings import Settings

    image, labels, _places = drawn_study()
    first = _seconds(lambda: score_study(image, labels, Settings()))
    again = [_seconds(lambda: score_study(image, labels, Settings())) for _ in range(WARM_RUNS // 3)]
    rows = len(score_study(image, labels, Settings()).lesions)
    return {"first": first, "warm": statistics.median(again), "lesions": rows, **_size(labels)}


def candidates(_: Path) -> dict[str, Any]:
    """The map that a click looks into, of the whole study."""
    from cardiothorax.calcium.candidates import candidates as find

    image, _labels, _places = drawn_study()
    seconds = [_seconds(lambda: find(image, 130.0, None, 7)) for _ in range(5)]
    return {"first": seconds[0], "warm": statistics.median(seconds[1:])}


def edit(_: Path) -> dict[str, Any]:
    """From the reader's stroke to new numbers: a brush in one slice, a click that renames a lesion."""
    from cardiothorax.calcium.live import LiveScore
    from cardiothorax.calcium.settings import Settings

    image, labels, places = drawn_study()
    live = LiveScore(image, labels, Settings())
    seconds: dict[str, list[float]] = {"brush": [], "lesion": []}
    for place in places[:WARM_RUNS]:
        for kind, box in (("brush", _brush(place)), ("lesion", _around(place))):
            renamed = live.labels[box.slices].copy()
            renamed[renamed > 0] = renamed[renamed > 0] % 4 + 1
            seconds[kind].append(_seconds(lambda box=box, new=renamed: live.replace(box, new)))
    return {
        **{kind: {"median": statistics.median(s), "largest": max(s)} for kind, s in seconds.items()},
        "target": TARGET_EDIT_SECONDS,
        **_size(labels),
    }


def drawn_study() -> tuple[Image, np.ndarray, list[tuple[int, int, int]]]:
    """Noise at the level of blood, and balls of calcium labelled in turn; the same at every call."""
    import numpy as np

    from cardiothorax.imaging.image import Image

    random = np.random.default_rng(3)
    array = random.normal(40.0, NOISE_HU, SHAPE).astype(np.int16)
    labels = np.zeros(SHAPE, np.uint8)
    places = []
    for number in range(LESIONS):
        place = tuple(int(random.integers(low, high)) for low, high in PLACES)
        radius_mm = random.uniform(*RADII_MM)
        box = _around(place)
        k, j, i = np.ogrid[tuple(slice(*ends) for ends in (box.k, box.j, box.i))]
        steps = [(axis - at) * mm for axis, at, mm in zip((k, j, i), place, SPACING_MM[::-1], strict=True)]
        ball = sum(step**2 for step in steps) <= radius_mm**2
        array[box.slices][ball] = random.integers(140, 900)
        labels[box.slices][ball] = number % 4 + 1
        places.append(place)
    return Image(array, SPACING_MM, modality="CT"), labels, places


def _around(place: tuple[int, ...]) -> Box:
    """Holds a whole lesion."""
    from cardiothorax.calcium.box import Box

    k, j, i = ((at - reach, at + reach + 1) for at, reach in zip(place, (1, 9, 9), strict=True))
    return Box(k, j, i)


def _brush(place: tuple[int, ...]) -> Box:
    from cardiothorax.calcium.box import Box

    half = BRUSH_PIXELS // 2
    k, j, i = ((at - reach, at + reach + 1) for at, reach in zip(place, (0, half, half), strict=True))
    return Box(k, j, i)


def _size(labels: np.ndarray) -> dict[str, Any]:
    import numpy as np

    return {"labelled_voxels": int(np.count_nonzero(labels)), "slices": SHAPE[0], "side_px": SHAPE[1]}


def _seconds(call: Callable[[], Any]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


CALCIUM_PARTS: dict[str, Callable[[Path], dict[str, Any]]] = {
    "calcium_score": score,
    "calcium_candidates": candidates,
    "calcium_edit": edit,
}
