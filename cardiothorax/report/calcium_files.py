"""What is written beside a table for one calcium study: page, picture, lesions."""

from __future__ import annotations

from pathlib import Path

from ..calcium.result import CalciumResult, CalciumRun
from ..calcium.table import LESION_COLUMNS
from ..imaging.image import Image
from ..models.card import Card
from ..records import to_plain
from .calcium_montage import write_montage
from .calcium_page import write_calcium_html
from .tables import write_csv


def write_study(
    run: CalciumRun, image: Image, folder: Path, name: str, *, card: Card | None = None
) -> list[str]:
    """``name.html``, ``name.png`` and ``name_lesions.csv``; gives their names. Needs the extra ``report``."""
    write_calcium_html(run, folder / f"{name}.html", image=image, card=card)
    write_montage(run, image, folder / f"{name}.png")
    write_lesions(run.result, folder / f"{name}_lesions.csv")
    return [f"{name}.html", f"{name}.png", f"{name}_lesions.csv"]


def write_lesions(result: CalciumResult, path: Path | str) -> None:
    """One row a piece in space, small ones and those that are not coronary too, in full precision."""
    write_csv([to_plain(lesion) for lesion in result.lesions], path, columns=LESION_COLUMNS)
