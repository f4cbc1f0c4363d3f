"""The values of a cardiothoracic ratio as the scene states them: labels of lines, rows of the table."""

from __future__ import annotations

from ..ctr.result import CtrResult, CtrValues
from .lines import Label
from .tables import Row, closing_rows

RATIO_DECIMALS = 3
LENGTH_DECIMALS = 1


def line_labels(values: CtrValues | None) -> dict[str, Label]:
    """Millimeters where the spacing is known, pixels elsewhere."""
    if values is None:
        return {}
    lengths = {
        "T": (values.thoracic_diameter_mm, values.thoracic_diameter_px),
        "Th": (values.cardiac_diameter_mm, values.cardiac_diameter_px),
        "MRD": (values.mrd_mm, values.mrd_px),
        "MLD": (values.mld_mm, values.mld_px),
    }
    return {name: Label(px, "px") if mm is None else Label(mm, "mm") for name, (mm, px) in lengths.items()}


def table_of(result: CtrResult) -> list[Row]:
    """Every value with its unit, then the verdict and the flags in words."""
    rows: list[Row] = []
    if result.values is not None:
        rows += _value_rows(result.values)
    if result.automatic is not None:
        rows.append(("Automatic ratio before the edit", f"{result.automatic.ctr:.{RATIO_DECIMALS}f}", "", ""))
    return rows + closing_rows(result, measured="Measured at")


def _value_rows(values: CtrValues) -> list[Row]:
    lengths = [
        ("Thoracic diameter T", values.thoracic_diameter_mm, values.thoracic_diameter_px),
        ("Cardiac diameter Th", values.cardiac_diameter_mm, values.cardiac_diameter_px),
        ("Midline to right heart border MRD", values.mrd_mm, values.mrd_px),
        ("Midline to left heart border MLD", values.mld_mm, values.mld_px),
        ("Thoracic extent over all rows", values.thoracic_extent_mm, values.thoracic_extent_px),
    ]
    areas = [
        ("Heart area", values.heart_area_mm2, values.heart_area_px),
        ("Left lung area", values.left_lung_area_mm2, values.left_lung_area_px),
        ("Right lung area", values.right_lung_area_mm2, values.right_lung_area_px),
    ]
    rows = [
        ("Cardiothoracic ratio", f"{values.ctr:.{RATIO_DECIMALS}f}", "", "Th / T"),
        ("Enlarged", "yes" if values.cardiomegaly else "no", "", f"above {values.cutoff:.2f}"),
        ("Ratio corrected for tilt", f"{values.ctr_tilt_corrected:.{RATIO_DECIMALS}f}", "", ""),
        ("Tilt", f"{values.tilt_degrees:.1f}", "degrees", ""),
    ]
    rows += [_length(name, mm, px) for name, mm, px in lengths]
    rows += [
        (name, f"{px}", "px", "") if mm2 is None else (name, f"{mm2:.0f}", "mm\u00b2", "")
        for name, mm2, px in areas
    ]
    return rows


def _length(name: str, mm: float | None, px: float) -> Row:
    if mm is None:
        return name, f"{px:.{LENGTH_DECIMALS}f}", "px", ""
    return name, f"{mm:.{LENGTH_DECIMALS}f}", "mm", ""
