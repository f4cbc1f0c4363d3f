"""Scores that follow the reader's brush: after an edit only what it touched is computed again."""

from __future__ import annotations

import numpy as np

from ..errors import GeometryProblem
from ..imaging.image import Image
from .box import Box
from .interpolated import counted_pixels, planes_between
from .regions import Candidates
from .score import Scores, check_codes, check_labels, regions_of, scores_of
from .settings import Settings


class LiveScore:
    """The numbers of :func:`.score.score`, to the last digit, at every moment of an edit.

    Keeps a copy of the labels. Slices that an edit did not touch, and planes between such slices, stay as
    they are.
    """

    def __init__(
        self, image: Image, labels: np.ndarray, settings: Settings, *, confidence: np.ndarray | None = None
    ) -> None:
        check_labels(image, labels)
        self._image, self._settings = image, settings
        self._labels = labels.copy()
        self._regions = regions_of(image, self._labels, settings, confidence)
        self._voxels: Candidates | None = None
        """Made when somebody asks."""
        self._planes = planes_between(image)
        self._pixels = np.stack([self._pixels_above(k) for k in range(len(self._planes))])
        self._scores = self._collect()

    @property
    def scores(self) -> Scores:
        return self._scores

    @property
    def labels(self) -> np.ndarray:
        """uint8 ``[k, j, i]``, not to be written to."""
        view = self._labels.view()
        view.flags.writeable = False
        return view

    def update(self, labels: np.ndarray, box: Box | None = None) -> Scores:
        """After ``labels`` (the whole volume) changed, inside ``box`` alone if one is given."""
        if labels.shape != self._labels.shape:
            check_labels(self._image, labels)
        box = Box.whole(labels.shape) if box is None else box.clipped(labels.shape)
        return self.replace(box, labels[box.slices])

    def replace(self, box: Box, labels: np.ndarray) -> Scores:
        """After ``labels``, an array of the box's shape, took the place of what was in ``box``."""
        if box != box.clipped(self._labels.shape) or labels.shape != box.shape:
            raise GeometryProblem(
                f"Labels of shape {labels.shape} do not fill {box} of an image of {self._labels.shape}."
            )
        check_codes(labels)
        changed = Box.around(self._labels[box.slices] != labels)
        if changed is None:
            return self._scores
        self._labels[box.slices] = labels
        self._recompute(changed.moved(box.k[0], box.j[0], box.i[0]))
        self._scores = self._collect()
        return self._scores

    def voxels_of(self, lesion_id: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Slices, rows and columns of the voxels of a lesion of :attr:`scores`, to index an array with."""
        if self._voxels is None:
            self._voxels = self._regions.candidates()
        found = self._voxels
        k, j, i = (axis[found.piece == lesion_id - 1] for axis in found.position)
        return k, j, i

    def _recompute(self, box: Box) -> None:
        self._regions.refresh(self._labels, *box.k)
        for k in range(max(box.k[0] - 1, 0), box.k[1]):
            self._pixels[k] = self._pixels_above(k)

    def _pixels_above(self, k: int) -> np.ndarray:
        return counted_pixels(self._image, self._labels, self._settings, k, self._planes[k])

    def _collect(self) -> Scores:
        self._voxels = None
        return scores_of(self._regions.cells(), self._pixels.sum(axis=0), self._image, self._settings)
