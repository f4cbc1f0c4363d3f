"""What a reader marks by hand in a calcium score: clicks, cuts, brush; undo; rules and heart box."""

from __future__ import annotations

import numpy as np
import pytest

slicer = pytest.importorskip("slicer", reason="needs slicer-core: pip install '.[scene]'")
vtk = pytest.importorskip("vtk")


from cardiothorax.calcium.labels import LAD, LCX, LM, OTHER, RCA  # noqa: E402
from cardiothorax.calcium.options import CalciumOptions  # noqa: E402
from cardiothorax.calcium.pipeline import run as run_pipeline  # noqa: E402
from cardiothorax.scene.calcium_nodes import show_run  # noqa: E402
from cardiothorax.scene.calcium_region import add_region  # noqa: E402
from cardiothorax.scene.calcium_review import CalciumReview  # noqa: E402
from Testing.scene import drawn_ct  # noqa: E402
from Testing.scene.calcium_reviews import agree, layer, started  # noqa: E402


def test_a_click_gives_the_whole_lesion_to_the_artery(core, volume, image):
    review = started(volume, image)
    assert review.result.values is None
    world = review.world_at(drawn_ct.middle_of("lad"))
    assert review.click(review.index_at(world), LAD)
    assert np.array_equal(review.labels, drawn_ct.labels(lad=LAD))
    values = review.result.values
    assert values.arteries["lad"].agatston == pytest.approx(12.0), "2 slices of 2 mm2, weight 3"
    assert values.agatston == values.arteries["lad"].agatston
    assert (values.category, values.cac_drs) == ("11-100", "A1/N1")
    assert review.result.provenance.edits[-1].edited_by == "AB"
    assert "slices 3-4" in review.result.provenance.edits[-1].what
    agree(review)


def test_a_second_click_takes_it_back_and_another_artery_takes_it_over(core, volume, image):
    review = started(volume, image)
    place = drawn_ct.middle_of("rca")
    assert review.click(place, RCA)
    assert review.click(place, LCX), "another artery takes it over"
    assert np.array_equal(review.labels, drawn_ct.labels(rca=LCX))
    assert review.click(place, LCX)
    assert not review.labels.any()
    assert review.result.values.agatston == 0
    agree(review)


def test_bone_is_not_coronary_and_stays_out_of_the_total(core, volume, image):
    review = started(volume, image)
    assert review.click((4, 36, 20), OTHER)
    assert review.result.values.agatston == 0
    assert review.result.values.arteries["other"].agatston > 0
    assert review.click(drawn_ct.middle_of("rca"), RCA)
    assert review.result.values.agatston == pytest.approx(4.5)
    agree(review)


def test_blood_and_specks_are_not_taken_and_a_near_miss_is(core, volume, image):
    review = started(volume, image)
    assert not review.click((1, 5, 5), LAD)
    assert not review.click(drawn_ct.middle_of("speck"), LAD), "below the preset's smallest region"
    k, j, i = drawn_ct.middle_of("rca")
    assert review.click((k, 10 - 2, i), RCA), "one millimeter above it"
    assert not review.click((k - 1, j, i), LCX), "the slice below has none"
    assert np.array_equal(review.labels, drawn_ct.labels(rca=RCA))


def test_specks_can_be_taken_where_every_pixel_counts(core, volume, image):
    review = started(volume, image)
    assert review.set_options(CalciumOptions(preset="siemens"))
    assert review.click(drawn_ct.middle_of("speck"), LCX)
    assert review.result.values.arteries["lcx"].agatston == pytest.approx(0.25)
    agree(review)


def test_numbers_can_wait_and_voxels_do_not(core, volume, image):
    run = run_pipeline(image, None, CalciumOptions(method="none"))
    nodes = show_run(slicer.mrmlScene, run, volume, image)
    review = CalciumReview(nodes, image, run, lazy=True)
    before = nodes.anchor.GetText()
    assert review.click(drawn_ct.middle_of("lad"), LAD)
    assert np.array_equal(layer(review), drawn_ct.labels(lad=LAD))
    assert nodes.anchor.GetText() == before
    review.flush()
    agree(review)


def test_one_click_is_one_step_back_and_forth(core, volume, image):
    review = started(volume, image)
    states = [review.result]
    for name, artery in (("lad", LAD), ("rca", RCA), ("bar", LM), ("lad", LAD)):
        assert review.click(drawn_ct.middle_of(name), artery)
        states.append(review.result)
    for state in reversed(states[:-1]):
        assert review.undo()
        assert review.result == state
        agree(review)
    assert not review.undo()
    assert not review.labels.any()
    for state in states[1:]:
        assert review.redo()
        assert review.result == state
        agree(review)
    assert not review.redo()


def test_a_cut_plane_divides_a_lesion_between_two_arteries(core, volume, image):
    review = started(volume, image)
    k, j, _ = drawn_ct.middle_of("bar")
    before, after = review.world_at((k, 22, 25.5)), review.world_at((k, 29, 25.5))
    normal = review.world_at((k + 1, j, 25)) - review.world_at((k, j, 25))
    assert review.cut(before, after, normal)
    assert review.click((k, j, 21), LAD)
    assert review.click((k, j, 30), LCX)
    expected = drawn_ct.labels(bar=LCX)
    expected[k, 25:27, 20:26] = LAD
    assert np.array_equal(review.labels, expected)
    values = review.result.values
    assert values.arteries["lad"].agatston == pytest.approx(12.0), "12 pixels are 3 mm2, weight 4"
    assert values.arteries["lcx"].agatston == pytest.approx(12.0)
    agree(review)
    for _ in range(3):
        assert review.undo()
    assert review.click((k, j, 21), LAD), "the cut is undone: one piece again"
    assert np.array_equal(review.labels, drawn_ct.labels(bar=LAD))


def test_a_line_beside_every_lesion_cuts_nothing(core, volume, image):
    review = started(volume, image)
    points = [review.world_at(p) for p in ((1, 2, 2), (1, 6, 2), (2, 2, 2))]
    assert not review.cut(points[0], points[1], points[2] - points[0])
    assert not review.cut(points[0], points[0], points[2] - points[0]), "a line without length"
    assert not review.can_undo


def test_slices_of_a_lesion_can_go_their_own_way(core, volume, image):
    review = started(volume, image)
    place = drawn_ct.middle_of("lad")
    assert review.split_slices(place, 3, 7)
    assert review.click((2, *place[1:]), LM)
    assert review.click((3, *place[1:]), LAD)
    expected = drawn_ct.labels(lad=LAD)
    expected[2][expected[2] > 0] = LM
    assert np.array_equal(review.labels, expected)
    assert not review.split_slices((3, *place[1:]), 0, 7), "nothing on the other side"


def test_a_lesion_of_two_labels_is_taken_part_by_part(core, volume, image):
    review = started(volume, image)
    k, j, _ = drawn_ct.middle_of("bar")
    assert review.click((k, j, 21), LAD)
    drawn = np.array(review.labels)
    drawn[k, 25:27, 28:] = LCX
    layer(review)[...] = drawn
    assert review.follow_brush()
    assert review.click((k, j, 21), LAD), "taken back"
    expected = drawn_ct.labels(bar=LCX)
    expected[k, 25:27, :28] = 0
    assert np.array_equal(review.labels, expected)
    agree(review)


def test_a_brush_colors_calcium_alone(core, volume, image):
    review = started(volume, image)
    layer(review)[2, 8:14, 8:16] = LAD
    assert review.follow_brush()
    expected = drawn_ct.labels(lad=LAD)
    expected[3] = 0
    assert np.array_equal(review.labels, expected)
    assert review.result.values.agatston == pytest.approx(6.0)
    agree(review)
    assert not review.follow_brush(), "nothing new"
    layer(review)[0, 1:4, 1:4] = LAD
    assert not review.follow_brush(), "blood alone is no step"
    agree(review)
    assert review.undo()
    assert not review.labels.any()
    agree(review)


def test_erasing_is_followed(core, volume, image):
    review = started(volume, image)
    review.click(drawn_ct.middle_of("lad"), LAD)
    layer(review)[3] = 0
    assert review.follow_brush()
    assert review.result.values.agatston == pytest.approx(6.0)
    agree(review)


def test_removing_and_renaming_by_the_table(core, volume, image):
    review = started(volume, image)
    for name, artery in (("lad", LAD), ("rca", RCA)):
        review.click(drawn_ct.middle_of(name), artery)
    assert [lesion.artery for lesion in review.scores.lesions] == ["lad", "rca"]
    assert review.rename(2, LCX)
    assert review.scores.lesions[1].artery == "lcx"
    assert review.remove(1)
    assert [lesion.artery for lesion in review.scores.lesions] == ["lcx"]
    agree(review)


def test_zero_is_what_a_reader_stands_for(core, volume, image):
    review = started(volume, image)
    assert review.result.values is None
    assert any(flag.code == "not_scored" for flag in review.result.flags)
    assert review.confirm_none()
    assert review.result.values.agatston == 0
    assert review.result.values.cac_drs == "A0/N0"
    assert not any(flag.code == "not_scored" for flag in review.result.flags)
    assert not review.confirm_none()
    assert review.undo()
    assert review.result.values is None
    agree(review)


def test_another_preset_and_other_limits_score_again(core, volume, image):
    review = started(volume, image)
    for name, artery in (("lad", LAD), ("rca", RCA)):
        review.click(drawn_ct.middle_of(name), artery)
    options = CalciumOptions(preset="canon", threshold_hu=250.0, weight_limits_hu=(300.0, 310.0, 315.0))
    assert review.set_options(options)
    values = review.result.values
    assert values.arteries["rca"].agatston == 0, "210 HU is below the threshold now"
    assert values.arteries["lad"].agatston == pytest.approx(16.0), "320 HU weighs 4 now"
    assert values.preset == "canon"
    agree(review)
    assert not review.set_options(options)
    assert review.undo()
    assert review.result.values.preset == "canon", "undo takes back the click, not the rules"
    assert review.set_options(CalciumOptions())
    assert review.result.values.arteries["lad"].agatston == pytest.approx(12.0)
    assert review.redo()
    assert review.result.values.agatston == pytest.approx(16.5)
    agree(review)


def test_outside_of_the_heart_box_nothing_is_a_candidate(core, volume, image):
    review = started(volume, image)
    center = review.world_at((4, 20, 25))
    roi = add_region(review.nodes, center, (24.0, 12.0, 60.0))
    review.region_changed()
    assert not review.click((4, 36, 20), OTHER), "bone"
    assert review.click(drawn_ct.middle_of("bar"), LAD)
    roi.SetCenter(review.world_at((4, 36, 20)))
    review.region_changed()
    assert review.click((4, 36, 20), OTHER)
    assert review.click(drawn_ct.middle_of("bar"), LAD), "what is labeled can be taken back anywhere"
    agree(review)
