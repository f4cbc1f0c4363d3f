"""Libraries of the ``report`` extra, asked for by name only when a picture or page is made."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from ..errors import CardiothoraxError


class ExtraMissing(CardiothoraxError):
    """An optional library is not installed."""

    code = "extra_missing"


def report_library(name: str, wanted_for: str) -> ModuleType:
    """The module ``name``; :class:`ExtraMissing` names the extra that brings it."""
    try:
        return import_module(name)
    except ImportError as problem:
        raise ExtraMissing(
            f"{wanted_for} needs {name.partition('.')[0]}, which is not installed.",
            "Install the extra: pip install 'cardiothorax[report]'.",
        ) from problem
