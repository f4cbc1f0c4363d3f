"""Calcium scores under review, made from the drawn CT, and whether all their parts agree."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import slicer

from cardiothorax.calcium.edit import settings_of
from cardiothorax.calcium.flags import unreviewed
from cardiothorax.calcium.options import CalciumOptions
from cardiothorax.calcium.pipeline import run as run_pipeline
from cardiothorax.calcium.result import CalciumRun
from cardiothorax.calcium.score import score
from cardiothorax.scene.calcium_nodes import read_labels, show_run
from cardiothorax.scene.calcium_review import CalciumReview
from Testing.scene import drawn_ct


def started(volume, image):
    """Without a network: nothing is labeled."""
    run = run_pipeline(image, None, CalciumOptions(method="none"))
    return CalciumReview(show_run(slicer.mrmlScene, run, volume, image), image, run, reader="AB")


def proposing(volume, image, **arteries):
    """As after a network that proposed these lesions with a confidence of 0.8."""
    proposals = drawn_ct.labels(**arteries)
    plain = run_pipeline(image, None, CalciumOptions(method="none"))
    confidence = np.where(proposals > 0, np.float32(0.8), np.float32(0))
    scores = score(image, proposals, settings_of(plain.result), confidence=confidence)
    flags = tuple(flag for flag in plain.result.flags if flag.code != "not_scored")
    result = replace(
        plain.result, values=scores.values, lesions=scores.lesions, flags=(*flags, unreviewed("drawn 1"))
    )
    run = CalciumRun(result, proposals, proposals)
    return CalciumReview(show_run(slicer.mrmlScene, run, volume, image), image, run, reader="AB")


def layer(review):
    return read_labels(review.nodes, review.turn)


def agree(review):
    """Scene, run and live score tell the same, and it is what scoring from scratch gives."""
    assert np.array_equal(layer(review), review.labels)
    if review.edited:
        fresh = score(review.image, np.ascontiguousarray(review.labels), review.settings)
        assert review.result.values == fresh.values
        assert np.array_equal(review.run.labels, review.labels)
    assert review.nodes.anchor.GetText() == review.result.to_json()
    assert review.nodes.lesions.GetNumberOfRows() == len(review.result.lesions)
