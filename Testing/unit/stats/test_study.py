"""The whole comparison: real observers, and the fewest films that still say something."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from cardiothorax.records import to_plain
from cardiothorax.stats.inputs import UnusableNumbers
from cardiothorax.stats.study import agreement_study, study_by_group


def test_two_physicians(shared_data: Path) -> None:
    """The figures that the data's README states for its two observers over 305 films."""
    with open(shared_data / "cxr/segmentation/observers.csv", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    first, second = ([float(row[f"ctr_reader_{reader}"]) for row in rows] for reader in "ab")
    found = agreement_study(first, second, cutoff=0.5)
    assert found.n == 305
    assert round(found.mean_difference, 3) == -0.024
    assert found.limits is not None
    assert found.icc is not None
    assert found.test is not None
    assert round(found.limits.sd, 3) == 0.029
    assert round(found.limits.lower_limit.estimate, 3) == -0.081
    assert round(found.limits.upper_limit.estimate, 3) == 0.034
    assert round(found.mean_absolute_error, 3) == 0.027
    assert round(found.icc.estimate, 2) == 0.82
    assert round(found.diagnostic.accuracy.estimate or 0, 2) == 0.82
    assert found.test.name == "Wilcoxon signed rank"
    groups = study_by_group(first, second, [row["dataset"] for row in rows], cutoff=0.5)
    assert list(groups) == sorted(groups)
    assert sum(study.n for study in groups.values()) == 305
    assert groups["Padchest"].n == sum(row["dataset"] == "Padchest" for row in rows)


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_few_films_say_what_they_cannot(n: int) -> None:
    x = np.linspace(0.41, 0.57, n)
    found = agreement_study(x + 0.01 * np.arange(n), x, cutoff=0.5)
    missing = [found.limits is None, found.test is None, found.pearson_r is None]
    assert missing == [n < 2, n < 3, n < 4]
    assert (found.icc is None) == (n < 2)
    assert found.diagnostic.accuracy.total == n
    assert any("Correlation" in note for note in found.notes) == (n < 4)
    to_plain(found)  # nothing that JSON cannot hold


def test_cutoff_itself_is_not_enlarged() -> None:
    counts = agreement_study([0.5, 0.51], [0.5, 0.49], cutoff=0.5).diagnostic.confusion
    assert (counts.true_negative, counts.false_positive, counts.true_positive) == (1, 1, 0)


def test_perfect_agreement() -> None:
    x = np.linspace(0.4, 0.6, 20)
    found = agreement_study(x, x, cutoff=0.5)
    assert found.limits is not None
    assert found.icc is not None
    assert found.test is not None
    assert (found.icc.estimate, found.limits.sd, found.test.name) == (1.0, 0.0, "none")
    assert found.auc is not None
    assert found.auc.estimate == 1.0


def test_missing_values_are_refused() -> None:
    with pytest.raises(UnusableNumbers, match="reference has 1 missing"):
        agreement_study([0.4, 0.5], [0.4, np.nan], cutoff=0.5)
    with pytest.raises(UnusableNumbers, match="1 group names for 2 pairs"):
        study_by_group([0.4, 0.5], [0.4, 0.5], ["a"], cutoff=0.5)
