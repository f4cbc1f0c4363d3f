"""Networks measured on studies with known truth, through the same pipeline that a reader uses.

Every figure of a model card and of ``Docs/evidence.md`` comes from here: lesions by number and by volume
and their artery (CAC-Net's tables 1 and 2), agreement of scores, risk classes and pixels (DenseRAUNet's).
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ..imaging.image import Image
from ..models import LoadedModel
from ..stats.detection import Detection, DetectionRates, detection, detection_rates
from ..stats.inputs import Interval, UnusableNumbers
from ..stats.kappa import CategoryAgreement, category_agreement
from ..stats.study import AgreementStudy, agreement_study
from .categories import CATEGORIES
from .labels import ARTERIES, LAD, LCX, LM, RCA
from .options import CalciumOptions
from .pipeline import run
from .result import CalciumValues
from .score import score
from .settings import settings_for

QUANTITIES = ("agatston", "volume_mm3", "mass_mg")
THREE_ARTERIES = {"lad": (LAD, LM), "lcx": (LCX,), "rca": (RCA,)}
"""As CAC-Net reports: the left main counts as LAD."""
MERGED = {LM: LAD}
CAC_DRS_GRADES = ("A0", "A1", "A2", "A3")
BOOTSTRAP_ROUNDS = 2000


@dataclass(frozen=True)
class StudyFigures:
    """One study. ``found`` and ``truth`` hold the scores by ``total``, ``lad`` (with LM), ``lcx``, ``rca``,
    each with :data:`QUANTITIES`; ``found`` is None where the scan was refused. ``arteries``: detection of
    each artery alone. Pixels are voxels that are bright enough and carry an artery's label."""

    id: str
    groups: tuple[str, ...]
    truth: dict[str, dict[str, float]]
    found: dict[str, dict[str, float]] | None
    truth_category: str
    found_category: str | None
    truth_cac_drs: str
    found_cac_drs: str | None
    lesions: Detection
    arteries: dict[str, Detection]
    truth_pixels: int
    found_pixels: int
    both_pixels: int
    flags: tuple[str, ...]
    seconds: float


@dataclass(frozen=True)
class CohortFigures:
    """Of a group of studies. ``agreement`` is by quantity and artery; ``volume_f1`` with an interval from
    drawing studies anew. None where the studies cannot carry a statistic."""

    studies: int
    refused: int
    with_calcium: int
    lesions: DetectionRates
    arteries: dict[str, DetectionRates]
    volume_f1: Interval | None
    pixel_f1: float | None
    agreement: dict[str, dict[str, AgreementStudy | None]]
    categories: CategoryAgreement | None
    cac_drs: CategoryAgreement | None
    seconds_median: float | None


def measure_study(
    image: Image,
    truth: np.ndarray,
    model: LoadedModel,
    *,
    id: str,
    groups: Iterable[str] = (),
    options: CalciumOptions | None = None,
) -> StudyFigures:
    """``truth``: labels uint8 ``[k, j, i]`` on the image's grid; below the threshold they mean nothing."""
    options = options or CalciumOptions()
    start = time.perf_counter()
    found = run(image, model, options)
    seconds = time.perf_counter() - start
    settings, _ = settings_for(image, options)
    right = score(image, truth, settings).values
    bright = image.array >= settings.limits.threshold_hu
    true, proposed = (_coronary(labels, bright) for labels in (truth, found.labels))
    voxel_mm3 = float(np.prod(image.spacing_mm))
    values = found.result.values
    return StudyFigures(
        id=id,
        groups=tuple(groups),
        truth=_scores(right),
        found=_scores(values) if values else None,
        truth_category=right.category,
        found_category=values.category if values else None,
        truth_cac_drs=_severity(right),
        found_cac_drs=_severity(values) if values else None,
        lesions=detection(proposed, true, voxel_mm3, merge=MERGED),
        arteries={
            name: detection(_only(proposed, codes), _only(true, codes), voxel_mm3)
            for name, codes in THREE_ARTERIES.items()
        },
        truth_pixels=int(np.count_nonzero(true)),
        found_pixels=int(np.count_nonzero(proposed)),
        both_pixels=int(np.count_nonzero((true > 0) & (proposed > 0))),
        flags=tuple(flag.code for flag in found.result.flags),
        seconds=seconds,
    )


def cohort_figures(studies: Iterable[StudyFigures]) -> dict[str, CohortFigures]:
    """One entry a group of the studies, and ``all`` first."""
    every = list(studies)
    names = sorted({group for study in every for group in study.groups})
    groups = {"all": every} | {name: [s for s in every if name in s.groups] for name in names}
    return {name: _summary(members) for name, members in groups.items()}


def _coronary(labels: np.ndarray, bright: np.ndarray) -> np.ndarray:
    """The arteries' labels on voxels that are bright enough, 0 elsewhere."""
    kept: np.ndarray = np.where(bright & np.isin(labels, list(ARTERIES.values())), labels, 0)
    return kept


def _only(labels: np.ndarray, codes: tuple[int, ...]) -> np.ndarray:
    return np.isin(labels, codes).astype(np.uint8)


def _scores(values: CalciumValues) -> dict[str, dict[str, float]]:
    def added(names: Iterable[str]) -> dict[str, float]:
        parts = [values.arteries[name] for name in names]
        return {quantity: float(sum(getattr(p, quantity) for p in parts)) for quantity in QUANTITIES}

    return {
        "total": {quantity: float(getattr(values, quantity)) for quantity in QUANTITIES},
        "lad": added(("lad", "lm")),
        "lcx": added(("lcx",)),
        "rca": added(("rca",)),
    }


def _severity(values: CalciumValues) -> str:
    return values.cac_drs.partition("/")[0]


def _summary(studies: list[StudyFigures]) -> CohortFigures:
    scored = [s for s in studies if s.found is not None]
    pixels = sum(s.truth_pixels + s.found_pixels for s in studies)
    return CohortFigures(
        studies=len(studies),
        refused=len(studies) - len(scored),
        with_calcium=sum(s.truth["total"]["agatston"] > 0 for s in studies),
        lesions=detection_rates(s.lesions for s in studies),
        arteries={name: detection_rates(s.arteries[name] for s in studies) for name in THREE_ARTERIES},
        volume_f1=_bootstrapped_f1([s.lesions for s in studies]),
        pixel_f1=2 * sum(s.both_pixels for s in studies) / pixels if pixels else None,
        agreement={
            quantity: {part: _agreement(scored, quantity, part) for part in ("total", *THREE_ARTERIES)}
            for quantity in QUANTITIES
        },
        categories=_categories([(s.found_category, s.truth_category) for s in scored], CATEGORIES),
        cac_drs=_categories([(s.found_cac_drs, s.truth_cac_drs) for s in scored], CAC_DRS_GRADES),
        seconds_median=float(np.median([s.seconds for s in studies])) if studies else None,
    )


def _agreement(studies: list[StudyFigures], quantity: str, part: str) -> AgreementStudy | None:
    pairs = [(s.found[part][quantity], s.truth[part][quantity]) for s in studies if s.found is not None]
    if not pairs:
        return None
    found, truth = np.array(pairs).T
    return agreement_study(found, truth, cutoff=0.0)


def _categories(pairs: list[tuple[str | None, str]], names: tuple[str, ...]) -> CategoryAgreement | None:
    found = [f for f, _ in pairs if f is not None]
    try:
        return category_agreement(found, [truth for _, truth in pairs], names)
    except UnusableNumbers:
        return None


def _bootstrapped_f1(studies: list[Detection]) -> Interval | None:
    """F1 by volume over the cohort with a 95 % interval over studies."""
    sums = np.array([(s.overlap_mm3, s.truth_mm3 + s.found_mm3) for s in studies])
    if not len(sums) or not sums[:, 1].sum():
        return None
    drawn = np.random.default_rng(0).integers(len(sums), size=(BOOTSTRAP_ROUNDS, len(sums)))
    both, either = sums[drawn].sum(axis=1).T
    low, high = np.quantile(2 * both[either > 0] / either[either > 0], [0.025, 0.975])
    estimate = 2 * sums[:, 0].sum() / sums[:, 1].sum()
    return Interval(float(estimate), float(low), float(high))
