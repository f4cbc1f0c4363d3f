"""What a reader's eye says of a chest CT that is not made for scores: how far each artery is calcified.

Ordinal score: Shemesh et al., Radiology 2010. CAC-DRS: Hecht et al., J Cardiovasc Comput Tomogr 2018.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from .categories import VISUAL_GRADES

EXTENTS = ("none", "less than one third of the length", "one to two thirds", "more than two thirds")
GROUPS = ((0, 0), (1, 3), (4, 6), (7, 12))
"""Sums, first and last, by which Shemesh et al. compared cardiovascular deaths."""


@dataclass(frozen=True)
class VisualExtents:
    """How much of each artery's length is calcified, as numbers of :data:`EXTENTS`.

    >>> seen = VisualExtents(lm=1, lad=2, lcx=0, rca=1)
    >>> seen.ordinal, seen.group, seen.grade, seen.cac_drs
    (4, (4, 6), 'moderate', 'V2/N3')
    """

    lm: int
    lad: int
    lcx: int
    rca: int

    def __post_init__(self) -> None:
        for name, extent in self._by_artery().items():
            if extent not in range(len(EXTENTS)):
                raise ValueError(f"{name} is {extent!r}, not 0, 1, 2 or 3")

    @property
    def ordinal(self) -> int:
        """0 to 12."""
        return sum(self._by_artery().values())

    @property
    def group(self) -> tuple[int, int]:
        return next((first, last) for first, last in GROUPS if self.ordinal <= last)

    @property
    def grade(self) -> str:
        """``none``, ``mild``, ``moderate`` or ``severe``: words for the groups, which the paper numbers."""
        return VISUAL_GRADES[GROUPS.index(self.group)]

    @property
    def cac_drs(self) -> str:
        """``V0/N0`` to ``V3/N4``: V as :attr:`grade` suggests it, N arteries with calcium."""
        return f"V{GROUPS.index(self.group)}/N{sum(extent > 0 for extent in self._by_artery().values())}"

    def _by_artery(self) -> dict[str, int]:
        return {field.name: getattr(self, field.name) for field in fields(self)}
