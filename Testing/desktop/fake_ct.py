"""What the fake worker answers to CalciumScore: a network that has found three lesions of the drawn CT."""

from __future__ import annotations

import numpy as np

from Testing.scene import drawn_ct

FOUND = {"lad": 1, "rca": 2, "bar": 2}
"""The RCA's lesion is taken for one of the LCX: a reader has something to put right."""
CONFIDENCE = {"lad": 0.93, "rca": 0.41, "bar": 0.77}


def respond(inputs, arrays):
    run = scored(inputs, arrays["ct"])
    return plain(run), {"labels": run.labels, "proposals": run.proposals}


def spoil(values, arrays):
    """Labels of another shape than the CT."""
    return values, {name: array[:2] for name, array in arrays.items()}


def plain(run):
    from cardiothorax.calcium.table import row_of
    from cardiothorax.records import to_plain

    return {"result": to_plain(run.result), "row": row_of(run.result), "files": []}


def scored(inputs, array):
    """The run that the pipeline would give: without a network it is the pipeline's own."""
    from cardiothorax.calcium.options import CalciumOptions
    from cardiothorax.calcium.pipeline import run
    from cardiothorax.imaging.plain import image_of

    image = image_of(inputs["image"], array)
    options = CalciumOptions.from_plain(inputs)
    started = run(image, None, options)
    if options.method == "none" or any(f.grade.value == "reject" for f in started.result.flags):
        return started
    return proposed(image, started)


def proposed(image, started):
    from dataclasses import replace

    from cardiothorax.calcium.edit import settings_of
    from cardiothorax.calcium.flags import unreviewed
    from cardiothorax.calcium.result import CalciumRun
    from cardiothorax.calcium.score import score

    proposals = np.zeros(image.array.shape, np.uint8)
    confidence = np.zeros(image.array.shape, np.float32)
    for name, code in FOUND.items():
        proposals[drawn_ct.box_of(name)] = code
        confidence[drawn_ct.box_of(name)] = CONFIDENCE[name]
    scores = score(image, proposals, settings_of(started.result), confidence=confidence)
    flags = tuple(flag for flag in started.result.flags if flag.code != "not_scored")
    result = replace(
        started.result,
        values=scores.values,
        lesions=scores.lesions,
        flags=(*flags, unreviewed("drawn 1")),
        provenance=replace(started.result.provenance, model_name="drawn", model_version="1"),
        seconds={"network": 0.1},
    )
    return CalciumRun(result, proposals, proposals)
