"""A model measured on labelled films through the same pipeline that a reader uses.

Every figure of a model card and of ``Docs/evidence.md`` comes from here.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..imaging import read_mask, read_radiograph
from ..imaging.image import Image
from ..imaging.organs import HEART, LEFT_LUNG, RIGHT_LUNG
from ..models import LoadedModel, Metric
from ..progress import Progress, silent
from ..radiograph.training.index import index_rows
from ..stats.overlap import dice
from ..stats.study import AgreementStudy, agreement_study
from .measure import Grid, measure
from .options import CtrOptions
from .pipeline import run

ORGAN_NAMES = {LEFT_LUNG: "left_lung", RIGHT_LUNG: "right_lung", HEART: "heart"}
Change = Callable[[Image], Image]


@dataclass(frozen=True)
class FilmFigures:
    """One film: Dice by organ, the ratio found (``None`` when refused) and the reference ratio."""

    id: str
    source: str
    dice: dict[str, float]
    ctr: float | None
    reference: float | None
    flags: tuple[str, ...]
    seconds: float


@dataclass(frozen=True)
class SourceFigures:
    """Means over the films of one source; the study holds every agreement statistic of the ratio."""

    films: int
    refused: int
    dice_mean: dict[str, float]
    dice_low: dict[str, float]
    dice_high: dict[str, float]
    seconds_median: float
    study: AgreementStudy | None


def measure_films(
    folder: Path,
    split: str,
    model: LoadedModel,
    gate: LoadedModel,
    *,
    options: CtrOptions | None = None,
    change: Change | None = None,
    progress: Progress = silent,
) -> list[FilmFigures]:
    """All films of a split of a folder laid out as :mod:`cardiothorax.radiograph.training.data` says.

    ``change`` alters each film before it is measured (polarity, exposure), to test robustness.
    """
    rows = index_rows(folder, split)
    figures = []
    for n, row in enumerate(rows):
        progress(n / len(rows), f"Film {n + 1} of {len(rows)}")
        image = read_radiograph(folder / row["image"])
        truth = read_mask(folder / "masks" / f"{row['id']}.png")[0]
        start = time.perf_counter()
        found = run(change(image) if change else image, model, gate, options)
        seconds = time.perf_counter() - start
        has_heart = row["has_heart"] == "1"
        organs = {
            name: dice(found.labels == label, truth == label)
            for label, name in ORGAN_NAMES.items()
            if label != HEART or has_heart
        }
        values = found.result.values
        figures.append(
            FilmFigures(
                row["id"],
                row["source"],
                organs,
                values.ctr if values else None,
                measure(truth, Grid()).values.ctr if has_heart else None,
                tuple(flag.code for flag in found.result.flags),
                seconds,
            )
        )
    return figures


def by_source(figures: Iterable[FilmFigures], *, cutoff: float) -> dict[str, SourceFigures]:
    """One entry a source, and ``all``."""
    films = list(figures)
    sources = sorted({film.source for film in films})
    groups = {"all": films} | {s: [f for f in films if f.source == s] for s in sources}
    return {name: _summary(group, cutoff) for name, group in groups.items()}


def metrics(summary: dict[str, SourceFigures], command: str) -> tuple[Metric, ...]:
    """What goes into the card."""
    found: list[Metric] = []
    for source, figures in summary.items():
        found += [
            Metric(
                f"dice_{organ}",
                source,
                mean,
                figures.dice_low[organ],
                figures.dice_high[organ],
                figures.films,
                command,
            )
            for organ, mean in figures.dice_mean.items()
        ]
        study = figures.study
        if study is None:
            continue
        found.append(Metric("ctr_mae", source, study.mean_absolute_error, None, None, study.n, command))
        if study.limits and study.icc:
            bias, icc = study.limits.bias, study.icc
            found.append(Metric("ctr_bias", source, bias.estimate, bias.low, bias.high, study.n, command))
            found.append(Metric("ctr_icc", source, icc.estimate, icc.low, icc.high, study.n, command))
    return tuple(found)


def _summary(films: list[FilmFigures], cutoff: float) -> SourceFigures:
    mean, low, high = {}, {}, {}
    for organ in ORGAN_NAMES.values():
        values = np.array([film.dice[organ] for film in films if organ in film.dice])
        if not len(values):
            continue
        mean[organ] = float(values.mean())
        low[organ], high[organ] = _bootstrap(values)
    pairs = [(f.ctr, f.reference) for f in films if f.ctr is not None and f.reference is not None]
    study = None
    if pairs:
        found, reference = np.array(pairs).T
        study = agreement_study(found, reference, cutoff=cutoff)
    refused = sum(film.ctr is None for film in films)
    seconds = float(np.median([film.seconds for film in films]))
    return SourceFigures(len(films), refused, mean, low, high, seconds, study)


def _bootstrap(values: np.ndarray, rounds: int = 2000) -> tuple[float, float]:
    """95 % interval of the mean over films."""
    rng = np.random.default_rng(0)
    means = rng.choice(values, (rounds, len(values))).mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)
