"""Lungs and heart on one film in radiographic view: the network's class probabilities."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..imaging.organs import BACKGROUND, HEART, LEFT_LUNG, RIGHT_LUNG
from ..imaging.square import SquareFit, centre_crop_to_square, pad_to_square, resample_probabilities
from ..models import LoadedModel
from .normalise import normalise


@dataclass(frozen=True)
class ProbabilityMap:
    """Class probabilities float32 ``[classes, side, side]`` and how the film lies in that square."""

    classes: np.ndarray
    fit: SquareFit

    def __call__(self, label: int, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """At pixels of the film, linear between the square's pixel centres."""
        xy = self.fit.to_square_xy(np.stack([columns, rows], axis=-1).astype(float))
        x, y = np.clip(xy, 0, self.fit.side - 1).T
        x0 = np.minimum(np.floor(x).astype(int), self.fit.side - 2)
        y0 = np.minimum(np.floor(y).astype(int), self.fit.side - 2)
        fx, fy = x - x0, y - y0
        p = self.classes[label]
        upper = p[y0, x0] * (1 - fx) + p[y0, x0 + 1] * fx
        lower = p[y0 + 1, x0] * (1 - fx) + p[y0 + 1, x0 + 1] * fx
        result: np.ndarray = upper * (1 - fy) + lower * fy
        return result

    def likeliest(self) -> np.ndarray:
        """uint8 labels on the film's grid ``[rows, cols]``."""
        planes = resample_probabilities(self.classes, self.fit)
        best = np.zeros(planes.shape[1:], np.uint8)
        highest = planes[0]
        for label in range(1, len(planes)):
            better = planes[label] > highest
            best[better] = label
            highest = np.maximum(highest, planes[label])
        return best


MIRROR_AVERAGING = "mirror_averaging"
"""Key in a card's defaults: average with the mirrored film's prediction."""
_SWAPPED = [BACKGROUND, RIGHT_LUNG, LEFT_LUNG, HEART]


def segment(film: np.ndarray, model: LoadedModel, *, pixel_aspect: float = 1.0) -> ProbabilityMap:
    """Class probabilities of ``film`` float32 ``[rows, cols]``, 0 to 255, in radiographic view.

    ``pixel_aspect`` is row over column spacing: the network sees the chest in its proportions.
    """
    spec = model.card.input
    if spec.padding == "centre_crop":
        square, fit = centre_crop_to_square(film, spec.side_px)
    else:
        square, fit = pad_to_square(film, spec.side_px, pixel_aspect=pixel_aspect)
    network_input = normalise(square, spec.normalisation)[None, None]
    classes = model.engine.predict(network_input)[0]
    if model.card.defaults.get(MIRROR_AVERAGING):
        mirrored = model.engine.predict(np.ascontiguousarray(network_input[..., ::-1]))[0]
        classes = (classes + mirrored[_SWAPPED][..., ::-1]) / 2
    return ProbabilityMap(classes, fit)
