"""What a reader of CalciumScore does besides scoring: handles, several studies, starting again, closing."""

from __future__ import annotations

import numpy as np
import pytest

from Testing.desktop.calcium_hand import click, labels, press_at, start
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


def test_starting_again_is_a_step_that_can_be_undone(desktop, calcium, ct):
    import slicer

    start(desktop, calcium, ct)
    click(calcium, "bar")
    click(calcium, "lad")
    kept, result = labels(calcium), calcium.review.result
    nodes = slicer.mrmlScene.GetNumberOfNodes()
    start(desktop, calcium, ct)
    assert not labels(calcium).any()
    assert "Ctrl+Z" in calcium.ui.statusLabel.text
    assert slicer.mrmlScene.GetNumberOfNodes() == nodes, "nothing is left of the earlier run"
    calcium.shortcuts.press("Ctrl+Z")
    assert np.array_equal(labels(calcium), kept)
    assert calcium.review.result.values == result.values
    assert calcium.review.result.provenance.edits == result.provenance.edits
    calcium.shortcuts.press("Ctrl+Shift+Z")
    assert calcium.review.result.values is None
    desktop.check()


def test_two_studies_are_shown_one_at_a_time(desktop, calcium, ct):
    import slicer

    other = slicer.util.addVolumeFromArray(
        drawn_ct.hu(), ijkToRAS=drawn_ct.placing("plain"), name="Second CT"
    )
    start(desktop, calcium, ct)
    click(calcium, "bar")
    first = calcium.review.review.nodes
    start(desktop, calcium, other)
    second = calcium.review.review.nodes
    assert not labels(calcium).any()
    assert not first.segmentation.GetDisplayNode().GetVisibility()
    assert not first.candidates.GetDisplayNode().GetVisibility()
    assert second.candidates.GetDisplayNode().GetVisibility()
    calcium._parameterNode.inputVolume = ct
    assert np.array_equal(labels(calcium), drawn_ct.labels(bar=1))
    assert first.segmentation.GetDisplayNode().GetVisibility()
    assert first.candidates.GetDisplayNode().GetVisibility()
    assert not second.candidates.GetDisplayNode().GetVisibility()
    shown = slicer.app.layoutManager().sliceWidget("Red").sliceLogic().GetSliceCompositeNode()
    assert shown.GetBackgroundVolumeID() == ct.GetID(), "a click marks what is on the screen"
    desktop.check()


def test_a_volume_removed_in_review_puts_the_study_down(desktop, calcium, ct):
    import slicer

    start(desktop, calcium, ct)
    click(calcium, "bar")
    ct.SetName("Renamed")
    click(calcium, "lad")
    slicer.mrmlScene.RemoveNode(ct)
    desktop.process()
    assert calcium.review.review is None
    assert "Choose a plain CT" in calcium.ui.statusLabel.text
    calcium.shortcuts.press("Ctrl+Z")
    desktop.check()


@pytest.mark.parametrize("closed", ["scene", "volume"])
def test_what_is_closed_while_it_runs_leaves_nothing(desktop, calcium, ct, closed):
    import slicer

    calcium.play("endless")
    calcium._parameterNode.inputVolume = ct
    calcium.ui.applyButton.click()
    assert desktop.process(until=lambda: calcium.ui.progressBar.value == 30, timeout=30)
    if closed == "scene":
        slicer.mrmlScene.Clear(0)
        assert desktop.process(until=lambda: not calcium.study.running, timeout=10)
    else:
        slicer.mrmlScene.RemoveNode(ct)
        desktop.process()
        calcium.ui.applyButton.click()
    assert not calcium.study.running
    assert slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLSegmentationNode") == 0
    desktop.check()


def test_unmarked_candidates_in_the_heart_box_are_gray_on_the_strip(desktop, calcium, ct, pictures):
    start(desktop, calcium, ct)
    assert calcium.review.review.unmarked == []
    calcium.ui.boxButton.click()
    region = calcium.review.review.nodes.region
    region.SetCenter(calcium.review.review.world_at((3.5, 16, 25)))
    region.SetSize([40.0, 16.0, 60.0])
    assert desktop.process(until=lambda: not calcium.review.tools._boxTimer.active, timeout=5)
    assert sorted(calcium.review.review.unmarked) == [(2, 3), (3, 3), (5, 5)]
    click(calcium, "rca")
    assert sorted(calcium.review.review.unmarked) == [(2, 3), (3, 3)]
    desktop.grab(calcium, pictures / "calcium-strip.png", width=480)
    calcium._parameterNode.show3D = True
    desktop.process()
    desktop.grab_view("3D", pictures / "calcium-3d-box.png", 500, 500)
    desktop.grab_view("Red", pictures / "calcium-red-box.png", 500, 500)
    assert region.GetDisplayNode().GetVisibility3D(), "the heart's place around the lesions"
    desktop.check()


def test_accepting_all_and_undoing_it_leaves_clicks_as_they_were(desktop, calcium, ct):
    start(desktop, calcium, ct, network=True)
    calcium.shortcuts.press("Shift+A")
    assert np.array_equal(labels(calcium), drawn_ct.labels(lad=1, rca=2, bar=2))
    score = calcium.review.result.values.agatston
    calcium.shortcuts.press("Ctrl+Z")
    assert not labels(calcium).any()
    assert calcium.ui.proposedButton.checked
    click(calcium, "rca")
    assert np.array_equal(labels(calcium), drawn_ct.labels(rca=2)), "accepted, not given to the LAD"
    calcium.shortcuts.press("Ctrl+Z")
    calcium.review.lesions.select(None)
    calcium.shortcuts.press("A")
    assert calcium.review.lesions.key == ("proposal", 1), "it is shown before it counts"
    assert not labels(calcium).any()
    calcium.shortcuts.press("Shift+A")
    assert calcium.review.result.values.agatston == score, "nothing counts twice"
    desktop.check()


def test_starting_again_after_a_node_was_deleted_leaves_no_orphans(desktop, calcium, ct):
    import slicer

    start(desktop, calcium, ct)
    click(calcium, "bar")
    nodes = slicer.mrmlScene.GetNumberOfNodes()
    slicer.mrmlScene.RemoveNode(calcium.review.review.nodes.segmentation)
    desktop.process()
    assert calcium.review.review is None
    start(desktop, calcium, ct)
    assert len(slicer.util.getNodesByClass("vtkMRMLSegmentationNode")) == 3
    assert slicer.mrmlScene.GetNumberOfNodes() <= nodes + 2, "the display and storage of what was deleted"
    calcium.shortcuts.press("Ctrl+Z")
    assert np.array_equal(labels(calcium), drawn_ct.labels(bar=1))
    desktop.check()


def test_a_slip_onto_the_spine_marks_nothing(desktop, calcium, ct, monkeypatch):
    from cardiothorax.scene import calcium_review

    monkeypatch.setattr(calcium_review, "LARGEST_CLICK_ML", 0.5)
    start(desktop, calcium, ct)
    press_at(calcium, calcium.review.review.world_at((4, 37, 20)))  # 1.4 ml of bone
    assert not labels(calcium).any()
    assert "1 ml" in calcium.ui.statusLabel.text
    assert "heart box" in calcium.ui.statusLabel.text
    assert not calcium.review.review.can_undo
    click(calcium, "bar")
    assert np.array_equal(labels(calcium), drawn_ct.labels(bar=1))
    desktop.check()
