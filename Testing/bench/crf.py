"""The CRF's two engines side by side: seconds, ratio and agreement.

    python Testing/bench/crf.py [--films N] [--probabilities DIR] [--iterations N] [--repeats N] [--threads N]

Without ``--probabilities`` the masks of the validation split, blurred and shaken, stand for a network's
output. With it, ``DIR/<id>.npz`` holds ``grey`` uint8 [h, w] and ``probabilities`` [c, h, w] of each film.
The films are found as the tests find them: CARDIOTHORAX_SHARED, else ../shared beside the repository.
"""

from __future__ import annotations

import argparse
import csv
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter

from cardiothorax.refine import CrfParameters, dense_crf, numpy_backend

SIDE_PX = 800
CLASSES = 4


def shared() -> Path:
    return Path(os.environ.get("CARDIOTHORAX_SHARED", Path(__file__).resolve().parents[3] / "shared"))


def films(count: int) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """Name, grey and plausible soft probabilities of validation films, spread over the sources."""
    folder = shared() / "data" / "cxr" / "segmentation"
    with open(folder / "index.csv", newline="", encoding="utf-8") as handle:
        rows = [row for row in csv.DictReader(handle) if row["split"] == "val" and row["has_heart"] == "1"]
    for row in rows[:: max(1, len(rows) // count)][:count]:
        picture = Image.open(folder / row["image"]).convert("L").resize((SIDE_PX, SIDE_PX))
        mask = Image.open(folder / "masks" / f"{row['id']}.png").resize(
            (SIDE_PX, SIDE_PX), Image.Resampling.NEAREST
        )
        yield row["id"], np.asarray(picture), shaken(np.asarray(mask), np.random.default_rng(len(row["id"])))


def shaken(labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Borders displaced by a few smooth pixels and soft over some four, as a network draws them."""
    noise = gaussian_filter(rng.normal(size=(CLASSES, *labels.shape)), (0, 12, 12))
    noise *= 0.8 / noise.std()
    soft = np.stack([gaussian_filter((labels == organ) * 1.0, 5) for organ in range(CLASSES)])
    logits = np.log(np.clip(soft, 1e-4, None)) * 1.6 + noise
    gains = np.exp(logits - logits.max(axis=0))
    return (gains / gains.sum(axis=0)).astype(np.float32)


def stored(folder: Path) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    for path in sorted(folder.glob("*.npz")):
        with np.load(path) as film:
            yield path.stem, film["grey"], film["probabilities"]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--films", type=int, default=8)
    parser.add_argument("--probabilities", type=Path)
    parser.add_argument("--iterations", type=int, default=CrfParameters().iterations)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--threads", type=int, help="threads of the grid; default: all cores")
    options = parser.parse_args()
    if options.threads:
        numpy_backend.usable_cores = lambda: options.threads  # type: ignore[assignment]
    params = replace(CrfParameters(), iterations=options.iterations)
    cases = list(stored(options.probabilities) if options.probabilities else films(options.films))

    engines = ("grid", "pydensecrf")
    same = []
    for name, grey, probabilities in cases:
        labels = [dense_crf(grey, probabilities, engine=e, params=params).argmax(axis=0) for e in engines]
        changed = np.mean(labels[0] != probabilities.argmax(axis=0))
        same.append(np.mean(labels[0] == labels[1]))
        print(f"{name:20s} same label {100 * same[-1]:8.4f} %   changed by the CRF {100 * changed:6.3f} %")

    name, grey, probabilities = cases[0]
    seconds: dict[str, list[float]] = {engine: [] for engine in engines}
    for _ in range(options.repeats):
        for engine in engines:  # in turn, so that a busy machine is busy for both
            began = time.perf_counter()
            dense_crf(grey, probabilities, engine=engine, params=params)
            seconds[engine].append(time.perf_counter() - began)
    median = {engine: float(np.median(times)) for engine, times in seconds.items()}
    shape = " x ".join(map(str, probabilities.shape))
    print(f"\n{name}, {shape}, {params.iterations} iterations, median of {options.repeats}:")
    for engine in engines:
        print(f"  {engine:11s} {median[engine]:.3f} s   (best {min(seconds[engine]):.3f} s)")
    print(f"  ratio       {median['pydensecrf'] / median['grid']:.2f}")
    print(f"same label    {100 * np.mean(same):.4f} % of pixels on average, {100 * min(same):.4f} % at worst")


if __name__ == "__main__":
    main()
