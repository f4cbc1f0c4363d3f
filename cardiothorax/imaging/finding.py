"""Films named by files, folders and patterns."""

from __future__ import annotations

import glob
from collections.abc import Iterator, Sequence
from pathlib import Path

from ..errors import UnreadableImage

PICTURE_ENDINGS = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp")
VOLUME_ENDINGS = (".nrrd", ".nhdr", ".nii", ".nii.gz", ".mha", ".mhd")
DICOM_ENDINGS = (".dcm", ".dicom", ".ima")
_KNOWN = PICTURE_ENDINGS + VOLUME_ENDINGS + DICOM_ENDINGS
_PREAMBLE = 128


def find_radiographs(inputs: Sequence[str | Path]) -> list[Path]:
    """Files in a fixed order, each once. A file given by name is taken whatever its ending; a folder
    gives (with its sub-folders) the files with an image ending and DICOM files without one; a
    pattern (``*``, ``?``, ``[``, ``**``) is expanded here because Windows does not.

    Raises :class:`UnreadableImage` for an input that names nothing.
    """
    found: dict[Path, None] = {}
    for given in inputs:
        files = list(_files_of(str(given)))
        if not files:
            raise UnreadableImage(
                f"{Path(given).name or given}: no such file, or a folder without films.",
                "Give DICOM, PNG, JPEG, NRRD, NIfTI or MHA files, folders of them, or patterns such as 'films/*.dcm'.",
            )
        found.update(dict.fromkeys(files))
    return list(found)


def _files_of(given: str) -> Iterator[Path]:
    path = Path(given)
    if path.is_dir():
        yield from _in_folder(path)
    elif path.exists():
        yield path
    else:
        for name in sorted(glob.glob(given, recursive=True)):
            match = Path(name)
            if match.is_dir():
                yield from _in_folder(match)
            elif _is_film(match):
                yield match


def _in_folder(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.name.startswith(".") and _is_film(path):
            yield path


def _is_film(path: Path) -> bool:
    name = path.name.lower()
    if name == "dicomdir":
        return False
    return (
        name.endswith(_KNOWN)
        or ("." not in name.strip(".") and starts_like_dicom(path))
        or (
            name.rsplit(".", 1)[-1].isdigit() and starts_like_dicom(path)  # UID as name
        )
    )


def starts_like_dicom(path: Path) -> bool:
    """Whether the DICM mark stands behind the preamble."""
    try:
        with open(path, "rb") as handle:
            return handle.read(_PREAMBLE + 4)[_PREAMBLE:] == b"DICM"
    except OSError:
        return False
