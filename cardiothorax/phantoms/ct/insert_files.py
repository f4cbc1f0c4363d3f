"""The simulated calcification insert as files: the scan, the labels of its cylinders, and the truth."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import StoreProblem
from ...records import write_atomically
from .qrm import ROD_MG_CM3, QrmScan

IMAGE, LABELS, TRUTH = "insert.nrrd", "insert_labels.nrrd", "insert_truth.json"
CYLINDER = 1
"""All cylinders carry the label of one artery: what counts are totals."""


def write_insert(scan: QrmScan, folder: Path | str) -> Path:
    """``insert.nrrd`` (HU, int16), ``insert_labels.nrrd`` and ``insert_truth.json``; returns the first."""
    import SimpleITK

    from ...imaging import write_mask

    folder = Path(folder)
    stored: Any = SimpleITK.GetImageFromArray(scan.image.array)
    stored.SetSpacing(scan.image.spacing_mm)
    stored.SetOrigin(scan.image.origin_mm)
    stored.SetDirection(scan.image.direction)
    with write_atomically(folder / IMAGE) as temporary:
        try:
            SimpleITK.WriteImage(stored, str(temporary), True)
        except RuntimeError as problem:
            raise StoreProblem(
                f"{IMAGE} could not be written.", "Check free space and write permission."
            ) from problem
    write_mask(folder / LABELS, np.where(scan.labels > 0, CYLINDER, 0).astype(np.uint8), scan.image)
    with write_atomically(folder / TRUTH) as temporary:
        temporary.write_text(json.dumps(truth_of(scan), indent=1) + "\n", encoding="utf-8")
    return folder / IMAGE


def rod_ijk(scan: QrmScan, rod: str) -> tuple[int, int, int]:
    """The voxel nearest to the middle of the rod ``water`` or ``calcium`` in the middle slice."""
    image = scan.image
    i, j = (
        round((place - start) / step)
        for place, start, step in zip(scan.rods_mm[rod], image.origin_mm, image.spacing_mm, strict=False)
    )
    return i, j, len(image.array) // 2


def truth_of(scan: QrmScan) -> dict[str, object]:
    """What ``insert_truth.json`` holds."""
    cylinders = [
        {
            "size_mm": c.size_mm,
            "density_mg_cm3": c.density_mg_cm3,
            "center_mm": c.center_mm,
            "volume_mm3": c.volume_mm3,
            "mass_mg": c.mass_mg,
        }
        for c in scan.cylinders
    ]
    return {
        "schema": "cardiothorax/phantom-insert/1",
        "volume_mm3": sum(c.volume_mm3 for c in scan.cylinders),
        "mass_mg": sum(c.mass_mg for c in scan.cylinders),
        "mass_factor": 1e-3 / scan.protocol.hu_per_mg_cm3,
        "rods": {
            "calcium": {"ijk": rod_ijk(scan, "calcium"), "density_mg_cm3": ROD_MG_CM3},
            "water": {"ijk": rod_ijk(scan, "water")},
        },
        "cylinders": cylinders,
    }
