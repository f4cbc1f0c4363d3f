"""Drawn chest CT as training data: each study is drawn, packed and forgotten."""

from __future__ import annotations

from pathlib import Path

from ...phantoms.ct import draw_ct, random_options
from ...progress import Progress, silent
from ..grid import GridStep
from .filling import PACKED, add_to_index, claimed
from .layout import Study
from .packing import pack, threshold_of, write_packed

VAL_EVERY = 12


def draw_studies(
    folder: Path, *, count: int, seed: int, step: GridStep | None = None, progress: Progress = silent
) -> int:
    """Fill ``folder/packed`` with ``count`` phantoms of seeds ``seed``, ``seed + 1``, ... and list them.

    Every twelfth is for validation. Returns how many this process drew.
    """
    drawn = 0
    studies = [_study(number) for number in range(seed, seed + count)]
    for done, (study, number) in enumerate(zip(studies, range(seed, seed + count), strict=True)):
        progress(done / count, study.name)
        drawn += _drawn(folder / PACKED / f"{study.name}.npz", study, number, step or GridStep())
    add_to_index(folder, studies)
    return drawn


def _study(number: int) -> Study:
    name = f"phantom_{number:06d}"
    return Study(name, name, "val" if number % VAL_EVERY == 0 else "train", "phantom")


def _drawn(file: Path, study: Study, number: int, step: GridStep) -> bool:
    if file.exists():
        return False
    with claimed(file.with_suffix(".claim")) as mine:
        if not mine or file.exists():
            return False
        phantom = draw_ct(random_options(number))
        packed = pack(
            phantom.image, phantom.labels, name=study.name, patient=study.patient, step=step,
            threshold_hu=threshold_of(phantom.image),
        )  # fmt: skip
        write_packed(packed, file)
    return True
