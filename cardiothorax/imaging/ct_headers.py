"""What the header of a CT slice says, for single slices and for the frames of an enhanced CT alike."""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import UnreadableImage, UnsupportedImage
from .dicom_header import kept_values
from .dicom_kinds import check_no_list, kind_in_words, kind_of
from .guard import COPY_AGAIN, damage_named
from .identity import CT_TAGS

CHOOSE_CT = "Choose a plain axial CT of the heart or chest."

_IDENTITY = ("SOPClassUID", "SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID", "SeriesNumber")
_GROUPING = ("AcquisitionNumber", "TemporalPositionIdentifier")
_PLACE = ("Rows", "Columns", "ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing")
_PERSON = ("PatientName", "PatientID", "PatientBirthDate", "AccessionNumber")
_FRAMES = ("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence")
_FREE_TEXT = ("ContrastBolusAgent", "ContrastBolusRoute", "ConvolutionKernel", "FilterType", "Manufacturer")
_SHORTEST_PART = 3
NOT_SHOWN = "(not shown)"
"""Stands for a text that repeats something of the patient; that there was one is kept."""

_WANTED = [*_IDENTITY, *_GROUPING, *_PLACE, *_PERSON, *_FRAMES, *CT_TAGS]

Getter = Callable[[str], Any]
"""A header value by keyword, ``None`` where it is missing."""


@dataclass(frozen=True)
class SliceHeader:
    """One slice. ``study``, ``series`` and ``instance`` are UIDs (or what stands in for one that was taken
    away): for telling apart, never for showing.

    ``position`` is that of the first pixel's center (LPS, mm), ``orientation`` the six cosines of row
    and column, ``pixel_mm`` the distance between rows, then between columns; ``None`` where the header
    says nothing that can be used. ``frame`` counts from 0 in an enhanced CT, else it is ``None``.
    """

    path: Path
    frame: int | None
    study: str
    series: str
    instance: str
    series_number: int | None
    rows: int
    columns: int
    position: tuple[float, ...] | None
    orientation: tuple[float, ...] | None
    pixel_mm: tuple[float, ...] | None
    apart: dict[str, str]
    tags: dict[str, str]

    @property
    def name(self) -> str:
        return self.path.name if self.frame is None else f"{self.path.name} frame {self.frame + 1}"

    @property
    def localizer(self) -> bool:
        return "LOCALIZER" in self.tags.get("ImageType", "").upper()

    def number(self, keyword: str) -> float | None:
        """A kept header value as a number."""
        return finite(self.tags.get(keyword))


def slice_headers(path: Path) -> list[SliceHeader]:
    """Of one file: one slice, or the frames of an enhanced CT.

    Raises :class:`UnsupportedImage` for what is no CT, :class:`UnreadableImage` for what is no DICOM.
    """
    import pydicom

    with damage_named(path.name, "DICOM"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what matters of a sloppy header is said in notes and errors
        dataset = pydicom.dcmread(path, stop_before_pixels=True, force=True, specific_tags=_WANTED)
        check_no_list(path.name, dataset)
        _check_kind(path.name, dataset)
        return [_header(path, frame, get) for frame, get in _getters(dataset)]


def _check_kind(name: str, dataset: Any) -> None:
    kind = kind_of(dataset)
    modality = str(dataset.get("Modality") or "").strip().upper()
    if kind == "CT" or (not kind and modality == "CT" and not _captured(dataset)):
        return
    if not kind and not modality and "Rows" not in dataset:
        raise UnreadableImage(f"{name} is not a CT image, or it was cut short.", CHOOSE_CT)
    what = "a captured picture of a CT" if modality == "CT" and not kind else kind_in_words(kind or modality)
    raise UnsupportedImage(f"{name} is {what} (Modality {modality or 'missing'}), not a CT.", CHOOSE_CT)


def _captured(dataset: Any) -> bool:
    return (str(dataset.get("SOPClassUID") or "") + ".").startswith("1.2.840.10008.5.1.4.1.1.7.")


def _getters(dataset: Any) -> Iterator[tuple[int | None, Getter]]:
    """Of the file, or of each frame: its own functional groups, then the shared ones, then the file."""
    frames = dataset.get("PerFrameFunctionalGroupsSequence")
    if not frames:
        yield None, dataset.get
        return
    shared = _flat(dataset.get("SharedFunctionalGroupsSequence"))
    for frame, groups in enumerate(frames):
        yield frame, _getter(shared | _flat([groups]), dataset)


def _getter(values: dict[str, Any], dataset: Any) -> Getter:
    return lambda keyword: values.get(keyword, dataset.get(keyword))


def _flat(groups: Any) -> dict[str, Any]:
    """The values that stand in the functional groups' sequences, by keyword."""
    values: dict[str, Any] = {}
    for group in groups or ():
        for element in group:
            for item in element.value if element.VR == "SQ" else ():
                values |= {inner.keyword: inner.value for inner in item if inner.VR != "SQ"}
    if "FrameType" in values:
        values["ImageType"] = values["FrameType"]
    return values


def _header(path: Path, frame: int | None, get: Getter) -> SliceHeader:
    rows, columns = finite(get("Rows")), finite(get("Columns"))
    if not rows or not columns:
        raise UnreadableImage(f"{path.name} does not say how many rows and columns it has.", COPY_AGAIN)
    number = finite(get("SeriesNumber"))
    return SliceHeader(
        path=path,
        frame=frame,
        study=str(get("StudyInstanceUID") or get("PatientID") or ""),
        series=str(get("SeriesInstanceUID") or f"{number} in {path.parent}"),
        instance=str(get("SOPInstanceUID") or ""),
        series_number=None if number is None else int(number),
        rows=int(rows),
        columns=int(columns),
        position=_numbers(get("ImagePositionPatient"), 3),
        orientation=_numbers(get("ImageOrientationPatient"), 6),
        pixel_mm=_numbers(get("PixelSpacing"), 2),
        apart={keyword: str(get(keyword) or "") for keyword in _GROUPING},
        tags=without_person(kept_values(get, CT_TAGS), get),
    )


def without_person(tags: dict[str, str], get: Getter) -> dict[str, str]:
    """``tags`` in which no text repeats a part of the patient's name, a number or the birth date."""
    known = " ".join(str(get(keyword) or "") for keyword in _PERSON)
    parts = [part.casefold() for part in re.split(r"[^\w]+", known) if len(part) >= _SHORTEST_PART]

    def names_someone(keyword: str, text: str) -> bool:
        return keyword in _FREE_TEXT and any(part in text.casefold() for part in parts)

    return {key: NOT_SHOWN if names_someone(key, text) else text for key, text in tags.items()}


def finite(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


def _numbers(value: Any, count: int) -> tuple[float, ...] | None:
    try:
        numbers = tuple(finite(v) for v in value)
    except TypeError:
        return None
    found = tuple(n for n in numbers if n is not None)
    return found if len(found) == len(numbers) == count else None
