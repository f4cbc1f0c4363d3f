"""What a reader of CalciumScore does besides scoring: handles, several studies, starting again, closing."""

from __future__ import annotations

import numpy as np

from Testing.desktop.calcium_hand import click, labels, start
from Testing.scene import drawn_ct


def test_a_press_on_a_handle_marks_no_lesion(desktop, calcium, ct):
    start(desktop, calcium, ct)
    calcium.ui.boxButton.click()
    display = calcium.review.review.nodes.region.GetDisplayNode()
    for part in (display.ComponentScaleHandle, display.ComponentTranslationHandle):
        display.SetActiveComponent(part, 0)  # the mouse is over it: Slicer's views say so
        click(calcium, "bar")
        assert not labels(calcium).any()
    display.SetActiveComponent(display.ComponentLine, 0)
    click(calcium, "bar")
    assert np.array_equal(labels(calcium), drawn_ct.labels(bar=1)), "the box's outline is in nobody's way"
    display.SetActiveComponent(display.ComponentNone, -1)
    click(calcium, "bar")
    assert not labels(calcium).any()
    desktop.check()


def test_the_page_names_the_license_and_limits_of_the_network(desktop, calcium, ct, tmp_path, monkeypatch):
    from dataclasses import replace

    from cardiothorax.models import list_models, registry

    entry = list_models("ctr")[0]
    card = replace(
        entry.card, name="drawn", task="calcium", licence="CC-BY-NC-4.0", weights_sha256="ab" * 32,
        limits=("trained on simulated CT; not validated on patients",),
    )  # fmt: skip
    monkeypatch.setattr(registry, "list_models", lambda task=None: (replace(entry, card=card),))
    start(desktop, calcium, ct, network=True)
    calcium.shortcuts.press("Shift+A")
    run = calcium.review.review.run
    named = replace(run.result.provenance, model_sha256="ab" * 32)
    calcium.review.review.run = replace(run, result=replace(run.result, provenance=named))
    calcium.export.folderField.path = tmp_path
    calcium.ui.exportButton.click()
    page = (tmp_path / "Cardiac_CT_calcium.html").read_text("utf-8")
    assert "not validated on patients" in page
    assert "CC-BY-NC-4.0" in page
    desktop.check()
