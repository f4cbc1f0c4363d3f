"""What the bench measures, each part in a process of its own: ``python Testing/bench/parts.py PART FILM``.

Prints one line of JSON with the part's seconds and its peak memory. Warm figures are medians.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from calcium_parts import CALCIUM_PARTS

WARM_RUNS = 9
PAPER_SIDE_PX = 800
CRF_RUNS = 7


def pipeline(film: Path, engine: str) -> dict[str, Any]:
    """From DICOM file to result: first in a fresh process, then again and again."""
    before = time.perf_counter()
    from cardiothorax.ctr.pipeline import run
    from cardiothorax.imaging import read_radiograph
    from cardiothorax.models import open_model

    imported = time.perf_counter() - before
    before = time.perf_counter()
    model = open_model(engine=engine, device="cpu")
    gate = open_model(task="radiograph-gate", engine=engine, device="cpu")
    opened = time.perf_counter() - before

    def once() -> dict[str, float]:
        start = time.perf_counter()
        image = read_radiograph(film)
        read = time.perf_counter() - start
        stages = run(image, model, gate).result.seconds
        return {"read": read, **stages, "total": time.perf_counter() - start}

    first = once()
    again = [once() for _ in range(WARM_RUNS)]
    return {
        "import": imported,
        "open_models": opened,
        "first": first,
        "warm": {stage: statistics.median(r[stage] for r in again) for stage in first},
        "model": model.card.name,
        "side_px": model.card.input.side_px,
    }


def worker(film: Path) -> dict[str, Any]:
    """What the panel's user waits for: a worker that has to start, and one that is warm."""
    from cardiothorax.jobs import Worker

    seconds = []
    with Worker() as process:
        for _ in range(1 + WARM_RUNS):
            start = time.perf_counter()
            process.run("ctr", {"file": str(film)})
            seconds.append(time.perf_counter() - start)
    return {"cold": seconds[0], "warm": statistics.median(seconds[1:])}


def networks(film: Path) -> dict[str, Any]:
    """The two variants on the same square, in torch; the weights of the paper's do not matter for time."""
    import numpy as np
    import torch

    from cardiothorax.networks.unet import build_unet

    torch.set_num_threads(cores())
    image = torch.from_numpy(
        np.random.default_rng(1).random((1, 1, PAPER_SIDE_PX, PAPER_SIDE_PX), np.float32)
    )
    seconds = {}
    with torch.inference_mode():
        for variant, runs in (("slim", WARM_RUNS), ("paper", 3)):
            network = build_unet(variant).eval().to(memory_format=torch.channels_last)
            seconds[variant] = median_seconds(lambda network=network: network(image), runs)
    return {"side_px": PAPER_SIDE_PX, **seconds}


def engines(film: Path) -> dict[str, Any]:
    """The shipped network alone, at its own size, in both engines."""
    import numpy as np

    from cardiothorax.models import open_model

    found = {}
    for engine in ("onnx", "torch"):
        model = open_model(engine=engine, device="cpu")
        side = model.card.input.side_px
        batch = np.random.default_rng(1).random((1, 1, side, side), np.float32)
        found[engine] = median_seconds(lambda m=model, b=batch: m.engine.predict(b), WARM_RUNS)
    return found


def crf(film: Path) -> dict[str, Any]:
    """Both engines of the dense CRF on the same 800 x 800 case with the shipped model's numbers.

    They run in turn, so that a machine that is busy with something else is busy for both.
    """
    from cardiothorax.ctr.crf import choose_crf, square_grey
    from cardiothorax.imaging import pad_to_square, radiographic_view, read_radiograph
    from cardiothorax.models import open_model
    from cardiothorax.radiograph.normalise import normalise
    from cardiothorax.refine import dense_crf

    model = open_model(engine="onnx", device="cpu")
    view, _ = radiographic_view(read_radiograph(film))
    square, _ = pad_to_square(view, PAPER_SIDE_PX)
    classes = model.engine.predict(normalise(square, model.card.input.normalisation)[None, None])[0]
    grey, numbers = square_grey(view, PAPER_SIDE_PX), choose_crf("grid", model.card).parameters
    engines = ("grid", "pydensecrf")
    labels = [dense_crf(grey, classes, engine=engine, params=numbers).argmax(0) for engine in engines]
    seconds: dict[str, list[float]] = {engine: [] for engine in engines}
    for _ in range(CRF_RUNS):
        for engine in engines:
            began = time.perf_counter()
            dense_crf(grey, classes, engine=engine, params=numbers)
            seconds[engine].append(time.perf_counter() - began)
    medians = {engine: statistics.median(runs) for engine, runs in seconds.items()}
    return {
        **medians,
        "times_as_fast": medians["pydensecrf"] / medians["grid"],
        "same_label": float((labels[0] == labels[1]).mean()),
    }


def gpu(film: Path) -> dict[str, Any]:
    """From DICOM file to result with the network on a CUDA device."""
    from cardiothorax.ctr.pipeline import run
    from cardiothorax.imaging import read_radiograph
    from cardiothorax.models import open_model

    model = open_model(engine="torch", device="cuda")
    gate = open_model(task="radiograph-gate", engine="torch", device="cuda")
    run(read_radiograph(film), model, gate)
    total = median_seconds(lambda: run(read_radiograph(film), model, gate), WARM_RUNS)
    stages = run(read_radiograph(film), model, gate).result.seconds
    import torch

    return {"total": total, "stages": stages, "device": torch.cuda.get_device_name()}


def median_seconds(call: Callable[[], Any], runs: int) -> float:
    call()
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def cores() -> int:
    from cardiothorax.engines.base import usable_cores

    return usable_cores()


def peak_memory_mb() -> float | None:
    """Of this process and of the worker that it ended; None on Windows."""
    try:
        import resource
    except ImportError:
        return None
    unit = 1 if sys.platform == "darwin" else 1024
    users = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return max(resource.getrusage(user).ru_maxrss for user in users) * unit / 2**20


PARTS: dict[str, Callable[[Path], dict[str, Any]]] = {
    "pipeline_onnx": lambda film: pipeline(film, "onnx"),
    "pipeline_torch": lambda film: pipeline(film, "torch"),
    "worker": worker,
    "engines": engines,
    "networks": networks,
    "crf": crf,
    "gpu": gpu,
    **CALCIUM_PARTS,
}

if __name__ == "__main__":
    measured = PARTS[sys.argv[1]](Path(sys.argv[2]))
    print(json.dumps({**measured, "peak_memory_mb": peak_memory_mb()}))
