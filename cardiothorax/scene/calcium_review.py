"""What a reader does with a calcium score in the scene: every action is scored at once and is one step."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import replace
from typing import Any

import numpy as np

from ..calcium.box import Box
from ..calcium.edit import rescored
from ..calcium.labels import BACKGROUND
from ..calcium.live import LiveScore
from ..calcium.options import CalciumOptions
from ..calcium.result import CalciumRun, Lesion
from ..calcium.settings import settings_for
from ..errors import CardiothoraxError
from ..records import Edit
from ..records.signing import signed_result
from .calcium_grid import from_world, ras_of_image, voxel_at, world_of_voxel
from .calcium_history import Change, Step
from .calcium_nodes import (
    CalciumNodes,
    automatic_run,
    check_complete,
    read_labels,
    read_result,
    scored_study,
    starting_labels,
    turn_of,
    write_marks,
)
from .calcium_pieces import Cut, Index
from .calcium_scored import Marks, ScoredStudy
from .calcium_undecided import described
from .geometry import RAS_OF_LPS

AS_PROPOSED = None
"""In place of an artery: a click accepts what the network proposed there."""
REACH_MM = 1.5
"""A click that misses by less takes the nearest lesion in its slice."""
LARGEST_CLICK_ML = 20.0
"""No lesion is as large: several times what a heavily calcified heart has in all. A slip onto the spine would
take seconds and give a score in the hundred thousands."""


class CalciumReview(ScoredStudy):
    """Every method that changes something gives whether it did, is one step of undo, and leaves scene and
    :attr:`run` in agreement."""

    @classmethod
    def reopened(cls, nodes: CalciumNodes, *, reader: str = "", lazy: bool = False) -> CalciumReview:
        """Of a run that a loaded scene brought along."""
        check_complete(nodes)
        run, image = automatic_run(nodes), scored_study(nodes)
        result = read_result(nodes)
        labels = read_labels(nodes, turn_of(nodes, image)).copy() if result.provenance.edited else run.labels
        return cls(nodes, image, CalciumRun(result, labels, run.proposals), reader=reader, lazy=lazy)

    # Places

    def index_at(self, world: Any) -> Index | None:
        """The voxel (slice, row, column) at a RAS point of the scene."""
        return voxel_at(self.nodes.volume, self.image, world)

    def world_at(self, index: tuple[float, float, float]) -> np.ndarray:
        return world_of_voxel(self.nodes.volume, self.image, index)

    def place_of(self, world: Any) -> tuple[float, float, float]:
        """Continuous slice, row and column at a RAS point of the scene, also outside of the study."""
        ras = from_world(self.nodes.volume, world)
        i, j, k = (np.linalg.inv(ras_of_image(self.image)) @ [*ras, 1.0])[:3]
        return float(k), float(j), float(i)

    def voxel_of(self, lesion: Lesion) -> Index:
        """The voxel of a lesion of :attr:`scores` or :attr:`proposed` that is nearest to its center."""
        live = self._live if lesion in self.scores.lesions else self._proposed
        k, j, i = live.voxels_of(lesion.id)
        x, y, z = lesion.center_px
        sx, sy, sz = self.image.spacing_mm
        best = int(np.argmin(((i - x) * sx) ** 2 + ((j - y) * sy) ** 2 + ((k - z) * sz) ** 2))
        return int(k[best]), int(j[best]), int(i[best])

    def lesion_at(self, index: Index) -> Lesion | None:
        """The lesion of :attr:`scores` that a voxel belongs to."""
        return _lesion_of(self._live, index)

    # The reader's actions

    def click(self, index: Index, artery: int | None) -> bool:
        """Give the lesion at ``index`` to ``artery``, or take it back if it has it already; with
        :data:`AS_PROPOSED` accept what the network proposed there."""
        if artery is AS_PROPOSED:
            found = self._proposal_near(index)
            return found is not None and self.accept(found.id)
        near = index if self.labels[index] else self.pieces.nearest(index, REACH_MM)
        taken = self._taken_at(near) if near is not None else None
        if taken is None or near is None:
            return False
        box, mask = taken
        back = int(self.labels[near]) == artery
        volume_ml = int(mask.sum()) * float(np.prod(self.image.spacing_mm)) / 1000
        if not back and volume_ml > LARGEST_CLICK_ML:
            raise CardiothoraxError(
                f"Not marked: what is connected there has {volume_ml:.0f} ml, as bone or the aorta has.",
                "Draw a heart box, divide it with a cut plane (X), or paint the lesion.",
            )
        return self._label(box, mask, BACKGROUND if back else artery)

    def remove(self, lesion_id: int) -> bool:
        """Take a lesion of :attr:`scores` out of them."""
        return self._label(*_voxels(self._live, lesion_id), BACKGROUND)

    def rename(self, lesion_id: int, artery: int) -> bool:
        """Give a lesion of :attr:`scores` to another artery."""
        return self._label(*_voxels(self._live, lesion_id), artery)

    def accept(self, proposal_id: int) -> bool:
        """A lesion of :attr:`proposed`: it counts from now on."""
        return self._decide(proposal_id, accept=True)

    def reject(self, proposal_id: int) -> bool:
        """A lesion of :attr:`proposed`: it goes."""
        return self._decide(proposal_id, accept=False)

    def accept_all(self) -> bool:
        """All that are undecided; what the reader has labeled otherwise meanwhile stays."""
        box = Box.around(self._proposed.labels)
        if box is None:
            return False
        labels, pending = self._parts(box)
        new = np.where((labels == BACKGROUND) & (pending > 0), pending, labels)
        count = len(self.proposed.lesions)
        return self._edit(f"{count} proposals accepted", box, new, np.zeros_like(pending))

    def confirm_none(self) -> bool:
        """The reader has looked and found no coronary calcium: a score of 0 that somebody stands for."""
        if self.edited and self.result.values is not None:
            return False
        return self._edit("no coronary calcium seen", None, None, None)

    def follow_brush(self) -> bool:
        """Take over what the Segment Editor changed. What is below the threshold cannot be calcium: such
        voxels are taken out again."""
        drawn = read_labels(self.nodes, self.turn)
        box = Box.around(drawn != self.labels)
        if box is None:
            return False
        labels, pending = self._parts(box)
        new = drawn[box.slices].copy()
        dark = self.image.array[box.slices] < self.settings.limits.threshold_hu
        new[dark] = labels[dark]
        if np.array_equal(new, labels):
            self._show_voxels(box)
            return False
        pending[new > BACKGROUND] = BACKGROUND
        return self._edit(f"drawn in {described(box)}", box, new, pending)

    def cut(self, start: Any, end: Any, normal: Any) -> bool:
        """Divide the lesions that a line crosses, by the plane through the line and along ``normal``, the
        view's direction. RAS points and direction of the scene."""
        first, last = (self._lps(point) for point in (start, end))
        along = self._lps(np.asarray(start) + np.asarray(normal)) - first
        across = np.cross(last - first, along)
        if not np.linalg.norm(across) > 0:
            return False
        plane = {"point_mm": first.tolist(), "normal_mm": across.tolist()}
        return self._cut_all([{"seed": list(seed), **plane} for seed in self._crossed(start, end)])

    def split_slices(self, index: Index, first: int, last: int) -> bool:
        """Divide the lesion at ``index`` into slices ``first`` to ``last`` and the rest."""
        return self._cut_all([{"seed": list(index), "first": int(first), "last": int(last)}])

    def reset(self) -> bool:
        """Back to how the run came into the scene: what the network proposed is undecided again."""
        if not self.edited and not self.pieces.cuts:
            return False
        automatic = automatic_run(self.nodes)
        labels, pending = starting_labels(automatic)
        return self._record(Box.whole(labels.shape), labels, pending, Marks(automatic.result, ()))

    def sign(self, reader: str, among: Container[Edit]) -> bool:
        """Put ``reader`` under the unsigned edits that are in ``among``; whether there were any.

        No step of its own: it holds before and after undo.
        """
        before = self.run.result
        self.run = replace(self.run, result=signed_result(before, reader, among))
        self._steps.revise(lambda marks: replace(marks, result=signed_result(marks.result, reader, among)))
        if self.run.result == before:
            return False
        self._show_numbers()
        return True

    def follow(self, earlier: CalciumReview) -> bool:
        """``earlier`` was replaced by this run of the same study: undo brings back what a reader had done."""
        if earlier.labels.shape != self.labels.shape or not earlier.edited:
            return False
        both = [(earlier.labels, self.labels), (earlier.undecided, self.undecided)]
        box = Box.around(sum(np.sign(array) for pair in both for array in pair))
        changes: list[Change | None] = [None, None]
        if box is not None:
            changes = [Change.of(box, old[box.slices], new[box.slices]) for old, new in both]
        before, after = (Marks(one.result, one.pieces.cuts) for one in (earlier, self))
        self._steps.record(Step(changes[0], changes[1], (before, after)))
        return True

    def undo(self) -> bool:
        return self._walk(self._steps.undo(), after=False)

    def redo(self) -> bool:
        return self._walk(self._steps.redo(), after=True)

    @property
    def unmarked(self) -> list[tuple[int, int]]:
        """First and last slice of each candidate in the heart box that is neither marked nor proposed;
        none without a box: bones would be everywhere."""
        if self.nodes.region is None:
            return []
        return self.pieces.slices_without((self.labels, self.undecided))

    # Rules

    def set_options(self, options: CalciumOptions) -> bool:
        """Score by another preset or other limits; labels, cuts and steps stay as they are.

        Raises :class:`UnsupportedImage` for a tube voltage without agreed limits.
        """
        settings, flags = settings_for(self.image, options)
        if settings == self.settings:
            return False
        before = self.settings
        self.run = rescored(self.run, self.image, settings, flags)
        self._live = self._scored(self._live.labels)
        self._proposed = self._scored(self._proposed.labels)
        self.run = self._with_confidence(self.run)
        if (before.limits.threshold_hu, before.rules) != (settings.limits.threshold_hu, settings.rules):
            self.region_changed()
        self._show_numbers()
        return True

    def region_changed(self) -> None:
        """The heart box was drawn, moved or removed: other candidates, the same labels."""
        self.pieces = self._find_pieces(self.pieces.cuts)
        self._veil_all()

    # How they are done

    def _label(self, box: Box, mask: np.ndarray, label: int) -> bool:
        labels, pending = self._parts(box)
        labels[mask] = label
        if label != BACKGROUND:
            pending[mask] = BACKGROUND
        return self._edit(described(box, label), box, labels, pending)

    def _decide(self, proposal_id: int, *, accept: bool) -> bool:
        box, mask = _voxels(self._proposed, proposal_id)
        labels, pending = self._parts(box)
        free = mask & (labels == BACKGROUND)
        if accept:
            labels[free] = pending[free]
        pending[mask] = BACKGROUND
        what = f"proposal {'accepted' if accept else 'rejected'} in {described(box)}"
        return self._edit(what, box, labels, pending)

    def _cut_all(self, cuts: list[Cut]) -> bool:
        """Cuts change no number: they are a step, but not signed."""
        before = self.pieces.cuts
        for cut in cuts:
            self.pieces.cut(cut)
        after = self.pieces.cuts
        if after == before:
            return False
        write_marks(self.nodes, list(after))
        self._steps.record(Step(None, None, (Marks(self.result, before), Marks(self.result, after))))
        return True

    def _taken_at(self, index: Index) -> tuple[Box, np.ndarray] | None:
        """What a click takes: a candidate, or a lesion that was drawn outside of all candidates."""
        found = self.pieces.at(index, self.labels)
        if found is None and self.labels[index]:
            lesion = self.lesion_at(index)
            found = _voxels(self._live, lesion.id) if lesion is not None else None
        return found

    def _proposal_near(self, index: Index) -> Lesion | None:
        near = self.pieces.nearest(index, REACH_MM) or index
        return _lesion_of(self._proposed, index) or _lesion_of(self._proposed, near)

    def _crossed(self, start: Any, end: Any) -> list[Index]:
        """One voxel of each candidate that the line from ``start`` to ``end`` runs through."""
        length = float(np.linalg.norm(np.asarray(end) - np.asarray(start)))
        steps = int(length / (0.25 * min(self.image.spacing_mm))) + 2
        points = np.linspace(start, end, steps)
        indices = [index for point in points if (index := self.index_at(point)) is not None]
        seeds = {int(self.pieces.map[index]): index for index in indices}
        return [index for piece, index in seeds.items() if piece]

    def _lps(self, world: Any) -> np.ndarray:
        lps: np.ndarray = RAS_OF_LPS @ from_world(self.nodes.volume, world)
        return lps


def _voxels(live: LiveScore, lesion_id: int) -> tuple[Box, np.ndarray]:
    """The box of a lesion's voxels, and which of its voxels they are."""
    k, j, i = live.voxels_of(lesion_id)
    box = Box(*((int(axis.min()), int(axis.max()) + 1) for axis in (k, j, i)))
    mask = np.zeros(box.shape, bool)
    mask[k - box.k[0], j - box.j[0], i - box.i[0]] = True
    return box, mask


def _lesion_of(live: LiveScore, index: Index) -> Lesion | None:
    if not live.labels[index]:
        return None
    for lesion in live.scores.lesions:
        if lesion.first_slice <= index[0] <= lesion.last_slice:
            k, j, i = live.voxels_of(lesion.id)
            if np.any((k == index[0]) & (j == index[1]) & (i == index[2])):
                return lesion
    return None
