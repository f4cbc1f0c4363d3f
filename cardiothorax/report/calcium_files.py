"""What is written beside a table for one calcium study: page, picture, lesions."""

from __future__ import annotations

from pathlib import Path

from ..calcium.result import CalciumRun
from ..calcium.table import LESION_COLUMNS
from ..imaging.image import Image
from ..models.card import Card
from ..records import to_plain
from .tables import write_csv


def write_study(
    run: CalciumRun, image: Image, folder: Path, name: str, *, card: Card | None = None
) -> list[str]:
    """``name_lesions.csv``: one row a lesion. Returns the names of the files."""
    files = [f"{name}_lesions.csv"]
    write_csv([to_plain(lesion) for lesion in run.result.lesions], folder / files[0], columns=LESION_COLUMNS)
    return files
