"""One CT study of whatever format, as a stack of slices in Hounsfield units."""

from __future__ import annotations

from pathlib import Path

from ..errors import UnreadableImage, UnsupportedImage
from .ct_choice import best_series
from .ct_folder import ct_series_in, series_of_files
from .ct_headers import CHOOSE_CT, SliceHeader, slice_headers
from .ct_pixels import series_values
from .ct_series import CtSeries, Group
from .ct_values import hounsfield
from .finding import PICTURE_ENDINGS, VOLUME_ENDINGS, dicom_files, starts_like_dicom, volume_files
from .guard import start_of
from .image import Image
from .volumes import VOLUME_STARTS

_MOST_LISTED = 6
ALSO_THERE = "Also there:"
"""In the note that says which of several series was read."""


def read_ct(path: Path | str, *, series: str | None = None) -> Image:
    """A CT: array ``[k, j, i]`` in HU, slices from feet to head, ``spacing_mm[2]`` the increment.

    ``path`` is a folder (the series fit for scoring is taken unless ``series`` names another by its
    handle, see :func:`list_ct_series`), one DICOM file (its series is looked for beside it, an enhanced CT
    is read whole), or an NRRD, NIfTI or MetaImage volume. HU are int16, or float32 where the rescale gives
    no whole numbers; in-plane axes stay as stored. ``notes`` say what was unusual.

    Raises :class:`UnreadableImage`, :class:`UnsupportedImage` (no CT, not axial, single slice, no HU) and
    :class:`GeometryProblem` (tilted gantry, missing slices, contradictory positions).
    """
    place = Path(path)
    if place.is_dir():
        if not dicom_files(place):
            return _only_volume(place)
        found = ct_series_in(place)
        chosen, group = _chosen(place.name, found, series)
        return _read(place.name, chosen, group, _others(found, chosen))
    start = start_of(place)
    if not starts_like_dicom(place):
        if place.name.lower().endswith(VOLUME_ENDINGS) or start.startswith(tuple(VOLUME_STARTS)):
            from .ct_arrays import read_ct_volume

            return read_ct_volume(place)
        if place.name.lower().endswith(PICTURE_ENDINGS):
            raise UnsupportedImage(f"{place.name} is a picture: it holds no Hounsfield units.", CHOOSE_CT)
    return _read_around(place, series)


def _only_volume(folder: Path) -> Image:
    """Of a folder without DICOM."""
    from .ct_arrays import read_ct_volume

    volumes = volume_files(folder)
    if len(volumes) == 1:
        return read_ct_volume(volumes[0])
    found = f"{len(volumes)} volumes ({volumes[0].name} ...)" if volumes else "no CT"
    raise UnreadableImage(f"{folder.name} holds {found}.", "Choose one CT: a volume or a DICOM series.")


def _read_around(file: Path, handle: str | None) -> Image:
    """The series that ``file`` belongs to: alone if it is an enhanced CT, else with its neighbors."""
    own = slice_headers(file)[0]
    files = [file] if own.frame is not None else sorted({file, *dicom_files(file.parent, deep=False)})
    found = series_of_files(file.name, files)
    if handle is not None:
        series, group = _chosen(file.name, found, handle)
    else:
        series, group = _series_with(file, own, found)
    return _read(file.name, series, group, _others(found, series))


def _series_with(file: Path, own: SliceHeader, found: list[tuple[CtSeries, Group]]) -> tuple[CtSeries, Group]:
    """The series that ``file`` is a slice of, or of whose slice it is a copy."""
    for pair in found:
        if file in pair[0].files:
            return pair
    for pair in found:
        if any((other.series, other.position) == (own.series, own.position) for other in pair[1].slices):
            return pair
    raise UnsupportedImage(f"{file.name} is a scout view.", "Choose a slice of the axial series.")


def _chosen(name: str, found: list[tuple[CtSeries, Group]], handle: str | None) -> tuple[CtSeries, Group]:
    every = [series for series, _ in found]
    if handle is not None:
        for series, group in found:
            if series.handle == handle:
                return series, group
        raise UnreadableImage(f"{name} has no series {handle}.", f"It has {_list(every)}.")
    if len({series.study for series in every}) > 1:
        raise UnsupportedImage(
            f"{name} holds {max(series.study for series in every)} studies.",
            f"Choose one series: {_list(every)}.",
        )
    best = best_series(every)
    return next(pair for pair in found if pair[0] is best)


def _list(series: list[CtSeries]) -> str:
    several = len({each.study for each in series}) > 1
    shown = [each.words() + (f" ({each.files[0].name})" if several else "") for each in series[:_MOST_LISTED]]
    more = len(series) - len(shown)
    return "; ".join(shown) + (f"; and {more} more" if more else "")


def _others(found: list[tuple[CtSeries, Group]], chosen: CtSeries) -> tuple[str, ...]:
    others = [series for series, _ in found if series is not chosen and series.study == chosen.study]
    if not others:
        return ()
    return (f"Read {chosen.words()}. {ALSO_THERE} {_list(others)}.",)


def _lossy(tags: dict[str, str]) -> tuple[str, ...]:
    if tags.get("LossyImageCompression") != "01":
        return ()
    ratio = tags.get("LossyImageCompressionRatio", "")
    return (f"The pixels were compressed with loss{f' (ratio {ratio})' if ratio else ''}: HU may differ.",)


def _read(name: str, series: CtSeries, group: Group, others: tuple[str, ...]) -> Image:
    if group.stack is None:
        raise group.error or UnreadableImage(f"{name} cannot be read.")
    values, padding = series_values(group.stack.slices)
    array, notes = hounsfield(name, values)
    return Image(
        array=array,
        spacing_mm=group.stack.spacing_mm,
        origin_mm=group.stack.origin_mm,
        direction=group.stack.direction,
        modality="CT",
        tags=series.tags,
        spacing_source="PixelSpacing",
        notes=(*others, *group.notes, *_lossy(series.tags), *padding, *notes),
        source=name,
    )
