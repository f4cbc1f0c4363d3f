"""The nodes of one run of any task: made in one folder, reached from an anchor, found again, removed.

The result's text node is the anchor: it holds the JSON and, as node references, all the other nodes. So
a saved scene reopens with everything in its place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from .study import TASK_ATTRIBUTE, file_under, folder_of
from .transaction import remove_node, subject_hierarchy

ANCHOR_ATTRIBUTE = "Cardiothorax.Result"
"""Marks the text node that the others hang on; its value is the result's schema."""


@dataclass(frozen=True)
class RunNodes:
    """A task's subclass names its parts; each is ``None`` where the reader has removed it."""

    anchor: Any

    task: ClassVar[str]
    roles: ClassVar[tuple[str, ...]]
    """Of the parts that are attributes; ``volume``, which is not ours, is one of them."""
    needed: ClassVar[tuple[str, ...]]
    """Those without which the run cannot be shown or corrected."""

    def __getattr__(self, role: str) -> Any:
        if role in type(self).roles:
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
    def complete(self) -> bool:
        """Whether what a reader may delete in other modules is still there."""
        return all(getattr(self, role) is not None for role in self.needed)

    @property
    def parts(self) -> list[Any]:
        """Every node that is the run's own and still there, the anchor last."""
        found = [getattr(self, role) for role in self.roles if role != "volume"]
        return [*(node for node in found if node is not None), self.anchor]

    def refer(self, role: str, node: Any) -> None:
        """``node`` is the part ``role`` from now on."""
        self.anchor.SetNodeReferenceID(role, node.GetID())


Nodes = TypeVar("Nodes", bound=RunNodes)


def add_anchor(scene: Any, folder: int, task: str, name: str, schema: str) -> Any:
    anchor = add_node(scene, folder, task, "vtkMRMLTextNode", name)
    anchor.SetAttribute(ANCHOR_ATTRIBUTE, schema)
    return anchor


def add_node(scene: Any, folder: int, task: str, class_name: str, name: str) -> Any:
    """A new node in the run's folder."""
    node = scene.AddNewNodeByClass(class_name, name)
    file_under(scene, folder, node, task)
    return node


def runs_in(scene: Any, kind: type[Nodes], *, broken: bool = False) -> list[Nodes]:
    """All runs of a task in the scene that still have their nodes, oldest first; with ``broken`` also those
    of which a reader has removed a part."""
    count = scene.GetNumberOfNodesByClass("vtkMRMLTextNode")
    texts = [scene.GetNthNodeByClass(index, "vtkMRMLTextNode") for index in range(count)]
    found = [
        kind(node)
        for node in texts
        if node.GetAttribute(ANCHOR_ATTRIBUTE) and node.GetAttribute(TASK_ATTRIBUTE) == kind.task
    ]
    return [nodes for nodes in found if broken or nodes.complete]


def remove_run(nodes: RunNodes) -> None:
    """Take the nodes of a run out of the scene, and its folder when nothing else is in it."""
    scene, folder = nodes.scene, nodes.folder
    for node in nodes.parts:
        remove_node(node)
    hierarchy = subject_hierarchy(scene)
    ours = bool(folder and hierarchy.GetItemAttribute(folder, TASK_ATTRIBUTE))
    if ours and not hierarchy.GetNumberOfItemChildren(folder):
        hierarchy.RemoveItem(folder, False, False)
