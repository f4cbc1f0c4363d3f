"""Self-contained HTML from the templates in the package: no script, no link, nothing loaded from outside."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

import numpy as np

from ..stats.extras import report_library
from .tables import write_text

PACKAGE = Path(__file__).resolve().parents[1]


def write_page(template: str, context: dict[str, Any], path: Path | str) -> None:
    """Fill ``template`` (a path inside the package) and write it; a missing name is an error."""
    jinja2 = report_library("jinja2", "An HTML report")
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(PACKAGE),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    write_text(environment.get_template(template).render(context), path)


def embedded_jpeg(rgb: np.ndarray) -> str:
    """``rgb`` as a ``data:`` address; quality and full color resolution keep thin lines clean."""
    from PIL import Image as PilImage

    buffer = io.BytesIO()
    PilImage.fromarray(rgb).save(buffer, format="JPEG", quality=92, subsampling=0)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")
