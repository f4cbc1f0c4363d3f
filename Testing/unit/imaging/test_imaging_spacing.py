"""Millimeters per pixel: which tag counts, and which rows and columns it means."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cardiothorax.imaging import read_radiograph

CORRECTED = "ImagerPixelSpacing/EstimatedRadiographicMagnificationFactor"

TAGS: dict[str, tuple[dict[str, Any], tuple[float, float], str]] = {
    # header (row distance first, as DICOM has it), (column mm, row mm), source
    "nothing": ({}, (1, 1), ""),
    "patient": ({"PixelSpacing": [0.2, 0.1]}, (0.1, 0.2), "PixelSpacing"),
    "detector": ({"ImagerPixelSpacing": [0.15, 0.14]}, (0.14, 0.15), "ImagerPixelSpacing"),
    "calibrated": (
        {"PixelSpacing": [0.2, 0.2], "ImagerPixelSpacing": [0.15, 0.15]},
        (0.2, 0.2),
        "PixelSpacing",
    ),
    "detector copied": (
        {"PixelSpacing": [0.15, 0.15], "ImagerPixelSpacing": [0.15, 0.15]},
        (0.15, 0.15),
        "ImagerPixelSpacing",
    ),
    "copied but called calibrated": (
        {
            "PixelSpacing": [0.15, 0.15],
            "ImagerPixelSpacing": [0.15, 0.15],
            "PixelSpacingCalibrationType": "FIDUCIAL",
        },
        (0.15, 0.15),
        "PixelSpacing",
    ),
    "magnified": (
        {"ImagerPixelSpacing": [0.15, 0.3], "EstimatedRadiographicMagnificationFactor": 1.5},
        (0.2, 0.1),
        CORRECTED,
    ),
    "copied and magnified": (
        {
            "PixelSpacing": [0.15, 0.15],
            "ImagerPixelSpacing": [0.15, 0.15],
            "EstimatedRadiographicMagnificationFactor": 1.5,
        },
        (0.1, 0.1),
        CORRECTED,
    ),
    "calibrated: not magnified again": (
        {
            "PixelSpacing": [0.1, 0.1],
            "ImagerPixelSpacing": [0.15, 0.15],
            "EstimatedRadiographicMagnificationFactor": 1.5,
        },
        (0.1, 0.1),
        "PixelSpacing",
    ),
    "magnification of nonsense": (
        {"ImagerPixelSpacing": [0.15, 0.15], "EstimatedRadiographicMagnificationFactor": 0},
        (0.15, 0.15),
        "ImagerPixelSpacing",
    ),
    "digitized": (
        {"NominalScannedPixelSpacing": [0.175, 0.175]},
        (0.175, 0.175),
        "NominalScannedPixelSpacing",
    ),
    "zero": ({"PixelSpacing": [0, 0]}, (1, 1), ""),
    "zero beside the detector's": (
        {"PixelSpacing": [0, 0], "ImagerPixelSpacing": [0.15, 0.15]},
        (0.15, 0.15),
        "ImagerPixelSpacing",
    ),
    "negative": ({"PixelSpacing": [-0.1, 0.1]}, (1, 1), ""),
    "absurd": ({"PixelSpacing": [150, 150]}, (1, 1), ""),
    "one number": ({"PixelSpacing": 0.15}, (1, 1), ""),
}


@pytest.mark.parametrize("case", TAGS)
def test_spacing_comes_from_the_right_tag(
    case: str, dicom_film: Callable[..., Path], ramp: np.ndarray
) -> None:
    header, (column_mm, row_mm), source = TAGS[case]
    image = read_radiograph(dicom_film(ramp, **header))
    assert image.spacing_mm == pytest.approx((column_mm, row_mm, 1.0))
    assert image.spacing_source == source
    assert image.spacing_known == bool(source)


def test_unusable_and_corrected_spacing_are_noted(dicom_film: Callable[..., Path], ramp: np.ndarray) -> None:
    notes = read_radiograph(dicom_film(ramp, PixelSpacing=[0, 0])).notes
    assert any("PixelSpacing" in note and "unknown" in note for note in notes)
    magnified = {"ImagerPixelSpacing": [0.15, 0.15], "EstimatedRadiographicMagnificationFactor": 1.5}
    assert any("1.5" in note for note in read_radiograph(dicom_film(ramp, **magnified)).notes)


def test_columns_are_i_and_rows_are_j(dicom_film: Callable[..., Path], ramp: np.ndarray) -> None:
    image = read_radiograph(dicom_film(ramp, PixelSpacing=[0.2, 0.1]))
    assert image.lps(10, 0) == pytest.approx((1.0, 0, 0))
    assert image.lps(0, 10) == pytest.approx((0, 2.0, 0))
