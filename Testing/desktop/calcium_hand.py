"""A hand for the CalciumScore panel: starts it, clicks in the views."""

from __future__ import annotations

import numpy as np

from Testing.scene import drawn_ct


def start(desktop, panel, volume, *, network=False):
    """Apply and wait; with ``network`` the answer has proposals."""
    panel._parameterNode.inputVolume = volume
    if network:
        give_network(panel)
    panel.ui.applyButton.click()
    assert desktop.process(until=lambda: not panel.study.running, timeout=60)
    desktop.check()


def give_network(panel):
    """As if a network were chosen; none is asked for, the fake worker answers."""
    from cardiothorax.calcium.options import CalciumOptions

    module = __import__("CalciumScoreLib.scoring", fromlist=["Settings"])
    panel.study._task.settings = lambda parameters: module.Settings("drawn", "auto", CalciumOptions())
    module.ensurePackages = lambda settings: None


def click(panel, name, offset=(0, 0, 0)):
    """The mouse in the axial view: the slice is shown, the button goes down and up."""
    review = panel.review.review
    index = np.add(drawn_ct.middle_of(name), offset)
    press_at(panel, review.world_at(index))


def press_at(panel, world, *, view="Red", keys=(), drag=0):
    import slicer
    import vtk

    widget = slicer.app.layoutManager().sliceWidget(view)
    node, interactor = widget.mrmlSliceNode(), widget.sliceView().interactor()
    interactor.SetInteractorStyle(None)  # the stand-in has VTK's own, which keeps the release to itself
    node.JumpSliceByOffsetting(*(float(x) for x in world))
    to_xy = vtk.vtkMatrix4x4()
    vtk.vtkMatrix4x4.Invert(node.GetXYToRAS(), to_xy)
    x, y = to_xy.MultiplyPoint([*(float(v) for v in world), 1.0])[:2]
    interactor.SetControlKey("ctrl" in keys)
    interactor.SetEventPosition(round(x), round(y))
    interactor.InvokeEvent(vtk.vtkCommand.LeftButtonPressEvent)
    interactor.SetEventPosition(round(x) + drag, round(y))
    interactor.InvokeEvent(vtk.vtkCommand.LeftButtonReleaseEvent)
    interactor.SetControlKey(0)


def labels(panel):
    return np.array(panel.review.review.labels)
