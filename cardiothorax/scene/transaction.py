"""All nodes of a result are made, or none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import slicer
import vtk


def subject_hierarchy(scene: Any) -> Any:
    return slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)


@contextmanager
def all_or_none(scene: Any) -> Iterator[None]:
    """Whatever the body adds to the scene goes again when it raises; the error goes on."""
    nodes_before = {node.GetID() for node in _nodes(scene)}
    items_before = set(_items(scene))
    try:
        yield
    except BaseException:
        for item in _items(scene):
            if item not in items_before:
                subject_hierarchy(scene).RemoveItem(item, False, False)
        for node in reversed(_nodes(scene)):
            if node.GetID() not in nodes_before and scene.IsNodePresent(node):
                scene.RemoveNode(node)
        raise


def remove_node(node: Any) -> None:
    """Take a node out of its scene together with its display and storage nodes and its place in the
    subject hierarchy (which only the desktop would tidy by itself)."""
    scene = node.GetScene()
    item = subject_hierarchy(scene).GetItemByDataNode(node)
    if item:
        subject_hierarchy(scene).RemoveItem(item, False, False)
    parts = []
    if node.IsA("vtkMRMLDisplayableNode"):
        parts += [node.GetNthDisplayNode(index) for index in range(node.GetNumberOfDisplayNodes())]
    if node.IsA("vtkMRMLStorableNode"):
        parts += [node.GetNthStorageNode(index) for index in range(node.GetNumberOfStorageNodes())]
    for part in (*parts, node):
        if part is not None and scene.IsNodePresent(part):
            scene.RemoveNode(part)


def _nodes(scene: Any) -> list[Any]:
    return [scene.GetNthNode(index) for index in range(scene.GetNumberOfNodes())]


def _items(scene: Any) -> list[int]:
    hierarchy = subject_hierarchy(scene)
    found = vtk.vtkIdList()
    hierarchy.GetItemChildren(hierarchy.GetSceneItemID(), found, True)
    return [found.GetId(index) for index in range(found.GetNumberOfIds())]
