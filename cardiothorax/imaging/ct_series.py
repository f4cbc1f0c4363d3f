"""The CT series of a folder: told apart, listed in words, none mixed with another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import CardiothoraxError, GeometryProblem, UnsupportedImage
from .ct_contrast import contrast_evidence
from .ct_headers import CHOOSE_CT, SliceHeader
from .ct_stack import COMPLETE, SAME_PLACE_MM, Stack, stack_of
from .ct_values import check_hounsfield_header


@dataclass(frozen=True)
class CtSeries:
    """One reconstruction. ``handle`` names it within its folder (its number; with a letter where two
    series have one): it is what ``read_ct(folder, series=...)`` takes. ``study`` only tells the studies
    of one folder apart, from 1. ``problem`` says in words why it cannot be read, else it is empty."""

    handle: str
    files: tuple[Path, ...]
    slices: int
    increment_mm: float | None
    thickness_mm: float | None
    kvp: float | None
    kernel: str
    number: int | None
    study: int
    tags: dict[str, str]
    problem: str = ""

    @property
    def gated(self) -> bool:
        return self.tags.get("CardiacSynchronizationTechnique", "").upper() not in ("NONE", "")

    def words(self) -> str:
        """``series 3: 38 slices of 5 mm every 5 mm, 120 kVp, kernel B``."""
        thickness = f" of {self.thickness_mm:g} mm" if self.thickness_mm else ""
        step = f" every {self.increment_mm:g} mm" if self.increment_mm else ""
        parts = [
            f"{self.slices} slice{'s' if self.slices != 1 else ''}{thickness}{step}",
            f"{self.kvp:g} kVp" if self.kvp else "",
            f"kernel {self.kernel}" if self.kernel else "",
            "ECG-gated" if self.gated else "",
            "contrast agent" if contrast_evidence(self.tags) else "",
        ]
        return f"series {self.handle}: " + ", ".join(part for part in parts if part)


@dataclass(frozen=True)
class Group:
    """The slices of one series with how they lie, or with the error that reading them gives."""

    slices: tuple[SliceHeader, ...]
    stack: Stack | None
    error: CardiothoraxError | None
    notes: tuple[str, ...]


_APART: tuple[Callable[[SliceHeader], Hashable], ...] = (
    lambda header: header.tags.get("NominalPercentageOfCardiacPhase"),
    lambda header: header.apart["TemporalPositionIdentifier"],
    lambda header: header.tags.get("TriggerTime"),
    lambda header: header.tags.get("ConvolutionKernel"),
    lambda header: header.tags.get("KVP"),
    lambda header: header.tags.get("ImageType"),
    lambda header: header.tags.get("SliceThickness"),
    lambda header: (header.pixel_mm, header.rows, header.columns),
    lambda header: header.apart["AcquisitionNumber"],
)
"""By what several reconstructions that share one series number can be told apart."""


def groups_of(name: str, headers: Iterable[SliceHeader]) -> list[Group]:
    """One group a reconstruction, in the order of study, series number and position in the file list."""
    by_series: dict[Hashable, list[SliceHeader]] = defaultdict(list)
    for header in headers:
        by_series[(header.study, header.series)].append(header)
    return [group for members in by_series.values() for group in _groups_of_series(name, members)]


def _groups_of_series(name: str, headers: list[SliceHeader]) -> list[Group]:
    notes: list[str] = []
    kept = _without_localizers(headers, notes)
    kept = _without_copies(kept, notes)
    parts = _told_apart(kept)
    return [_group(name, part, tuple(notes)) for part in parts]


def _group(name: str, slices: list[SliceHeader], notes: tuple[str, ...]) -> Group:
    try:
        _check_types(name, slices)
        check_hounsfield_header(name, slices[0].tags)
        slices, more = _without_repeats(name, slices)
        stack = stack_of(name, slices)
    except CardiothoraxError as problem:
        return Group(tuple(slices), None, problem, notes)
    return Group(stack.slices, stack, None, (*notes, *more, *stack.notes))


def _check_types(name: str, slices: Sequence[SliceHeader]) -> None:
    """Scout views and projections are no slices of tissue."""
    types = {kind for header in slices for kind in header.tags.get("ImageType", "").upper().split("\\")}
    if "LOCALIZER" in types:
        raise UnsupportedImage(f"{name} holds scout views (localizers) alone.", CHOOSE_CT)
    for kind, what in (
        ("MIP", "maximum"),
        ("MAX_IP", "maximum"),
        ("MINIP", "minimum"),
        ("MIN_IP", "minimum"),
    ):
        if kind in types:
            raise UnsupportedImage(
                f"{name} holds {what}-intensity projections (ImageType {kind}), not slices.", CHOOSE_CT
            )


def _without_localizers(headers: list[SliceHeader], notes: list[str]) -> list[SliceHeader]:
    """Scouts are left out of a series that has other slices: by their type, or because they stand
    upright among axial slices."""
    kept = [header for header in headers if not header.localizer and not _upright(header)]
    if not kept or len(kept) == len(headers):
        return headers
    if not any(header.localizer for header in headers) and len(kept) < len(headers) / 2:
        return headers  # mostly coronal or sagittal: not scouts
    count = len(headers) - len(kept)
    notes.append(f"{count} scout view{'s' if count > 1 else ''} in the series left out.")
    return kept


def _upright(header: SliceHeader) -> bool:
    """Whether a slice is coronal or sagittal rather than axial."""
    if header.orientation is None:
        return False
    normal = np.cross(header.orientation[:3], header.orientation[3:])
    return int(np.argmax(np.abs(normal))) != 2


def _without_copies(headers: list[SliceHeader], notes: list[str]) -> list[SliceHeader]:
    """Files that are there twice: one instance and frame at one place, and the same pixels (programs that
    take names away give one instance to many files)."""
    from .ct_pixels import same_pixels

    seen: dict[Hashable, SliceHeader] = {}
    kept: list[SliceHeader] = []
    for header in headers:
        place = (header.instance or header.path, header.frame, header.position)
        if place not in seen or not same_pixels(seen[place], header):
            kept.append(header)
        seen.setdefault(place, header)
    copies = len(headers) - len(kept)
    if copies:
        notes.append(
            f"{copies} file{'s are' if copies > 1 else ' is'} there twice: one copy of each was read."
        )
    return kept


def _told_apart(headers: list[SliceHeader]) -> list[list[SliceHeader]]:
    """Several reconstructions with one series number, where a header value separates them so that each
    has its positions once; else all together."""
    if not _places_repeat(headers):
        return [headers]
    for key in _APART:
        parts: dict[Hashable, list[SliceHeader]] = defaultdict(list)
        for header in headers:
            parts[key(header)].append(header)
        split = list(parts.values())
        if len(split) > 1 and all(len(part) > 1 and not _places_repeat(part) for part in split):
            return split
    return [headers]


def _places_repeat(headers: Sequence[SliceHeader]) -> bool:
    return any(len(same) > 1 for same in _by_place(headers))


def _by_place(headers: Sequence[SliceHeader]) -> list[list[SliceHeader]]:
    """Slices that lie within :data:`SAME_PLACE_MM` of each other together; those without a place alone."""
    known = [header for header in headers if header.position is not None]
    known.sort(key=lambda header: (header.position or ())[::-1])
    places: list[list[SliceHeader]] = [[header] for header in headers if header.position is None]
    last: np.ndarray | None = None
    for header in known:
        here = np.array(header.position)
        if last is not None and np.abs(here - last).max() < SAME_PLACE_MM:
            places[-1].append(header)
        else:
            places.append([header])
        last = here
    return places


def _without_repeats(name: str, slices: list[SliceHeader]) -> tuple[list[SliceHeader], tuple[str, ...]]:
    """Slices stored twice under different instances, if they show the same."""
    from .ct_pixels import same_pixels

    places = _by_place(slices)
    repeated = [place for place in places if len(place) > 1]
    for place in repeated:
        for other in place[1:]:
            if not same_pixels(place[0], other):
                raise GeometryProblem(
                    f"{name}: {place[0].name} and {other.name} lie at the same place and show different "
                    f"things ({len(repeated)} such place{'s' if len(repeated) > 1 else ''}): two "
                    "acquisitions or phases are mixed.",
                    "Export one acquisition alone. " + COMPLETE,
                )
    if not repeated:
        return slices, ()
    count = sum(len(place) - 1 for place in repeated)
    note = f"{count} slice{'s were' if count > 1 else ' was'} stored twice with the same pixels: read once."
    return [place[0] for place in places], (note,)
