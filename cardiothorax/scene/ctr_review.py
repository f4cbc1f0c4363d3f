"""A run in the scene while a reader corrects it: what was edited is measured again, step by step."""

from __future__ import annotations

from collections.abc import Container, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from ..ctr.edit import edited_labels, edited_line, edited_midline
from ..ctr.result import CtrRun, CtrValues
from ..errors import CardiothoraxError
from ..imaging.image import Image
from ..records import Edit
from ..records.signing import signed_result
from .ctr_nodes import (
    DRAGGABLE,
    MIDLINE,
    CtrNodes,
    automatic_run,
    ends_of,
    measured_film,
    read_ends,
    read_masks,
    read_run,
    relabel_lines,
    update_run,
)
from .history import History
from .lines import Ends, place_line, straightened, style_line
from .organs import organs

SAME_PLACE_PX = 1e-3
"""Ends that come back from the scene this close have not been moved: they went through a matrix."""


class CtrReview:
    """``reader`` signs the edits; undo leads back to ``before``, a corrected run that ``run`` replaced.
    While ``busy`` is true, changes of the nodes are our own.

    Every method that changes something leaves scene and :attr:`run` in agreement, also when it raises.
    """

    def __init__(
        self, nodes: CtrNodes, film: Image, run: CtrRun, *, reader: str = "", before: CtrRun | None = None
    ) -> None:
        self.nodes = nodes
        self.film = film
        self.reader = reader
        self.busy = False
        self._history = History(before or run)
        if before is not None:
            self._history.record(run)

    @classmethod
    def reopened(cls, nodes: CtrNodes, *, reader: str = "") -> CtrReview:
        """Of a run that a loaded scene brought along."""
        for line in nodes.lines.values():
            style_line(line)
        return cls(nodes, measured_film(nodes), read_run(nodes), reader=reader)

    @property
    def run(self) -> CtrRun:
        return self._history.now

    @property
    def can_undo(self) -> bool:
        return self._history.can_undo

    @property
    def can_redo(self) -> bool:
        return self._history.can_redo

    @property
    def edited(self) -> bool:
        return self.run.result.provenance.edited

    def follow_masks(self) -> bool:
        """Measure again if the segmentation differs from the run; whether it did."""
        masks = read_masks(self.nodes)
        changed = [organ for organ in organs() if _differ(masks, self.run.labels, organ.label)]
        if not changed:
            return False
        what = ", ".join(f"{organ.name} mask" for organ in changed)
        self._step(edited_labels(self.run, self.film, masks, reader=self.reader, what=what), masks=False)
        return True

    def follow_lines(self) -> bool:
        """Measure again if a line was moved, and straighten it; whether one was."""
        moved = self._moved_lines()
        if not moved:
            return False
        try:
            run = self.run
            for name, ends in moved.items():
                run = self._with_line(run, name, ends)
        except CardiothoraxError:
            self._show(self.run, masks=False)
            raise
        self._step(run, masks=False)
        return True

    def preview_lines(self) -> CtrValues | None:
        """While a line is being dragged: straighten it and state what it would measure; no step yet.

        ``None`` when nothing was moved or the line has no length.
        """
        moved = self._moved_lines()
        try:
            run = self.run
            for name, ends in moved.items():
                run = self._with_line(run, name, ends)
        except CardiothoraxError:
            return None
        if not moved:
            return None
        with self._own_changes():
            for name, ends in moved.items():
                place_line(self.nodes.lines[name], self.nodes.volume, ends)
            relabel_lines(self.nodes, run.result.values)
        return run.result.values

    def reset(self) -> bool:
        """Back to what the network had measured; a step that can be undone."""
        if not self.edited:
            return False
        self._step(automatic_run(self.nodes))
        return True

    def sign(self, reader: str, among: Container[Edit]) -> bool:
        """Put ``reader`` under the unsigned edits that are in ``among``; whether there were any.

        No step of its own: it holds before and after undo.
        """
        before = self.run.result
        self._history.revise(lambda result: signed_result(result, reader, among))
        if self.run.result == before:
            return False
        self._show(self.run, masks=False)
        return True

    def undo(self) -> None:
        self._show(self._history.undo())

    def redo(self) -> None:
        self._show(self._history.redo())

    def _moved_lines(self) -> dict[str, Ends]:
        wanted, found = ends_of(self.run), read_ends(self.nodes)
        return {
            name: straightened(wanted[name], found[name])
            for name in DRAGGABLE
            if name in wanted
            and name in found
            and not np.allclose(wanted[name], found[name], rtol=0, atol=SAME_PLACE_PX)
        }

    def _with_line(self, run: CtrRun, name: str, ends: Ends) -> CtrRun:
        if name != MIDLINE:
            return edited_line(run, self.film, name, ends, reader=self.reader)
        upright = abs(ends[1][1] - ends[0][1]) >= abs(ends[1][0] - ends[0][0])
        return edited_midline(run, self.film, ends[0][0 if upright else 1], reader=self.reader)

    def _step(self, run: CtrRun, *, masks: bool = True) -> None:
        self._show(run, masks=masks)
        self._history.record(run)

    def _show(self, run: CtrRun, *, masks: bool = True) -> None:
        with self._own_changes():
            update_run(self.nodes, run, masks=masks)

    @contextmanager
    def _own_changes(self) -> Iterator[None]:
        before, self.busy = self.busy, True
        try:
            yield
        finally:
            self.busy = before


def _differ(one: np.ndarray[Any, Any], other: np.ndarray[Any, Any], label: int) -> bool:
    return not np.array_equal(one == label, other == label)
