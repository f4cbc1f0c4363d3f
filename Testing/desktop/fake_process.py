"""A child process that plays the worker's part: ``success``, ``error``, ``garbage``, ``crash``, ``endless``.

It speaks the protocol of ``cardiothorax.jobs`` and measures drawn lungs and heart with the package's own
functions, so that a panel has something true to show without a network.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import numpy as np

from cardiothorax.jobs.messages import encode
from cardiothorax.jobs.packing import pack_arrays, unpack_job


def main():
    part, folder = sys.argv[1], Path(sys.argv[2])
    for line in sys.stdin.buffer:
        job = int(line)
        say({"type": "started", "job": job})
        step = {"fraction": 0.3, "step": "Finding lungs and heart", "seconds_left": 2.0}
        say({"type": "progress", "job": job, **step})
        PARTS[part](job, folder / f"job{job}")


def say(message):
    sys.stdout.buffer.write(encode(message))
    sys.stdout.buffer.flush()


def success(job, folder):
    _, inputs, arrays = unpack_job(folder)
    values, labels = measured(inputs, arrays["film"])
    answer(job, folder, values, labels)


def answer(job, folder, values, labels):
    files = pack_arrays(folder, {"labels": labels}, "out")
    say({"type": "result", "job": job, "values": values, "arrays": files, "seconds": 0.1})


def measured(inputs, film):
    from cardiothorax.ctr.geometry import lines_on_input
    from cardiothorax.ctr.pipeline import assess
    from cardiothorax.ctr.result import CtrResult
    from cardiothorax.ctr.table import row_of
    from cardiothorax.imaging import radiographic_view
    from cardiothorax.imaging.plain import image_of
    from cardiothorax.records import Flag, Grade, Provenance, to_plain

    image = image_of(inputs["image"], film)
    _, turn = radiographic_view(image)
    labels = drawn(film.shape[1:])
    found, flags = assess(turn.forward(labels), image, turn, cutoff=inputs["cutoff"])
    unknown = Flag("projection_unknown", Grade.NOTE, "PA or AP is not known; AP films enlarge the heart.")
    options = {"cutoff": inputs["cutoff"]}
    result = CtrResult(
        source=image.source,
        values=found.values,
        lines=lines_on_input(found.lines, turn, image),
        flags=(unknown, *flags),
        provenance=Provenance("0", "drawn", "1", "0" * 64, "none", "cpu", options=options),
        notes=("No window in the file: the whole range is shown.",),
        seconds={"measure": 0.1},
    )
    return {"result": to_plain(result), "row": row_of(result)}, labels


def drawn(shape):
    """Two lungs and a heart as ellipses, the heart to the patient's left."""
    rows, columns = shape
    y, x = np.ogrid[:rows, :columns]
    labels = np.zeros(shape, np.uint8)

    def ellipse(cy, cx, ry, rx):
        return ((y - cy * rows) / (ry * rows)) ** 2 + ((x - cx * columns) / (rx * columns)) ** 2 < 1

    labels[ellipse(0.5, 0.28, 0.36, 0.17)] = 2
    labels[ellipse(0.5, 0.72, 0.36, 0.17)] = 1
    labels[ellipse(0.65, 0.55, 0.17, 0.21)] = 3
    return labels


def error(job, folder):
    message = "The weights do not fit their card."
    problem = {"code": "model_problem", "message": message, "hint": "Add the model again."}
    say({"type": "problem", "job": job, "error": problem})


def garbage(job, folder):
    sys.stdout.buffer.write(b"Loading ... 37 %\n\xff\xfe\x00\n@cardiothorax {not json\n")
    sys.stdout.buffer.flush()


def nonsense(job, folder):
    """A result of another shape than the film."""
    _, inputs, arrays = unpack_job(folder)
    values, labels = measured(inputs, arrays["film"])
    answer(job, folder, values, labels[:10, :10])


def crash(job, folder):
    sys.stderr.write("Segmentation fault in a library\n")
    sys.stderr.flush()
    os._exit(11)


def endless(job, folder):
    while True:
        time.sleep(0.1)


PARTS = {f.__name__: f for f in (success, error, garbage, nonsense, crash, endless)}

if __name__ == "__main__":
    main()
