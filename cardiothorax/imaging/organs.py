"""The label values of lung and heart masks, fixed for files, scenes, networks and phantoms alike."""

from __future__ import annotations

BACKGROUND = 0
LEFT_LUNG = 1
RIGHT_LUNG = 2
HEART = 3
ORGANS = {LEFT_LUNG: "left lung", RIGHT_LUNG: "right lung", HEART: "heart"}
"""Left and right are the patient's: the left lung is at the right of a radiographic view."""
