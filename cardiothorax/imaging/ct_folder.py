"""Which CT series a folder holds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..errors import CardiothoraxError, UnreadableImage, UnsupportedImage
from .ct_headers import CHOOSE_CT, SliceHeader, slice_headers
from .ct_series import CtSeries, Group, groups_of
from .finding import dicom_files


def list_ct_series(folder: Path | str) -> tuple[CtSeries, ...]:
    """The CT series in ``folder`` and its sub-folders, by number. What is no CT is left out; a series
    that cannot be read has its ``problem`` in words.

    Raises :class:`UnreadableImage` when there is no CT, or a file is too damaged to tell what it is.
    """
    return tuple(series for series, _ in ct_series_in(Path(folder)))


def ct_series_in(folder: Path) -> list[tuple[CtSeries, Group]]:
    """The same with the slices of each."""
    if not folder.is_dir():
        raise UnreadableImage(f"{folder.name} is no folder.", "Choose a folder with a CT series.")
    return series_of_files(folder.name, dicom_files(folder))


def series_of_files(name: str, files: Sequence[Path]) -> list[tuple[CtSeries, Group]]:
    """The CT series of ``files``; ``name`` is for messages."""
    headers: list[SliceHeader] = []
    other: list[CardiothoraxError] = []
    for file in files:
        try:
            headers += slice_headers(file)
        except UnsupportedImage as problem:
            other.append(problem)
    if not headers:
        if len(other) == 1:
            raise other[0]
        found = f"{len(other)} DICOM files, none of them CT ({other[0].message})" if other else "no DICOM CT"
        raise UnreadableImage(f"{name} holds {found}.", CHOOSE_CT)
    return described(groups_of(name, headers))


def described(groups: Sequence[Group]) -> list[tuple[CtSeries, Group]]:
    """Each group with a handle: the series' number, with a letter where several have one."""
    studies = {study: i for i, study in enumerate(dict.fromkeys(g.slices[0].study for g in groups), 1)}
    ordered = sorted(groups, key=lambda g: (studies[g.slices[0].study], _number(g), str(g.slices[0].path)))
    numbers = [_number(group) for group in ordered]
    result = []
    for i, group in enumerate(ordered):
        among = numbers[: i + 1].count(numbers[i])
        letter = chr(ord("a") + among - 1) if numbers.count(numbers[i]) > 1 else ""
        result.append(
            (_series(group, f"{max(numbers[i], 0)}{letter}", studies[group.slices[0].study]), group)
        )
    return result


def _number(group: Group) -> int:
    number = group.slices[0].series_number
    return -1 if number is None else number


def _series(group: Group, handle: str, study: int) -> CtSeries:
    middle = group.slices[len(group.slices) // 2]
    return CtSeries(
        handle=handle,
        files=tuple(sorted({header.path for header in group.slices})),
        slices=len(group.slices),
        increment_mm=group.stack.spacing_mm[2] if group.stack else None,
        thickness_mm=middle.number("SliceThickness"),
        kvp=middle.number("KVP"),
        kernel=middle.tags.get("ConvolutionKernel", "").replace("\\", " "),
        number=middle.series_number,
        study=study,
        tags=middle.tags,
        problem=group.error.message if group.error else "",
    )
