"""DICOM headers: what is a radiograph, what is refused, which values are kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..errors import UnreadableImage, UnsupportedImage
from .checks import check_size
from .identity import MEASURING_TAGS

_STORAGE = "1.2.840.10008.5.1.4.1.1."
RADIOGRAPH_CLASSES = {
    _STORAGE + "1": "computed radiography",
    _STORAGE + "1.1": "digital radiography",
    _STORAGE + "1.1.1": "digital radiography for processing",
    _STORAGE + "7": "secondary capture",
    _STORAGE + "7.1": "secondary capture",
    _STORAGE + "7.2": "secondary capture",
    _STORAGE + "7.3": "secondary capture",
    _STORAGE + "7.4": "secondary capture",
    _STORAGE + "12.1": "angiography",
    _STORAGE + "12.2": "fluoroscopy",
}
FOR_PROCESSING_CLASS = _STORAGE + "1.1.1"
FILM_MODALITIES = {"CR", "DX", "DR", "RG", "RF", "XA", "SC", "OT", "XR", "HC"}
"""RG: film digitised with a scanner; DR and XR: not in the standard, seen in archives."""

_OTHER_MODALITIES = {
    "CT": "a CT slice",
    "MR": "an MR slice",
    "PT": "a PET slice",
    "NM": "a nuclear medicine image",
    "US": "an ultrasound image",
    "MG": "a mammogram",
    "SR": "a structured report",
    "DOC": "a document",
    "SEG": "a segmentation",
    "PR": "a presentation state",
    "KO": "a key object selection",
    "RTSTRUCT": "a set of radiotherapy contours",
    "RTDOSE": "a radiotherapy dose",
    "RTPLAN": "a radiotherapy plan",
    "ECG": "an electrocardiogram",
    "PX": "a dental panorama",
    "IO": "a dental film",
}
_OTHER_CLASSES = {
    _STORAGE + "2": "CT",
    _STORAGE + "2.1": "CT",
    _STORAGE + "2.2": "CT",
    _STORAGE + "4": "MR",
    _STORAGE + "4.1": "MR",
    _STORAGE + "4.4": "MR",
    _STORAGE + "128": "PT",
    _STORAGE + "20": "NM",
    _STORAGE + "6.1": "US",
    _STORAGE + "3.1": "US",
    _STORAGE + "1.2": "MG",
    _STORAGE + "1.2.1": "MG",
    _STORAGE + "1.3": "IO",
    _STORAGE + "1.3.1": "IO",
    _STORAGE + "104.1": "DOC",
    _STORAGE + "66.4": "SEG",
    _STORAGE + "11.1": "PR",
    _STORAGE + "88.59": "KO",
    _STORAGE + "481.2": "RTDOSE",
    _STORAGE + "481.3": "RTSTRUCT",
    _STORAGE + "481.5": "RTPLAN",
}
_REPORT_CLASSES = _STORAGE + "88."
_CHOOSE_FILM = "Choose a chest radiograph (CR, DX or a secondary capture of one)."


def read_header(path: Path) -> Any:
    """The whole dataset as pydicom reads it, checked to be one radiograph with pixels."""
    import pydicom
    from pydicom.errors import InvalidDicomError

    try:
        dataset = pydicom.dcmread(path, force=True)
        _ = dataset.get("SOPClassUID"), dataset.get("Rows")
    except (InvalidDicomError, EOFError, OSError, ValueError, TypeError, AttributeError, KeyError) as problem:
        raise UnreadableImage(
            f"{path.name} cannot be read as DICOM: it is damaged or cut short.",
            "Copy or export the file again.",
        ) from problem
    check_kind(path.name, dataset)
    check_pixels(path.name, dataset)
    return dataset


def check_kind(name: str, dataset: Any) -> None:
    """Refuses other modalities, by the class of the object first and its Modality second."""
    sop_class, modality = (
        str(dataset.get("SOPClassUID", "")),
        str(dataset.get("Modality", "")).strip().upper(),
    )
    if sop_class == "1.2.840.10008.1.3.10":
        raise UnsupportedImage(f"{name} is a DICOMDIR, a list of files.", "Choose the images that it lists.")
    other = _OTHER_CLASSES.get(sop_class) or ("SR" if sop_class.startswith(_REPORT_CLASSES) else "")
    if not other and modality and modality not in FILM_MODALITIES:
        other = modality
    if other:
        what = _OTHER_MODALITIES.get(other, "not a radiograph")
        raise UnsupportedImage(f"{name} is {what} (Modality {modality or other}).", _CHOOSE_FILM)
    if not len(dataset):
        raise UnreadableImage(f"{name} has no DICOM content: it is damaged or cut short.", _CHOOSE_FILM)


def check_pixels(name: str, dataset: Any) -> None:
    """One frame of a sensible size, with its pixel data there."""
    kinds = [k for k in ("PixelData", "FloatPixelData", "DoubleFloatPixelData") if k in dataset]
    if not kinds or not len(dataset[kinds[0]].value or b""):
        raise UnreadableImage(
            f"{name} has no pixel data: the header alone, or the file was cut short.",
            "Fetch the image from the archive again.",
        )
    missing = [k for k in ("Rows", "Columns", "BitsAllocated") if dataset.get(k) is None]
    if missing:
        raise UnreadableImage(
            f"{name} lacks {', '.join(missing)}: its pixels cannot be laid out.", _CHOOSE_FILM
        )
    frames = int(dataset.get("NumberOfFrames") or 1)
    if frames > 1:
        raise UnsupportedImage(
            f"{name} holds {frames} frames (NumberOfFrames): a run of pictures, not a radiograph.",
            _CHOOSE_FILM,
        )
    check_size(name, int(dataset.Rows), int(dataset.Columns))


def measuring_tags(dataset: Any) -> dict[str, str]:
    """Header values by keyword, from the list of those that are ever kept; several joined by ``\\``."""
    from pydicom.multival import MultiValue

    tags = {}
    for name in MEASURING_TAGS:
        value = dataset.get(name)
        if value is None or value == "":
            continue
        tags[name] = "\\".join(map(str, value)) if isinstance(value, MultiValue) else str(value)
    return tags
