"""Chest radiographs with lung and heart masks, packed to one square size for training.

Layout read: a folder with ``index.csv`` (columns ``id, image, source, split, has_heart``) and
``masks/<id>.png`` with the values of :mod:`cardiothorax.imaging.organs`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image as Picture

from ...errors import StoreProblem
from .index import index_rows


@dataclass(frozen=True)
class LabelledFilms:
    """``images`` and ``labels`` uint8 ``[n, side, side]``; ``has_heart`` bool ``[n]``.

    Where ``has_heart`` is false, the heart was not drawn: background there means "not lung".
    """

    ids: tuple[str, ...]
    sources: tuple[str, ...]
    images: np.ndarray
    labels: np.ndarray
    has_heart: np.ndarray

    def __len__(self) -> int:
        return len(self.ids)

    def joined(self, other: LabelledFilms) -> LabelledFilms:
        return LabelledFilms(
            self.ids + other.ids,
            self.sources + other.sources,
            np.concatenate([self.images, other.images]),
            np.concatenate([self.labels, other.labels]),
            np.concatenate([self.has_heart, other.has_heart]),
        )


def read_films(folder: Path, split: str, side: int, sources: set[str] | None = None) -> LabelledFilms:
    """All films of one split, padded to a square and resized to ``side`` pixels.

    Raises :class:`StoreProblem` where the index, a film or a mask cannot be read.
    """
    rows = index_rows(folder, split, sources)
    images = np.empty((len(rows), side, side), np.uint8)
    labels = np.empty_like(images)
    for n, row in enumerate(rows):
        grey = _opened(folder / row["image"]).convert("L")
        mask = _opened(folder / "masks" / f"{row['id']}.png")
        images[n] = _square(grey, side, Picture.Resampling.BOX)
        labels[n] = _square(mask, side, Picture.Resampling.NEAREST)
    return LabelledFilms(
        tuple(row["id"] for row in rows),
        tuple(row["source"] for row in rows),
        images,
        labels,
        np.array([row["has_heart"] == "1" for row in rows]),
    )


def _opened(path: Path) -> Picture.Image:
    try:
        return Picture.open(path)
    except OSError as problem:
        reason = problem.strerror or "it is no picture"
        raise StoreProblem(f"{path} cannot be read: {reason}.", "The index names it.") from problem


def _square(picture: Picture.Image, side: int, how: Picture.Resampling) -> np.ndarray:
    size = max(picture.size)
    canvas = Picture.new("L", (size, size))
    canvas.paste(picture, ((size - picture.width) // 2, (size - picture.height) // 2))
    return np.asarray(canvas.resize((side, side), how))
