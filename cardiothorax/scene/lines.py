"""Measured lines as markups: made, moved, kept straight, read back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import slicer
import vtk

from .geometry import pixel_of_point, point_of_pixel

Point = tuple[float, float]
Ends = tuple[Point, Point]

LINE_ATTRIBUTE = "Cardiothorax.Line"
_COLORS = {
    "T": (1.0, 0.85, 0.2),
    "Th": (1.0, 0.5, 0.35),
    "MRD": (1.0, 0.75, 0.65),
    "MLD": (1.0, 0.75, 0.65),
}
_OTHER_COLOR = (0.8, 0.8, 0.8)
_GLYPH_PERCENT = 1.4
_TEXT_PERCENT = 3.0
_THICKNESS = 0.3
"""Of a glyph."""


@dataclass(frozen=True)
class Label:
    """What a line says in the views: ``value`` in ``unit``."""

    value: float
    unit: str
    decimals: int = 0


def add_line(scene: Any, volume: Any, name: str) -> Any:
    """A line of two points named ``name``, in the frame of ``volume``."""
    node = scene.AddNewNodeByClass("vtkMRMLMarkupsLineNode", name)
    node.CreateDefaultDisplayNodes()
    node.SetAndObserveTransformNodeID(volume.GetTransformNodeID())
    node.SetAttribute(LINE_ATTRIBUTE, name)
    # Slicer's own length knows nothing of calibration: it would state millimeters for an uncalibrated film.
    node.GetMeasurement("length").SetEnabled(False)
    style_line(node)
    return node


def style_line(node: Any) -> None:
    """Color, size and where the text stands: T and Th above their lines, MRD and MLD below and apart.

    A saved scene forgets the last of these, so it is done again when a run is reopened.
    """
    name, display = node.GetAttribute(LINE_ATTRIBUTE), node.GetDisplayNode()
    color = _COLORS.get(name, _OTHER_COLOR)
    display.SetColor(color)
    display.SetSelectedColor(color)
    display.SetPointLabelsVisibility(False)
    display.SetPropertiesLabelVisibility(name in _COLORS)
    display.SetGlyphScale(_GLYPH_PERCENT)
    display.SetTextScale(_TEXT_PERCENT)
    display.SetLineThickness(_THICKNESS)
    display.SetSliceProjection(True)  # the film is one slice: a line is seen at any offset
    text = display.GetTextProperty()
    # The text hangs on the line's middle; these grow away from the midline.
    text.SetJustification(vtk.VTK_TEXT_RIGHT if name in ("T", "MRD") else vtk.VTK_TEXT_LEFT)
    text.SetVerticalJustification(vtk.VTK_TEXT_TOP if name in ("MRD", "MLD") else vtk.VTK_TEXT_BOTTOM)


def place_line(node: Any, volume: Any, ends: Ends) -> None:
    """Put the two points on pixel coordinates (column, row)."""
    with slicer.util.NodeModify(node):
        for index, (x, y) in enumerate(ends):
            point = vtk.vtkVector3d(*point_of_pixel(volume, x, y))
            if index < node.GetNumberOfControlPoints():
                node.SetNthControlPointPosition(index, point)
            else:
                node.AddControlPoint(point)


def read_line(node: Any, volume: Any) -> Ends | None:
    """Pixel coordinates of the two points; ``None`` while one of them is missing."""
    if node.GetNumberOfDefinedControlPoints() < 2:
        return None
    start, end = (pixel_of_point(volume, node.GetNthControlPointPosition(index)) for index in (0, 1))
    return start, end


def label_line(node: Any, label: Label | None) -> None:
    """State the value beside the line's name, in the views and in the list of measurements."""
    name = node.GetAttribute(LINE_ATTRIBUTE)
    measurement = node.GetMeasurement(name)
    if measurement is None:
        measurement = slicer.vtkMRMLStaticMeasurement()
        measurement.SetName(name)
        node.AddMeasurement(measurement)
    measurement.SetEnabled(label is not None)
    if label is None:
        return
    # An alphabetic unit keeps its space; Slicer joins number and unit by this format.
    measurement.SetPrintFormat(f"%.{label.decimals}f %s")
    measurement.SetUnits(label.unit)
    measurement.SetValue(label.value)
    node.UpdateAllMeasurements()  # the text in the views is made here


def straightened(before: Ends, dragged: Ends) -> Ends:
    """``dragged`` made parallel again to the image axis that ``before`` ran along.

    The end that moved furthest decides: the other takes over its row (its column for an upright line).
    """
    across = 1 if abs(before[1][0] - before[0][0]) >= abs(before[1][1] - before[0][1]) else 0
    moved = [abs(dragged[index][across] - before[index][across]) for index in (0, 1)]
    level = dragged[0 if moved[0] > moved[1] else 1][across]
    (x0, y0), (x1, y1) = dragged
    return ((x0, level), (x1, level)) if across == 1 else ((level, y0), (level, y1))
