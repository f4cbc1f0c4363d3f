"""Chest CT of nobody, drawn with every plaque known, and plaques put into real scans."""

from .draw import CtPhantom, draw_ct
from .options import (
    AnatomyOptions,
    ConfounderOptions,
    CoronaryOptions,
    CtPhantomOptions,
    PlaqueOptions,
    ScanOptions,
)
from .varied import random_options

__all__ = [
    "AnatomyOptions",
    "ConfounderOptions",
    "CoronaryOptions",
    "CtPhantom",
    "CtPhantomOptions",
    "PlaqueOptions",
    "ScanOptions",
    "draw_ct",
    "random_options",
]
