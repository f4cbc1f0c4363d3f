"""Proposals of a network, and what is kept with the scene."""

from __future__ import annotations

import numpy as np
import pytest

slicer = pytest.importorskip("slicer", reason="needs slicer-core: pip install '.[scene]'")
vtk = pytest.importorskip("vtk")


from cardiothorax.calcium.labels import LAD, LCX, LM, OTHER, RCA  # noqa: E402
from cardiothorax.calcium.options import CalciumOptions  # noqa: E402
from cardiothorax.calcium.pipeline import run as run_pipeline  # noqa: E402
from cardiothorax.calcium.result import CalciumRun  # noqa: E402
from cardiothorax.scene.calcium_nodes import find_runs, show_run  # noqa: E402
from cardiothorax.scene.calcium_region import add_region  # noqa: E402
from cardiothorax.scene.calcium_review import AS_PROPOSED, CalciumReview  # noqa: E402
from cardiothorax.scene.run_nodes import remove_run  # noqa: E402
from Testing.scene import drawn_ct  # noqa: E402
from Testing.scene.calcium_reviews import agree, proposing, started  # noqa: E402


def test_proposals_do_not_count_until_they_are_accepted(core, volume, image):
    review = proposing(volume, image, lad=LAD, rca=LCX)
    assert not review.labels.any()
    assert [lesion.artery for lesion in review.proposed.lesions] == ["lad", "lcx"]
    assert review.proposed.values.agatston == pytest.approx(16.5)
    assert review.result.values.agatston == pytest.approx(16.5), "unreviewed, and it says so"
    assert review.click(drawn_ct.middle_of("lad"), AS_PROPOSED)
    assert np.array_equal(review.labels, drawn_ct.labels(lad=LAD))
    assert review.result.values.agatston == pytest.approx(12.0)
    assert review.result.automatic.agatston == pytest.approx(16.5)
    assert [lesion.artery for lesion in review.proposed.lesions] == ["lcx"]
    undecided = [flag for flag in review.result.flags if flag.code == "unreviewed"]
    assert [flag.evidence for flag in undecided] == ["1 undecided"]
    assert review.scores.lesions[0].confidence == pytest.approx(0.8, abs=1e-6)
    agree(review)
    assert review.reject(1)
    assert not review.proposed.lesions
    assert not any(flag.code == "unreviewed" for flag in review.result.flags)
    assert review.result.values.agatston == pytest.approx(12.0)
    assert review.undo()
    assert review.undo()
    assert review.result.values.agatston == pytest.approx(16.5)
    assert len(review.proposed.lesions) == 2
    agree(review)


def test_all_are_accepted_in_one_step(core, volume, image):
    review = proposing(volume, image, lad=LAD, rca=RCA, bar=LCX)
    review.click(drawn_ct.middle_of("bar"), LM)
    assert len(review.proposed.lesions) == 2, "what the reader labeled is decided"
    assert review.accept_all()
    assert np.array_equal(review.labels, drawn_ct.labels(lad=LAD, rca=RCA, bar=LM))
    assert not review.accept_all()
    agree(review)
    assert review.undo()
    assert np.array_equal(review.labels, drawn_ct.labels(bar=LM))


def test_as_proposed_takes_nothing_where_nothing_was_proposed(core, volume, image):
    review = proposing(volume, image, lad=LAD)
    assert not review.click(drawn_ct.middle_of("rca"), AS_PROPOSED)
    assert review.click(drawn_ct.middle_of("rca"), RCA)


def test_reset_makes_all_of_it_a_proposal_again(core, volume, image):
    review = proposing(volume, image, lad=LAD, rca=RCA)
    review.accept_all()
    review.click(drawn_ct.middle_of("lad"), LM)
    assert review.reset()
    assert not review.labels.any()
    assert len(review.proposed.lesions) == 2
    assert not review.edited
    agree(review)
    assert review.undo()
    assert np.array_equal(review.labels, drawn_ct.labels(lad=LM, rca=RCA))
    agree(review)


def test_a_saved_scene_goes_on_where_it_was(core, volume, image, tmp_path):
    review = proposing(volume, image, lad=LAD, rca=LCX)
    review.click(drawn_ct.middle_of("lad"), AS_PROPOSED)
    k, j, _ = drawn_ct.middle_of("bar")
    assert review.split_slices(drawn_ct.middle_of("lad"), 3, 7)
    add_region(review.nodes, review.world_at((4, 17, 25)), (40.0, 14.0, 60.0))
    review.region_changed()
    labels, result = np.array(review.labels), review.result
    path = tmp_path / "study.mrb"
    assert core.scene.WriteToMRB(str(path))
    core.scene.Clear(False)
    assert core.scene.ReadFromMRB(str(path), True)
    (nodes,) = find_runs(core.scene)
    again = CalciumReview.reopened(nodes, reader="CD")
    assert np.array_equal(again.labels, labels)
    assert again.result == result
    assert [lesion.artery for lesion in again.proposed.lesions] == ["lcx"]
    assert again.scores.lesions[0].confidence == pytest.approx(0.8, abs=1e-6)
    agree(again)
    assert again.nodes.region is not None
    assert not again.click((4, 36, 20), OTHER), "the box holds again"
    place = drawn_ct.middle_of("lad")
    assert again.click((3, *place[1:]), LM), "the cut holds again"
    assert again.labels[2][place[1:]] == LAD
    assert again.click((k, j, 21), LCX)
    assert again.result.provenance.edits[-1].edited_by == "CD"
    assert again.reset()
    assert len(again.proposed.lesions) == 2
    agree(again)


def test_a_run_replaces_the_one_before_and_leaves_nothing_when_removed(core, volume, image):
    before, items = core.node_ids(), core.items()
    first = started(volume, image)
    assert core.hierarchy.GetItemName(first.nodes.folder) == "CT CALCIUM"
    second = proposing(volume, image, lad=LAD)
    assert [nodes.anchor for nodes in find_runs(core.scene)] == [second.nodes.anchor]
    remove_run(second.nodes)
    left = {i for i in core.node_ids() - before if "Storage" not in i}
    assert not left, left
    assert core.items() - items == {core.hierarchy.GetItemByDataNode(volume)}


def test_nothing_is_left_when_making_nodes_fails(core, volume, image):
    run = run_pipeline(image, None, CalciumOptions(method="none"))
    before, items = core.node_ids(), core.items()
    with pytest.raises(AttributeError):
        show_run(core.scene, CalciumRun(None, run.labels, run.proposals), volume, image)
    assert core.node_ids() == before
    assert core.items() == items


def test_labels_travel_back_on_the_nodes_own_grid(core, volume, image, how):
    review = started(volume, image)
    review.click(drawn_ct.middle_of("rca"), RCA)
    exported = core.scene.AddNewNodeByClass("vtkMRMLLabelMapVolumeNode")
    ids = vtk.vtkStringArray()
    ids.InsertNextValue("RCA")
    assert core.logics["Segmentations"].ExportSegmentsToLabelmapNode(
        review.nodes.segmentation, ids, exported, volume
    )
    expected = drawn_ct.labels(rca=1)
    expected = expected[::-1] if how == "head_first" else expected
    assert np.array_equal(slicer.util.arrayFromVolume(exported) != 0, expected != 0)
