"""Films named by files, folders and patterns."""

from __future__ import annotations

import glob
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from ..errors import UnreadableImage

PICTURE_ENDINGS = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp")
VOLUME_ENDINGS = (".nrrd", ".nhdr", ".nii", ".nii.gz", ".mha", ".mhd")
DICOM_ENDINGS = (".dcm", ".dicom", ".ima")
OWN_MASKS = ("_labels", "_lesions")
"""What our masks are called (``<name>_labels.nrrd``, ``<name>_lesions.nrrd``): a batch that is run again
must not measure them."""

_KNOWN = PICTURE_ENDINGS + VOLUME_ENDINGS + DICOM_ENDINGS
_PREAMBLE = 128


def find_radiographs(
    inputs: Sequence[str | Path] | str | Path, *, exclude: Path | str | None = None
) -> list[Path]:
    """Files in a fixed order, each once.

    A file given by name is taken whatever its ending, also when it does not exist: it fails in its
    own row of the batch. A folder gives, with its sub-folders, the files with an image ending and
    DICOM files without one, but no hidden files, no DICOMDIR, no masks that we wrote, and nothing
    under ``exclude`` (the output folder). Patterns (``*``, ``?``, ``[``, ``**``) are expanded here
    because the Windows shell does not.

    Raises :class:`UnreadableImage` when a folder or pattern gives nothing.
    """
    inputs = [inputs] if isinstance(inputs, (str, Path)) else inputs
    left_out = Path(exclude).resolve() if exclude is not None else None
    found: dict[str, Path] = {}
    for given in inputs:
        files = list(_files_of(str(given), left_out))
        if not files:
            raise UnreadableImage(
                f"{Path(given).name or given}: no radiographs found there.",
                "Give DICOM, PNG, JPEG, NRRD, NIfTI or MHA files, folders of them, or patterns (*.dcm).",
            )
        for file in files:
            found.setdefault(os.path.abspath(file), file)
    return list(found.values())


def dicom_files(folder: Path, *, deep: bool = True) -> list[Path]:
    """What may be DICOM in ``folder``, and with ``deep`` in its sub-folders, in a fixed order; hidden files
    and DICOMDIR are left out."""
    return list(_in_folder(folder, None, is_dicom, deep))


def is_dicom(path: Path) -> bool:
    """By the ending, or by the content of a file whose name has none: the DICM mark, or the group of
    elements that a file without preamble begins with."""
    name = path.name.lower()
    if name == "dicomdir":
        return False
    return name.endswith(DICOM_ENDINGS) or (
        _no_ending(name) and (starts_like_dicom(path) or _starts_with_group_8(path))
    )


def _starts_with_group_8(path: Path) -> bool:
    try:
        with open(path, "rb") as handle:
            start = handle.read(4)
    except OSError:
        return False
    return start[:2] == b"\x08\x00" and start[3:] == b"\x00"


def volume_files(folder: Path) -> list[Path]:
    """NRRD, NIfTI and MetaImage files in ``folder`` and its sub-folders but for the masks that we wrote."""
    return list(_in_folder(folder, None, lambda path: _is_film(path) and is_volume(path)))


def is_volume(path: Path) -> bool:
    return path.name.lower().endswith(VOLUME_ENDINGS)


def is_own_mask(path: Path) -> bool:
    return path.name.lower().split(".")[0].endswith(OWN_MASKS)


def _files_of(given: str, left_out: Path | None) -> Iterator[Path]:
    path = Path(given)
    if path.is_dir():
        yield from _in_folder(path, left_out)
    elif path.exists() or not glob.has_magic(given):
        yield path
    else:
        for match in map(Path, sorted(glob.glob(given, recursive=True))):
            if match.is_dir():
                # "films/**" names each sub-folder beside its files: the files are enough
                yield from () if "**" in given else _in_folder(match, left_out)
            elif _is_film(match) and not _within(match, left_out):
                yield match


def _in_folder(
    folder: Path, left_out: Path | None, wanted: Callable[[Path], bool] | None = None, deep: bool = True
) -> Iterator[Path]:
    wanted = wanted or _is_film
    for path in sorted(folder.rglob("*") if deep else folder.iterdir()):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if not hidden and path.is_file() and wanted(path) and not _within(path, left_out):
            yield path


def _within(path: Path, folder: Path | None) -> bool:
    return folder is not None and folder in path.resolve().parents


def _is_film(path: Path) -> bool:
    name = path.name.lower()
    if name == "dicomdir" or is_own_mask(path):
        return False
    return name.endswith(_KNOWN) or (_no_ending(name) and starts_like_dicom(path))


def _no_ending(name: str) -> bool:
    """Archives name files ``IM0001`` or by a UID, whose last number only looks like an ending."""
    return "." not in name or name.rsplit(".", 1)[1].isdigit()


def starts_like_dicom(path: Path) -> bool:
    """Whether the DICM mark stands behind the preamble."""
    try:
        with open(path, "rb") as handle:
            return handle.read(_PREAMBLE + 4)[_PREAMBLE:] == b"DICM"
    except OSError:
        return False
