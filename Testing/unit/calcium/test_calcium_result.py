"""Results: exact JSON, a row of every number, and corrections that keep what was before."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cardiothorax.calcium.edit import SETTINGS_CODES, edited, rescored, settings_of
from cardiothorax.calcium.flags import LABEL_CODES
from cardiothorax.calcium.header import limits_of, mass_factor_of
from cardiothorax.calcium.live import LiveScore
from cardiothorax.calcium.options import CalciumOptions
from cardiothorax.calcium.result import FLAG_CODES, CalciumResult, CalciumRun
from cardiothorax.calcium.score import score
from cardiothorax.calcium.settings import Settings, settings_for
from cardiothorax.calcium.table import COLUMNS, LESION_COLUMNS, row_of
from cardiothorax.calcium.voltage import Limits
from cardiothorax.imaging.image import Image
from cardiothorax.records import Flag, Grade, Provenance, to_plain
from Testing.unit.calcium.drawn import LAD, LCX, OTHER, RCA, background, ct, volumes

UNREVIEWED = Flag("unreviewed", Grade.NOTE, "Proposed.", "net 1")
KVP = Flag("kvp_unknown", Grade.NOTE, "Not known.", "KVP is missing")
SHARP = Flag("sharp_kernel", Grade.REVIEW, "Sharp.", "kernel B70f")


def scan() -> Image:
    array = background(4, 12, 12)
    array[1:3, 1:5, 1:5] = 450
    array[1, 7:10, 7:10] = 180
    array[2, 9:11, 2] = 150
    return ct(array, origin_mm=(-3.0, 2.0, 7.5))


def proposed(image: Image) -> np.ndarray:
    labels = np.zeros(image.array.shape, np.uint8)
    labels[:, :6, :6] = LAD
    labels[:, 7:, 7:] = RCA
    return labels


def run_of(image: Image, labels: np.ndarray, chosen: Settings, flags: tuple[Flag, ...]) -> CalciumRun:
    scores = score(image, labels, chosen, confidence=np.where(labels > 0, 0.75, 0.0))
    origin = Provenance("1.0", "net", "1", "abc", "onnx", "cpu", options=chosen.as_options())
    result = CalciumResult(
        image.source, scores.values, scores.lesions, flags, origin, notes=("a note",), seconds={"score": 0.1}
    )
    return CalciumRun(result, labels, labels)


def network_run() -> tuple[CalciumRun, Image]:
    image = scan()
    return run_of(image, proposed(image), Settings(), (KVP, SHARP, UNREVIEWED)), image


def test_json_comes_back_exactly() -> None:
    run, _ = network_run()
    text = run.result.to_json()
    assert CalciumResult.from_json(text) == run.result
    assert json.loads(text)["schema"] == "cardiothorax/calcium/1"
    assert run.result.lesions[0].confidence == 0.75
    assert run.result.verdict == "review"


@settings(max_examples=40, deadline=None)
@given(volumes(), st.floats(0.2, 1.5), st.floats(0.1, 5.0))
def test_json_keeps_every_digit(volume: tuple[np.ndarray, np.ndarray], side: float, increment: float) -> None:
    array, labels = volume
    image = ct(array, (side, side / 3, increment), origin_mm=(0.1, 0.2, -1 / 3))
    result = run_of(image, labels, Settings(), ()).result
    assert CalciumResult.from_json(result.to_json()) == result


def test_another_schema_is_refused() -> None:
    run, _ = network_run()
    text = run.result.to_json().replace("calcium/1", "ctr/1")
    with pytest.raises(ValueError, match="cardiothorax/ctr/1"):
        CalciumResult.from_json(text)


def test_a_result_without_values_travels_too() -> None:
    run, _ = network_run()
    refused = replace(run.result, values=None, lesions=())
    assert CalciumResult.from_json(refused.to_json()) == refused
    row = row_of(refused)
    assert row["agatston"] is row["lesions_rca"] is row["mass_factor"] is None
    assert row["flags"] == "kvp_unknown;sharp_kernel;unreviewed"


def test_columns() -> None:
    first = "file,agatston,volume_mm3,mass_mg,lesions,category,cac_drs,agatston_lad,agatston_lcx,agatston_rca"
    assert COLUMNS[:10] == tuple(first.split(","))
    assert COLUMNS[-3:] == ("flags", "error", "seconds")
    assert len(set(COLUMNS)) == len(COLUMNS)
    for part in ("lm", "lad", "lcx", "rca", "other"):
        assert {f"{what}_{part}" for what in ("agatston", "volume_mm3", "mass_mg", "lesions")} <= set(COLUMNS)
    more = "agatston_lad_lm,volume_interpolated_mm3,preset,threshold_hu,mass_factor,mass_factor_source"
    assert set(more.split(",")) <= set(COLUMNS)


def test_row_has_every_number_in_full() -> None:
    run, _ = network_run()
    row, values = row_of(run.result), run.result.values
    assert values is not None
    assert set(row) == set(COLUMNS) - {"file", "error", "seconds"}
    assert row["agatston"] == values.agatston == 16 * 0.25 * 4 * 2 + 9 * 0.25
    assert row["agatston_lad"] == 32.0
    assert row["mass_mg_rca"] == values.arteries["rca"].mass_mg
    assert (row["category"], row["cac_drs"], row["preset"]) == ("11-100", "A1/N2", "literature")
    assert (row["threshold_hu"], row["mass_factor"], row["mass_factor_source"]) == (130.0, 0.00089, "preset")
    assert (row["verdict"], row["edited"], row["model"]) == ("review", False, "net")


def test_rows_of_lesions() -> None:
    run, _ = network_run()
    row = to_plain(run.result.lesions[0])
    assert tuple(row) == LESION_COLUMNS
    assert (row["id"], row["artery"], row["first_slice"], row["last_slice"]) == (1, "lad", 1, 2)
    assert (row["center_px"], row["center_mm"]) == ([2.5, 2.5, 1.5], [-1.75, 3.25, 12.0])


def test_an_edit_scores_the_readers_labels() -> None:
    run, image = network_run()
    labels = run.labels.copy()
    labels[1, 7:, 7:] = OTHER
    labels[2, 9:11, 2] = LCX
    after = edited(run, image, labels, reader="A. Reader", what="lesion in the RCA")
    values = after.result.values
    assert values == score(image, labels, Settings()).values
    assert values is not None
    assert (values.arteries["rca"].agatston, values.arteries["other"].agatston) == (0.0, 2.25)
    assert after.result.automatic == run.result.values
    assert after.result.flags[:2] == (KVP, SHARP)
    assert [flag.code for flag in after.result.flags] == ["kvp_unknown", "sharp_kernel", "edited"]
    assert after.result.flags[-1].evidence == "lesion in the RCA; last by A. Reader"
    assert after.result.provenance.edits[0].edited_by == "A. Reader"
    assert np.array_equal(after.proposals, run.proposals)
    assert CalciumResult.from_json(after.result.to_json()) == after.result


def test_the_run_before_stays_as_it_was() -> None:
    run, image = network_run()
    before = run.result.to_json()
    labels = np.zeros_like(run.labels)
    after = edited(run, image, labels, reader="", what="all deleted")
    labels[:] = LAD
    assert run.result.to_json() == before
    assert run.labels.any()
    assert not after.labels.any()
    assert after.result.values is not None
    assert (after.result.values.agatston, after.result.values.cac_drs) == (0.0, "A0/N0")
    assert "unnamed reader" in after.result.flags[-1].evidence


def test_a_second_edit_keeps_the_networks_values() -> None:
    run, image = network_run()
    once = edited(run, image, np.zeros_like(run.labels), reader="A", what="all deleted")
    twice = edited(once, image, run.labels, reader="B", what="all proposals accepted")
    assert twice.result.automatic == run.result.values == twice.result.values
    assert [edit.edited_by for edit in twice.result.provenance.edits] == ["A", "B"]
    assert twice.result.flags[-1].evidence == "all deleted, all proposals accepted; last by B"
    assert "unreviewed" not in {flag.code for flag in twice.result.flags}


def test_live_scores_spare_the_second_computation() -> None:
    run, image = network_run()
    labels = np.where(run.labels == RCA, LCX, run.labels).astype(np.uint8)
    live = LiveScore(image, run.labels, settings_of(run.result))
    scores = live.update(labels)
    given_scores = edited(run, image, labels, reader="A", what="x", scores=scores).result
    computed = edited(run, image, labels, reader="A", what="x").result
    assert (given_scores.values, given_scores.lesions) == (computed.values, computed.lesions)


def test_other_rules_score_the_same_labels() -> None:
    run, image = network_run()
    chosen, flags = settings_for(
        replace(image, tags={"KVP": "80"}), CalciumOptions(preset="canon", mass_factor=0.0008)
    )
    after = rescored(run, image, chosen, flags)
    values = after.result.values
    assert values == score(image, run.labels, chosen).values
    assert values is not None
    assert (values.threshold_hu, values.preset, values.mass_factor_source) == (167.0, "canon", "user")
    assert [flag.code for flag in after.result.flags] == ["kvp_limits", "sharp_kernel", "unreviewed"]
    assert settings_of(after.result).limits == chosen.limits
    assert after.result.automatic is None


def test_other_rules_after_an_edit_score_the_proposals_too() -> None:
    run, image = network_run()
    after_edit = edited(run, image, np.zeros_like(run.labels), reader="A", what="all deleted")
    after = rescored(after_edit, image, Settings("siemens"), ())
    assert after.result.values is not None
    assert after.result.values.agatston == 0.0
    assert after.result.automatic == score(image, run.proposals, Settings("siemens")).values
    assert "edited" in {flag.code for flag in after.result.flags}


def test_other_rules_give_no_values_to_a_refused_scan() -> None:
    run, image = network_run()
    refused = replace(run, result=replace(run.result, values=None, lesions=()))
    after = rescored(refused, image, Settings("canon", Limits(147.0)), ())
    assert after.result.values is None
    assert settings_of(after.result).limits.threshold_hu == 147.0


def test_flags_of_settings_are_known() -> None:
    grades = {code: grade for grade, codes in FLAG_CODES.items() for code in codes}
    assert grades.keys() >= SETTINGS_CODES
    assert not SETTINGS_CODES & LABEL_CODES
    raised = set()
    for tags in ({}, {"KVP": "80"}, {"KVP": "140"}, {"MonoenergeticEnergyEquivalent": "70"}):
        flags = (*limits_of(tags, CalciumOptions())[1], *mass_factor_of(tags, CalciumOptions())[2])
        assert all(grades[flag.code] == flag.grade.value and flag.evidence for flag in flags)
        raised |= {flag.code for flag in flags}
    assert raised == SETTINGS_CODES
