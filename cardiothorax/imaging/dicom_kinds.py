"""Which DICOM objects are radiographs; the others are refused by name."""

from __future__ import annotations

from typing import Any

from ..errors import UnsupportedImage

CHOOSE_FILM = "Choose a chest radiograph (CR, DX, or a secondary capture of one)."

_DICOMDIR_CLASS = "1.2.840.10008.1.3.10"
_IMAGES = "1.2.840.10008.5.1.4.1.1."
FOR_PROCESSING_CLASS = _IMAGES + "1.1.1"

FILM_MODALITIES = {"CR", "DX", "DR", "RG", "RF", "XA", "SC", "OT", "XR", "HC", ""}
"""RG: digitized film; HC: hard copy; DR and XR stand in no standard but in archives. A secondary
capture may say nothing."""

_NAMES = {
    "CT": "a CT slice",
    "DOC": "a document",
    "ECG": "an electrocardiogram",
    "IO": "a dental film",
    "KO": "a key object selection",
    "MG": "a mammogram",
    "MR": "an MR slice",
    "NM": "a nuclear medicine image",
    "PR": "a presentation state",
    "PT": "a PET slice",
    "PX": "a dental panorama",
    "RTDOSE": "a radiotherapy dose",
    "RTPLAN": "a radiotherapy plan",
    "RTSTRUCT": "a set of radiotherapy contours",
    "SEG": "a segmentation",
    "SR": "a structured report",
    "US": "an ultrasound image",
    "XC": "a photograph",
}
_CLASSES = {
    "1.2": "MG",
    "1.3": "IO",
    "2": "CT",
    "3": "US",
    "4": "MR",
    "6": "US",
    "11": "PR",
    "20": "NM",
    "66.4": "SEG",
    "77": "XC",
    "88": "SR",
    "88.59": "KO",
    "104": "DOC",
    "128": "PT",
    "481.2": "RTDOSE",
    "481.3": "RTSTRUCT",
    "481.5": "RTPLAN",
    "9": "ECG",
}
"""Storage classes by the start of what follows the root; the longest match holds (DICOM PS3.4 B.5)."""


def check_kind(name: str, dataset: Any) -> None:
    """Refuses other objects: by the class, which software sets, before Modality, which people edit."""
    modality = str(dataset.get("Modality") or "").strip().upper()
    check_no_list(name, dataset)
    kind = kind_of(dataset)
    if not kind and modality not in FILM_MODALITIES:
        kind = modality
    if kind:
        what = kind_in_words(kind) or "not a radiograph"
        raise UnsupportedImage(f"{name} is {what} (Modality {modality or 'missing'}).", CHOOSE_FILM)


def check_no_list(name: str, dataset: Any) -> None:
    """Refuses a DICOMDIR."""
    if _class_of(dataset) == _DICOMDIR_CLASS:
        raise UnsupportedImage(f"{name} is a DICOMDIR, a list of files.", "Choose the images that it lists.")


def kind_in_words(kind: str) -> str:
    """``"an MR slice"`` of ``"MR"``; empty for a kind without a name."""
    return _NAMES.get(kind, "")


def kind_of(dataset: Any) -> str:
    """The modality that the storage class stands for; empty for films, captures and unknown classes."""
    return _kind_of_class(_class_of(dataset))


def _class_of(dataset: Any) -> str:
    return str(dataset.get("SOPClassUID") or dataset.file_meta.get("MediaStorageSOPClassUID") or "")


def _kind_of_class(sop_class: str) -> str:
    parts = sop_class.removeprefix(_IMAGES).split(".") if sop_class.startswith(_IMAGES) else []
    for length in range(len(parts), 0, -1):
        kind = _CLASSES.get(".".join(parts[:length]))
        if kind:
            return kind
    return ""
