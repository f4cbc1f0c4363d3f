"""The table of numbers: fixed drawn films through the whole pipeline, every number that a reader sees.

A test repeats it and compares. When a number changes on purpose (another model, another definition):
``make numbers``, look at the difference, and name it in CHANGELOG.md.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterable
from itertools import count
from pathlib import Path
from typing import Any

from cardiothorax.ctr.pipeline import run
from cardiothorax.imaging import read_radiograph
from cardiothorax.models import open_model
from cardiothorax.phantoms import cxr
from cardiothorax.records import to_plain, write_atomically

TABLE = Path(__file__).with_name("fixed_films.json")
SIDE_PX = 512
FILMS: dict[str, cxr.CxrOptions] = {
    "normal": cxr.CxrOptions(side_px=SIDE_PX, ctr=0.45, sex="female"),
    "enlarged": cxr.CxrOptions(side_px=SIDE_PX, ctr=0.58, sex="male"),
    "inverted": cxr.CxrOptions(side_px=SIDE_PX, ctr=0.48, polarity="MONOCHROME1"),
    "tilted": cxr.CxrOptions(side_px=SIDE_PX, ctr=0.5, tilt_degrees=8.0),
    "portable": cxr.CxrOptions(side_px=SIDE_PX, ctr=0.55, portable=True, devices=("leads", "tube")),
    "dark": cxr.CxrOptions(side_px=SIDE_PX, ctr=0.47, exposure=2.0, collimated=True),
}
FIRST_SEED = 20_000


def table(names: Iterable[str] = FILMS) -> dict[str, dict[str, Any]]:
    """By film: the truth's ratio, and what was measured, from the DICOM file on."""
    model = open_model(engine="onnx", device="cpu")
    gate = open_model(task="radiograph-gate", engine="onnx", device="cpu")
    seeds = dict(zip(FILMS, count(FIRST_SEED)))
    found = {}
    for name in names:
        film = cxr.make(seeds[name], options=FILMS[name])
        with tempfile.TemporaryDirectory() as folder:
            image = read_radiograph(cxr.write(film, Path(folder), name)[0])
        result = run(image, model, gate).result
        found[name] = {
            "true_ctr": film.truth.ctr,
            "model_sha256": result.provenance.model_sha256,
            "verdict": result.verdict,
            "flags": [flag.code for flag in result.flags],
            "values": to_plain(result.values),
        }
    return found


if __name__ == "__main__":
    with write_atomically(TABLE) as temporary:
        temporary.write_text(json.dumps(table(), indent=1) + "\n", encoding="utf-8")
    sys.exit(0)
