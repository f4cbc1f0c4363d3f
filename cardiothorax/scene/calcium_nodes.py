"""A calcium score in the scene: made, brought up to date, read back, found again.

Arrays are those of the package (feet to head); the nodes have the volume's own order.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from ..calcium.box import Box
from ..calcium.result import CalciumResult, CalciumRun
from ..errors import StoreProblem
from ..imaging.image import Image
from .calcium_display import dress_candidates, dress_labels, dress_proposals
from .calcium_grid import Turn, turn_between
from .calcium_layer import add_layer, laid_out, touch
from .calcium_tables import fill_lesion_table, fill_score_table
from .calcium_volumes import APPLY_AGAIN, study_again
from .organs import candidate_segment
from .packed import pack_image, pack_run, unpack_run
from .run_nodes import RunNodes, add_anchor, add_node, remove_run, runs_in
from .study import add_result_folder, file_under
from .transaction import all_or_none

TASK = "calcium"
STUDY_ATTRIBUTE = "Cardiothorax.Study"
"""On the anchor: geometry and header values of the study as it was scored."""
MARKS_ATTRIBUTE = "Cardiothorax.Marks"
"""On the anchor: cuts through lesions, as JSON."""


class CalciumNodes(RunNodes):
    """``segmentation`` holds what was accepted or marked, ``proposals`` what the network drew and nobody has
    decided on yet, ``lesions`` and ``table`` the numbers, ``region`` the box that limits candidates,
    ``automatic`` what the network, or the start without one, had given."""

    task = TASK
    roles = ("volume", "segmentation", "proposals", "candidates", "lesions", "table", "automatic", "region")
    needed = ("volume", "segmentation", "proposals", "lesions", "table", "automatic")


def show_run(
    scene: Any, run: CalciumRun, volume: Any, image: Image, *, undecided: np.ndarray | None = None
) -> CalciumNodes:
    """Make all nodes of ``run`` beside ``volume``; an earlier run of the same study is replaced.

    Nothing is accepted yet when no reader has seen the run: its labels are shown as proposals.
    ``undecided`` are those left of a run that a reader has begun with. When anything fails, the scene is as
    it was.
    """
    turn = turn_between(volume, image)
    earlier = [nodes for nodes in runs_in(scene, CalciumNodes, broken=True) if nodes.volume is volume]
    with all_or_none(scene):
        folder = add_result_folder(scene, volume, TASK)
        nodes = CalciumNodes(add_anchor(scene, folder, TASK, "Calcium result", run.result.schema))
        nodes.anchor.SetAttribute(STUDY_ATTRIBUTE, pack_image(image))
        automatic = add_node(scene, folder, TASK, "vtkMRMLTextNode", "Calcium automatic result")
        automatic.SetText(pack_run(run))
        automatic.HideFromEditorsOn()
        parts = {
            "volume": volume,
            "automatic": automatic,
            "lesions": add_node(scene, folder, TASK, "vtkMRMLTableNode", "Calcium lesions"),
            "table": add_node(scene, folder, TASK, "vtkMRMLTableNode", "Calcium scores"),
            "segmentation": _add_layer(scene, folder, volume, "Coronary calcium"),
            "proposals": _add_layer(scene, folder, volume, "Calcium proposals"),
        }
        for role, node in parts.items():
            nodes.refer(role, node)
        dress_labels(nodes.segmentation)
        dress_proposals(nodes.proposals)
        accepted, pending = starting_labels(run, undecided)
        write_labels(nodes, turn, accepted)
        write_pending(nodes, turn, pending)
        show_result(nodes, run.result)
    for old in earlier:
        remove_run(old)
    return nodes


def starting_labels(run: CalciumRun, undecided: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """What is accepted and what is pending when a run comes into the scene.

    Of a run that no reader has seen everything is pending, of one that a reader is done with nothing is. Of
    one in between ``undecided`` is; without it, all that was proposed and has no label.
    """
    nothing = np.zeros_like(run.labels)
    if not any(flag.code == "unreviewed" for flag in run.result.flags):
        return run.labels, nothing
    if not run.result.provenance.edited:
        return nothing, run.proposals
    left = np.where(run.labels == 0, run.proposals, 0) if undecided is None else undecided
    return run.labels, left.astype(np.uint8)


def show_result(nodes: CalciumNodes, result: CalciumResult) -> None:
    """Numbers: JSON on the anchor, both tables."""
    check_complete(nodes)
    nodes.anchor.SetText(result.to_json())
    fill_lesion_table(nodes.lesions, result.lesions)
    fill_score_table(nodes.table, result)


def write_labels(nodes: CalciumNodes, turn: Turn, labels: np.ndarray, box: Box | None = None) -> None:
    """``labels`` on the study's grid; with ``box`` only that part of it, of the box's shape."""
    _write(nodes.segmentation, nodes.volume, turn, labels, box)


def write_pending(nodes: CalciumNodes, turn: Turn, pending: np.ndarray, box: Box | None = None) -> None:
    _write(nodes.proposals, nodes.volume, turn, pending, box)


def read_labels(nodes: CalciumNodes, turn: Turn) -> np.ndarray:
    """uint8 ``[k, j, i]`` on the study's grid: a view of the segmentation, which follows it."""
    return turn.to_image(laid_out(nodes.segmentation, nodes.volume))


def read_pending(nodes: CalciumNodes, turn: Turn) -> np.ndarray:
    return turn.to_image(laid_out(nodes.proposals, nodes.volume))


def show_candidates(nodes: CalciumNodes, turn: Turn, candidates: np.ndarray) -> None:
    """Voxels that a click can take, as a light veil; made anew with each session, not saved."""
    if nodes.candidates is None:
        node = add_layer(nodes.scene, nodes.volume, "Calcium candidates", (candidate_segment(),))
        file_under(nodes.scene, nodes.folder, node, TASK)
        node.SetSaveWithScene(False)
        node.HideFromEditorsOn()
        dress_candidates(node)
        nodes.refer("candidates", node)
    veil(nodes, turn, candidates, Box.whole(candidates.shape))


def veil(nodes: CalciumNodes, turn: Turn, candidates: np.ndarray, box: Box) -> None:
    """The part of the veil in ``box``; nothing where a reader has removed it."""
    if nodes.candidates is not None:
        layer = laid_out(nodes.candidates, nodes.volume, (candidate_segment(),))
        turn.to_image(layer)[box.slices] = candidates
        touch(nodes.candidates)


def read_result(nodes: CalciumNodes) -> CalciumResult:
    try:
        return CalciumResult.from_json(nodes.anchor.GetText() or "")
    except (ValueError, AttributeError) as problem:
        raise StoreProblem(f"The result in the scene cannot be read: {problem}.", APPLY_AGAIN) from problem


def automatic_run(nodes: CalciumNodes) -> CalciumRun:
    """What the network, or the start without one, had given."""
    if nodes.automatic is None:
        raise StoreProblem("The automatic result is no longer in the scene.", APPLY_AGAIN)
    return unpack_run(nodes.automatic.GetText(), CalciumRun, CalciumResult, hint=APPLY_AGAIN)


def scored_study(nodes: CalciumNodes) -> Image:
    """The study as it was scored, with the voxels that its volume has now."""
    return study_again(nodes.volume, nodes.anchor.GetAttribute(STUDY_ATTRIBUTE) or "")


def read_marks(nodes: CalciumNodes) -> list[dict[str, Any]]:
    """Cuts, as plain values."""
    try:
        return list(json.loads(nodes.anchor.GetAttribute(MARKS_ATTRIBUTE) or "[]"))
    except ValueError as problem:
        raise StoreProblem(f"The cuts in the scene cannot be read: {problem}.", APPLY_AGAIN) from problem


def write_marks(nodes: CalciumNodes, marks: list[dict[str, Any]]) -> None:
    nodes.anchor.SetAttribute(MARKS_ATTRIBUTE, json.dumps(marks))


def find_runs(scene: Any) -> list[CalciumNodes]:
    """All calcium scores in the scene that still have their nodes, oldest first."""
    return runs_in(scene, CalciumNodes)


def turn_of(nodes: CalciumNodes, image: Image) -> Turn:
    check_complete(nodes)
    return turn_between(nodes.volume, image)


def check_complete(nodes: CalciumNodes) -> None:
    if not nodes.complete:
        raise StoreProblem(
            "The volume, the masks or the tables of this score are no longer in the scene.", APPLY_AGAIN
        )


def _write(node: Any, volume: Any, turn: Turn, labels: np.ndarray, box: Box | None) -> None:
    part = turn.to_image(laid_out(node, volume))
    part = part if box is None else part[box.slices]
    part[...] = labels
    touch(node)


def _add_layer(scene: Any, folder: int, volume: Any, name: str) -> Any:
    node = add_layer(scene, volume, name)
    file_under(scene, folder, node, TASK)
    return node
