"""Drawn plaques put into real plain CT, as training data: real tissue, real noise, known lesions.

Read from a folder: ``coronary_courses.json`` with ``volumes/<name>/lines`` (polylines of voxel indices by
artery) beside ``<name>.nii.gz``, and, where real calcium was seen, ``coronary_calcium_seen.csv`` with the
columns ``volume, slice, row, column``: what is connected with those voxels is labelled unknown.
"""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import StoreProblem
from ...imaging.ct import read_ct
from ...imaging.image import Image
from ...phantoms.ct import random_options
from ...phantoms.ct.implant import ImplantOptions, implant
from ...progress import Progress, silent
from ..grid import GridStep
from .filling import PACKED, add_to_index, claimed
from .layout import Study, volume_file
from .packing import UNKNOWN_LABEL, pack, threshold_of, write_packed

COURSES, SEEN = "coronary_courses.json", "coronary_calcium_seen.csv"
NEAR_VOXELS = 3
"""Real calcium is unknown up to this far from where it was seen."""
FEWEST = 5
WITHOUT_PLAQUES = 8
"""Every eighth is the scan as it is: nothing coronary in it."""


def implant_studies(
    scans: Path,
    folder: Path,
    *,
    count: int,
    seed: int,
    validate: tuple[str, ...] = (),
    step: GridStep | None = None,
    progress: Progress = silent,
) -> int:
    """``count`` variants of every scan into ``folder/packed``; all variants of a scan are one patient's.

    The scans named in ``validate`` are for validation. Returns how many this process made.
    """
    courses = _courses(scans)
    made = 0
    studies = []
    for done, (name, lines) in enumerate(courses.items()):
        image = read_ct(volume_file(scans, name))
        seen = _seen(scans / SEEN, name, image)
        for number in range(seed, seed + count):
            study = Study(f"{name}_{number:05d}", name, "val" if name in validate else "train", "implant")
            studies.append(study)
            progress((done + (number - seed) / count) / len(courses), study.name)
            file = folder / PACKED / f"{study.name}.npz"
            made += _made(file, study, image, seen, lines, number, step or GridStep())
    add_to_index(folder, studies)
    return made


def _made(
    file: Path,
    study: Study,
    image: Image,
    seen: np.ndarray,
    lines: dict[str, Any],
    number: int,
    step: GridStep,
) -> bool:
    if file.exists():
        return False
    with claimed(file.with_suffix(".claim")) as mine:
        if not mine or file.exists():
            return False
        changed, labels = image, np.zeros(image.array.shape, np.uint8)
        if number % WITHOUT_PLAQUES:
            changed, labels = implant(image, lines, number, ImplantOptions(plaques=_plaques(number)))
        labels[seen] = UNKNOWN_LABEL
        packed = pack(
            changed, labels, name=study.name, patient=study.patient, step=step,
            threshold_hu=threshold_of(image),
        )  # fmt: skip
        write_packed(packed, file)
    return True


def _plaques(number: int) -> Any:
    """As in the phantom of that seed, with a few lesions at least."""
    drawn = random_options(number).plaques
    return replace(drawn, lesions=max(FEWEST, drawn.lesions))


def _courses(scans: Path) -> dict[str, dict[str, Any]]:
    try:
        read = json.loads((scans / COURSES).read_text(encoding="utf-8"))["volumes"]
        return {name: entry["lines"] for name, entry in read.items()}
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise StoreProblem(f"{scans / COURSES} is missing or has no volumes with lines.") from problem


def _seen(file: Path, name: str, image: Image) -> np.ndarray:
    """Where the scan's own calcium is: bright pieces near the voxels that the table names."""
    from scipy import ndimage

    unknown = np.zeros(image.array.shape, bool)
    if not file.exists():
        return unknown
    bright, _ = ndimage.label(image.array >= threshold_of(image))
    with open(file, newline="", encoding="utf-8-sig") as handle:
        for row in csv.DictReader(handle):
            if row["volume"] == name:
                center = [int(row[axis]) for axis in ("slice", "row", "column")]
                near = tuple(slice(max(0, c - NEAR_VOXELS), c + NEAR_VOXELS + 1) for c in center)
                numbers = np.unique(bright[near])
                unknown |= np.isin(bright, numbers[numbers > 0])
    return unknown
