"""The statistics of a comparison, said in rows of text."""

from __future__ import annotations

from collections.abc import Mapping

from ..stats.agreement import PairedTest
from ..stats.diagnostic import Proportion
from ..stats.digits import decimals
from ..stats.inputs import Interval
from ..stats.kappa import CategoryAgreement
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
    digits = difference_digits(study)
    difference = round(study.mean_difference, digits)
    side = "higher than" if difference > 0 else "lower than"
    text = f"Measured {quantity} is on average {abs(difference):.{digits}f} {side} the reference"
    if not difference:
        text = f"Measured {quantity} is on average the same as the reference"
    if study.limits is None:
        return text + "."
    low, high = study.limits.lower_limit.estimate, study.limits.upper_limit.estimate
    span = f"between {_signed(low, digits)} and {_signed(high, digits)}"
    return text + f"; 95 % of differences are expected {span}."


def difference_digits(study: AgreementStudy) -> int:
    """Digits behind the point for differences; all digits stand in the JSON file."""
    return decimals(study.limits.sd if study.limits else None)


def value_digits(study: AgreementStudy) -> int:
    """The same for the measured values themselves."""
    return decimals(study.measured_sd)


def overall_rows(study: AgreementStudy) -> list[tuple[str, str, str]]:
    """Statistic, value, 95 % interval."""
    limits, fine, coarse = study.limits, difference_digits(study), value_digits(study)
    rows = [
        ("Pairs", str(study.n), ""),
        ("Measured, mean \u00b1 SD", _mean_sd(study.measured_mean, study.measured_sd, coarse), ""),
        ("Reference, mean \u00b1 SD", _mean_sd(study.reference_mean, study.reference_sd, coarse), ""),
        (
            "Mean difference \u00b1 SD",
            difference_text(study),
            _interval(limits.bias if limits else None, fine),
        ),
        ("Lower limit of agreement", *_estimate(limits.lower_limit if limits else None, fine)),
        ("Upper limit of agreement", *_estimate(limits.upper_limit if limits else None, fine)),
        ("Mean absolute difference", f"{study.mean_absolute_error:.{fine}f}", ""),
        ("Largest absolute difference", f"{study.largest_absolute_difference:.{fine}f}", ""),
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
    above = f" for > {study.cutoff:.2f}" if abs(study.cutoff) < 10 else f" for > {study.cutoff:g}"
    rows += [(name + above, *_proportion(value)) for name, value in named]
    rows.append((f"AUC{above}", *_estimate(study.auc, 3)))
    return rows


def group_rows(studies: Mapping[str, AgreementStudy]) -> list[tuple[str, ...]]:
    """One row a group under :data:`GROUP_HEADER`, which comes first; digits are those of the first group."""
    rows: list[tuple[str, ...]] = [GROUP_HEADER]
    digits = difference_digits(next(iter(studies.values()))) if studies else 0
    for name, study in studies.items():
        span = NOT_POSSIBLE
        if study.limits:
            low, high = study.limits.lower_limit.estimate, study.limits.upper_limit.estimate
            span = f"{_signed(low, digits)} to {_signed(high, digits)}"
        icc = f"{study.icc.estimate:.3f} ({_interval(study.icc, 3)})" if study.icc else NOT_POSSIBLE
        answers = study.diagnostic
        rows.append(
            (
                name, str(study.n), difference_text(study, digits), span,
                f"{study.mean_absolute_error:.{digits}f}",
                f"{study.pearson_r.estimate:.3f}" if study.pearson_r else NOT_POSSIBLE, icc,
                _proportion(answers.sensitivity)[0], _proportion(answers.specificity)[0],
            )
        )  # fmt: skip
    return rows


def category_rows(agreement: CategoryAgreement | None) -> list[tuple[str, str, str]]:
    """Statistic, value, 95 % interval of classes."""
    if agreement is None:
        return []
    return [
        ("Same category", *_proportion(agreement.agreement)),
        ("Kappa, linear weights", *_estimate(agreement.linear_kappa, 3)),
        ("Kappa, quadratic weights", *_estimate(agreement.quadratic_kappa, 3)),
        ("Kappa, without weights", *_estimate(agreement.kappa, 3)),
    ]


def difference_text(study: AgreementStudy, digits: int | None = None) -> str:
    """Bias and SD with ``digits`` behind the point, by default as the spread deserves."""
    digits = difference_digits(study) if digits is None else digits
    return _signed(study.mean_difference, digits) + (
        f" \u00b1 {study.limits.sd:.{digits}f}" if study.limits else ""
    )


def _mean_sd(mean: float, sd: float | None, digits: int) -> str:
    return f"{mean:.{digits}f}" + ("" if sd is None else f" \u00b1 {sd:.{digits}f}")


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


def _signed(value: float, digits: int) -> str:
    text = f"{value:+.{digits}f}"
    return text.replace("-", MINUS) if float(text) else text[1:]
