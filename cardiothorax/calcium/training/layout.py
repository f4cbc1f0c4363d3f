"""The folder that training reads, and who learns and who judges.

``index.csv`` has the columns ``id, patient, split`` (``train``, ``val`` or ``test``). Beside it lie either
``images/<id>.nii.gz`` (or ``.nrrd``, ``.mha``) in HU with ``labels/<id>...`` on the same grid (1 LAD,
2 LCX, 3 RCA, 4 LM, 5 other, 255 unknown), or ``packed/<id>.npz``, the same on the network's grid.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from ...errors import StoreProblem
from ...records import write_atomically

INDEX = "index.csv"
COLUMNS = ("id", "patient", "split", "source")
SPLITS = ("train", "val", "test")
ENDINGS = (".nii.gz", ".nii", ".nrrd", ".mha", ".mhd")


@dataclass(frozen=True)
class Study:
    """One CT. All of a patient's studies belong to one split."""

    name: str
    patient: str
    split: str
    source: str = ""


def read_index(folder: Path) -> tuple[Study, ...]:
    """The studies of ``index.csv``; :class:`StoreProblem` says what is wrong with it."""
    file = folder / INDEX
    try:
        with open(file, newline="", encoding="utf-8-sig") as handle:
            rows = list(csv.DictReader(handle))
    except FileNotFoundError as problem:
        raise StoreProblem(
            f"{folder} has no {INDEX}.", "It needs the columns id, patient and split."
        ) from problem
    missing = [c for c in COLUMNS[:3] if not rows or c not in rows[0]]
    if missing:
        raise StoreProblem(f"{file} lacks the column {missing[0]}." if rows else f"{file} lists no study.")
    studies = tuple(
        Study(
            row["id"].strip(),
            (row["patient"] or row["id"]).strip(),
            row["split"].strip(),
            row.get("source") or "",
        )
        for row in rows
    )
    _check(studies, file)
    return studies


def _check(studies: tuple[Study, ...], file: Path) -> None:
    seen: dict[str, str] = {}
    names: set[str] = set()
    for study in studies:
        if study.split not in SPLITS:
            raise StoreProblem(f"{file}: {study.name} has the split {study.split!r}, not one of {SPLITS}.")
        if study.name in names:
            raise StoreProblem(f"{file} lists {study.name} twice.")
        names.add(study.name)
        if seen.setdefault(study.patient, study.split) != study.split:
            raise StoreProblem(
                f"{file}: patient {study.patient} is in {seen[study.patient]} and in {study.split}.",
                "All studies of a patient belong to one split, or the figures are worth nothing.",
            )


def write_index(studies: Iterable[Study], folder: Path) -> None:
    with (
        write_atomically(folder / INDEX) as temporary,
        open(temporary, "w", newline="", encoding="utf-8") as handle,
    ):
        writer = csv.writer(handle)
        writer.writerow(COLUMNS)
        writer.writerows((s.name, s.patient, s.split, s.source) for s in studies)


def in_folds(studies: Iterable[Study], folds: int, fold: int) -> tuple[Study, ...]:
    """Cross-validation by patient: of what is not ``test``, fold ``fold`` (from 0) validates, the rest
    trains. The folds are even in patients and depend on the patients' names alone."""
    studies = tuple(studies)
    if not 0 <= fold < folds or folds < 2:
        raise ValueError(f"fold {fold} of {folds}: folds are counted from 0 and there are two at least")
    patients = sorted({s.patient for s in studies if s.split != "test"}, key=_scrambled)
    validating = set(patients[fold::folds])
    return tuple(
        s if s.split == "test" else replace(s, split="val" if s.patient in validating else "train")
        for s in studies
    )


def split_by_patient(
    studies: Iterable[Study], val_share: float, test_share: float = 0.0
) -> tuple[Study, ...]:
    """New splits; at least one patient validates."""
    studies = tuple(studies)
    patients = sorted({s.patient for s in studies}, key=_scrambled)
    tests = round(test_share * len(patients))
    validating = max(1, round(val_share * len(patients)))
    split = {
        p: "test" if n < tests else "val" if n < tests + validating else "train"
        for n, p in enumerate(patients)
    }
    return tuple(replace(s, split=split[s.patient]) for s in studies)


def _scrambled(patient: str) -> str:
    return hashlib.sha256(patient.encode()).hexdigest()


def volume_file(folder: Path, name: str) -> Path:
    """``folder/name`` with whatever ending it has."""
    for ending in ENDINGS:
        if (folder / f"{name}{ending}").exists():
            return folder / f"{name}{ending}"
    raise StoreProblem(f"{folder} has no volume {name!r} ({', '.join(ENDINGS)}).")
