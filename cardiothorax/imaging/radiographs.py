"""One film of whatever format, recognized by its content."""

from __future__ import annotations

from pathlib import Path

from .dicom_film import read_dicom
from .dicom_grey import VoiChoice
from .finding import VOLUME_ENDINGS, starts_like_dicom
from .guard import start_of
from .image import Image
from .volumes import VOLUME_STARTS, read_volume

_PICTURE_STARTS = (b"\x89PNG", b"\xff\xd8\xff", b"BM", b"II*\x00", b"MM\x00*", b"GIF8", b"RIFF")


def read_radiograph(path: Path | str, *, voi: VoiChoice = None) -> Image:
    """A radiograph as a reader sees it: array ``[1, rows, cols]`` float32, 0 to 255, bright = dense.

    DICOM (CR, DX, secondary capture), PNG, JPEG, TIFF, NRRD, NIfTI, MetaImage. ``voi`` concerns DICOM:
    the number of one of the file's VOI LUTs and windows (LUTs first, from 0), or (center, width) by the
    paper's rule; by default the first, and where there is none an automatic window.

    Raises :class:`UnreadableImage` (damaged, cut short, not an image) and :class:`UnsupportedImage`
    (another modality, several frames, color, empty, absurd size). ``notes`` of the image say what
    was done to an unusual file.
    """
    file = Path(path)
    start = start_of(file)
    if starts_like_dicom(file):  # first: the preamble may look like a TIFF
        return read_dicom(file, voi)
    if start.startswith(_PICTURE_STARTS):
        from .pictures import read_picture

        return read_picture(file)
    if file.name.lower().endswith(VOLUME_ENDINGS) or start.startswith(tuple(VOLUME_STARTS)):
        return read_volume(file)
    return read_dicom(file, voi)  # without preamble, or nothing at all
