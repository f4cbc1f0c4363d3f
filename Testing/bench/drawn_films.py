"""The shipped network on films that are nobody's: ``python Testing/bench/drawn_films.py``.

Writes ``Docs/evidence/sample.json``: the source ``plain`` has upright PA films of varied anatomy as the
sample study is, ``varied`` has AP, rotation, tilt, devices, findings and exposures drawn for each film.
"""

from __future__ import annotations

import argparse
import csv
import shlex
import sys
import tempfile
from pathlib import Path

from PIL import Image as Picture

from cardiothorax.ctr.evidence import measured_as_plain
from cardiothorax.phantoms import cxr
from cardiothorax.phantoms.options import varied
from cardiothorax.report import write_json

ROOT = Path(__file__).resolve().parents[2]
FIRST_SEED = 100_000
"""Far from the seeds that training draws."""


def main() -> int:
    options = _arguments()
    with tempfile.TemporaryDirectory() as folder:
        draw(Path(folder), options.count, options.side)
        found = measured_as_plain(None, Path(folder), split="val", command=shlex.join(["python", *sys.argv]))
    del found["films"]
    write_json(found, options.out)
    return 0


def draw(folder: Path, count: int, side: int) -> None:
    """``count`` films of either source, laid out as labelled films for training are."""
    (folder / "masks").mkdir()
    rows = []
    for number in range(FIRST_SEED, FIRST_SEED + count):
        for source in ("plain", "varied"):
            chosen = varied(number, side) if source == "varied" else cxr.CxrOptions(side_px=side)
            film = cxr.make(number, options=chosen)
            name = f"{source}_{number}"
            written = cxr.write(film, folder, name)[0]
            Picture.fromarray(film.labels).save(folder / "masks" / f"{name}.png")
            rows.append((name, written.name, source, "val", 1))
    with open(folder / "index.csv", "w", newline="", encoding="utf-8") as table:
        writer = csv.writer(table)
        writer.writerow(["id", "image", "source", "split", "has_heart"])
        writer.writerows(rows)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--count", type=int, default=40, help="films of either source")
    parser.add_argument("--side", type=int, default=1024)
    parser.add_argument("--out", type=Path, default=ROOT / "Docs" / "evidence" / "sample.json")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
