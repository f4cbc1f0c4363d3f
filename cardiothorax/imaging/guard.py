"""Damaged files make decoders raise whatever they like; the reader gets one kind of error."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

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
