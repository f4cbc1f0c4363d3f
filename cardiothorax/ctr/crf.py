"""Which refinement runs, and the CRF on the network's own square."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields

import numpy as np

from ..imaging.square import pad_to_square
from ..models import Card
from ..radiograph.segment import ProbabilityMap
from ..refine import CrfParameters, dense_crf


@dataclass(frozen=True)
class CrfChoice:
    """``engine`` is ``off``, ``grid`` or ``pydensecrf``."""

    engine: str
    parameters: CrfParameters

    def as_options(self) -> dict[str, str | float | bool]:
        """What provenance keeps: the numbers too, when the CRF runs."""
        if self.engine == "off":
            return {"crf": "off"}
        numbers = {name: value for name, value in asdict(self.parameters).items() if value is not None}
        return {"crf": self.engine, **{f"crf_{name}": value for name, value in numbers.items()}}


def choose_crf(asked: str, card: Card) -> CrfChoice:
    """``default`` takes the card's choice; the numbers are the card's, fitted on its training split."""
    known = {f.name for f in fields(CrfParameters)}
    numbers = {k: v for k, v in card.defaults.get("crf_parameters", {}).items() if k in known}
    engine = card.defaults.get("crf", "off") if asked == "default" else asked
    return CrfChoice(engine, CrfParameters(**numbers))


def refine(
    film: np.ndarray, found: ProbabilityMap, choice: CrfChoice, *, pixel_aspect: float = 1.0
) -> ProbabilityMap:
    """The CRF on the network's own square; ``off`` gives back what was found."""
    if choice.engine == "off":
        return found
    grey = square_grey(film, found.fit.side, pixel_aspect)
    refined = dense_crf(grey, found.classes, engine=choice.engine, params=choice.parameters)
    return ProbabilityMap(refined, found.fit)


def square_grey(film: np.ndarray, side_px: int, pixel_aspect: float = 1.0) -> np.ndarray:
    """The film as the CRF sees it: uint8 in the network's square, stretched as for the network."""
    square, _ = pad_to_square(film, side_px, pixel_aspect=pixel_aspect)
    low, high = np.percentile(square, [1, 99])
    grey: np.ndarray = np.clip((square - low) / max(float(high - low), 1e-3) * 255, 0, 255).astype(np.uint8)
    return grey
