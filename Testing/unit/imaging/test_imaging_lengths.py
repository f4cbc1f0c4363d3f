"""NIfTI lengths and MetaImage headers, checked before ITK sees them."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import pytest

from cardiothorax.errors import UnreadableImage
from cardiothorax.imaging.meta_header import check_meta_header
from cardiothorax.imaging.nifti_length import check_nifti_length


def nifti(order: str, version: int, dim: tuple[int, ...] = (3, 8, 6, 1, 1, 1, 1, 1), bits: int = 16) -> bytes:
    header = bytearray(352 if version == 1 else 544)
    if version == 1:
        struct.pack_into(f"{order}i", header, 0, 348)
        struct.pack_into(f"{order}8h", header, 40, *dim)
        struct.pack_into(f"{order}h", header, 72, bits)
        struct.pack_into(f"{order}f", header, 108, 352.0)
    else:
        struct.pack_into(f"{order}i", header, 0, 540)
        struct.pack_into(f"{order}h", header, 14, bits)
        struct.pack_into(f"{order}8q", header, 16, *dim)
        struct.pack_into(f"{order}q", header, 168, 544)
    return bytes(header) + bytes(8 * 6 * 2)


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("ending", [".nii", ".nii.gz"])
def test_a_missing_byte_is_found(order: str, version: int, ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"film{ending}"
    pack = gzip.compress if ending.endswith("gz") else bytes
    content = nifti(order, version)
    path.write_bytes(pack(content))
    check_nifti_length(path)
    path.write_bytes(pack(content[:-1]))
    with pytest.raises(UnreadableImage, match=f"{len(content) - 1} of {len(content)} bytes"):
        check_nifti_length(path)


@pytest.mark.parametrize("dim", [(0,) * 8, (3, -1, 6, 1, 1, 1, 1, 1), (9, 1, 1, 1, 1, 1, 1, 1)])
def test_sizes_that_are_none_are_refused(dim: tuple[int, ...], tmp_path: Path) -> None:
    path = tmp_path / "film.nii"
    path.write_bytes(nifti("<", 1, dim))
    with pytest.raises(UnreadableImage, match="damaged"):
        check_nifti_length(path)


META = (
    b"ObjectType = Image\nNDims = 2\nBinaryData = True\nDimSize = 40 30\n"
    b"ElementSpacing = 0.2 0.2\nElementType = MET_UCHAR\nElementDataFile = LOCAL\n"
)


def test_a_good_meta_header_passes(tmp_path: Path) -> None:
    path = tmp_path / "film.mha"
    path.write_bytes(META + bytes(range(256)) * 5)
    check_meta_header(path)
    path.write_bytes(META.replace(b"\n", b"\r\n") + bytes(1200))
    check_meta_header(path)


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        (b"ObjectType", b"Obj\xb2ctType"),
        (b"NDims = 2", b"NDims = 9"),
        (b"DimSize = 40 30", b"DimSize = 40"),
        (b"DimSize = 40 30", b"DimSize = 40 -30"),
        (b"DimSize = 40 30", b"DimSize = 40 99999999999"),
        (b"MET_UCHAR", b"UCHAR"),
        (b"ElementDataFile = LOCAL", b"ElementDataFil"),
        (b"ElementSpacing", b"\x00\x01"),
    ],
)
def test_damaged_meta_headers_are_refused(good: bytes, bad: bytes, tmp_path: Path) -> None:
    path = tmp_path / "film.mha"
    path.write_bytes(META.replace(good, bad) + bytes(1200))
    with pytest.raises(UnreadableImage, match=r"film\.mha has a damaged header"):
        check_meta_header(path)
