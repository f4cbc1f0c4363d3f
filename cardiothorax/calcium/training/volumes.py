"""The packed studies of a split, from a folder that is packed already or is packed now."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from ...errors import GeometryProblem, StoreProblem
from ...imaging.ct import read_ct
from ...imaging.image import Image
from ...imaging.volumes import in_space, pixels, read_stored
from ...progress import Progress, silent
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
    array = labels_for(image, volume_file(folder / "labels", study.name))
    return pack(
        image, array, name=study.name, patient=study.patient, step=step, threshold_hu=threshold_of(image)
    )


def labels_for(image: Image, file: Path) -> np.ndarray:
    """Labels uint8 of a file on the grid of ``image``, whose slices may have been turned."""
    stored = read_stored(file)
    labels = pixels(stored)
    if labels.shape != image.array.shape:
        raise GeometryProblem(
            f"{file.name} has {labels.shape} voxels, its CT {image.array.shape}.",
            "Labels lie on the CT's own grid.",
        )
    direction = np.reshape(in_space(stored)[2], (3, 3))
    head_first = float(direction[:, 2] @ image.direction_matrix[:, 2]) < 0
    return np.ascontiguousarray(labels[::-1] if head_first else labels).astype(np.uint8)


def _checked(packed: Packed, file: Path, step: GridStep) -> Packed:
    if abs(packed.spacing_mm[1] - step.in_plane_mm) > 1e-6:
        raise StoreProblem(
            f"{file} was packed with {packed.spacing_mm[1]:g} mm, the run asks for {step.in_plane_mm:g} mm.",
            "Pack the data again into another folder.",
        )
    return packed
