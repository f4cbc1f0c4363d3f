"""Steps of any task's run: every array of it comes back, and a signature holds for all steps."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

pytest.importorskip("slicer", reason="needs slicer-core: the extra 'scene'")

from cardiothorax.scene.history import History


@dataclass(frozen=True)
class Run:
    result: Any
    labels: np.ndarray
    proposals: np.ndarray


@pytest.fixture
def runs():
    """Three runs with volumes as labels; the proposals are one array throughout."""
    rng = np.random.default_rng(7)
    proposals = rng.integers(0, 6, (5, 8, 9), np.uint8)
    made = [Run("none", np.zeros_like(proposals), proposals)]
    for number in (1, 2):
        labels = np.zeros_like(proposals)
        labels[number : number + 2, 3:5, number] = number
        made.append(Run(f"step {number}", labels, proposals))
    return made


def same(one, other):
    return (
        one.result == other.result
        and np.array_equal(one.labels, other.labels)
        and np.array_equal(one.proposals, other.proposals)
        and one.labels.dtype == other.labels.dtype
    )


def test_every_array_comes_back_both_ways(runs):
    history = History(runs[0])
    for run in runs[1:]:
        history.record(run)
    for expected in (runs[1], runs[0], runs[0]):
        assert same(history.undo(), expected)
    for expected in (runs[1], runs[2], runs[2]):
        assert same(history.redo(), expected)


def test_a_step_forgets_what_was_undone(runs):
    history = History(runs[0])
    history.record(runs[1])
    history.undo()
    history.record(runs[2])
    assert not history.can_redo
    assert same(history.undo(), runs[0])


def test_what_is_undone_can_be_written(runs):
    history = History(runs[0])
    history.record(runs[1])
    history.undo().labels[0, 0, 0] = 1
    assert history.now.labels[0, 0, 0] == 1


def test_an_array_that_stays_is_packed_once(runs):
    history = History(runs[0])
    for run in runs[1:]:
        history.record(run)
    history.record(replace(runs[2], result="step 3"))
    assert len({id(kept.arrays["proposals"]) for kept in history._past}) == 1
    assert len({id(kept.arrays["labels"]) for kept in history._past}) == 3


def test_revising_reaches_every_step_and_is_none(runs):
    history = History(runs[0])
    history.record(runs[1])
    history.record(runs[2])
    history.undo()
    history.revise(str.upper)
    assert history.now.result == "STEP 1"
    assert history.redo().result == "STEP 2"
    history.undo()
    assert same(history.undo(), replace(runs[0], result="NONE"))
    assert not history.can_undo
