"""The statistics of a comparison, said in rows of text."""

from __future__ import annotations

from collections.abc import Mapping

from ..stats.agreement import PairedTest
from ..stats.diagnostic import Proportion
from ..stats.inputs import Interval
from ..stats.study import AgreementStudy

NOT_POSSIBLE = "\u2013"
"""A dash where the pairs cannot carry the statistic."""
MINUS = "\u2212"

GROUP_HEADER = (
    "", "n", "difference \u00b1 SD", "limits of agreement", "MAE", "r", "ICC (95 %)",
    "sensitivity", "specificity",
)  # fmt: skip


def headline(study: AgreementStudy, quantity: str) -> str:
    """One or two sentences that say what the numbers mean."""
    difference = study.mean_difference
    direction = "higher" if difference > 0 else "lower"
    text = f"Measured {quantity} is on average {abs(difference):.4f} {direction} than the reference"
    if study.limits is None:
        return text + "."
    low, high = study.limits.lower_limit.estimate, study.limits.upper_limit.estimate
    return text + f"; 95 % of differences are expected between {_signed(low)} and {_signed(high)}."


def overall_rows(study: AgreementStudy) -> list[tuple[str, str, str]]:
    """Statistic, value, 95 % interval."""
    limits = study.limits
    rows = [
        ("Pairs", str(study.n), ""),
        ("Measured, mean \u00b1 SD", _mean_sd(study.measured_mean, study.measured_sd), ""),
        ("Reference, mean \u00b1 SD", _mean_sd(study.reference_mean, study.reference_sd), ""),
        ("Mean difference \u00b1 SD", difference_text(study), _interval(limits.bias if limits else None, 4)),
        ("Lower limit of agreement", *_estimate(limits.lower_limit if limits else None, 4)),
        ("Upper limit of agreement", *_estimate(limits.upper_limit if limits else None, 4)),
        ("Mean absolute difference", f"{study.mean_absolute_error:.4f}", ""),
        ("Largest absolute difference", f"{study.largest_absolute_difference:.4f}", ""),
        ("Within-subject coefficient of variation", _percent(study.cv), ""),
        ("Pearson's r", *_estimate(study.pearson_r, 3)),
        ("ICC(A,1), absolute agreement", *_estimate(study.icc, 3)),
        (_test_name(study.test), _p_value(study.test), ""),
    ]
    answers = study.diagnostic
    named = (
        ("Accuracy", answers.accuracy), ("Sensitivity", answers.sensitivity),
        ("Specificity", answers.specificity), ("Positive predictive value", answers.ppv),
        ("Negative predictive value", answers.npv),
    )  # fmt: skip
    above = f" for > {study.cutoff:.2f}"
    rows += [(name + above, *_proportion(value)) for name, value in named]
    rows.append((f"AUC{above}", *_estimate(study.auc, 3)))
    return rows


def group_rows(studies: Mapping[str, AgreementStudy]) -> list[tuple[str, ...]]:
    """One row a group under :data:`GROUP_HEADER`, which comes first."""
    rows: list[tuple[str, ...]] = [GROUP_HEADER]
    for name, study in studies.items():
        limits = study.limits
        span = (
            f"{_signed(limits.lower_limit.estimate)} to {_signed(limits.upper_limit.estimate)}"
            if limits else NOT_POSSIBLE
        )  # fmt: skip
        icc = f"{study.icc.estimate:.3f} ({_interval(study.icc, 3)})" if study.icc else NOT_POSSIBLE
        answers = study.diagnostic
        rows.append(
            (
                name, str(study.n), difference_text(study), span, f"{study.mean_absolute_error:.4f}",
                f"{study.pearson_r.estimate:.3f}" if study.pearson_r else NOT_POSSIBLE, icc,
                _proportion(answers.sensitivity)[0], _proportion(answers.specificity)[0],
            )
        )  # fmt: skip
    return rows


def difference_text(study: AgreementStudy) -> str:
    return _signed(study.mean_difference) + (f" \u00b1 {study.limits.sd:.4f}" if study.limits else "")


def _mean_sd(mean: float, sd: float | None) -> str:
    return f"{mean:.3f}" + ("" if sd is None else f" \u00b1 {sd:.3f}")


def _estimate(interval: Interval | None, digits: int) -> tuple[str, str]:
    if interval is None:
        return NOT_POSSIBLE, ""
    return f"{interval.estimate:.{digits}f}".replace("-", MINUS), _interval(interval, digits)


def _interval(interval: Interval | None, digits: int) -> str:
    if interval is None:
        return ""
    return f"{interval.low:.{digits}f} to {interval.high:.{digits}f}".replace("-", MINUS)


def _proportion(value: Proportion) -> tuple[str, str]:
    if value.estimate is None or value.low is None or value.high is None:
        return "none to judge", ""
    counts = f"{100 * value.estimate:.1f} % ({value.count}/{value.total})"
    return counts, f"{100 * value.low:.1f} to {100 * value.high:.1f} %"


def _percent(share: float | None) -> str:
    return NOT_POSSIBLE if share is None else f"{100 * share:.2f} %"


def _test_name(test: PairedTest | None) -> str:
    if test is None or test.name == "none":
        return "Paired test of the difference"
    return "Paired t test, p" if test.name == "paired t" else "Wilcoxon signed rank test, p"


def _p_value(test: PairedTest | None) -> str:
    if test is None:
        return NOT_POSSIBLE
    if test.name == "none":
        return "no difference anywhere"
    return "< 0.0001" if test.p_value < 0.0001 else f"{test.p_value:.4f}"


def _signed(value: float) -> str:
    text = f"{value:+.4f}"
    return text.replace("-", MINUS) if float(text) else text[1:]
