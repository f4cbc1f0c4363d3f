"""Where a score stands among people of the same sex, ethnicity and age, by a table that the user brings.

No such table comes with this package: none was found under a free licence.
"""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from pathlib import Path

from ..errors import CardiothoraxError

PERCENTILES = (25, 50, 75, 90)
COLUMNS = ("sex", "ethnicity", "age_from", "age_to", *(f"p{p}" for p in PERCENTILES))
SEXES = ("male", "female")


class PercentileProblem(CardiothoraxError):
    """A table of percentiles cannot be read, contradicts itself, or has no row for a person."""

    code = "percentile_problem"


@dataclass(frozen=True)
class Group:
    """``age_from`` and ``age_to`` in whole years, both inclusive; ``scores`` at :data:`PERCENTILES`."""

    sex: str
    ethnicity: str
    age_from: int
    age_to: int
    scores: tuple[float, ...]


@dataclass(frozen=True)
class Place:
    """Between percentile ``low`` (0: below the first) and ``high`` (100: above the last) of its group."""

    low: int
    high: int

    @property
    def words(self) -> str:
        if self.low == 0:
            return f"at or below the {self.high}th percentile"
        if self.high == 100:
            return f"at or above the {self.low}th percentile"
        return f"between the {self.low}th and {self.high}th percentile"


def read_percentiles(path: Path | str) -> tuple[Group, ...]:
    """A CSV file with the columns :data:`COLUMNS`; sex male or female, names in small letters afterwards.

    Raises :class:`PercentileProblem`, which names line and value.
    """
    file = Path(path)
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
            if missing:
                raise PercentileProblem(
                    f"{file.name} lacks the columns {', '.join(missing)}.",
                    f"Its first line must be: {','.join(COLUMNS)}",
                )
            groups = tuple(_group(file.name, reader.line_num, row) for row in reader)
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        raise PercentileProblem(
            f"{file.name} cannot be read: {getattr(problem, 'strerror', None) or 'it is no text in UTF-8'}.",
            "Choose a CSV file with commas, saved as UTF-8.",
        ) from problem
    if not groups:
        raise PercentileProblem(f"{file.name} has no rows.", "Give one line for each group of people.")
    _check_overlaps(file.name, groups)
    return groups


def group_of(groups: tuple[Group, ...], *, sex: str, ethnicity: str, age_years: float) -> Group:
    """Raises :class:`PercentileProblem` where the table has no group for the person."""
    age = math.floor(age_years)
    wanted = (sex.strip().lower(), ethnicity.strip().lower())
    for group in groups:
        if (group.sex, group.ethnicity) == wanted and group.age_from <= age <= group.age_to:
            return group
    raise PercentileProblem(
        f"The table of percentiles has no group for {wanted[0]}, {wanted[1]}, {age} years.",
        "Add the group to the table, or report no percentile.",
    )


def place(group: Group, agatston: float) -> Place:
    """Without calcium a person stands with all others without it, up to the last percentile that is 0."""
    if not 0 <= agatston < math.inf:
        raise PercentileProblem(f"The Agatston score is {agatston:g}; it is 0 or more.")
    known = tuple(zip(PERCENTILES, group.scores, strict=True))
    if agatston == 0:
        return Place(0, max((p for p, score in known if score == 0), default=PERCENTILES[0]))
    reached = max((p for p, score in known if score <= agatston), default=0)
    return Place(reached, min((p for p, score in known if score > agatston), default=100))


def _group(name: str, line: int, row: dict[str, str]) -> Group:
    where = f"{name}, line {line}"
    sex, ethnicity = ((row[key] or "").strip().lower() for key in ("sex", "ethnicity"))
    if sex not in SEXES or not ethnicity:
        raise PercentileProblem(
            f"{where}: sex is {sex!r} and ethnicity {ethnicity!r}.",
            "Sex is male or female, ethnicity a name.",
        )
    numbers = [_number(where, key, row[key]) for key in COLUMNS[2:]]
    ages, scores = numbers[:2], tuple(numbers[2:])
    if ages[0] > ages[1] or any(age != int(age) for age in ages):
        raise PercentileProblem(f"{where}: ages from {ages[0]:g} to {ages[1]:g} are no range of whole years.")
    if list(scores) != sorted(scores):
        shown = ", ".join(f"{score:g}" for score in scores)
        raise PercentileProblem(f"{where}: percentiles must not fall: {shown}.")
    return Group(sex, ethnicity, int(ages[0]), int(ages[1]), scores)


def _number(where: str, column: str, text: str | None) -> float:
    try:
        value = float(text or "")
    except ValueError:
        value = math.nan
    if not 0 <= value < math.inf:
        raise PercentileProblem(
            f"{where}: {column} is {text!r}, not a number from 0 on.", "Use a decimal point."
        )
    return value


def _check_overlaps(name: str, groups: tuple[Group, ...]) -> None:
    seen: dict[tuple[str, str], list[Group]] = {}
    for group in groups:
        same = seen.setdefault((group.sex, group.ethnicity), [])
        for other in same:
            if group.age_from <= other.age_to and other.age_from <= group.age_to:
                raise PercentileProblem(
                    f"{name}: two groups of {group.ethnicity} {group.sex}s share ages, {other.age_from} to "
                    f"{other.age_to} and {group.age_from} to {group.age_to}.",
                    "Every age belongs to one group.",
                )
        same.append(group)
