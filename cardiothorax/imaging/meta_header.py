"""Whether the header of a MetaImage file (.mha, .mhd) makes sense.

ITK ends the whole process on some damaged headers, so they are read here first.
"""

from __future__ import annotations

import re
from pathlib import Path

from ..errors import UnreadableImage
from .guard import COPY_AGAIN

META_ENDINGS = (".mha", ".mhd")
_LONGEST_HEADER = 65536
_LINE = re.compile(rb"[A-Za-z][A-Za-z0-9_ -]* *= *[\x20-\x7e\t]*\r?")
_NEEDED = ("ObjectType", "NDims", "DimSize", "ElementType", "ElementDataFile")


def check_meta_header(path: Path) -> None:
    """Raises :class:`UnreadableImage` for a header with damaged lines, or with sizes that are none."""
    with open(path, "rb") as handle:
        start = handle.read(_LONGEST_HEADER)
    values: dict[str, str] = {}
    for line in start.split(b"\n"):
        if not _LINE.fullmatch(line):
            break
        key, _, value = line.decode("ascii").partition("=")
        values[key.strip()] = value.strip()
        if key.strip() == "ElementDataFile":
            break
    if not _sensible(values):
        raise UnreadableImage(f"{path.name} has a damaged header, or was cut short.", COPY_AGAIN)


def _sensible(values: dict[str, str]) -> bool:
    if any(not values.get(key) for key in _NEEDED) or not values["ElementType"].startswith("MET_"):
        return False
    dimensions, sizes = values["NDims"], values["DimSize"].split()
    return (
        dimensions in ("2", "3", "4")
        and len(sizes) == int(dimensions)
        and all(re.fullmatch(r"[1-9][0-9]{0,6}", size) for size in sizes)
        and re.fullmatch(r"[1-9]?", values.get("ElementNumberOfChannels", "")) is not None
    )
