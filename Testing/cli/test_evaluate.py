"""``cardiothorax evaluate`` as a user runs it: on files, with exit codes."""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path

import pytest

from cardiothorax.cli.main import main


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    return int(ended.value.code or 0)


@pytest.fixture
def tables(tmp_path: Path) -> tuple[Path, Path]:
    """Twelve films of two sources, each measured 0.01 too large."""
    results, reference = tmp_path / "results.csv", tmp_path / "reference.csv"
    ratios = [0.40 + 0.015 * i for i in range(12)]
    results.write_text(
        "file,ctr,verdict,flags,error\n"
        + "".join(f"f/{i}.dcm,{r + 0.01},ok,,\n" for i, r in enumerate(ratios))
    )
    reference.write_text(
        "id,source,ctr_row\n" + "".join(f"{i},{'AB'[i % 2]},{r}\n" for i, r in enumerate(ratios))
    )
    return results, reference


def test_files_and_numbers(
    tables: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    results, reference = tables
    out = tmp_path / "out"
    assert (
        run(
            "evaluate",
            "ctr",
            "--results",
            results,
            "--reference",
            reference,
            "--group",
            "source",
            "--out",
            out,
        )
        == 0
    )
    assert {p.name for p in out.iterdir()} == {
        "evaluation.json", "evaluation.html", "pairs.csv", "bland_altman.png", "correlation.png",
    }  # fmt: skip
    plain = json.loads((out / "evaluation.json").read_text(encoding="utf-8"))
    assert plain["overall"]["n"] == 12
    assert plain["overall"]["mean_difference"] == pytest.approx(0.01)
    assert plain["origin"]["Reference"] == "reference.csv, column ctr_row, matched by id"
    assert {name: group["n"] for name, group in plain["by_group"].items()} == {"A": 6, "B": 6}
    said = capsys.readouterr()
    assert "0.010 higher" in said.err
    assert "12 pairs compared; left out: none." in said.err
    assert said.out.strip() == str(out / "evaluation.html")


def test_a_failed_film_is_listed_and_the_exit_code_says_so(tables: tuple[Path, Path], tmp_path: Path) -> None:
    results, reference = tables
    text = results.read_text().replace("f/3.dcm,0.455,ok,,", "f/3.dcm,,,,The file is cut short.")
    results.write_text(text)
    out = tmp_path / "out"
    assert run("evaluate", "ctr", "--results", results, "--reference", reference, "--out", out) == 3
    with open(out / "pairs.csv", encoding="utf-8", newline="") as file:
        failed = [row for row in csv.DictReader(file) if row["status"] == "failed"]
    assert [(row["file"], row["reason"]) for row in failed] == [("f/3.dcm", "The file is cut short.")]
    assert "The file is cut short." in (out / "evaluation.html").read_text(encoding="utf-8")


def test_films_without_partner_are_listed_and_no_failure(tables: tuple[Path, Path], tmp_path: Path) -> None:
    results, reference = tables
    reference.write_text(reference.read_text() + "99,A,0.5\n98,A,\n")
    results.write_text(results.read_text() + "f/extra.dcm,0.4,ok,,\n")
    out = tmp_path / "out"
    assert run("evaluate", "ctr", "--results", results, "--reference", reference, "--out", out) == 0
    counts = json.loads((out / "evaluation.json").read_text(encoding="utf-8"))["counts"]
    assert counts == {"compared": 12, "failed": 0, "no_result": 1, "no_reference": 2, "ambiguous": 0}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--reference-column", "ctrr"), "has no column 'ctrr'; it has id, source, ctr_row"),
        (("--group", "hospital"), "has no column 'hospital'"),
        (("--cutoff", "5"), "0.3<=x<=0.9"),
        (("--results", "absent.csv"), "does not exist"),
    ],
)
def test_usage_errors_take_one_line(
    tables: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str], options, words: str
) -> None:
    results, reference = tables
    code = run(
        "evaluate", "ctr", "--results", results, "--reference", reference, "--out", tmp_path / "out", *options
    )
    said = capsys.readouterr().err
    assert code == 2
    assert words in said
    assert len(said.strip().splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_percentages_are_not_taken_for_ratios(
    tables: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    results, reference = tables
    reference.write_text("id,ctr\n" + "".join(f"{i},{40 + i}\n" for i in range(12)))
    assert (
        run("evaluate", "ctr", "--results", results, "--reference", reference, "--out", tmp_path / "out") == 2
    )
    assert "Divide percentages by 100" in capsys.readouterr().err


def test_without_the_report_extra_the_numbers_are_written(
    tables: tuple[Path, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    results, reference = tables
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    out = tmp_path / "out"
    assert run("evaluate", "ctr", "--results", results, "--reference", reference, "--out", out) == 2
    assert "cardiothorax[report]" in capsys.readouterr().err
    assert {p.name for p in out.iterdir()} == {"evaluation.json", "pairs.csv"}


def test_help_teaches(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("evaluate", "--help") == 0
    assert "cardiothorax evaluate ctr --results" in capsys.readouterr().out
    assert run("evaluate", "ctr", "--help") == 0
    said = capsys.readouterr().out
    for word in ("pairs.csv", "Exit code", "--id-column", "film_01.dcm,0.47", "ICC(A,1)"):
        assert word in said


def calcium_tables(folder):
    rows = ("a.nii.gz,0,ok,,", "b.nii.gz,12,ok,,", "c.nii.gz,420.5,ok,,", "d.nii.gz,99,review,,",
            "e.nii.gz,,reject,contrast_enhanced,")  # fmt: skip
    (folder / "results.csv").write_text("file,agatston,verdict,flags,error\n" + "\n".join(rows) + "\n")
    (folder / "reader.csv").write_text("study;score\na;0\nb;9\nc;433\nd;101\ne;40\n")
    return ("--results", folder / "results.csv", "--reference", folder / "reader.csv")


def test_calcium_scores_against_another_reader(cardiothorax):

    out = cardiothorax.folder / "agreement"
    done = cardiothorax("evaluate", "calcium", *calcium_tables(cardiothorax.folder), "--out", out)
    assert done.code == 3, done.err  # one study has a reference and no score
    assert "Same risk category in 2 of 4, linear kappa 0.714" in done.err
    numbers = json.loads((out / "evaluation.json").read_text("utf-8"))
    assert numbers["counts"] == {
        "compared": 4, "failed": 1, "ambiguous": 0, "no_reference": 0, "no_result": 0
    }  # fmt: skip
    assert numbers["overall"]["mean_difference"] == pytest.approx((0 + 3 - 12.5 - 2) / 4)
    assert numbers["categories"]["table"][1] == [0, 0, 1, 0, 0]
    page = (out / "evaluation.html").read_text("utf-8")
    assert "Kappa, linear weights" in page
    assert "contrast_enhanced" in page


def test_another_column_of_calcium_has_no_risk_categories(cardiothorax):
    folder = cardiothorax.folder
    (folder / "results.csv").write_text("file,volume_mm3,error\na.nrrd,10,\nb.nrrd,20,\nc.nrrd,35,\n")
    (folder / "reader.csv").write_text("file,volume_mm3\na,11\nb,19\nc,36\n")
    done = cardiothorax(
        "evaluate", "calcium", "--results", "results.csv", "--reference", "reader.csv", "--out", "o",
        "--measured-column", "volume_mm3", "--reference-column", "volume_mm3",
    )  # fmt: skip
    assert done.code == 0, done.err
    assert "volume_mm3" in done.err
    assert "risk category" not in done.err
