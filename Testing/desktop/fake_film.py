"""What the fake worker answers to CTRMeasure: drawn lungs and heart, measured by the package."""

from __future__ import annotations

import numpy as np


def respond(inputs, arrays):
    values, labels = measured(inputs, arrays["film"])
    return values, {"labels": labels}


def spoil(values, arrays):
    """Labels of another shape than the film."""
    return values, {"labels": arrays["labels"][:10, :10]}


def measured(inputs, film):
    """The values of the task ``ctr`` and the labels, for the film's array."""
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
