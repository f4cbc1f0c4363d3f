"""A font for pictures that can write what flags and file names say.

Pillow's built-in font has little more than ASCII. matplotlib, where installed, brings DejaVu Sans;
Windows, macOS and most Linux desktops have one of the others. Without any, text is written in ASCII.
What the font cannot write, such as Chinese in a file's name, becomes question marks, not empty boxes.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import ImageFont

SYSTEM_FONTS = ("DejaVuSans.ttf", "segoeui.ttf", "Arial.ttf", "arial.ttf", "LiberationSans-Regular.ttf")
UNKNOWN = "?"
_TRIAL_PX = 24
_NO_CHARACTER = "\U0010ffff"
IN_ASCII = {
    "\u2264": "<=", "\u2265": ">=", "\u2212": "-", "\u2013": "-", "\u00b7": "-", "\u00d7": "x",
    "\u00b0": " deg", "\u00df": "ss",
}  # fmt: skip


@lru_cache(maxsize=32)
def sized(size_px: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    from PIL import ImageFont

    file = font_file()
    return ImageFont.truetype(file, size_px) if file else ImageFont.load_default(size_px)


def font(size_px: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """At least 8 px high."""
    return sized(max(8, round(size_px)))


@lru_cache(maxsize=1)
def font_file() -> str:
    """The first font found, or ``""``."""
    from PIL import ImageFont

    spec = find_spec("matplotlib")  # found, not imported
    if spec is not None and spec.origin:
        beside = Path(spec.origin).parent / "mpl-data" / "fonts" / "ttf" / "DejaVuSans.ttf"
        if beside.is_file():
            return str(beside)
    for name in SYSTEM_FONTS:
        try:
            return str(ImageFont.truetype(name, 10).path)
        except OSError:
            continue
    return ""


def writable(text: str) -> str:
    """``text`` as the font at hand can write it; control characters become spaces."""
    plain = "".join(" " if unicodedata.category(c) == "Cc" else c for c in text)
    if font_file():
        composed = unicodedata.normalize("NFC", plain)
        return "".join(c if _has_glyph(c) else UNKNOWN for c in composed)
    spelled = unicodedata.normalize("NFKD", "".join(IN_ASCII.get(c, c) for c in plain))
    without_accents = "".join(c for c in spelled if not unicodedata.combining(c))
    return without_accents.encode("ascii", "replace").decode("ascii")


@lru_cache(maxsize=4096)
def _has_glyph(character: str) -> bool:
    """Whether the font draws something else for it than for a code that is no character."""
    face = sized(_TRIAL_PX)
    drawn, missing = (face.getmask(c) for c in (character, _NO_CHARACTER))
    return (drawn.size, bytes(drawn)) != (missing.size, bytes(missing))
