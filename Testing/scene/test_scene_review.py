"""Correcting without a panel: steps, undo, plots, names and codes."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

slicer = pytest.importorskip("slicer", reason="needs slicer-core")

from cardiothorax.errors import GeometryProblem  # noqa: E402
from cardiothorax.resources import resource  # noqa: E402
from cardiothorax.scene import plots  # noqa: E402
from cardiothorax.scene.agreement_plots import add_correlation_plot, add_difference_plot  # noqa: E402
from cardiothorax.scene.ctr_nodes import read_masks, show_run, update_run  # noqa: E402
from cardiothorax.scene.ctr_review import CtrReview  # noqa: E402
from cardiothorax.scene.geometry import point_of_pixel  # noqa: E402
from cardiothorax.scene.history import History  # noqa: E402
from cardiothorax.scene.organs import organs  # noqa: E402
from cardiothorax.stats.study import agreement_study  # noqa: E402


@pytest.fixture
def review(core, placed_film, measured):
    volume = placed_film("oblique")
    film, run = measured(volume)
    return CtrReview(show_run(core.scene, run, volume, film), film, run, reader="AB")


def move(review, name, index, x, y):
    review.nodes.lines[name].SetNthControlPointPosition(index, point_of_pixel(review.nodes.volume, x, y))


def test_nothing_moved_is_no_step(review):
    assert not review.follow_masks()
    assert not review.follow_lines()
    assert review.preview_lines() is None
    assert not review.reset()
    assert not review.can_undo


def test_a_dragged_line_is_leveled_on_an_oblique_film(review):
    move(review, "T", 0, 4.5, 70.0)
    assert review.follow_lines()
    line = review.run.result.lines["T"]
    assert line.start_px == pytest.approx((4.5, 70.0))
    assert line.end_px[1] == pytest.approx(70.0)
    assert review.run.result.values.thoracic_diameter_px == pytest.approx(85.0)
    shown = review.nodes.lines["T"].GetNthControlPointPosition(1)
    assert np.allclose(shown, point_of_pixel(review.nodes.volume, *line.end_px))


def test_a_preview_makes_no_step_and_signs_nothing(review):
    before = review.run
    move(review, "Th", 1, 80.0, 84.0)
    values = review.preview_lines()
    assert values.cardiac_diameter_px > before.result.values.cardiac_diameter_px
    assert review.run is before
    assert not review.can_undo


def test_a_refused_drag_puts_the_line_back(review):
    move(review, "Th", 0, 95.0, 84.0)
    move(review, "Th", 1, 95.0, 84.0)
    with pytest.raises(GeometryProblem):
        review.follow_lines()
    assert not review.follow_lines(), "the line is where it was"
    assert not review.can_undo


def test_masks_of_several_organs_are_named(review):
    labels = review.run.labels.copy()
    labels[80:90, 70:75] = 3
    update_run(review.nodes, dataclasses.replace(review.run, labels=labels))
    assert review.follow_masks()
    assert review.run.result.provenance.edits[-1].what == "left lung mask, heart mask"


def test_undo_redo_reset_walk_exactly(review):
    first = review.run
    move(review, "T", 0, 4.5, 70.0)
    review.follow_lines()
    second = review.run
    labels = review.run.labels.copy()
    labels[80:90, 70:75] = 3
    update_run(review.nodes, dataclasses.replace(second, labels=labels))
    review.follow_masks()
    third = review.run
    review.undo()
    assert review.run.result == second.result
    assert np.array_equal(read_masks(review.nodes), second.labels)
    review.undo()
    assert review.run.result == first.result
    assert not review.can_undo
    review.undo()
    assert review.run.result == first.result
    review.redo()
    review.redo()
    assert review.run.result == third.result
    assert np.array_equal(read_masks(review.nodes), third.labels)
    assert not review.can_redo
    assert review.reset()
    assert review.run.result == first.result
    review.undo()
    assert review.run.result == third.result


def test_a_new_step_forgets_what_was_undone(review):
    move(review, "T", 0, 4.5, 70.0)
    review.follow_lines()
    review.undo()
    move(review, "T", 0, 6.5, 70.0)
    review.follow_lines()
    assert not review.can_redo


def test_reopened_it_goes_on(review):
    move(review, "T", 0, 4.5, 70.0)
    review.follow_lines()
    again = CtrReview.reopened(review.nodes, reader="CD")
    assert again.run.result == review.run.result
    move(again, "midline", 0, 44.0, 10.0)
    assert again.follow_lines()
    assert [edit.edited_by for edit in again.run.result.provenance.edits] == ["AB", "CD"]
    assert again.run.result.values.midline_px == pytest.approx(44.0)
    assert again.reset()
    assert not again.edited


def test_history_keeps_its_limit(measured, placed_film):
    _, run = measured(placed_film())
    history = History(run, limit=3)
    for number in range(6):
        labels = run.labels.copy()
        labels[0, number] = 1
        history.record(dataclasses.replace(run, labels=labels))
    for _ in range(10):
        history.undo()
    assert history.now.labels[0].tolist().index(1) == 2, "the oldest three steps are gone"


def test_history_shares_masks_between_steps_that_moved_a_line(measured, placed_film):
    _, run = measured(placed_film())
    history = History(run)
    for source in "abc":
        history.record(dataclasses.replace(run, result=dataclasses.replace(run.result, source=source)))
    packed = {id(kept.arrays["labels"]) for kept in history._past}
    assert len(packed) == 1


def test_organs_have_slicers_terminology(core):
    logic = core.logics["Terminologies"]
    name = logic.LoadTerminologyFromFile(str(resource("Terminologies", "Cardiothorax.term.json")))
    assert name == "Cardiothorax"
    for organ in organs():
        entry, listed = slicer.vtkSlicerTerminologyEntry(), slicer.vtkSlicerTerminologyEntry()
        assert logic.DeserializeTerminologyEntry(organ.terminology, entry)
        assert entry.GetTerminologyContextName() == name
        assert logic.FindTypeInTerminologyBy3dSlicerLabel(name, organ.name, listed)
        for part in ("GetCategoryObject", "GetTypeObject", "GetTypeModifierObject"):
            ours, theirs = getattr(entry, part)(), getattr(listed, part)()
            assert ours.GetCodeValue() == theirs.GetCodeValue()
            assert ours.GetCodeMeaning() == theirs.GetCodeMeaning()


def test_the_color_table_loads_in_slicer(core):
    node = core.logics["Colors"].LoadColorFile(str(resource("Colors", "CardiothoraxOrgans.csv")), "organs")
    for organ in organs():
        assert node.GetColorName(organ.label) == organ.name
        color = np.zeros(4)
        node.GetColor(organ.label, color)
        assert np.allclose(color[:3], organ.color, atol=1 / 255)


def test_agreement_plots_show_the_statistics(core):
    measured_ratios, reference = [0.45, 0.52, 0.61, 0.40], [0.46, 0.50, 0.60, 0.43]
    study = agreement_study(measured_ratios, reference, cutoff=0.5)
    before = core.node_ids()
    differences = add_difference_plot(core.scene, measured_ratios, reference, study, "CTR")
    correlation = add_correlation_plot(core.scene, measured_ratios, reference, study, "CTR")
    assert differences.GetNumberOfPlotSeriesNodes() == 4
    table = differences.GetNthPlotSeriesNode(0).GetTableNode()
    means = slicer.util.arrayFromTableColumn(table, "x")
    assert np.allclose(means, (np.array(measured_ratios) + reference) / 2)
    bias = slicer.util.arrayFromTableColumn(differences.GetNthPlotSeriesNode(1).GetTableNode(), "y")
    assert np.allclose(bias, np.mean(np.subtract(measured_ratios, reference)))
    assert f"r = {study.pearson_r.estimate:.3f}" in correlation.GetTitle()
    assert differences.GetTitle() == "CTR differences, mean -0.002, 95 % between -0.046 and +0.041"
    assert not differences.GetLegendVisibility(), "it would lie over the points"
    for chart in (differences, correlation):
        plots.remove_plot(chart)
    assert core.node_ids() == before
