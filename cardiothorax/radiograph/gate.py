"""Is this an upright frontal chest film? Measured by a small network before anything is segmented."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..imaging.square import pad_to_square
from ..models import LoadedModel
from ..records import Flag, Grade

TURNS = 4
REJECT_BELOW = 0.5
REVIEW_BELOW = 0.9
TURNED_FROM = 0.5
INVERTED_FROM = 0.5
_TURN_WORDS = {
    1: "on its side: it must be turned a quarter clockwise",
    2: "upside down",
    3: "on its side: it must be turned a quarter counter-clockwise",
}


@dataclass(frozen=True)
class GateReading:
    """Shares of belief, 0 to 1. ``turns[k]``: a chest film turned ``k`` quarters counter-clockwise."""

    turns: tuple[float, float, float, float]
    inverted: float
    """That the polarity is inverted (dense tissue dark), given that it is a chest film."""

    @property
    def frontal(self) -> float:
        return self.turns[0]

    @property
    def is_inverted(self) -> bool:
        return self.inverted >= INVERTED_FROM

    @property
    def likely_turn(self) -> int:
        return int(np.argmax(self.turns))


def read(film: np.ndarray, model: LoadedModel, *, pixel_aspect: float = 1.0) -> GateReading:
    """Of a film float32 ``[rows, cols]``, 0 to 255, as it lies in radiographic view."""
    spec = model.card.input
    grey = film[:: max(1, len(film) // 1024), :: max(1, film.shape[1] // 1024)]
    low, high = np.percentile(grey, [spec.normalisation.low_percentile, spec.normalisation.high_percentile])
    scaled = np.clip((film - low) / max(float(high - low), 1e-3), 0, 1) * 255
    square, _ = pad_to_square(scaled, spec.side_px, pixel_aspect=pixel_aspect)
    p = model.engine.predict((square / 127.5 - 1)[None, None])[0].reshape(-1).astype(float)
    turns = p[:TURNS] + p[TURNS : 2 * TURNS]
    films = float(turns.sum())
    inverted = float(p[TURNS : 2 * TURNS].sum()) / films if films > 0 else 0.0
    return GateReading((float(turns[0]), float(turns[1]), float(turns[2]), float(turns[3])), inverted)


def gate_flags(reading: GateReading) -> tuple[Flag, ...]:
    """Nothing for a clear frontal film; else one flag, with the belief and the limit it missed. A film that
    may be measured and whose polarity is inverted has a note beside it."""
    evidence = f"belief in an upright frontal chest film {reading.frontal:.2f}, limit {REJECT_BELOW:.2f}"
    turn = reading.likely_turn
    if turn and reading.turns[turn] >= TURNED_FROM:
        text = f"The film lies {_TURN_WORDS[turn]}." if turn != 2 else "The film is upside down."
        return (Flag("turned", Grade.REJECT, f"{text} Turn it and run again.", evidence),)
    if reading.frontal < REJECT_BELOW:
        text = "This does not look like a frontal chest film: no ratio may be taken from it."
        return (Flag("not_frontal_chest", Grade.REJECT, text, evidence),)
    flags = []
    if reading.frontal < REVIEW_BELOW:
        text = "This may not be a usable frontal chest film. Check the picture before using the ratio."
        evidence = evidence.replace(f"limit {REJECT_BELOW:.2f}", f"limit {REVIEW_BELOW:.2f}")
        flags.append(Flag("perhaps_not_frontal", Grade.REVIEW, text, evidence))
    if reading.is_inverted:
        text = "Black and white are inverted (lungs bright, bones dark); they were turned for the network."
        evidence = f"belief in inverted polarity {reading.inverted:.2f}, limit {INVERTED_FROM:.2f}"
        flags.append(Flag("polarity_inverted", Grade.NOTE, text, evidence))
    return tuple(flags)
