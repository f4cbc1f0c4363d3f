"""A cardiothoracic ratio in the scene: made, brought up to date, read back, found again."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..ctr.result import CtrResult, CtrRun, CtrValues
from ..errors import StoreProblem
from ..imaging.image import Image
from .ctr_words import line_labels, table_of
from .lines import Ends, add_line, label_line, place_line, read_line
from .organs import organs
from .packed import pack_image, pack_run, unpack_image, unpack_run
from .run_nodes import RunNodes, add_anchor, add_node, remove_run, runs_in
from .segmentation import add_segmentation, read_labels, write_labels
from .study import add_result_folder, file_under
from .tables import fill_table
from .transaction import all_or_none, remove_node

TASK = "ctr"
MIDLINE = "midline"
FILM_ATTRIBUTE = "Cardiothorax.Film"
"""On the anchor: geometry and tags of the film as it was measured."""
APPLY_AGAIN = "Press Apply to measure the film again."
DRAGGABLE = ("T", "Th", MIDLINE)
"""MRD and MLD follow the ends of Th and the midline."""


class CtrNodes(RunNodes):
    """``table`` holds the values, ``automatic`` what the network had measured."""

    task = TASK
    roles = ("volume", "segmentation", "table", "automatic")
    needed = ("volume", "segmentation", "table")

    @property
    def lines(self) -> dict[str, Any]:
        """Line nodes by name: ``T``, ``Th``, ``MRD``, ``MLD`` and ``midline``; empty without values."""
        found = {name: self.anchor.GetNodeReference(_line_role(name)) for name in (*_MEASURED, MIDLINE)}
        return {name: node for name, node in found.items() if node is not None}

    @property
    def parts(self) -> list[Any]:
        return [*self.lines.values(), *super().parts]


_MEASURED = ("T", "Th", "MRD", "MLD")


def show_run(scene: Any, run: CtrRun, volume: Any, film: Image) -> CtrNodes:
    """Make all nodes of ``run`` beside ``volume``; an earlier run of the same film is replaced.

    ``film`` is what was measured; its geometry and tags are kept, for edits after the scene was saved
    and the file is gone. When anything fails, the scene is as it was.
    """
    earlier = [nodes for nodes in find_runs(scene) if nodes.volume is volume]
    with all_or_none(scene):
        folder = add_result_folder(scene, volume, TASK)
        nodes = CtrNodes(add_anchor(scene, folder, TASK, "CTR result", run.result.schema))
        nodes.anchor.SetAttribute(FILM_ATTRIBUTE, pack_image(film))
        automatic = add_node(scene, folder, TASK, "vtkMRMLTextNode", "CTR automatic result")
        automatic.SetText(pack_run(run))
        automatic.HideFromEditorsOn()
        table = add_node(scene, folder, TASK, "vtkMRMLTableNode", "CTR values")
        segmentation = add_segmentation(scene, volume, "CTR masks", organs())
        file_under(scene, folder, segmentation, TASK)
        for role, node in (
            ("volume", volume),
            ("segmentation", segmentation),
            ("table", table),
            ("automatic", automatic),
        ):
            nodes.refer(role, node)
        update_run(nodes, run)
    for old in earlier:
        remove_run(old)
    return nodes


def update_run(nodes: CtrNodes, run: CtrRun, *, masks: bool = True) -> None:
    """Bring the nodes up to date with ``run``; ``masks=False`` leaves the segmentation as it is."""
    if not nodes.complete:
        raise StoreProblem(
            "The film, the masks or the table of this result are no longer in the scene.", APPLY_AGAIN
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
        raise StoreProblem(f"The result in the scene cannot be read: {problem}.", APPLY_AGAIN) from problem


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
        raise StoreProblem("The automatic result is no longer in the scene.", APPLY_AGAIN)
    return unpack_run(nodes.automatic.GetText(), CtrRun, CtrResult, hint=APPLY_AGAIN)


def measured_film(nodes: CtrNodes) -> Image:
    """Geometry and tags of the film as it was measured; its array is empty but of the right shape."""
    columns, rows, _ = nodes.volume.GetImageData().GetDimensions()
    empty = np.zeros((1, rows, columns), np.uint8)
    return unpack_image(nodes.anchor.GetAttribute(FILM_ATTRIBUTE) or "", empty, hint=APPLY_AGAIN)


def find_runs(scene: Any) -> list[CtrNodes]:
    """All results in the scene that still have their nodes, oldest first."""
    return runs_in(scene, CtrNodes)


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
    nodes.refer(_line_role(name), node)
    return node


def relabel_lines(nodes: CtrNodes, values: CtrValues | None) -> None:
    """Only the numbers beside the lines, while one of them is being dragged."""
    labels = line_labels(values)
    for name, node in nodes.lines.items():
        if name in labels:
            label_line(node, labels[name])


def _line_role(name: str) -> str:
    return f"line.{name}"
