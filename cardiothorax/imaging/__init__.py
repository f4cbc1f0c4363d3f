"""Films and masks in files: reading, grey values, geometry, squares, de-identification.

Names are imported when they are first used, so that ``import cardiothorax`` stays light.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .image import IDENTITY, Image, Vector

if TYPE_CHECKING:
    from .arrays import radiograph_from_array
    from .ct import read_ct
    from .ct_arrays import ct_from_array
    from .ct_axial import runs_head_to_feet
    from .ct_contrast import contrast_evidence
    from .ct_finding import find_ct_studies
    from .ct_folder import list_ct_series
    from .ct_kernel import is_sharp_kernel
    from .ct_series import CtSeries
    from .finding import find_radiographs
    from .grayscale import window_to_uint8
    from .identity import deidentified, pixel_sha256
    from .levels import displayed
    from .masks import read_mask, write_mask
    from .orientation import ViewTurn, radiographic_view
    from .radiographs import read_radiograph
    from .square import (
        SquareFit,
        centre_crop_to_square,
        labels_to_input,
        labels_to_square,
        pad_to_square,
        resample_probabilities,
    )

_HOME = {
    "CtSeries": "ct_series",
    "SquareFit": "square",
    "ViewTurn": "orientation",
    "centre_crop_to_square": "square",
    "contrast_evidence": "ct_contrast",
    "ct_from_array": "ct_arrays",
    "deidentified": "identity",
    "displayed": "levels",
    "find_ct_studies": "ct_finding",
    "find_radiographs": "finding",
    "is_sharp_kernel": "ct_kernel",
    "labels_to_input": "square",
    "labels_to_square": "square",
    "list_ct_series": "ct_folder",
    "pad_to_square": "square",
    "pixel_sha256": "identity",
    "radiograph_from_array": "arrays",
    "radiographic_view": "orientation",
    "read_ct": "ct",
    "read_mask": "masks",
    "read_radiograph": "radiographs",
    "resample_probabilities": "square",
    "runs_head_to_feet": "ct_axial",
    "window_to_uint8": "grayscale",
    "write_mask": "masks",
}

__all__ = [
    "IDENTITY",
    "CtSeries",
    "Image",
    "SquareFit",
    "Vector",
    "ViewTurn",
    "centre_crop_to_square",
    "contrast_evidence",
    "ct_from_array",
    "deidentified",
    "displayed",
    "find_ct_studies",
    "find_radiographs",
    "is_sharp_kernel",
    "labels_to_input",
    "labels_to_square",
    "list_ct_series",
    "pad_to_square",
    "pixel_sha256",
    "radiograph_from_array",
    "radiographic_view",
    "read_ct",
    "read_mask",
    "read_radiograph",
    "resample_probabilities",
    "runs_head_to_feet",
    "window_to_uint8",
    "write_mask",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOME[name]}", __name__), name)
