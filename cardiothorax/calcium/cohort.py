"""Studies with known truth to measure a network on: drawn ones, and those of a folder."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..imaging import read_ct
from ..imaging.image import Image
from ..imaging.plain import image_of, plain_image
from ..records import write_atomically
from .given_labels import read_labels

CHEST_FIELD_MM = 260.0
"""Larger fields of view are chest CT, smaller ones calcium scans."""
THICK_MM = 3.0


@dataclass(frozen=True)
class Case:
    """One study to measure; ``load`` gives the CT and the true labels on its grid, when they are needed."""

    id: str
    groups: tuple[str, ...]
    load: Callable[[], tuple[Image, np.ndarray]]
    simulated: bool = False


def phantom_cases(count: int, first_seed: int = 0, cache: Path | None = None) -> Iterator[Case]:
    """Drawn chest CT of the test split: seeds ``first_seed``, ``first_seed + 1``, ... With ``cache`` each is
    kept there, for another network."""
    from ..phantoms.ct import random_options

    for seed in range(first_seed, first_seed + count):
        scan = random_options(seed, split="test").scan
        groups = ["chest" if scan.field_of_view_mm > CHEST_FIELD_MM else "cardiac"]
        groups += ["thick"] if max(scan.slice_thickness_mm, scan.increment_mm) > THICK_MM else []
        name = f"test_{seed:04d}"
        kept = cache / f"{name}-{drawn_by()}.npz" if cache else None
        yield Case(name, tuple(groups), _drawing(seed, kept), simulated=True)


def labeled_cases(folder: Path, split: str) -> Iterator[Case]:
    """Studies of a folder laid out as for training, grouped by their source."""
    from .training.layout import read_index, volume_file

    def loading(name: str) -> Callable[[], tuple[Image, np.ndarray]]:
        def load() -> tuple[Image, np.ndarray]:
            image = read_ct(volume_file(folder / "images", name))
            return image, read_labels(volume_file(folder / "labels", name), image)

        return load

    for study in read_index(folder):
        if study.split == split:
            yield Case(study.name, (study.source,) if study.source else (), loading(study.name))


def _drawing(seed: int, kept: Path | None) -> Callable[[], tuple[Image, np.ndarray]]:
    def load() -> tuple[Image, np.ndarray]:
        from ..phantoms.ct import draw_ct, random_options

        if kept is not None and kept.exists():
            return _kept_case(kept)
        phantom = draw_ct(random_options(seed, split="test"))
        if kept is not None:
            _keep_case(kept, phantom.image, phantom.labels)
        return phantom.image, phantom.labels

    return load


def _keep_case(file: Path, image: Image, labels: np.ndarray) -> None:
    header = json.dumps(plain_image(image))
    with write_atomically(file) as temporary:
        np.savez_compressed(temporary, image=image.array, labels=labels, header=np.array(header))


def _kept_case(file: Path) -> tuple[Image, np.ndarray]:
    with np.load(file, allow_pickle=False) as kept:
        return image_of(json.loads(str(kept["header"])), kept["image"]), kept["labels"]


def drawn_by() -> str:
    """Of the code that draws: another generator's studies are not those of this one."""
    return code_of(Path(__file__).parents[1] / "phantoms" / "ct")


def code_of(folder: Path) -> str:
    """Of the Python files in ``folder``, without its sub-folders."""
    digest = hashlib.sha256()
    for file in sorted(folder.glob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]
