"""Both engines of the dense CRF on the same films: the share of pixels that get the same label.

    python Testing/bench/crf_engines.py --data FILMS --side 800

Writes ``Docs/evidence/crf-engines.json``. FILMS is laid out as Docs/training.md says; every film of the
validation split goes through the shipped network, then through both engines with the card's numbers.
"""

from __future__ import annotations

import argparse
import csv
import json
import shlex
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from cardiothorax import __version__
from cardiothorax.ctr.crf import CrfChoice, choose_crf, refine
from cardiothorax.imaging import pad_to_square, radiographic_view, read_radiograph
from cardiothorax.models import LoadedModel, open_model
from cardiothorax.radiograph.normalise import normalise
from cardiothorax.radiograph.segment import ProbabilityMap
from cardiothorax.records import write_atomically

ROOT = Path(__file__).resolve().parents[2]
ENGINES = ("grid", "pydensecrf")


def main() -> int:
    options = _arguments()
    model = open_model(engine="onnx", device="cpu")
    side = options.side or model.card.input.side_px
    films = [compare(file, model, side) for file in _films(options.data, options.split)]
    same = [film["same_label"] for film in films]
    found: dict[str, Any] = {
        "command": shlex.join(["python", *sys.argv]),
        "date": datetime.now(UTC).date().isoformat(),
        "version": __version__,
        "model_sha256": model.sha256,
        "side_px": side,
        "films": len(films),
        "same_label": float(np.mean(same)),
        "same_label_worst_film": min(same),
        "seconds_median": {e: float(np.median([film[e] for film in films])) for e in ENGINES},
    }
    with write_atomically(options.out) as temporary:
        temporary.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(json.dumps(found, indent=1) + "\n")
    return 0


def compare(file: Path, model: LoadedModel, side: int) -> dict[str, float]:
    """Share of equal labels, and each engine's seconds."""
    film, _ = radiographic_view(read_radiograph(file))
    square, fit = pad_to_square(film, side)
    classes = model.engine.predict(normalise(square, model.card.input.normalisation)[None, None])[0]
    parameters = choose_crf("grid", model.card).parameters
    labels, seconds = {}, {}
    for engine in ENGINES:
        start = time.perf_counter()
        refined = refine(film, ProbabilityMap(classes, fit), CrfChoice(engine, parameters))
        seconds[engine] = time.perf_counter() - start
        labels[engine] = refined.classes.argmax(0)
    return {"same_label": float((labels["grid"] == labels["pydensecrf"]).mean()), **seconds}


def _films(folder: Path, split: str) -> list[Path]:
    with open(folder / "index.csv", newline="", encoding="utf-8") as table:
        return [folder / row["image"] for row in csv.DictReader(table) if row["split"] == split]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--split", default="val")
    parser.add_argument("--side", type=int, help="pixels of the square; the network's own if not given")
    parser.add_argument("--out", type=Path, default=ROOT / "Docs" / "evidence" / "crf-engines.json")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
