"""Damaged files make the system and decoders raise whatever they like; the reader gets one kind of error."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import CardiothoraxError, UnreadableImage

COPY_AGAIN = "Copy it again, or export it again from the archive."


@contextmanager
def damage_named(name: str, what: str) -> Iterator[None]:
    """Any exception of a decoder or header parser becomes :class:`UnreadableImage` about ``name``.

    Our own errors pass. The decoder's words stay in ``__cause__``, not in the message: they name
    paths and byte offsets, which help nobody at a reading station.
    """
    try:
        yield
    except CardiothoraxError:
        raise
    except MemoryError as problem:
        raise UnreadableImage(f"{name} does not fit in memory.", "Close other programs.") from problem
    except Exception as problem:
        raise UnreadableImage(
            f"{name} cannot be read as {what}: it is damaged or cut short.", COPY_AGAIN
        ) from problem


def start_of(file: Path) -> bytes:
    """The first 16 bytes; a folder, an empty file and one that cannot be opened are errors in words."""
    if file.is_dir():
        raise UnreadableImage(f"{file.name} is a folder.", "Choose a file in it.")
    try:
        with open(file, "rb") as handle:
            start = handle.read(16)
    except FileNotFoundError as problem:
        raise UnreadableImage(f"{file.name} does not exist.", "Check the name and the folder.") from problem
    except OSError as problem:
        reason = problem.strerror or "input and output failed"
        raise UnreadableImage(
            f"{file.name} cannot be opened: {reason}.", "Check the right to read it."
        ) from problem
    if not start:
        raise UnreadableImage(f"{file.name} is empty (0 bytes).", COPY_AGAIN)
    return start
