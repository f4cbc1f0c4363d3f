"""Agreement with a reference as Slicer plots."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import slicer

from .transaction import all_or_none, remove_node

POINT_COLOR = (0.0, 0.45, 0.7)
LINE_COLOR = (0.35, 0.35, 0.35)


@dataclass(frozen=True)
class Series:
    """Points, or with ``joined`` a line through them; ``dashed`` for limits and guides."""

    name: str
    x: Sequence[float]
    y: Sequence[float]
    joined: bool = False
    dashed: bool = False


def add_plot(scene: Any, name: str, x_title: str, y_title: str, series: Sequence[Series]) -> Any:
    """A plot chart node with its series and tables, all or none.

    Without a legend: Slicer draws it over the points, and a title can say more.
    """
    with all_or_none(scene):
        chart = scene.AddNewNodeByClass("vtkMRMLPlotChartNode", name)
        chart.SetTitle(name)
        chart.SetXAxisTitle(x_title)
        chart.SetYAxisTitle(y_title)
        chart.SetLegendVisibility(False)
        for one in series:
            chart.AddAndObservePlotSeriesNodeID(_add_series(scene, one).GetID())
    return chart


def remove_plot(chart: Any) -> None:
    """Take a chart out of the scene with its series and their tables."""
    for index in reversed(range(chart.GetNumberOfPlotSeriesNodes())):
        series = chart.GetNthPlotSeriesNode(index)
        if series is not None:
            if series.GetTableNode() is not None:
                remove_node(series.GetTableNode())
            remove_node(series)
    remove_node(chart)


def is_shown(chart: Any) -> bool:
    """Whether a plot view has it."""
    scene = chart.GetScene()
    if scene is None:
        return False
    count = scene.GetNumberOfNodesByClass("vtkMRMLPlotViewNode")
    views = [scene.GetNthNodeByClass(index, "vtkMRMLPlotViewNode") for index in range(count)]
    return any(view.GetPlotChartNodeID() == chart.GetID() for view in views)


def show_plot(scene: Any, chart: Any, *, layout: bool = True) -> None:
    """In the plot views. A layout for film and plot is chosen, unless ``layout`` is false."""
    layout_node = scene.GetFirstNodeByClass("vtkMRMLLayoutNode")
    if layout and layout_node is not None:
        layout_node.SetViewArrangement(slicer.vtkMRMLLayoutNode.SlicerLayoutConventionalPlotView)
    selection = scene.GetSingletonNode("Singleton", "vtkMRMLSelectionNode")
    if selection is not None:
        selection.SetActivePlotChartID(chart.GetID())
    for index in range(scene.GetNumberOfNodesByClass("vtkMRMLPlotViewNode")):
        scene.GetNthNodeByClass(index, "vtkMRMLPlotViewNode").SetPlotChartNodeID(chart.GetID())


def _add_series(scene: Any, one: Series) -> Any:
    table = scene.AddNewNodeByClass("vtkMRMLTableNode", f"{one.name} table")
    slicer.util.updateTableFromArray(table, [np.asarray(one.x, float), np.asarray(one.y, float)], ["x", "y"])
    series = scene.AddNewNodeByClass("vtkMRMLPlotSeriesNode", one.name)
    series.SetAndObserveTableNodeID(table.GetID())
    series.SetXColumnName("x")
    series.SetYColumnName("y")
    series.SetPlotType(series.PlotTypeScatter)
    if one.joined:
        series.SetLineStyle(series.LineStyleDash if one.dashed else series.LineStyleSolid)
        series.SetMarkerStyle(series.MarkerStyleNone)
        series.SetColor(*LINE_COLOR)
    else:
        series.SetLineStyle(series.LineStyleNone)
        series.SetMarkerStyle(series.MarkerStyleCircle)
        series.SetColor(*POINT_COLOR)
    return series
