"""What one click takes: a bright piece in space, or the part of it that a reader's cuts have left.

Cuts are kept as what the reader did, in plain values, and done again when a scene is reopened.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..calcium.box import Box
from ..calcium.candidates import candidates
from ..calcium.settings import Settings
from ..calcium.split import beyond_plane, split_component, within_slices
from ..imaging.image import Image

Index = tuple[int, int, int]
Cut = dict[str, Any]
"""``seed`` (slice, row, column) names the piece by one of its voxels; ``point_mm`` and ``normal_mm`` (LPS) of
a plane, or ``first`` and ``last`` slice."""


class Pieces:
    """Candidates of a study from the threshold of ``settings`` on, within ``region`` (mask, box or all).

    ``map`` is int32 ``[k, j, i]`` on the study's grid, 0 where a click takes nothing.
    """

    def __init__(
        self,
        image: Image,
        settings: Settings,
        *,
        region: np.ndarray | Box | None = None,
        cuts: tuple[Cut, ...] = (),
    ) -> None:
        column_mm, row_mm, _ = image.spacing_mm
        smallest = settings.rules.minimum_pixels(column_mm, row_mm)
        self._image = image
        self.map, self.count = candidates(image, settings.limits.threshold_hu, region, smallest)
        self.cuts: tuple[Cut, ...] = ()
        self._boxes = self._find_boxes()
        self._first_voxels: tuple[np.ndarray, np.ndarray] | None = None
        for cut in cuts:
            self.cut(cut)
        self.cuts = cuts  # those that hit nothing now may do so with another threshold

    def box_of(self, piece: int) -> Box:
        return self._boxes[piece]

    def at(self, index: Index, labels: np.ndarray) -> tuple[Box, np.ndarray] | None:
        """The voxels that a click on ``index`` takes, as a box and a mask in it; ``None`` where none are.

        Where a part of the piece has another label than the clicked voxel, what is connected with the
        voxel and has its label is taken.
        """
        piece = int(self.map[index])
        if not piece:
            return None
        box = self._boxes[piece]
        inside = self.map[box.slices] == piece
        local = tuple(at - start for at, start in zip(index, _starts(box), strict=True))
        part = labels[box.slices]
        same = inside & (part == part[local])
        if same.sum() < inside.sum():
            same = _connected_with(same, local)
        return box, same

    def nearest(self, index: Index, reach_mm: float) -> Index | None:
        """The candidate voxel nearest to ``index`` in its slice, at most ``reach_mm`` away; itself if it is
        one. Small lesions are a few pixels: nobody hits them exactly."""
        k, j, i = index
        if self.map[k, j, i]:
            return index
        column_mm, row_mm, _ = self._image.spacing_mm
        rows, columns = int(reach_mm / row_mm), int(reach_mm / column_mm)
        top, left = max(j - rows, 0), max(i - columns, 0)
        window = self.map[k, top : j + rows + 1, left : i + columns + 1]
        found = np.argwhere(window)
        if not len(found):
            return None
        distance = np.hypot((found[:, 0] + top - j) * row_mm, (found[:, 1] + left - i) * column_mm)
        best = int(np.argmin(distance))
        if distance[best] > reach_mm:
            return None
        return k, int(found[best, 0]) + top, int(found[best, 1]) + left

    def cut(self, cut: Cut) -> bool:
        """Divide the piece of ``cut``; whether there was something on both sides."""
        seed = tuple(int(at) for at in cut["seed"])
        inside = all(0 <= at < size for at, size in zip(seed, self.map.shape, strict=True))
        piece = int(self.map[seed]) if inside else 0
        if not piece:
            return False
        box = self._boxes[piece]
        part = self.map[box.slices]
        local = np.nonzero(part == piece)
        starts = _starts(box)
        voxels = (local[0] + starts[0], local[1] + starts[1], local[2] + starts[2])
        if "first" in cut:
            chosen = within_slices(voxels, int(cut["first"]), int(cut["last"]))
        else:
            plane = {"point_mm": cut["point_mm"], "normal_mm": cut["normal_mm"]}
            chosen = beyond_plane(voxels, self._image, **plane)
        if chosen.all() or not chosen.any():
            return False
        divided, count = split_component(part, self.count, piece, chosen)
        self.map[box.slices] = divided
        self._replace_boxes(box, piece, count)
        self.count = count
        self.cuts = (*self.cuts, cut)
        self._first_voxels = None
        return True

    def slices_without(self, labels: tuple[np.ndarray, ...]) -> list[tuple[int, int]]:
        """First and last slice of each piece whose first voxel has no label in any of these arrays."""
        if self._first_voxels is None:
            voxels = np.flatnonzero(self.map)
            numbers, first = np.unique(self.map.ravel()[voxels], return_index=True)
            self._first_voxels = numbers, voxels[first]
        numbers, voxels = self._first_voxels
        place = np.unravel_index(voxels, self.map.shape)
        free = ~np.any([array[place] > 0 for array in labels], axis=0)
        ends = [self._boxes[int(number)].k for number in numbers[free]]
        return [(first, stop - 1) for first, stop in ends]

    def _replace_boxes(self, box: Box, piece: int, count: int) -> None:
        part = self.map[box.slices]
        for name in (piece, *range(self.count + 1, count + 1)):
            found = Box.around(part == name)
            if found is not None:
                self._boxes[name] = found.moved(*_starts(box))

    def _find_boxes(self) -> dict[int, Box]:
        from scipy import ndimage

        found = ndimage.find_objects(self.map)
        return {
            number: Box(*((s.start, s.stop) for s in slices))
            for number, slices in enumerate(found, start=1)
            if slices is not None
        }


def _starts(box: Box) -> Index:
    return box.k[0], box.j[0], box.i[0]


def _connected_with(mask: np.ndarray, index: tuple[int, ...]) -> np.ndarray:
    """The 6-connected part of ``mask`` that holds ``index``."""
    from scipy import ndimage

    parts, _ = ndimage.label(mask)
    part: np.ndarray = parts == parts[index]
    return part
