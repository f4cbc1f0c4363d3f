"""Figures of a network as plain values, with all that is needed to make them again.

Every finished study is kept in a file of rows beside the figures, so that a run that was stopped goes on.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .. import __version__
from ..errors import CardiothoraxError
from ..imaging import read_ct
from ..models import LoadedModel, Metric
from ..models.card import CARD_FILE, Card, card_to_json, read_card
from ..progress import Progress, silent
from ..records import from_plain, to_plain, write_atomically
from .cohort import Case, code_of, drawn_by
from .pipeline import run
from .validation import StudyFigures, cohort_figures, measure_study

REMARK = "Simulated CT: drawn from other seeds and ranges than those of training. No patient was measured."


def measured_as_plain(
    model: LoadedModel,
    cases: Iterable[Case],
    *,
    rows: Path,
    command: str,
    free_of_calcium: Iterable[Path] = (),
    progress: Progress = silent,
) -> dict[str, Any]:
    """Figures of the cohort and of every study, the command, the date, and what they were measured with.

    ``rows`` is the file of finished studies (JSON lines). ``free_of_calcium`` are CT in which somebody has
    looked and found no coronary calcium: what is reported there is listed.
    """
    every = list(cases)
    known = _Rows(rows, _fingerprint(model))
    studies = []
    for number, case in enumerate(every):
        progress(number / len(every), f"{case.id}, {number + 1} of {len(every)}")
        study = known.get(case.id)
        if study is None:
            image, truth = case.load()
            study = measure_study(image, truth, model, id=case.id, groups=case.groups)
            known.add(study)
        studies.append(study)
    return {
        "command": command,
        "date": datetime.now(UTC).date().isoformat(),
        "version": __version__,
        "python": platform.python_version(),
        "model": {
            "name": model.card.name,
            "version": model.card.version,
            "method": model.card.architecture.name,
            "sha256": model.sha256,
            "engine": model.engine.name,
        },
        "remark": REMARK if every and all(case.simulated for case in every) else "",
        "groups": to_plain(cohort_figures(studies)),
        "free_of_calcium": [_reported(path, model) for path in free_of_calcium],
        "studies": to_plain(studies),
    }


def _fingerprint(model: LoadedModel) -> str:
    """Everything that decides a study's row, but for the study: network, engine, the code that draws and
    the code that scores."""
    code = f"{drawn_by()} {code_of(Path(__file__).parent)}"
    said = f"{__version__} {model.sha256} {model.engine.name} {card_to_json(_unmeasured(model.card))} {code}"
    return hashlib.sha256(said.encode()).hexdigest()


def _unmeasured(card: Card) -> Card:
    """Without its figures, which decide nothing: writing them into the card measures nothing anew."""
    return replace(card, metrics=())


class _Rows:
    """Finished studies, one JSON line each, on the disk before the next one begins."""

    def __init__(self, file: Path, fingerprint: str) -> None:
        self._file, self._fingerprint = file, fingerprint
        self._known: dict[str, StudyFigures] = {}
        for line in file.read_text("utf-8").splitlines() if file.exists() else ():
            try:
                row = json.loads(line)
            except ValueError:  # cut by a power failure
                continue
            if row["fingerprint"] == fingerprint:
                study = from_plain(StudyFigures, row["study"])
                self._known[study.id] = study

    def get(self, id: str) -> StudyFigures | None:
        return self._known.get(id)

    def add(self, study: StudyFigures) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with open(self._file, "a", encoding="utf-8") as handle:
            row = {"fingerprint": self._fingerprint, "study": to_plain(study)}
            handle.write(json.dumps(row, allow_nan=False) + "\n")


def _reported(path: Path, model: LoadedModel) -> dict[str, Any]:
    """What the network reports in one scan."""
    try:
        result = run(read_ct(path), model).result
    except CardiothoraxError as problem:
        return {"file": path.name, "error": str(problem)}
    values = result.values
    return {
        "file": path.name,
        "agatston": values.agatston if values else None,
        "lesions": sum(lesion.counted for lesion in result.lesions) if values else None,
        "flags": [flag.code for flag in result.flags],
    }


def write_metrics(folder: Path, plain: dict[str, Any]) -> None:
    """The figures of :func:`measured_as_plain` into the card of the model in ``folder``."""
    card = replace(read_card(folder), metrics=tuple(metrics(plain)))
    with write_atomically(folder / CARD_FILE) as temporary:
        temporary.write_text(card_to_json(card), encoding="utf-8")


def metrics(plain: dict[str, Any]) -> Iterator[Metric]:
    """What a card says of its network: by group of studies."""
    for group, figures in plain["groups"].items():
        lesions, count, command = figures["lesions"], figures["studies"], plain["command"]
        f1 = figures["volume_f1"]
        if f1:
            yield Metric("volume_f1", group, f1["estimate"], f1["low"], f1["high"], count, command)
        for name in ("sensitivity", "ppv", "artery_accuracy"):
            share = lesions[name]
            if share["estimate"] is not None:
                yield Metric(
                    f"lesion_{name}", group, share["estimate"], share["low"], share["high"], share["total"],
                    command,
                )  # fmt: skip
        study = figures["agreement"]["agatston"]["total"]
        if study and study["icc"]:
            icc = study["icc"]
            yield Metric("agatston_icc", group, icc["estimate"], icc["low"], icc["high"], study["n"], command)
        if figures["categories"]:
            kappa = figures["categories"]["linear_kappa"]
            yield Metric(
                "category_kappa", group, kappa["estimate"], kappa["low"], kappa["high"], count, command
            )
