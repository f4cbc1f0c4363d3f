"""The ordinal score of a chest CT and the CAC-DRS that it suggests."""

from __future__ import annotations

from itertools import product

import pytest

from cardiothorax.calcium.visual import VisualExtents


@pytest.mark.parametrize(
    ("extents", "ordinal", "group", "grade", "cac_drs"),
    [
        ((0, 0, 0, 0), 0, (0, 0), "none", "V0/N0"),
        ((1, 0, 0, 0), 1, (1, 3), "mild", "V1/N1"),
        ((0, 3, 0, 0), 3, (1, 3), "mild", "V1/N1"),
        ((1, 1, 1, 1), 4, (4, 6), "moderate", "V2/N4"),
        ((1, 2, 0, 1), 4, (4, 6), "moderate", "V2/N3"),
        ((0, 3, 0, 3), 6, (4, 6), "moderate", "V2/N2"),
        ((1, 3, 0, 3), 7, (7, 12), "severe", "V3/N3"),
        ((3, 3, 3, 3), 12, (7, 12), "severe", "V3/N4"),
    ],
)
def test_borders_of_the_groups(
    extents: tuple[int, ...], ordinal: int, group: tuple[int, int], grade: str, cac_drs: str
) -> None:
    seen = VisualExtents(*extents)
    assert (seen.ordinal, seen.group, seen.grade, seen.cac_drs) == (ordinal, group, grade, cac_drs)


def test_every_reading_has_one_group_and_more_calcium_is_never_a_lower_grade() -> None:
    grades = ("none", "mild", "moderate", "severe")
    for extents in product(range(4), repeat=4):
        seen = VisualExtents(*extents)
        assert seen.group[0] <= seen.ordinal <= seen.group[1]
        for artery in range(4):
            if extents[artery] < 3:
                more = VisualExtents(*(e + (n == artery) for n, e in enumerate(extents)))
                assert grades.index(more.grade) >= grades.index(seen.grade)


@pytest.mark.parametrize("extents", [(0, 0, 0, 4), (0, -1, 0, 0)])
def test_impossible_extents_are_named(extents: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"rca is 4|lad is -1"):
        VisualExtents(*extents)
