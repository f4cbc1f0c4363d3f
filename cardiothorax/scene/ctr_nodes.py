"""A cardiothoracic ratio in the scene: made, brought up to date, read back, found again, removed.

The result's text node is the anchor: it holds the JSON and, as node references, all the other nodes. So
a saved scene reopens with everything in its place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..ctr.result import CtrResult, CtrRun, CtrValues
from ..errors import StoreProblem
from ..imaging.image import Image
from .ctr_words import line_labels, table_of
from .lines import Ends, add_line, label_line, place_line, read_line
from .organs import organs
from .packed import pack_film, pack_run, unpack_film, unpack_run
from .segmentation import add_segmentation, read_labels, write_labels
from .study import TASK_ATTRIBUTE, add_result_folder, file_under, folder_of
from .tables import fill_table
from .transaction import all_or_none, remove_node, subject_hierarchy

TASK = "ctr"
MIDLINE = "midline"
ANCHOR_ATTRIBUTE = "Cardiothorax.Result"
"""Marks the text node that the others hang on."""
FILM_ATTRIBUTE = "Cardiothorax.Film"
"""On the anchor: geometry and tags of the film as it was measured."""
DRAGGABLE = ("T", "Th", MIDLINE)
"""MRD and MLD follow the ends of Th and the midline."""


@dataclass(frozen=True)
class CtrNodes:
    """The nodes of one run, reached from its anchor; ``None`` where the reader has removed one."""

    anchor: Any

    def __getattr__(self, role: str) -> Any:
        if role in ("volume", "segmentation", "table", "automatic"):
            return self.anchor.GetNodeReference(role)
        raise AttributeError(role)

    @property
    def scene(self) -> Any:
        return self.anchor.GetScene()

    @property
    def folder(self) -> int:
        """Its item in the subject hierarchy."""
        return folder_of(self.scene, self.anchor)

    @property
    def lines(self) -> dict[str, Any]:
        """Line nodes by name: ``T``, ``Th``, ``MRD``, ``MLD`` and ``midline``; empty without values."""
        found = {name: self.anchor.GetNodeReference(_line_role(name)) for name in (*_MEASURED, MIDLINE)}
        return {name: node for name, node in found.items() if node is not None}

    @property
    def complete(self) -> bool:
        """Whether what a reader may delete in other modules is still there."""
        return self.volume is not None and self.segmentation is not None and self.table is not None


_MEASURED = ("T", "Th", "MRD", "MLD")


def show_run(scene: Any, run: CtrRun, volume: Any, film: Image) -> CtrNodes:
    """Make all nodes of ``run`` beside ``volume``; an earlier run of the same film is replaced.

    ``film`` is what was measured; its geometry and tags are kept, for edits after the scene was saved
    and the file is gone. When anything fails, the scene is as it was.
    """
    earlier = [nodes for nodes in find_runs(scene) if nodes.volume is volume]
    with all_or_none(scene):
        folder = add_result_folder(scene, volume, TASK)
        anchor = _add(scene, folder, "vtkMRMLTextNode", "CTR result")
        anchor.SetAttribute(ANCHOR_ATTRIBUTE, run.result.schema)
        anchor.SetAttribute(FILM_ATTRIBUTE, pack_film(film))
        automatic = _add(scene, folder, "vtkMRMLTextNode", "CTR automatic result")
        automatic.SetText(pack_run(run))
        automatic.HideFromEditorsOn()
        table = _add(scene, folder, "vtkMRMLTableNode", "CTR values")
        segmentation = add_segmentation(scene, volume, "CTR masks", organs())
        file_under(scene, folder, segmentation, TASK)
        for role, node in (
            ("volume", volume),
            ("segmentation", segmentation),
            ("table", table),
            ("automatic", automatic),
        ):
            anchor.SetNodeReferenceID(role, node.GetID())
        nodes = CtrNodes(anchor)
        update_run(nodes, run)
    for old in earlier:
        remove_run(old)
    return nodes


def update_run(nodes: CtrNodes, run: CtrRun, *, masks: bool = True) -> None:
    """Bring the nodes up to date with ``run``; ``masks=False`` leaves the segmentation as it is."""
    if not nodes.complete:
        raise StoreProblem(
            "The film, the masks or the table of this result are no longer in the scene.",
            "Press Apply to measure the film again.",
        )
    if masks:
        write_labels(nodes.segmentation, nodes.volume, run.labels, organs())
    _update_lines(nodes, run)
    fill_table(nodes.table, table_of(run.result))
    nodes.anchor.SetText(run.result.to_json())


def read_run(nodes: CtrNodes) -> CtrRun:
    """The result that the scene holds, with the labels as its segmentation has them now."""
    return CtrRun(read_result(nodes), read_masks(nodes))


def read_result(nodes: CtrNodes) -> CtrResult:
    try:
        return CtrResult.from_json(nodes.anchor.GetText() or "")
    except (ValueError, AttributeError) as problem:
        raise StoreProblem(
            f"The result in the scene cannot be read: {problem}.", "Press Apply to measure the film again."
        ) from problem


def read_masks(nodes: CtrNodes) -> np.ndarray:
    """uint8 ``[row, column]`` on the film's grid."""
    return read_labels(nodes.segmentation, nodes.volume, organs())


def read_ends(nodes: CtrNodes) -> dict[str, Ends]:
    """Where the lines lie now, in pixels, by name; lines that a reader took apart are left out."""
    found = {name: read_line(node, nodes.volume) for name, node in nodes.lines.items()}
    return {name: ends for name, ends in found.items() if ends is not None}


def automatic_run(nodes: CtrNodes) -> CtrRun:
    """What the network had measured, with its masks."""
    if nodes.automatic is None:
        raise StoreProblem(
            "The automatic result is no longer in the scene.", "Press Apply to measure the film again."
        )
    return unpack_run(nodes.automatic.GetText())


def measured_film(nodes: CtrNodes) -> Image:
    """Geometry and tags of the film as it was measured; its array is empty but of the right shape."""
    columns, rows, _ = nodes.volume.GetImageData().GetDimensions()
    return unpack_film(nodes.anchor.GetAttribute(FILM_ATTRIBUTE) or "", (rows, columns))


def find_runs(scene: Any) -> list[CtrNodes]:
    """All results in the scene that still have their nodes, oldest first."""
    count = scene.GetNumberOfNodesByClass("vtkMRMLTextNode")
    texts = [scene.GetNthNodeByClass(index, "vtkMRMLTextNode") for index in range(count)]
    found = [
        CtrNodes(node)
        for node in texts
        if node.GetAttribute(ANCHOR_ATTRIBUTE) and node.GetAttribute(TASK_ATTRIBUTE) == TASK
    ]
    return [nodes for nodes in found if nodes.complete]


def remove_run(nodes: CtrNodes) -> None:
    """Take the nodes of a run out of the scene, and its folder when nothing else is in it."""
    scene, folder = nodes.scene, nodes.folder
    parts = [nodes.segmentation, nodes.table, nodes.automatic, *nodes.lines.values(), nodes.anchor]
    for node in parts:
        if node is not None:
            remove_node(node)
    hierarchy = subject_hierarchy(scene)
    ours = bool(folder and hierarchy.GetItemAttribute(folder, TASK_ATTRIBUTE))
    if ours and not hierarchy.GetNumberOfItemChildren(folder):
        hierarchy.RemoveItem(folder, False, False)


def set_visible(nodes: CtrNodes, visible: bool) -> None:
    for node in (nodes.segmentation, *nodes.lines.values()):
        if node is not None and node.GetDisplayNode() is not None:
            node.GetDisplayNode().SetVisibility(visible)


def ends_of(run: CtrRun) -> dict[str, Ends]:
    """Where the lines of ``run`` belong, in pixels; the midline runs along the height of the organs."""
    ends = {name: (line.start_px, line.end_px) for name, line in run.result.lines.items()}
    if "MRD" not in ends:
        return ends
    (x0, y0), (x1, y1) = ends["MRD"]
    rows, columns = (np.flatnonzero(run.labels.any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return ends
    if abs(x1 - x0) >= abs(y1 - y0):
        ends[MIDLINE] = ((x1, float(rows[0])), (x1, float(rows[-1])))
    else:
        ends[MIDLINE] = ((float(columns[0]), y1), (float(columns[-1]), y1))
    return ends


def _update_lines(nodes: CtrNodes, run: CtrRun) -> None:
    wanted, present = ends_of(run), nodes.lines
    for name, node in present.items():
        if name not in wanted:
            remove_node(node)
    labels = line_labels(run.result.values)
    for name, ends in wanted.items():
        node = present.get(name) or _add_named_line(nodes, name)
        place_line(node, nodes.volume, ends)
        if name in labels:
            label_line(node, labels[name])


def _add_named_line(nodes: CtrNodes, name: str) -> Any:
    node = add_line(nodes.scene, nodes.volume, name)
    node.SetLocked(name not in DRAGGABLE)
    file_under(nodes.scene, nodes.folder, node, TASK)
    nodes.anchor.SetNodeReferenceID(_line_role(name), node.GetID())
    return node


def relabel_lines(nodes: CtrNodes, values: CtrValues | None) -> None:
    """Only the numbers beside the lines, while one of them is being dragged."""
    labels = line_labels(values)
    for name, node in nodes.lines.items():
        if name in labels:
            label_line(node, labels[name])


def _line_role(name: str) -> str:
    return f"line.{name}"


def _add(scene: Any, folder: int, class_name: str, name: str) -> Any:
    node = scene.AddNewNodeByClass(class_name, name)
    file_under(scene, folder, node, TASK)
    return node
