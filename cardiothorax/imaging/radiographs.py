"""One film of whatever format, recognised by its content."""

from __future__ import annotations

from pathlib import Path

from ..errors import UnreadableImage
from .dicom_film import VoiChoice, read_dicom
from .finding import VOLUME_ENDINGS, starts_like_dicom
from .image import Image
from .pictures import read_picture
from .volumes import read_volume

_PICTURE_STARTS = (b"\x89PNG", b"\xff\xd8\xff", b"BM", b"II*\x00", b"MM\x00*", b"GIF8")


def read_radiograph(path: Path | str, *, voi: VoiChoice = None) -> Image:
    """A radiograph as a reader sees it: array ``[1, rows, cols]`` float32, 0 to 255, bright = dense.

    ``voi`` chooses among a DICOM file's windows by number from 0, or gives (center, width) by the
    paper's rule; by default the VOI LUT, else the first window, else an automatic one.
    Raises :class:`UnreadableImage` and :class:`UnsupportedImage`.
    """
    file = Path(path)
    if file.is_dir():
        raise UnreadableImage(
            f"{file.name} is a folder.", "Choose a file in it, or give the folder to a batch."
        )
    try:
        with open(file, "rb") as handle:
            start = handle.read(512)
    except OSError as problem:
        raise UnreadableImage(
            f"{file.name} cannot be opened: {problem.strerror}.", "Check name and rights."
        ) from problem
    if not start:
        raise UnreadableImage(f"{file.name} is empty (0 bytes).", "Copy or export the file again.")
    if starts_like_dicom(file):  # first: the preamble may hold a TIFF header
        return read_dicom(file, voi)
    if start.startswith(_PICTURE_STARTS):
        return read_picture(file)
    if file.name.lower().endswith(VOLUME_ENDINGS):
        return read_volume(file)
    return read_dicom(file, voi)
