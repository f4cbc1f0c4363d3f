"""A calcium score in the scene, kept in agreement with its labels, step by step.

What a reader can do with it is in :mod:`.calcium_review`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np

from ..calcium.box import Box
from ..calcium.edit import SETTINGS_CODES, edited, rescored, settings_of
from ..calcium.labels import BACKGROUND
from ..calcium.live import LiveScore
from ..calcium.result import CalciumResult, CalciumRun
from ..calcium.score import Scores
from ..calcium.settings import Settings
from ..imaging.image import Image
from .calcium_history import Change, Step, Steps
from .calcium_nodes import (
    CalciumNodes,
    automatic_run,
    read_labels,
    read_marks,
    read_pending,
    show_candidates,
    show_result,
    turn_of,
    veil,
    write_labels,
    write_marks,
    write_pending,
)
from .calcium_pieces import Cut, Pieces
from .calcium_region import region_of
from .calcium_undecided import UNDECIDED, confidence_of, undecided_flag


@dataclass(frozen=True)
class Marks:
    """What a step changes beside voxels."""

    result: CalciumResult
    cuts: tuple[Cut, ...]


class ScoredStudy:
    """``reader`` signs what is done. While ``busy`` is true, changes of the nodes are our own.

    Voxels follow each step at once. With ``lazy`` the text and the tables wait for :meth:`flush`: JSON of
    200 lesions takes longer than all the rest of a click.
    """

    def __init__(
        self, nodes: CalciumNodes, image: Image, run: CalciumRun, *, reader: str = "", lazy: bool = False
    ) -> None:
        self.nodes = nodes
        self.image = image
        self.reader = reader
        self.busy = False
        self.turn = turn_of(nodes, image)
        self.run = run
        self._lazy = lazy
        self._stale = False
        self._steps = Steps()
        given = automatic_run(nodes) if run.result.provenance.edited else run
        self._confidence = confidence_of(given, image)
        self._live = self._scored(read_labels(nodes, self.turn))
        self._proposed = self._scored(read_pending(nodes, self.turn))
        self.pieces = self._find_pieces(tuple(read_marks(nodes)))
        self._veil_all()

    @property
    def result(self) -> CalciumResult:
        return self.run.result

    @property
    def settings(self) -> Settings:
        return settings_of(self.run.result)

    @property
    def edited(self) -> bool:
        return self.run.result.provenance.edited

    @property
    def labels(self) -> np.ndarray:
        """What is accepted or marked: uint8 ``[k, j, i]`` on the study's grid, not to be written to."""
        return self._live.labels

    @property
    def scores(self) -> Scores:
        """Of :attr:`labels`, with their lesions feet to head."""
        return self._live.scores

    @property
    def proposed(self) -> Scores:
        """Of what the network proposed and nobody has decided on."""
        return self._proposed.scores

    @property
    def undecided(self) -> np.ndarray:
        """Proposals that are left: uint8 as :attr:`labels`, not to be written to."""
        return self._proposed.labels

    @property
    def can_undo(self) -> bool:
        return self._steps.can_undo

    @property
    def can_redo(self) -> bool:
        return self._steps.can_redo

    @contextmanager
    def own_changes(self) -> Iterator[None]:
        before, self.busy = self.busy, True
        try:
            yield
        finally:
            self.busy = before

    # How a step is made

    def _edit(
        self, what: str, box: Box | None, labels: np.ndarray | None, pending: np.ndarray | None
    ) -> bool:
        """Something that changes the score, or that a reader stands for: it is signed."""
        old = self._parts(box) if box is not None else None
        self._put(box, labels, pending)
        run = edited(
            self.run, self.image, self.labels, reader=self.reader, what=what, scores=self._live.scores
        )
        self._keep(box, old, Marks(run.result, self.pieces.cuts))
        return True

    def _record(self, box: Box | None, labels: np.ndarray, pending: np.ndarray, marks: Marks) -> bool:
        old = self._parts(box) if box is not None else None
        self._put(box, labels, pending)
        self._keep(box, old, marks)
        return True

    def _keep(self, box: Box | None, old: tuple[np.ndarray, np.ndarray] | None, marks: Marks) -> None:
        before = Marks(self.run.result, self.pieces.cuts)
        self._show(box, marks)
        changes: list[Change | None] = [None, None]
        if box is not None and old is not None:
            changes = [Change.of(box, a, b) for a, b in zip(old, self._parts(box), strict=True)]
        self._steps.record(Step(changes[0], changes[1], (before, Marks(self.run.result, self.pieces.cuts))))

    def _walk(self, step: Step | None, *, after: bool) -> bool:
        if step is None:
            return False
        box = step.labels.box if step.labels is not None else None
        self._put(
            box,
            step.labels.values(after=after) if step.labels else None,
            step.pending.values(after=after) if step.pending else None,
        )
        self._show(box, step.marks[1 if after else 0])
        return True

    def _put(self, box: Box | None, labels: np.ndarray | None, pending: np.ndarray | None) -> None:
        """Score again what changed; the scene is not touched."""
        if box is not None and labels is not None and pending is not None:
            self._live.replace(box, labels)
            self._proposed.replace(box, pending)

    def _show(self, box: Box | None, marks: Marks) -> None:
        """Bring run and scene to the labels of this moment and to ``marks``."""
        self.run = self._run_of(marks.result)
        self._take_cuts(marks.cuts)
        with self.own_changes():
            if box is not None:
                self._show_voxels(box)
            write_marks(self.nodes, list(marks.cuts))
        self._show_numbers()

    def _show_numbers(self) -> None:
        self._stale = True
        if not self._lazy:
            self.flush()

    def flush(self) -> None:
        """Write text and tables if they are behind: before a scene is saved, and when nothing else is on."""
        if self._stale and self.nodes.complete:
            with self.own_changes():
                show_result(self.nodes, self.run.result)
            self._stale = False

    def _run_of(self, result: CalciumResult) -> CalciumRun:
        """``result`` with the labels it is of, by the settings of now, and with what is left to decide."""
        labels = self.labels if result.provenance.edited else automatic_run(self.nodes).labels
        run = CalciumRun(result, labels, self.run.proposals)
        if settings_of(result) != self.settings:
            of_settings = [flag for flag in self.result.flags if flag.code in SETTINGS_CODES]
            run = self._with_confidence(rescored(run, self.image, self.settings, of_settings))
        if not result.provenance.edited:
            return run
        flags = [flag for flag in run.result.flags if flag.code != UNDECIDED]
        left = undecided_flag(len(self.proposed.lesions))
        return replace(run, result=replace(run.result, flags=(*flags, *left)))

    def _with_confidence(self, run: CalciumRun) -> CalciumRun:
        """Scoring by other rules knows nothing of the network's confidence; the live scores do."""
        live = self._live if run.result.provenance.edited else self._proposed
        if run.result.values is None or len(live.scores.lesions) != len(run.result.lesions):
            return run
        return replace(run, result=replace(run.result, lesions=live.scores.lesions))

    def _take_cuts(self, cuts: tuple[Cut, ...]) -> None:
        now = self.pieces.cuts
        if cuts[: len(now)] == now:
            for cut in cuts[len(now) :]:
                self.pieces.cut(cut)
        else:
            self.pieces = self._find_pieces(cuts)

    # Voxels

    def _parts(self, box: Box) -> tuple[np.ndarray, np.ndarray]:
        """Copies of labels and proposals in ``box``."""
        return self.labels[box.slices].copy(), self._proposed.labels[box.slices].copy()

    def _scored(self, labels: np.ndarray) -> LiveScore:
        labels = np.ascontiguousarray(labels)
        return LiveScore(self.image, labels, self.settings, confidence=self._confidence)

    def _find_pieces(self, cuts: tuple[Cut, ...]) -> Pieces:
        return Pieces(self.image, self.settings, region=region_of(self.nodes, self.image), cuts=cuts)

    def _show_voxels(self, box: Box) -> None:
        with self.own_changes():
            write_labels(self.nodes, self.turn, self.labels[box.slices], box)
            write_pending(self.nodes, self.turn, self._proposed.labels[box.slices], box)
            veil(self.nodes, self.turn, self._free(box), box)

    def _veil_all(self) -> None:
        with self.own_changes():
            show_candidates(self.nodes, self.turn, self._free(Box.whole(self.labels.shape)))

    def _free(self, box: Box) -> np.ndarray:
        """Candidates that are neither labeled nor proposed."""
        cut = box.slices
        free: np.ndarray = self.pieces.map[cut] > 0
        free &= self.labels[cut] == BACKGROUND
        free &= self._proposed.labels[cut] == BACKGROUND
        return free
