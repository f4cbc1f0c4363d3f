"""A small CT with calcium whose every number can be told by hand, for tests of scene and panel."""

from __future__ import annotations

import numpy as np

SHAPE = (8, 40, 50)
PIXEL_MM, INCREMENT_MM = 0.5, 3.0
BLOOD_HU = 40

# name: slices, rows, columns, HU
LESIONS = {
    "lad": ((2, 4), (10, 12), (10, 14), 320),  # two slices of 8 pixels: 2 mm2 each, weight 3
    "rca": ((5, 6), (10, 13), (30, 33), 210),  # one slice of 9 pixels: 2.25 mm2, weight 2
    "bar": ((3, 4), (25, 27), (20, 32), 450),  # one slice, 2 x 12: LAD and LCX may share it
    "speck": ((6, 7), (30, 31), (10, 11), 150),  # one pixel: below the smallest region
}
BONE = ((0, 8), (34, 39), (2, 48), 700)
"""Through all slices, outside of any heart."""


def box_of(name):
    k, j, i, _ = LESIONS[name]
    return slice(*k), slice(*j), slice(*i)


def middle_of(name):
    """A voxel inside: slice, row, column."""
    return tuple((s.start + s.stop - 1) // 2 for s in box_of(name))


def hu():
    """int16 ``[k, j, i]``, slices from feet to head."""
    array = np.full(SHAPE, BLOOD_HU, np.int16)
    for k, j, i, value in (*LESIONS.values(), BONE):
        array[slice(*k), slice(*j), slice(*i)] = value
    return array


def labels(**arteries):
    """``labels(lad=1, rca=3)``: these lesions with these codes."""
    drawn = np.zeros(SHAPE, np.uint8)
    for name, code in arteries.items():
        drawn[box_of(name)] = code
    return drawn


def placing(how):
    """IJK to RAS of a node, and how its array runs: plain (feet to head), head first, oblique."""
    matrix = np.diag([-PIXEL_MM, -PIXEL_MM, INCREMENT_MM, 1.0])
    matrix[:3, 3] = 12.0, 10.0, -40.0
    if how == "head_first":
        matrix[2, 2] = -INCREMENT_MM
        matrix[2, 3] = -40.0 + INCREMENT_MM * (SHAPE[0] - 1)
    if how == "oblique":
        a = np.deg2rad(8)
        turn = np.array([[np.cos(a), -np.sin(a), 0], [np.sin(a), np.cos(a), 0], [0, 0, 1]])
        tip = np.array([[1, 0, 0], [0, np.cos(a / 2), -np.sin(a / 2)], [0, np.sin(a / 2), np.cos(a / 2)]])
        matrix[:3, :3] = turn @ tip @ matrix[:3, :3]
    return matrix


def node_values(how):
    """The same CT in the order of the node's own slices."""
    return hu()[::-1] if how == "head_first" else hu()
