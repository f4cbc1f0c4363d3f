"""CT volumes that come as arrays (NRRD, NIfTI, a scene's volume node), with a geometry of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from ..errors import GeometryProblem, UnsupportedImage
from .arrays import geometry_of
from .ct_axial import check_axial, head_up, runs_head_to_feet
from .ct_headers import CHOOSE_CT
from .ct_stack import COMPLETE, TILT_DEGREES
from .ct_values import check_hounsfield_header, hounsfield
from .dicom_kinds import kind_in_words
from .identity import CT_TAGS
from .image import Image

SMALLEST_PIXEL_MM, LARGEST_PIXEL_MM = 0.05, 3.0
SMALLEST_STEP_MM, LARGEST_STEP_MM = 0.1, 20.0
"""Outside of these no CT of a chest was ever reconstructed: the header is wrong."""


def ct_from_array(
    array: np.ndarray,
    *,
    spacing_mm: Sequence[float],
    origin_mm: Sequence[float],
    direction: Sequence[float],
    tags: Mapping[str, str] | None = None,
    source: str = "",
    spacing_source: str = "volume",
) -> Image:
    """A CT from ``[k, j, i]`` values in HU; geometry in LPS as in :class:`Image`, increment = third spacing.

    Slices are ordered feet to head (:func:`runs_head_to_feet` says beforehand whether they are reversed);
    nothing is resampled. ``tags`` may hold what the caller knows (``KVP``): without them the tube voltage
    is unknown.

    Raises :class:`UnsupportedImage` (single slice, not axial, no HU, empty) and
    :class:`GeometryProblem` (sheared axes, impossible spacing).
    """
    name = source or "the volume"
    kept = {key: value for key, value in (tags or {}).items() if key in CT_TAGS}
    _check_tags(name, kept)
    values = np.asarray(array)
    if values.ndim != 3:
        size = " x ".join(str(n) for n in values.shape[::-1])
        raise UnsupportedImage(
            f"{name} has {size} values: not one stack of CT slices.", "Choose one CT volume without channels."
        )
    if len(values) < 2:
        raise UnsupportedImage(f"{name} is a single slice: no score can be computed from it.", COMPLETE)
    spacing, origin, axes = geometry_of(name, spacing_mm, origin_mm, direction)
    _check_axes(name, axes)
    _check_spacing(name, spacing)
    turned = runs_head_to_feet(axes)
    values, origin, axes = head_up(values, spacing, origin, axes)
    hu, notes = hounsfield(name, values)
    if set(spacing) == {1.0}:
        notes = ("Voxels of 1 x 1 x 1 mm: programs write that which know no size; check it.", *notes)
    if turned:
        notes = ("Slices ran from head to feet: their order was reversed.", *notes)
    return Image(
        array=hu,
        spacing_mm=spacing,
        origin_mm=origin,
        direction=axes,
        modality="CT",
        tags=kept,
        spacing_source=spacing_source,
        notes=notes,
        source=source,
    )


def read_ct_volume(path: Path) -> Image:
    """NRRD, NIfTI, MetaImage: the increment is the third spacing, the tube voltage is not known."""
    from .ct_nifti import check_sform
    from .nifti_length import NIFTI_ENDINGS
    from .volumes import header_name, in_space, pixels, read_stored

    if path.name.lower().endswith(NIFTI_ENDINGS):
        check_sform(path)

    stored = read_stored(path)
    size = stored.GetSize()
    if stored.GetNumberOfComponentsPerPixel() > 1 or any(n != 1 for n in size[3:]):
        shape = " x ".join(str(n) for n in size)
        raise UnsupportedImage(
            f"{path.name} has {shape} pixels or several values a pixel: not one CT.", "Choose one CT volume."
        )
    spacing, origin, direction = in_space(stored)
    array = pixels(stored)
    return ct_from_array(
        array.reshape(array.shape[-3:]) if array.ndim > 3 else array[None] if array.ndim == 2 else array,
        spacing_mm=spacing,
        origin_mm=origin,
        direction=direction,
        source=path.name,
        spacing_source=header_name(path),
    )


def _check_tags(name: str, tags: Mapping[str, str]) -> None:
    modality = tags.get("Modality") or "CT"
    if modality != "CT":
        what = kind_in_words(modality) or f"of modality {modality}"
        raise UnsupportedImage(f"{name} is {what}, not a CT.", CHOOSE_CT)
    check_hounsfield_header(name, tags)


def _check_axes(name: str, axes: tuple[float, ...]) -> None:
    row, column, step = np.reshape(axes, (3, 3)).T
    normal = np.cross(row, column)
    lean = float(np.degrees(np.arccos(min(1.0, abs(np.dot(normal, step) / np.linalg.norm(step))))))
    if lean > TILT_DEGREES:
        raise GeometryProblem(
            f"{name}: its slices are stacked {lean:.1f} degrees off upright, as with a tilted gantry.",
            "Choose a CT made without tilt.",
        )
    check_axial(name, row, column)


def _check_spacing(name: str, spacing: tuple[float, float, float]) -> None:
    pixel = min(spacing[:2]) >= SMALLEST_PIXEL_MM and max(spacing[:2]) <= LARGEST_PIXEL_MM
    if not (pixel and SMALLEST_STEP_MM <= spacing[2] <= LARGEST_STEP_MM):
        words = " x ".join(f"{value:g}" for value in spacing)
        raise GeometryProblem(
            f"{name} has the spacing {words} mm: no CT has that.", "Correct its header or export it again."
        )
