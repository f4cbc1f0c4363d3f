"""Films that come as arrays (from NRRD, NIfTI, MetaImage or a scene), with a geometry of their own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..errors import GeometryProblem, UnsupportedImage
from .checks import check_size, check_values, grey_of_color
from .identity import MEASURING_TAGS
from .image import IDENTITY, Image
from .levels import displayed


def radiograph_from_array(
    array: np.ndarray,
    *,
    spacing_mm: Sequence[float] = (1.0, 1.0, 1.0),
    origin_mm: Sequence[float] = (0.0, 0.0, 0.0),
    direction: Sequence[float] = IDENTITY,
    spacing_source: str = "",
    modality: str = "",
    tags: dict[str, str] | None = None,
    source: str = "",
) -> Image:
    """A film from values of any kind, ``[rows, cols]``, ``[1, rows, cols]`` or with 3 or 4 channels last.

    Bytes stay, deeper values get an automatic window (:func:`displayed`). A stack of slices, color,
    NaN and an empty film are refused as in files. Geometry in LPS as in :class:`Image`.
    """
    name = source or "the image"
    film = _single_slice(name, np.asarray(array))
    check_size(name, film.shape[0], film.shape[1])
    if film.ndim == 3:
        white = float(np.iinfo(film.dtype).max) if film.dtype.kind in "iu" else 255.0
        film = grey_of_color(name, film[..., :3], white)
    check_values(name, film)
    grey, notes = displayed(film)
    spacing, origin, axes = geometry_of(name, spacing_mm, origin_mm, direction)
    return Image(
        array=grey[None],
        spacing_mm=spacing,
        origin_mm=origin,
        direction=axes,
        modality=modality,
        tags={k: v for k, v in (tags or {}).items() if k in MEASURING_TAGS},
        spacing_source=spacing_source,
        notes=notes,
        source=source,
    )


def _single_slice(name: str, array: np.ndarray) -> np.ndarray:
    channels_last = array.ndim == 3 and array.shape[-1] in (3, 4) and array.shape[0] != 1
    colored = channels_last or array.ndim == 4
    if array.ndim - colored == 2:
        return array
    if array.ndim - colored == 3 and array.shape[0] == 1:
        film: np.ndarray = array[0]
        return film
    size = " x ".join(str(n) for n in array.shape[::-1])
    raise UnsupportedImage(
        f"{name} has {size} pixels: a stack of slices, not a radiograph.", "Choose one film."
    )


def geometry_of(
    name: str, spacing_mm: Sequence[float], origin_mm: Sequence[float], direction: Sequence[float]
) -> tuple[tuple[float, float, float], tuple[float, float, float], tuple[float, ...]]:
    spacing, origin = tuple(map(float, spacing_mm)), tuple(map(float, origin_mm))
    axes = tuple(map(float, direction))
    if len(spacing) != 3 or len(origin) != 3 or len(axes) != 9:
        raise GeometryProblem(f"{name}: spacing and origin need 3 numbers, direction 9.")
    if not np.isfinite([*spacing, *origin, *axes]).all() or min(spacing) <= 0:
        raise GeometryProblem(f"{name} has the spacing {spacing} and origin {origin}: not a place in space.")
    if abs(np.linalg.det(np.reshape(axes, (3, 3)))) < 0.5:
        raise GeometryProblem(f"{name} has axes that do not span space: {axes}.", "Export it again.")
    return (spacing[0], spacing[1], spacing[2]), (origin[0], origin[1], origin[2]), axes
