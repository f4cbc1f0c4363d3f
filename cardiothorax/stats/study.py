"""Everything that a comparison of one measured quantity with its reference reports, in one object."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike

from .agreement import (
    BlandAltman,
    PairedTest,
    bland_altman,
    mean_absolute_error,
    paired_difference_test,
    pearson,
    within_subject_cv,
)
from .diagnostic import Diagnostic, diagnostic
from .icc import icc_a1
from .inputs import Interval, UnusableNumbers, paired
from .roc import auc

T = TypeVar("T")


@dataclass(frozen=True)
class AgreementStudy:
    """Differences are measured minus reference. What ``n`` cannot carry is ``None``, and ``notes`` say why.

    ``sd`` and both ``*_sd`` are with n - 1. ``diagnostic`` compares ``measured > cutoff`` with
    ``reference > cutoff``; ``auc`` takes the measured value as score for ``reference > cutoff``.
    ``cv`` is the within-subject coefficient of variation, a fraction.
    """

    n: int
    cutoff: float
    measured_mean: float
    measured_sd: float | None
    reference_mean: float
    reference_sd: float | None
    mean_difference: float
    mean_absolute_error: float
    largest_absolute_difference: float
    limits: BlandAltman | None
    cv: float | None
    pearson_r: Interval | None
    icc: Interval | None
    test: PairedTest | None
    diagnostic: Diagnostic
    auc: Interval | None
    notes: tuple[str, ...]


def agreement_study(measured: ArrayLike, reference: ArrayLike, *, cutoff: float) -> AgreementStudy:
    """All statistics of one comparison; at least one pair, no missing values.

    Raises :class:`UnusableNumbers` where the two lists cannot be compared at all.
    """
    first, second = paired(measured, reference)
    notes: list[str] = []

    def if_possible(name: str, compute: Callable[[], T]) -> T | None:
        try:
            return compute()
        except UnusableNumbers as problem:
            notes.append(f"{name}: {problem.message}")
            return None

    return AgreementStudy(
        n=first.size,
        cutoff=float(cutoff),
        measured_mean=float(first.mean()),
        measured_sd=float(first.std(ddof=1)) if first.size > 1 else None,
        reference_mean=float(second.mean()),
        reference_sd=float(second.std(ddof=1)) if second.size > 1 else None,
        mean_difference=float((first - second).mean()),
        mean_absolute_error=mean_absolute_error(first, second),
        largest_absolute_difference=float(np.abs(first - second).max()),
        limits=if_possible("Limits of agreement", lambda: bland_altman(first, second)),
        cv=if_possible("Coefficient of variation", lambda: within_subject_cv(first, second)),
        pearson_r=if_possible("Correlation", lambda: pearson(first, second)),
        icc=if_possible("ICC", lambda: icc_a1(np.column_stack([first, second]))),
        test=if_possible("Paired test", lambda: paired_difference_test(first, second)),
        diagnostic=diagnostic(first > cutoff, second > cutoff),
        auc=if_possible("AUC", lambda: auc(first, second > cutoff)),
        notes=tuple(notes),
    )


def study_by_group(
    measured: ArrayLike, reference: ArrayLike, groups: Sequence[str], *, cutoff: float
) -> dict[str, AgreementStudy]:
    """The same within each group, groups in alphabetical order."""
    first, second = paired(measured, reference)
    names = np.asarray(groups, dtype=object)
    if names.shape != first.shape:
        raise UnusableNumbers(f"There are {names.size} group names for {first.size} pairs.")
    return {
        name: agreement_study(first[names == name], second[names == name], cutoff=cutoff)
        for name in sorted(set(groups))
    }
