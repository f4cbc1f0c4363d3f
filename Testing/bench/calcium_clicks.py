"""How long one click takes in a study of 512 x 512 x 60 voxels with 200 lesions, beside its undo and a brush.

    python Testing/bench/calcium_clicks.py

Needs slicer-core. Times are of the scene and the scores; drawing the views comes on top.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

SHAPE = (60, 512, 512)
LESIONS = 200
LESION_SHAPE = (2, 4, 5)


def main() -> None:
    import slicer

    from Testing.scene.conftest import Core

    with tempfile.TemporaryDirectory() as folder:
        core = Core(folder)
        slicer.mrmlScene = core.scene
        review, places = _study(core.scene)
        clicks = [_seconds(lambda n=n: review.click(places[n], 1 + n % 4)) for n in range(LESIONS)]
        undo = [_seconds(review.undo) for _ in range(20)]
        redo = [_seconds(review.redo) for _ in range(20)]
        writing = _seconds(review.flush)
        _say("click, first lesion", clicks[:1])
        _say("click, lesions 181 to 200", clicks[-20:])
        _say("undo", undo)
        _say("redo", redo)
        _say("text and tables of 200 lesions (when the hand rests)", [writing])
        core.scene.Clear(True)
        slicer.mrmlScene = None


def _study(scene):
    import slicer

    from cardiothorax.calcium.options import CalciumOptions
    from cardiothorax.calcium.pipeline import run
    from cardiothorax.scene.calcium_nodes import show_run
    from cardiothorax.scene.calcium_review import CalciumReview
    from cardiothorax.scene.calcium_volumes import ct_of_volume
    from cardiothorax.scene.geometry import vtk_matrix

    values, places = _drawn()
    volume = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "CT")
    slicer.util.updateVolumeFromArray(volume, values)
    volume.SetIJKToRASMatrix(vtk_matrix(np.diag([-0.4, -0.4, 3.0, 1.0])))
    volume.CreateDefaultDisplayNodes()
    image = ct_of_volume(volume)
    started = run(image, None, CalciumOptions(method="none"))
    nodes = show_run(scene, started, volume, image)
    return CalciumReview(nodes, image, started, lazy=True), places


def _drawn():
    """Noise, bone, and lesions on a lattice, so that none touches another."""
    rng = np.random.default_rng(1)
    values = rng.normal(40, 15, SHAPE).astype(np.int16)
    values[:, 430:500, 200:300] = 600
    lattice = [(k, j, i) for k in range(2, 58, 7) for j in range(100, 400, 60) for i in range(100, 400, 60)]
    places = [tuple(int(n) for n in place) for place in lattice[:LESIONS]]
    for place in places:
        values[tuple(slice(at, at + size) for at, size in zip(place, LESION_SHAPE, strict=True))] = 300
    return values, places


def _seconds(work) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _say(what: str, seconds: list[float]) -> None:
    middle, worst = 1000 * float(np.median(seconds)), 1000 * max(seconds)
    print(f"{what}: median {middle:.0f} ms, worst {worst:.0f} ms")


if __name__ == "__main__":
    main()
