"""Pictures of CalciumScore for the README: the sample CT, as a reader marks it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

REPOSITORY = Path(__file__).resolve().parents[2]
SAMPLES = REPOSITORY / "Resources" / "Samples"
LESIONS_TO_MARK = 6
"""The rest stays as it is found: a study half done says more."""


def calcium_pictures(desktop, out: Path, panel, view) -> list[Path]:
    """``panel(desktop, widget, path)`` and ``view(desktop, path, name)`` take a picture each."""
    widget = desktop.load_module(REPOSITORY / "CalciumScore" / "CalciumScore.py")
    desktop.enter(widget)
    pictures = [panel(desktop, widget, out / "calcium-start.png")]
    widget.ui.sampleButton.click()
    widget._parameterNode.model = "none"
    widget.ui.applyButton.click()
    if not desktop.process(until=lambda: widget.review.result is not None, timeout=120):
        raise SystemExit(f"no study: {widget.ui.statusLabel.text}")
    widget.ui.readerEdit.text = "AB"
    _mark(widget)
    widget._parameterNode.show3D = True
    desktop.process(until=lambda: False, timeout=1.0)
    _show_largest(widget)
    desktop.process()
    pictures += [
        panel(desktop, widget, out / "calcium-marked.png"),
        view(desktop, out / "calcium-slice-view.png", "Red"),
        view(desktop, out / "calcium-3d.png", "3D"),
    ]
    desktop.exit(widget)
    return pictures


def _mark(widget) -> None:
    """Click the drawn lesions, largest first, as a reader who knows the arteries."""
    from cardiothorax.calcium.live import LiveScore
    from cardiothorax.calcium.settings import Settings
    from cardiothorax.imaging.masks import read_mask

    review = widget.review.review
    labels = read_mask(SAMPLES / "calcium_sample_labels.nrrd", review.image)
    truth = LiveScore(review.image, labels, Settings())
    coronary = [lesion for lesion in truth.scores.lesions if lesion.artery != "other"]
    coronary.sort(key=lambda lesion: lesion.agatston, reverse=True)
    for lesion in coronary[:LESIONS_TO_MARK]:
        k, j, i = (int(axis[0]) for axis in truth.voxels_of(lesion.id))
        if not np.array(review.labels)[k, j, i]:
            widget.review.choose(lesion.artery)
            widget.review.click(review.world_at((k, j, i)))


def _show_largest(widget) -> None:
    lesions = widget.review.review.scores.lesions
    largest = max(lesions, key=lambda lesion: lesion.agatston)
    widget.review.lesions.select(("lesion", largest.id), tell=True)
