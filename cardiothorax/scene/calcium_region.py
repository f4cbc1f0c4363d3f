"""The box around the heart that a reader draws: outside of it nothing is a candidate."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..calcium.box import Box
from ..imaging.image import Image
from .calcium_grid import ras_of_image, to_world
from .study import file_under

REGION_ROLE = "region"
_COLOR = (0.45, 0.85, 1.0)


def add_region(nodes: Any, center_world: np.ndarray, size_mm: tuple[float, float, float]) -> Any:
    """A box that the reader can drag in the views; it belongs to the run and is saved with the scene."""
    node = nodes.scene.AddNewNodeByClass("vtkMRMLMarkupsROINode", "Heart box")
    node.CreateDefaultDisplayNodes()
    node.SetCenter([float(x) for x in center_world])
    node.SetSize([float(x) for x in size_mm])
    display = node.GetDisplayNode()
    display.SetColor(_COLOR)
    display.SetSelectedColor(_COLOR)
    display.SetFillVisibility(False)
    display.SetPropertiesLabelVisibility(False)
    display.SetHandlesInteractive(True)
    file_under(nodes.scene, nodes.folder, node, "calcium")
    nodes.anchor.SetNodeReferenceID(REGION_ROLE, node.GetID())
    return node


def region_of(nodes: Any, image: Image) -> np.ndarray | None:
    """Voxels of the study whose centers lie in the box; ``None`` without one.

    The box may be turned, and the volume may lie under a transform.
    """
    roi = nodes.region
    if roi is None:
        return None
    to_roi = np.linalg.inv(_object_to_world(roi)) @ _world_of_index(nodes.volume, image)
    half = np.array(roi.GetSize()) / 2
    region = np.zeros(image.array.shape, bool)
    box = _around(to_roi, half, image.array.shape)
    if box.empty:
        return region
    k, j, i = np.ogrid[tuple(box.slices)]
    inside = np.ones(box.shape, bool)
    for axis in range(3):
        row = to_roi[axis]
        place = row[0] * i + row[1] * j + row[2] * k + row[3]
        inside &= np.abs(place) <= half[axis]
    region[box.slices] = inside
    return region


def _around(to_roi: np.ndarray, half: np.ndarray, shape: tuple[int, ...]) -> Box:
    """The box of voxels that holds all corners of the region."""
    corners = np.array([[x, y, z, 1] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], float)
    corners[:, :3] *= half
    index = (np.linalg.inv(to_roi) @ corners.T)[:3]
    low, high = np.floor(index.min(axis=1)).astype(int), np.ceil(index.max(axis=1)).astype(int) + 1
    i, j, k = ((int(a), int(b)) for a, b in zip(low, high, strict=True))
    return Box(k, j, i).clipped(shape)


def _object_to_world(roi: Any) -> np.ndarray:
    matrix = roi.GetObjectToWorldMatrix()
    return np.array([[matrix.GetElement(r, c) for c in range(4)] for r in range(4)])


def _world_of_index(volume: Any, image: Image) -> np.ndarray:
    """4 x 4 from (i, j, k) of the image to the scene's RAS; transforms above the volume are linear."""
    own = ras_of_image(image)
    moved = np.eye(4)
    origin = to_world(volume, own[:3, 3])
    for axis in range(3):
        moved[:3, axis] = to_world(volume, own[:3, 3] + own[:3, axis]) - origin
    moved[:3, 3] = origin
    return moved
