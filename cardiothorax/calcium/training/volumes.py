"""The packed studies of a split, from a folder that is packed already or is packed now."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ...errors import StoreProblem
from ...imaging.ct import read_ct
from ...progress import Progress, silent
from ..given_labels import CODES_OF_A_BYTE, read_labels
from ..grid import GridStep
from .filling import PACKED
from .layout import Study, volume_file
from .packing import Packed, pack, read_packed, threshold_of, write_packed


def read_volumes(
    folder: Path,
    studies: Iterable[Study],
    *,
    step: GridStep,
    cache: Path,
    progress: Progress = silent,
) -> list[Packed]:
    """Every study's :class:`Packed`; what is not in ``folder/packed`` is packed into ``cache`` first."""
    studies = tuple(studies)
    volumes = []
    for done, study in enumerate(studies):
        progress(done / len(studies), study.name)
        ready = folder / PACKED / f"{study.name}.npz"
        if not ready.exists():
            ready = cache / f"{study.name}.npz"
        if not ready.exists():
            write_packed(_packed(folder, study, step), ready)
        volumes.append(_checked(read_packed(ready), ready, step))
    return volumes


def _packed(folder: Path, study: Study, step: GridStep) -> Packed:
    image = read_ct(volume_file(folder / "images", study.name))
    array = read_labels(volume_file(folder / "labels", study.name), image, known=CODES_OF_A_BYTE)
    return pack(
        image, array, name=study.name, patient=study.patient, step=step, threshold_hu=threshold_of(image)
    )


def _checked(packed: Packed, file: Path, step: GridStep) -> Packed:
    if abs(packed.spacing_mm[1] - step.in_plane_mm) > 1e-6:
        raise StoreProblem(
            f"{file} was packed with {packed.spacing_mm[1]:g} mm, the run asks for {step.in_plane_mm:g} mm.",
            "Pack the data again into another folder.",
        )
    return packed
