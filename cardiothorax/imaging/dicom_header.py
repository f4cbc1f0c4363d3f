"""DICOM headers: what is a radiograph, what is refused, which values are kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from ..errors import UnreadableImage, UnsupportedImage
from .checks import check_size
from .dicom_kinds import CHOOSE_FILM, check_kind
from .guard import COPY_AGAIN, damage_named
from .identity import MEASURING_TAGS

_PIXEL_KEYWORDS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")
_MAGIC = b"DICM"


def read_header(path: Path) -> Any:
    """The whole dataset as pydicom reads it, checked to be one radiograph with pixels."""
    import pydicom

    with damage_named(path.name, "DICOM"):
        dataset = pydicom.dcmread(path, force=True)
        is_dicom = "SOPClassUID" in dataset or "Rows" in dataset or len(dataset.file_meta) > 0
    if not is_dicom:
        raise UnreadableImage(
            f"{path.name} is not an image, or it was cut short.",
            "Choose a DICOM, PNG, JPEG, NRRD, NIfTI or MHA file.",
        )
    check_kind(path.name, dataset)
    _check_pixels(path.name, dataset)
    complete(dataset)
    return dataset


def whole_number(name: str, dataset: Any, keyword: str, default: int | None = None) -> int:
    """An integer header value; one that is none is named with what stands there."""
    try:
        value = dataset.get(keyword)
        return int(default if value is None or value == "" else value)  # type: ignore[arg-type]
    except (TypeError, ValueError) as problem:
        raise UnreadableImage(
            f"{name}: the header value {keyword} is missing or no number.", COPY_AGAIN
        ) from problem


def _check_pixels(name: str, dataset: Any) -> None:
    """One frame of a sensible size, with its pixel data there."""
    check_has_pixels(name, dataset)
    frames = whole_number(name, dataset, "NumberOfFrames", 1)
    if frames > 1:
        raise UnsupportedImage(
            f"{name} holds {frames} frames (NumberOfFrames): a run of pictures, not a radiograph.",
            CHOOSE_FILM,
        )
    check_size(name, whole_number(name, dataset, "Rows"), whole_number(name, dataset, "Columns"))


def check_has_pixels(name: str, dataset: Any) -> None:
    """Refuses a header alone."""
    present = [keyword for keyword in _PIXEL_KEYWORDS if keyword in dataset]
    if not present or not dataset[present[0]].value:
        raise UnreadableImage(
            f"{name} has no pixel data: it is a header alone, or was cut short.",
            "Fetch the image from the archive again.",
        )


def complete(dataset: Any) -> None:
    """What old and home-made files leave out, with the only value it can have for a grey film."""
    from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

    if "TransferSyntaxUID" not in dataset.file_meta:
        implicit = dataset.original_encoding[0]
        dataset.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian
    if "BitsAllocated" not in dataset:
        single = len(dataset.get("PixelData", b"")) < 2 * int(dataset.Rows) * int(dataset.Columns)
        dataset.BitsAllocated = 8 if single else 16
    for keyword, value in (
        ("SamplesPerPixel", 1),
        ("PhotometricInterpretation", "MONOCHROME2"),
        ("BitsStored", dataset.BitsAllocated),
        ("PixelRepresentation", 0),
    ):
        if dataset.get(keyword) in (None, ""):
            setattr(dataset, keyword, value)


def measuring_tags(dataset: Any) -> dict[str, str]:
    """Header values of a film by keyword, from the list of those that are ever kept."""
    return kept_values(dataset.get, MEASURING_TAGS)


def kept_values(get: Callable[[str], Any], keywords: Iterable[str]) -> dict[str, str]:
    """What ``get`` knows of ``keywords``, as text; several values are joined by ``\\``."""
    from pydicom.multival import MultiValue

    tags = {}
    for keyword in keywords:
        value = get(keyword)
        several = isinstance(value, MultiValue | list)
        text = "\\".join(map(str, value)) if several else str(value or "").strip()
        if text or value == 0:
            tags[keyword] = text or "0"
    return tags
