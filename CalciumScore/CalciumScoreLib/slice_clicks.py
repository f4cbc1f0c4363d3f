"""Clicks in the slice views, as points of the scene. A drag is no click, and other tools go first."""

import slicer
import vtk

STILL_PX = 4
"""A hand that moves less has clicked."""
PRIORITY = 0.5
"""Before nobody: the view's own interaction sees every event too."""


class SliceClicks:
    """``onClick(world, normal)`` gets a RAS point and the view's direction; while ``mayClick()`` is false,
    or points are being placed, nothing is a click. Off until :meth:`enable`."""

    def __init__(self, onClick, mayClick):
        self._onClick = onClick
        self._mayClick = mayClick
        self._watched = {}
        self._down = None
        self._enabled = False

    def enable(self):
        self._enabled = True
        slicer.app.layoutManager().connect("layoutChanged(int)", self._onLayout)
        self._watch()

    def disable(self):
        if self._enabled:
            slicer.app.layoutManager().disconnect("layoutChanged(int)", self._onLayout)
        self._enabled = False
        for interactor, tags in self._watched.values():
            for tag in tags:
                interactor.RemoveObserver(tag)
        self._watched = {}
        self._down = None

    def _onLayout(self, layout=None):
        """Another layout may bring views that were not there."""
        if self._enabled:
            self._watch()

    def _watch(self):
        manager = slicer.app.layoutManager()
        for name in manager.sliceViewNames():
            if name in self._watched:
                continue
            interactor = manager.sliceWidget(name).sliceView().interactor()
            tags = [
                interactor.AddObserver(event, self._handler(name, function), PRIORITY)
                for event, function in (
                    (vtk.vtkCommand.LeftButtonPressEvent, self._press),
                    (vtk.vtkCommand.LeftButtonReleaseEvent, self._release),
                )
            ]
            self._watched[name] = (interactor, tags)

    @staticmethod
    def _handler(name, function):
        return lambda interactor, event: function(name, interactor)

    def _press(self, name, interactor):
        held = interactor.GetShiftKey() or interactor.GetControlKey() or interactor.GetAltKey()
        taken = held or markupIsUnderMouse(slicer.mrmlScene)
        self._down = None if taken else (name, interactor.GetEventPosition())

    def _release(self, name, interactor):
        down, self._down = self._down, None
        if down is None or down[0] != name or not self._free():
            return
        x, y = interactor.GetEventPosition()
        if abs(x - down[1][0]) + abs(y - down[1][1]) >= STILL_PX:
            return
        node = slicer.app.layoutManager().sliceWidget(name).mrmlSliceNode()
        self._onClick(worldOf(node, x, y), normalOf(node))

    def _free(self):
        interaction = slicer.app.applicationLogic().GetInteractionNode()
        placing = interaction is not None and interaction.GetCurrentInteractionMode() == interaction.Place
        return not placing and self._mayClick()


def markupIsUnderMouse(scene):
    """Whether a handle or a point of a markup is under the mouse, as Slicer's own views know since its last
    move: a press is for it. Lines and planes between them take no clicks."""
    kind = slicer.vtkMRMLMarkupsDisplayNode
    passing = (kind.ComponentNone, kind.ComponentLine, kind.ComponentPlane)
    for number in range(scene.GetNumberOfNodesByClass("vtkMRMLMarkupsDisplayNode")):
        node = scene.GetNthNodeByClass(number, "vtkMRMLMarkupsDisplayNode")
        contexts = node.GetActiveComponentInteractionContexts()
        if any(node.GetActiveComponentType(context) not in passing for context in contexts):
            return True
    return False


def worldOf(sliceNode, x, y):
    """RAS point under the pixel of a slice view, counted from the lower left."""
    point = [0.0, 0.0, 0.0, 1.0]
    sliceNode.GetXYToRAS().MultiplyPoint([float(x), float(y), 0.0, 1.0], point)
    return point[:3]


def normalOf(sliceNode):
    """Direction of a slice view: a RAS vector of length 1."""
    matrix = sliceNode.GetSliceToRAS()
    return [matrix.GetElement(row, 2) for row in range(3)]
