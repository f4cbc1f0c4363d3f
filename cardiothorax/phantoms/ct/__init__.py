"""Chest CT of nobody, drawn with every plaque known, and plaques put into real scans."""

from .dicom import write_ct_series
from .draw import CtPhantom, draw_ct
from .implant import ImplantOptions, implant
from .insert_files import write_insert
from .options import (
    AnatomyOptions,
    ConfounderOptions,
    CoronaryOptions,
    CtPhantomOptions,
    PlaqueOptions,
    ScanOptions,
)
from .qrm import qrm_insert
from .shapes import Grid, rendered_cylinder, rendered_sphere
from .varied import random_options

__all__ = [
    "AnatomyOptions",
    "ConfounderOptions",
    "CoronaryOptions",
    "CtPhantom",
    "CtPhantomOptions",
    "Grid",
    "ImplantOptions",
    "PlaqueOptions",
    "ScanOptions",
    "draw_ct",
    "implant",
    "qrm_insert",
    "random_options",
    "rendered_cylinder",
    "rendered_sphere",
    "write_ct_series",
    "write_insert",
]
