"""What a reader's hand does in CTRMeasure: drags line ends, paints masks."""

from __future__ import annotations

import numpy as np


def values(panel):
    return panel.review.result.values


def ras_of(panel, x, y):
    from cardiothorax.scene.geometry import point_of_pixel

    return point_of_pixel(panel.review.review.nodes.volume, x, y)


def drag(desktop, panel, name, index, x, y):
    """As a hand does it: press, move in small steps, release."""
    node = panel.review.review.nodes.lines[name]
    node.InvokeEvent(node.PointStartInteractionEvent)
    start = np.array(node.GetNthControlPointPosition(index))
    for part in (0.5, 1.0):
        node.SetNthControlPointPosition(index, start + part * (ras_of(panel, x, y) - start))
    node.InvokeEvent(node.PointEndInteractionEvent)
    desktop.process(until=lambda: panel.review.review.can_undo, timeout=10)
    desktop.check()


def paint(desktop, panel, x, y, radius_mm, effect="Paint"):
    editor = panel.ui.segmentEditor
    editor.setCurrentSegmentID("heart")
    editor.setActiveEffectByName(effect)
    desktop.hand(editor).paint(ras_of(panel, x, y), radius_mm=radius_mm)


def followed(desktop, panel, before):
    desktop.process(until=lambda: values(panel) != before, timeout=10)
    desktop.check()
    return values(panel)
