"""Where results stand in the subject hierarchy: a folder of their own beside the film, under its study."""

from __future__ import annotations

from typing import Any

import slicer

from .transaction import subject_hierarchy

TASK_ATTRIBUTE = "Cardiothorax.Task"


def add_result_folder(scene: Any, volume: Any, task: str) -> int:
    """An item named ``<study> <TASK>`` under the study of ``volume``.

    Without a study it stands beside the volume and takes the volume's name.
    """
    hierarchy = subject_hierarchy(scene)
    item = hierarchy.GetItemByDataNode(volume) or hierarchy.CreateItem(hierarchy.GetSceneItemID(), volume)
    level = slicer.vtkMRMLSubjectHierarchyConstants.GetDICOMLevelStudy()
    study = hierarchy.GetItemAncestorAtLevel(item, level)
    parent = study or hierarchy.GetItemParent(item)
    name = hierarchy.GetItemName(study) if study else volume.GetName()
    folder = int(hierarchy.CreateFolderItem(parent, f"{name} {task.upper()}"))
    hierarchy.SetItemAttribute(folder, TASK_ATTRIBUTE, task)
    return folder


def file_under(scene: Any, folder: int, node: Any, task: str) -> None:
    """Mark ``node`` as a result of ``task`` and put its item into the folder."""
    hierarchy = subject_hierarchy(scene)
    node.SetAttribute(TASK_ATTRIBUTE, task)
    item = hierarchy.GetItemByDataNode(node) or hierarchy.CreateItem(folder, node)
    hierarchy.SetItemParent(item, folder)


def folder_of(scene: Any, node: Any) -> int:
    """The item that ``node`` stands under; 0 when it has none."""
    hierarchy = subject_hierarchy(scene)
    item = hierarchy.GetItemByDataNode(node)
    return int(hierarchy.GetItemParent(item)) if item else 0
