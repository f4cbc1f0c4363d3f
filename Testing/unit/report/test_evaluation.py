"""The evaluation's files and what its page says."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from cardiothorax.report.evaluation import evaluate, page_context, write_evaluation_page, write_numbers
from cardiothorax.report.matching import LeftOut, Matched, Pair, TableProblem
from cardiothorax.report.study_text import group_rows, headline, overall_rows
from cardiothorax.stats.study import agreement_study

RNG = np.random.default_rng(4)


def pairs(n: int, groups: tuple[str, ...] = ("",)) -> Matched:
    truth = RNG.normal(0.48, 0.06, n)
    found = truth + RNG.normal(0.003, 0.01, n)
    made = tuple(
        Pair(
            f"film {i}.dcm",
            float(found[i]),
            float(truth[i]),
            groups[i % len(groups)],
            "ok" if i % 4 else "review",
        )
        for i in range(n)
    )
    return Matched(
        made, (LeftOut("bad <1>.dcm", "failed", "cut short"), LeftOut("z", "no_result", "absent")), "file"
    )


def test_numbers_keep_every_digit(tmp_path: Path) -> None:
    matched = pairs(40, ("a", "b"))
    found = evaluate(matched, quantity="CTR", cutoff=0.5, origin={"Results": "r.csv"})
    write_numbers(found, tmp_path)
    plain = json.loads((tmp_path / "evaluation.json").read_text(encoding="utf-8"))
    assert plain["schema"] == "cardiothorax/evaluation/1"
    assert plain["counts"] == {"compared": 40, "failed": 1, "no_result": 1, "no_reference": 0, "ambiguous": 0}
    assert plain["overall"]["mean_difference"] == found.overall.mean_difference
    assert plain["overall"]["icc"]["low"] == found.overall.icc.low
    assert set(plain["by_group"]) == {"a", "b"}
    assert set(plain["by_verdict"]) == {"ok", "review"}
    assert "0.027" in plain["remark"]
    with open(tmp_path / "pairs.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 42
    assert float(rows[3]["measured"]) == matched.pairs[3].measured
    assert [row["status"] for row in rows[40:]] == ["failed", "no_result"]


def test_page_and_plots(tmp_path: Path) -> None:
    found = evaluate(pairs(40, ("a", "b")), quantity="CTR", cutoff=0.5)
    write_evaluation_page(found, tmp_path)
    html = (tmp_path / "evaluation.html").read_text(encoding="utf-8")
    assert html.count("<svg") == 2
    assert "bad &lt;1&gt;.dcm" in html
    assert "By group" in html
    assert "By verdict of the automatic checks" in html
    assert "Research use, not a medical device." in html
    assert "http://" not in html.replace("http://www.w3.org", "")
    assert {path.name for path in tmp_path.iterdir()} == {
        "evaluation.html",
        "bland_altman.png",
        "correlation.png",
    }


def test_single_pair_has_a_page(tmp_path: Path) -> None:
    found = evaluate(pairs(1), quantity="CTR", cutoff=0.5)
    write_numbers(found, tmp_path)
    write_evaluation_page(found, tmp_path)
    html = (tmp_path / "evaluation.html").read_text(encoding="utf-8")
    assert "Limits of agreement: measured has 1 values; at least 2 are needed." in html
    assert "By verdict" not in html


def test_nothing_to_compare_says_why() -> None:
    with pytest.raises(TableProblem, match=r"1 measured without a number \(cut short\)"):
        evaluate(Matched((), pairs(1).left_out, "file"), quantity="CTR", cutoff=0.5)


def test_largest_differences_come_first() -> None:
    matched = pairs(30)
    shown = page_context(evaluate(matched, quantity="CTR", cutoff=0.5), {})["largest"]
    sizes = [abs(p.measured - p.reference) for p in shown]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] == max(abs(p.measured - p.reference) for p in matched.pairs)


def test_folders_are_shown_only_to_tell_files_apart() -> None:
    made = tuple(
        Pair(f"{folder}/{name}.dcm", 0.5, 0.4, "", "")
        for folder, name in (("Miller", "1"), ("a", "2"), ("b", "2"))
    )
    shown = page_context(evaluate(Matched(made, (), "file"), quantity="CTR", cutoff=0.5), {})["shown"]
    assert list(shown.values()) == ["1.dcm", "a/2.dcm", "b/2.dcm"]


def test_words_and_signs() -> None:
    study = agreement_study([0.42, 0.47, 0.51, 0.55], [0.43, 0.49, 0.52, 0.57], cutoff=0.5)
    assert headline(study, "CTR").startswith(
        "Measured CTR is on average 0.0150 lower than the reference; 95 %"
    )
    said = {name: (value, interval) for name, value, interval in overall_rows(study)}
    assert said["Mean difference ± SD"][0] == "−0.0150 ± 0.0058"
    assert said["Accuracy for > 0.50"] == ("100.0 % (4/4)", "51.0 to 100.0 %")
    assert all("-" not in value for value, _ in said.values())


def test_digits_follow_the_spread() -> None:
    measured, reference = [12.0, 140.0, 410.0, 1250.0], [10.0, 155.0, 398.0, 1290.0]
    study = agreement_study(measured, reference, cutoff=100)
    assert headline(study, "Agatston score").startswith(
        "Measured Agatston score is on average 10 lower than the reference; 95 %"
    )
    said = {name: value for name, value, _ in overall_rows(study)}
    assert said["Measured, mean ± SD"] == "453 ± 557"
    assert said["Mean difference ± SD"] == "−10 ± 23"
    assert said["Accuracy for > 100"] == "100.0 % (4/4)"
    same = agreement_study([1.0, 2.0, 3.0], [1.0, 2.0, 3.0], cutoff=2)
    assert headline(same, "CTR").startswith("Measured CTR is on average the same as the reference")


def test_what_a_reader_must_know_of_the_ratio_is_not_said_of_other_quantities() -> None:
    assert "physicians" in evaluate(pairs(5), quantity="CTR", cutoff=0.5).remark
    assert evaluate(pairs(5), quantity="Agatston score", cutoff=100).remark == ""


def test_no_enlarged_heart_in_a_group() -> None:
    study = agreement_study([0.42, 0.47], [0.43, 0.46], cutoff=0.5)
    header, row = group_rows({"normal hearts": study})
    assert dict(zip(header, row, strict=True))["sensitivity"] == "none to judge"
