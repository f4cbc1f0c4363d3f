"""How long something still takes, in words."""

from __future__ import annotations

from slicer.i18n import tr as _

LONG_SECONDS = 90.0


def timeLeft(seconds: float | None) -> str:
    """For a progress bar; ``%p`` is Qt's own."""
    return "%p %" if seconds is None else _("%p %, {seconds:.0f} s left").format(seconds=max(1.0, seconds))


def duration(seconds: float) -> str:
    """Of a wait, as a reader needs it: seconds up to a minute and a half, then minutes."""
    text: str = _("{n:.0f} s") if seconds < LONG_SECONDS else _("{n:.0f} min")
    return text.format(n=max(1.0, seconds) if seconds < LONG_SECONDS else seconds / 60)
