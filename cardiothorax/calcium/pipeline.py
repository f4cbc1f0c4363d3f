"""From a CT to flagged scores by artery, in the order of the papers' method sections."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np

from .. import __version__
from ..errors import GeometryProblem, UnsupportedImage
from ..imaging import pixel_sha256
from ..imaging.image import Image
from ..models import LoadedModel
from ..progress import Progress, part_of, silent
from ..records import Flag, Grade, Provenance
from .blood import measure_blood
from .flags import blood_flags, header_flags, label_flags, not_scored, unreviewed
from .labels import ARTERIES
from .near_heart import only_near_heart
from .options import CalciumOptions
from .propose import propose
from .result import CalciumResult, CalciumRun
from .score import Scores, check_labels, score
from .settings import Settings, settings_for


def run(
    image: Image,
    model: LoadedModel | None,
    options: CalciumOptions | None = None,
    progress: Progress = silent,
) -> CalciumRun:
    """Propose and score lesions: check the scan, measure its blood, network, scores, flags.

    ``image`` as :func:`cardiothorax.imaging.read_ct` gives it. What the network proposes is scored and
    flagged ``unreviewed``. Without a network (``model`` None) nothing is labeled: ``values`` is None and
    the flag ``not_scored`` asks for labels, since a score of 0 would say that there is no calcium. A scan
    that must not be scored (contrast agent, no HU) is not shown to the network and has no values either.
    """
    study = _Study(image, options or CalciumOptions(), model, progress)
    if study.rejected or model is None:
        return study.without_score()
    progress(0.1, "Looking for coronary calcium")
    proposals, confidence = propose(
        image, model, part_of(progress, 0.1, 0.9), threshold_hu=study.settings.limits.threshold_hu
    )
    proposals = only_near_heart(image, proposals)
    study.lap("network")
    return study.scored(proposals, proposals, confidence)


def run_labels(
    image: Image,
    labels: np.ndarray,
    options: CalciumOptions | None = None,
    progress: Progress = silent,
) -> CalciumRun:
    """Score labels that somebody drew, uint8 ``[k, j, i]`` on the image's grid; no network is used.

    Scores are given for every scan, also where a flag says that they must not be used. Labels of which
    none lies on a voxel bright enough belong to another image: :class:`GeometryProblem`.
    """
    check_labels(image, labels)
    study = _Study(image, options or CalciumOptions(), None, progress)
    _check_place(image, labels, study.settings.limits.threshold_hu)
    return study.scored(labels, np.zeros_like(labels), None)


def _check_place(image: Image, labels: np.ndarray, threshold_hu: float) -> None:
    labeled = np.isin(labels, list(ARTERIES.values()))
    count = int(np.count_nonzero(labeled))
    if count and not (image.array[labeled] >= threshold_hu).any():
        raise GeometryProblem(
            f"None of the {count} labeled voxels reaches {threshold_hu:g} HU.",
            f"Give the labels that were drawn on {image.source or 'this image'}.",
        )


class _Study:
    """One scan on its way: what was checked once, and the clock."""

    def __init__(
        self, image: Image, options: CalciumOptions, model: LoadedModel | None, progress: Progress
    ) -> None:
        self.image, self.model = image, model
        self.seconds: dict[str, float] = {}
        self._last = time.perf_counter()
        self._progress = progress
        progress(0.02, "Checking the scan")
        self.settings, flags = _settings(image, options)
        blood = measure_blood(image)
        threshold = self.settings.limits.threshold_hu
        self.flags = (*blood_flags(image, blood, threshold_hu=threshold), *header_flags(image), *flags)
        self.lap("check")

    @property
    def rejected(self) -> bool:
        return any(flag.grade is Grade.REJECT for flag in self.flags)

    def lap(self, stage: str) -> None:
        now = time.perf_counter()
        self.seconds[stage] = now - self._last
        self._last = now

    def without_score(self) -> CalciumRun:
        nothing = np.zeros(self.image.array.shape, np.uint8)
        flags = () if self.rejected else (not_scored(),)
        return CalciumRun(self._result(None, flags), nothing, nothing)

    def scored(self, labels: np.ndarray, proposals: np.ndarray, confidence: np.ndarray | None) -> CalciumRun:
        self._progress(0.92, "Scoring")
        scores = score(self.image, labels, self.settings, confidence=confidence)
        self.lap("score")
        flags = label_flags(scores.lesions, len(self.image.array))
        return CalciumRun(self._result(scores, (*flags, *self._of_network())), labels, proposals)

    def _of_network(self) -> Iterable[Flag]:
        if self.model is None:
            return
        card = self.model.card
        yield unreviewed(f"{card.name} {card.version}")
        if self.model.notes:
            text = "The network did not run where it was asked to; the numbers are valid."
            yield Flag("device_fallback", Grade.NOTE, text, " ".join(self.model.notes))

    def _result(self, scores: Scores | None, flags: Iterable[Flag]) -> CalciumResult:
        return CalciumResult(
            source=self.image.source,
            values=scores.values if scores else None,
            lesions=scores.lesions if scores else (),
            flags=tuple(sorted((*flags, *self.flags), key=_severity)),
            provenance=_provenance(self.image, self.model, self.settings),
            notes=self.image.notes,
            seconds=self.seconds,
        )


def _settings(image: Image, options: CalciumOptions) -> tuple[Settings, tuple[Flag, ...]]:
    try:
        return settings_for(image, options)
    except ValueError as problem:  # a threshold above the weights' limits of this tube voltage
        raise UnsupportedImage(
            f"The limits do not fit together: {problem}.",
            "Give the limits of the weights too, each above the one before and above the threshold.",
        ) from problem


def _severity(flag: Flag) -> int:
    return (Grade.REJECT, Grade.REVIEW, Grade.NOTE).index(flag.grade)


def _provenance(image: Image, model: LoadedModel | None, settings: Settings) -> Provenance:
    return Provenance(
        package_version=__version__,
        model_name=model.card.name if model else "",
        model_version=model.card.version if model else "",
        model_sha256=model.sha256 if model else "",
        engine=model.engine.name if model else "",
        device=model.engine.device if model else "",
        options=settings.as_options(),
        input_sha256=pixel_sha256(image),
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def with_reading_time(run: CalciumRun, seconds: float) -> CalciumRun:
    """The run with the time that reading the file took, which the pipeline does not see."""
    return replace(run, result=replace(run.result, seconds={"read": seconds, **run.result.seconds}))
