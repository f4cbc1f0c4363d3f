"""All arteries in one labelmap of a segmentation, so that a click changes a few voxels and nothing else.

The five segments share one image of the volume's size, with the package's labels as values. Slicer keeps
such layers itself; what it makes of them after a brush stroke or a file (cropped, several layers) is put
back into this form by :func:`laid_out`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import slicer
from vtk.util.numpy_support import numpy_to_vtk, vtk_to_numpy

from ..calcium.box import Box
from ..errors import GeometryProblem
from .geometry import ijk_to_ras, vtk_matrix
from .organs import Organ, arteries

REPRESENTATION = "Binary labelmap"


def add_layer(scene: Any, volume: Any, name: str, segments: tuple[Organ, ...] | None = None) -> Any:
    """A segmentation node on the geometry of ``volume`` with empty segments that share one labelmap."""
    node = scene.AddNewNodeByClass("vtkMRMLSegmentationNode", name)
    node.CreateDefaultDisplayNodes()
    node.SetReferenceImageGeometryParameterFromVolumeNode(volume)
    node.SetAndObserveTransformNodeID(volume.GetTransformNodeID())
    node.GetSegmentation().SetSourceRepresentationName(REPRESENTATION)
    _lay_out(node, volume, np.zeros(_shape(volume), np.uint8), segments or arteries())
    return node


def layer_of(node: Any, volume: Any, segments: tuple[Organ, ...] | None = None) -> np.ndarray | None:
    """The layer itself, uint8 ``[k, j, i]`` on the volume's grid; ``None`` where Slicer has it otherwise."""
    image = _shared_image(node, segments or arteries())
    columns, rows, slices = volume.GetImageData().GetDimensions()
    if image is None or image.GetExtent() != (0, columns - 1, 0, rows - 1, 0, slices - 1):
        return None
    scalars = image.GetPointData().GetScalars()
    if scalars is None or image.GetNumberOfScalarComponents() != 1 or not _same_place(image, volume):
        return None
    values: np.ndarray = vtk_to_numpy(scalars)
    return values.reshape(slices, rows, columns) if values.dtype == np.uint8 else None


def laid_out(node: Any, volume: Any, segments: tuple[Organ, ...] | None = None) -> np.ndarray:
    """The layer as :func:`layer_of` gives it, made anew where Slicer has it otherwise.

    Where segments overlap the later artery wins; segments that a reader removed come back empty and those
    that she added go: a voxel has one artery.
    """
    segments = segments or arteries()
    layer = layer_of(node, volume, segments)
    if layer is None:
        _lay_out(node, volume, _merged(node, volume, segments), segments)
        layer = layer_of(node, volume, segments)
    if layer is None:
        raise GeometryProblem(
            f"The masks of {node.GetName()} cannot be brought onto the grid of {volume.GetName()}.",
            "Press Apply to start again with this study.",
        )
    return layer


def write_layer(node: Any, volume: Any, labels: np.ndarray, box: Box | None = None) -> None:
    """Put ``labels`` (whole array, or just the part in ``box``) into the layer; views follow."""
    layer = laid_out(node, volume)
    part = layer[box.slices] if box is not None else layer
    if labels.shape != part.shape:
        raise GeometryProblem(
            f"The mask has the shape {labels.shape}, {volume.GetName()} has {part.shape}.",
            "Press Apply to start again with this study.",
        )
    part[...] = labels
    touch(node)


def touch(node: Any) -> None:
    """Say that the voxels of the layer have changed."""
    image = node.GetSegmentation().GetNthSegment(0).GetRepresentation(REPRESENTATION)
    image.GetPointData().GetScalars().Modified()
    image.Modified()


def _shared_image(node: Any, segments: tuple[Organ, ...]) -> Any:
    """The image that all segments share with the package's labels; ``None`` if they do not."""
    segmentation, image = node.GetSegmentation(), None
    if segmentation.GetNumberOfSegments() != len(segments):
        return None
    for organ in segments:
        segment = segmentation.GetSegment(organ.segment_id)
        if segment is None or segment.GetLabelValue() != organ.label:
            return None
        own = segment.GetRepresentation(REPRESENTATION)
        if own is None or (image is not None and own is not image):
            return None
        image = own
    return image


def _same_place(image: Any, volume: Any) -> bool:
    matrix = vtk_matrix(np.eye(4))
    image.GetImageToWorldMatrix(matrix)
    found = [[matrix.GetElement(r, c) for c in range(4)] for r in range(4)]
    return bool(np.allclose(found, ijk_to_ras(volume), rtol=0, atol=1e-4))


def _lay_out(node: Any, volume: Any, labels: np.ndarray, segments: tuple[Organ, ...]) -> None:
    """Segments that share an image already keep it: nobody's selection in the Segment Editor is lost."""
    slices, rows, columns = labels.shape
    shared = _shared_image(node, segments)
    image = slicer.vtkOrientedImageData() if shared is None else shared
    image.SetExtent(0, columns - 1, 0, rows - 1, 0, slices - 1)
    image.SetImageToWorldMatrix(vtk_matrix(ijk_to_ras(volume)))
    scalars = numpy_to_vtk(np.ascontiguousarray(labels, np.uint8).ravel(), deep=True)
    scalars.SetName("ImageScalars")
    image.GetPointData().SetScalars(scalars)
    if shared is not None:
        return
    segmentation = node.GetSegmentation()
    was_modifying = node.StartModify()
    try:
        segmentation.RemoveAllSegments()
        for organ in segments:
            segmentation.AddSegment(_segment(organ, image), organ.segment_id)
    finally:
        node.EndModify(was_modifying)


def _segment(organ: Organ, image: Any) -> Any:
    segment = slicer.vtkSegment()
    segment.SetName(organ.name)
    segment.SetColor(*organ.color)
    segment.SetLabelValue(organ.label)
    segment.SetTag(segment.GetTerminologyEntryTagName(), organ.terminology)
    segment.SetNameAutoGenerated(False)
    segment.SetColorAutoGenerated(False)
    segment.AddRepresentation(REPRESENTATION, image)
    return segment


def _merged(node: Any, volume: Any, segments: tuple[Organ, ...]) -> np.ndarray:
    """The segments on the volume's grid, voxel by voxel, whatever layers they lie in."""
    labels = np.zeros(_shape(volume), np.uint8)
    shared = _shared_image(node, segments)
    if shared is not None and _same_place(shared, volume):
        return _grown(shared, labels)
    columns, rows, slices = volume.GetImageData().GetDimensions()
    grid = slicer.vtkOrientedImageData()
    grid.SetExtent(0, columns - 1, 0, rows - 1, 0, slices - 1)
    grid.SetImageToWorldMatrix(vtk_matrix(ijk_to_ras(volume)))
    for organ in segments:
        if node.GetSegmentation().GetSegment(organ.segment_id) is None:
            continue
        one = slicer.vtkOrientedImageData()
        if not node.GetBinaryLabelmapRepresentation(organ.segment_id, one):
            continue
        if one.GetPointData().GetScalars() is None or one.GetNumberOfPoints() == 0:
            continue
        resampled = slicer.vtkOrientedImageData()
        same = slicer.vtkOrientedImageDataResample
        if not same.ResampleOrientedImageToReferenceOrientedImage(one, grid, resampled, False, True):
            raise GeometryProblem(
                f"The segment {organ.name} of {node.GetName()} could not be read.", "Undo the last edit."
            )
        values = vtk_to_numpy(resampled.GetPointData().GetScalars()).reshape(labels.shape)
        labels[values != 0] = organ.label
    return labels


def _grown(image: Any, labels: np.ndarray) -> np.ndarray:
    """What is in ``image``, which Slicer crops and extends as it likes, put into ``labels`` of full size."""
    scalars = image.GetPointData().GetScalars()
    if scalars is None or image.GetNumberOfPoints() == 0:
        return labels
    left, _, top, _, bottom, _ = image.GetExtent()
    values = vtk_to_numpy(scalars).reshape(image.GetDimensions()[::-1])
    inner, outer = [], []
    for start, size, limit in zip((bottom, top, left), values.shape, labels.shape, strict=True):
        first, last = max(start, 0), min(start + size, limit)
        outer.append(slice(first, last))
        inner.append(slice(first - start, last - start))
    labels[tuple(outer)] = values[tuple(inner)]
    return labels


def _shape(volume: Any) -> tuple[int, int, int]:
    columns, rows, slices = volume.GetImageData().GetDimensions()
    return slices, rows, columns
