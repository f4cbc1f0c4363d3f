"""How the slices of a series lie in the patient: one understood stack, or an error in words.

ITK's series reader makes one wrong spacing of a missing slice, a duplicate and a localizer, and an
upright volume of a tilted gantry; a score from it would be wrong without a word. Here positions alone
decide (DICOM PS3.3 C.7.6.2.1.1), never file names, InstanceNumber or SliceThickness.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..errors import GeometryProblem, UnsupportedImage
from .ct_axial import check_axial, head_up_normal
from .ct_headers import CHOOSE_CT, SliceHeader
from .guard import COPY_AGAIN
from .image import Vector

COMPLETE = "Load the complete series as the scanner made it."

SAME_PLACE_MM = 0.02
"""Slices closer than this lie at one position: no scanner reconstructs finer steps."""
STEP_TOLERANCE = 0.05
"""How far a slice may lie from its place between first and last, of an increment."""
ROUNDING_MM, LARGEST_ROUNDING = 0.101, 0.3
"""Headers round positions to 0.1 mm: first, last and own together make this; but never a third of an
increment, since one missing slice moves some other by half of one."""
TILT_DEGREES = 0.5
"""Slices that move sideways by more than this from one to the next were made with a tilted gantry."""
ASIDE_MM = 0.3
"""How far a slice may lie beside the line through the others: under half a pixel."""
ORIENTATION_TOLERANCE = 1e-3
PIXEL_TOLERANCE = 1e-3
_DIGITS = 6
"""Millimeters are kept to this many decimals, so that 2.5 is not 2.4999999999."""


@dataclass(frozen=True)
class Stack:
    """Slices from feet to head with their geometry (as in :class:`Image`)."""

    slices: tuple[SliceHeader, ...]
    spacing_mm: Vector
    origin_mm: Vector
    direction: tuple[float, ...]
    notes: tuple[str, ...] = ()


def stack_of(name: str, headers: Sequence[SliceHeader]) -> Stack:
    """``headers`` of one series, no two at one place; ``name`` is for messages.

    Raises :class:`GeometryProblem` (tilt, gaps, uneven steps, no positions) or
    :class:`UnsupportedImage` (a single slice, not axial).
    """
    for header in headers:
        _check_place(header)
    normal = _common_normal(name, headers)
    heights = np.array([np.dot(normal, header.position or ()) for header in headers])
    order = np.argsort(heights, kind="stable")
    slices = [headers[i] for i in order]
    _check_tilt(name, slices, normal)
    check_axial(name, *_axes(slices[0]))
    if len(headers) < 2:
        raise UnsupportedImage(
            f"{name} is a single slice: without a second one its distance to the next is unknown, "
            "and no score can be computed.",
            COMPLETE,
        )
    _check_alike(name, headers)
    increment = _increment(name, slices, heights[order])
    _check_aside(name, slices, normal)
    row, column = _axes(slices[0])
    x, y, z = slices[0].position or (0.0, 0.0, 0.0)
    row_mm, column_mm = slices[0].pixel_mm or (0.0, 0.0)
    return Stack(
        slices=tuple(slices),
        spacing_mm=(column_mm, row_mm, increment),
        origin_mm=(x, y, z),
        direction=tuple(float(v) + 0.0 for v in np.stack([row, column, normal], axis=1).flat),
        notes=_thickness_notes(slices),
    )


def _check_place(header: SliceHeader) -> None:
    for value, keyword, what in (
        (header.position, "ImagePositionPatient", "where its slice lies"),
        (header.orientation, "ImageOrientationPatient", "which way its slice lies"),
        (header.pixel_mm, "PixelSpacing", "how large its pixels are"),
    ):
        if value is None:
            raise GeometryProblem(
                f"{header.name} does not say {what} ({keyword} is missing or no number).",
                "Export the series again with its geometry; no score can be computed without.",
            )
    if min(header.pixel_mm or (0,)) <= 0:
        raise GeometryProblem(f"{header.name} has pixels of {header.pixel_mm} mm.", COPY_AGAIN)


def _axes(header: SliceHeader) -> tuple[np.ndarray, np.ndarray]:
    cosines = np.array(header.orientation, float)
    return cosines[:3], cosines[3:]


def _common_normal(name: str, headers: Sequence[SliceHeader]) -> np.ndarray:
    """Of all slices, pointing to the head."""
    cosines = np.array([header.orientation for header in headers])
    away = np.abs(cosines - cosines[0]).max(axis=1)
    if away.max() > ORIENTATION_TOLERANCE:
        other = headers[int(np.argmax(away))]
        raise GeometryProblem(
            f"{name}: the slices do not all lie the same way ({headers[0].name} and {other.name} differ).",
            COMPLETE,
        )
    return head_up_normal(*_axes(headers[0]))


def _check_alike(name: str, headers: Sequence[SliceHeader]) -> None:
    """Matrix, pixel size, tube voltage and kernel are those of one reconstruction."""
    first = headers[0]
    for other in headers[1:]:
        if (other.rows, other.columns) != (first.rows, first.columns):
            raise GeometryProblem(
                f"{name}: {first.name} has {first.columns} x {first.rows} pixels, "
                f"{other.name} {other.columns} x {other.rows}.",
                COMPLETE,
            )
        if not np.allclose(other.pixel_mm or (), first.pixel_mm or (), rtol=PIXEL_TOLERANCE, atol=0):
            raise GeometryProblem(
                f"{name}: {first.name} has pixels of {_pixel_words(first)}, {other.name} of "
                f"{_pixel_words(other)}.",
                COMPLETE,
            )
        if _acquisition_words(other) != _acquisition_words(first):
            raise GeometryProblem(
                f"{name} mixes acquisitions: {first.name} has {_acquisition_words(first)}, "
                f"{other.name} {_acquisition_words(other)}.",
                "Export one acquisition alone.",
            )


def _acquisition_words(header: SliceHeader) -> str:
    kvp = header.number("KVP")
    voltage = "unknown kVp" if kvp is None else f"{kvp:g} kVp"
    return f"{voltage} and kernel {header.tags.get('ConvolutionKernel') or 'unknown'}"


def _pixel_words(header: SliceHeader) -> str:
    row, column = header.pixel_mm or (0.0, 0.0)
    return f"{column:g} x {row:g} mm"


def _check_tilt(name: str, slices: Sequence[SliceHeader], normal: np.ndarray) -> None:
    way = np.subtract(slices[-1].position or (), slices[0].position or ())
    along = float(np.dot(way, normal))
    aside = float(np.linalg.norm(way - along * normal))
    degrees = float(np.degrees(np.arctan2(aside, abs(along))))
    said = abs(slices[0].number("GantryDetectorTilt") or 0.0)
    if (along > SAME_PLACE_MM and degrees > TILT_DEGREES) or said > TILT_DEGREES:
        raise GeometryProblem(
            f"{name} was made with a tilted gantry ({max(degrees, said):.1f} degrees): its slices are not "
            "stacked upright.",
            "Calcium is scored on slices made without tilt. " + CHOOSE_CT,
        )


def _increment(name: str, slices: Sequence[SliceHeader], heights: np.ndarray) -> float:
    """The distance between neighbors, if every slice lies on the even ladder from first to last."""
    step = float(heights[-1] - heights[0]) / (len(heights) - 1)
    away = np.abs(heights - np.linspace(heights[0], heights[-1], len(heights)))
    if away.max() > max(STEP_TOLERANCE * step, min(ROUNDING_MM, LARGEST_ROUNDING * step)):
        raise GeometryProblem(_uneven_words(name, slices, np.diff(heights)), COMPLETE)
    return round(step, _DIGITS)


def _uneven_words(name: str, slices: Sequence[SliceHeader], steps: np.ndarray) -> str:
    multiples = steps / steps.min()
    whole = np.rint(multiples)
    usual = float(np.median(steps[whole == 1]))
    gaps = np.flatnonzero(whole > 1)
    even = np.abs(steps - whole * usual).max() <= max(2 * STEP_TOLERANCE * usual, 2 * ROUNDING_MM)
    if even and 0 < 2 * gaps.size <= steps.size:
        missing = int((whole[gaps] - 1).sum())
        verb = "slices are" if missing > 1 else "slice is"
        places = f", and so at {gaps.size - 1} more" if gaps.size > 1 else ""
        return (
            f"{name}: {missing} {verb} missing: {_neighbors(slices, int(gaps[0]))} are "
            f"{steps[gaps[0]]:.2f} mm apart, the others {usual:.2f} mm{places}."
        )
    median = float(np.median(steps))
    at = int(np.argmax(np.abs(steps - median)))
    return (
        f"{name}: the slices are unevenly spaced, {steps.min():.2f} to {steps.max():.2f} mm apart: "
        f"{_neighbors(slices, at)} by {steps[at]:.2f} mm, most others by {median:.2f} mm."
    )


def _neighbors(slices: Sequence[SliceHeader], at: int) -> str:
    return f"{slices[at].name} and {slices[at + 1].name} (slices {at + 1} and {at + 2} from the feet)"


def _check_aside(name: str, slices: Sequence[SliceHeader], normal: np.ndarray) -> None:
    places = np.array([header.position for header in slices])
    aside = places - np.outer(places @ normal, normal)
    away = np.linalg.norm(aside - np.median(aside, axis=0), axis=1)
    if away.max() > ASIDE_MM:
        worst = slices[int(np.argmax(away))]
        raise GeometryProblem(
            f"{name}: {worst.name} lies {away.max():.1f} mm beside the other slices.", COMPLETE
        )


def _thickness_notes(slices: Sequence[SliceHeader]) -> tuple[str, ...]:
    known = sorted({value for value in (header.number("SliceThickness") for header in slices) if value})
    if known and known[-1] - known[0] > STEP_TOLERANCE * known[0]:
        return (f"Slice thickness differs within the series ({known[0]:g} to {known[-1]:g} mm).",)
    return ()
