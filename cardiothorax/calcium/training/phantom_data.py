"""Drawn chest CT as training data: each study is drawn, packed and forgotten.

Several processes may fill one folder at once, and a run that was stopped goes on: a study that lies there
is not drawn again, and one that another process is drawing is left to it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ...phantoms.ct import draw_ct, random_options
from ...progress import Progress, silent
from ..grid import GridStep
from .layout import INDEX, Study, read_index, write_index
from .packing import pack, threshold_of, write_packed

PACKED = "packed"
VAL_EVERY = 12
STALE_SECONDS = 900.0
"""A claim older than this belongs to a process that is gone."""


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


@contextmanager
def claimed(file: Path) -> Iterator[bool]:
    """Whether ``file`` could be made by this process alone; it is removed at the end."""
    file.parent.mkdir(parents=True, exist_ok=True)
    if file.exists() and time.time() - file.stat().st_mtime > STALE_SECONDS:
        file.unlink(missing_ok=True)
    try:
        os.close(os.open(file, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        yield False
        return
    try:
        yield True
    finally:
        file.unlink(missing_ok=True)


def add_to_index(folder: Path, studies: list[Study]) -> None:
    """List those of ``studies`` that lie packed in ``folder``, beside what is listed already."""
    while True:
        with claimed(folder / "index.claim") as mine:
            if mine:
                known = {s.name: s for s in read_index(folder)} if (folder / INDEX).exists() else {}
                new = {s.name: s for s in studies if (folder / PACKED / f"{s.name}.npz").exists()}
                write_index(sorted({**known, **new}.values(), key=lambda s: s.name), folder)
                return
        time.sleep(0.2)
