"""A film that was stored on its side or upside down, turned on the reader's wish."""

from __future__ import annotations

from typing import Any

import numpy as np
import slicer
from vtk.util.numpy_support import vtk_to_numpy

from .geometry import ijk_to_ras, set_lps_grid
from .transaction import all_or_none, subject_hierarchy

UPRIGHT = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)
ORIGIN = (0.0, 0.0, 0.0)


def add_turned_copy(scene: Any, volume: Any, quarters: int) -> Any:
    """A new volume with the picture turned ``quarters`` quarter turns counter-clockwise.

    Spacing goes with the pixels. Where the header said that the film lies in the patient was wrong, so the
    copy starts from plain axes; it stands beside the film in the subject hierarchy.
    """
    data = volume.GetImageData()
    columns, rows, slices = data.GetDimensions()
    values = vtk_to_numpy(data.GetPointData().GetScalars()).reshape(slices, rows, columns, -1)
    turned = np.ascontiguousarray(np.rot90(values, quarters, axes=(1, 2)))
    x_mm, y_mm, z_mm = (float(length) for length in np.linalg.norm(ijk_to_ras(volume)[:3, :3], axis=0))
    if quarters % 2:
        x_mm, y_mm = y_mm, x_mm
    with all_or_none(scene):
        name = scene.GenerateUniqueName(f"{volume.GetName()} turned")
        copy = scene.AddNewNodeByClass(volume.GetClassName(), name)
        slicer.util.updateVolumeFromArray(copy, turned if turned.shape[-1] > 1 else turned[..., 0])
        set_lps_grid(copy, (x_mm, y_mm, z_mm), ORIGIN, UPRIGHT)
        copy.CreateDefaultDisplayNodes()
        if volume.GetDisplayNode() is not None:
            copy.GetDisplayNode().CopyContent(volume.GetDisplayNode())
        hierarchy = subject_hierarchy(scene)
        item = hierarchy.GetItemByDataNode(copy) or hierarchy.CreateItem(hierarchy.GetSceneItemID(), copy)
        parent = hierarchy.GetItemParent(hierarchy.GetItemByDataNode(volume))
        if parent:
            hierarchy.SetItemParent(item, parent)
    return copy
