"""Small studies on the network's grid, as packing makes them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from cardiothorax.calcium.training.filling import PACKED, add_to_index
from cardiothorax.calcium.training.layout import Study
from cardiothorax.calcium.training.packing import ARTERY, BONE, HARD, Packed, write_packed

SHAPE = (8, 48, 64)


def study(number: int) -> Packed:
    """Soft tissue with a lesion of an artery, one bright piece that is none, and bone behind."""
    rng = np.random.default_rng(number)
    hu = rng.normal(40, 10, SHAPE)
    target = np.zeros(SHAPE, np.uint8)
    artery = 1 + number % 3
    k, j, i = rng.integers(2, 6), 10 + 5 * artery, rng.integers(10, 50)
    target[k, j : j + 3, i : i + 3] = ARTERY + artery
    target[k, 2:5, i : i + 3] = HARD
    target[:, 40:, 20:40] = BONE
    hu[target > 0] = 320
    name = f"s{number:02d}"
    return Packed(name, name, hu.round().astype(np.int16), target, (3.0, 0.75, 0.75))


def write_studies(folder: Path, count: int = 6) -> None:
    studies = []
    for number in range(count):
        packed = study(number)
        write_packed(packed, folder / PACKED / f"{packed.name}.npz")
        studies.append(Study(packed.name, packed.patient, "val" if number >= count - 2 else "train", "drawn"))
    add_to_index(folder, studies)
