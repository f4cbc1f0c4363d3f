"""Two tables brought together: every row is a pair or is left out with a reason."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cardiothorax.report import write_csv
from cardiothorax.report.matching import Matched, Table, TableProblem, match, name_parts, read_table


def table(name: str, text: str) -> Table:
    """``text``: a header and rows, cells apart by spaces, ``-`` for an empty one."""
    header, *rows = [line.split() for line in text.strip().splitlines()]
    cells = [[cell if cell != "-" else "" for cell in row] for row in rows]
    return Table(name, tuple(header), tuple(dict(zip(header, row, strict=True)) for row in cells))


def matched(results: str, reference: str, **options: str) -> Matched:
    settings = {"measured_column": "ctr", "reference_column": "ctr", **options}
    return match(table("results.csv", results), table("reference.csv", reference), **settings)


def reasons(found: Matched) -> dict[str, tuple[str, str]]:
    return {row.file: (row.kind, row.reason) for row in found.left_out}


def test_names_match_without_folder_suffix_and_case() -> None:
    found = matched(
        "file ctr\n/a/b/Film_1.DCM 0.4\nC:\\x\\film.2.png 0.5\n1.2.840.77 0.6",
        "id ctr\nfilm_1 0.41\nfilm.2 0.51\n1.2.840.77 0.61",
    )
    assert [(p.measured, p.reference) for p in found.pairs] == [(0.4, 0.41), (0.5, 0.51), (0.6, 0.61)]
    assert found.left_out == ()


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("a/b.dcm", ("a", "b")),
        ("./b.nii.gz", ("b",)),
        ("1.2.840.10008", ("1.2.840.10008",)),
        ("b.v2.PNG", ("b.v2",)),
        (".png", (".png",)),
        ("", ()),
    ],
)
def test_names(path: str, parts: tuple[str, ...]) -> None:
    assert name_parts(path) == parts


def test_every_reason() -> None:
    found = matched(
        "file ctr flags error\na.dcm 0.4 - -\nb.dcm - not_frontal_chest;turned -\nc.dcm - - cut_short\n"
        "x/d.dcm 0.4 - -\ny/d.dcm 0.5 - -\nlonely.dcm 0.4 - -\ntwice.dcm 0.4 - -\n"
        "blank.dcm 0.4 - -\nodd.dcm 0.4 - -",
        "file ctr\na 0.41\nb 0.42\nc 0.43\nd 0.44\nmissing 0.45\ntwice 0.4\ntwice 0.5\nblank -\nodd n/a",
    )
    assert [p.file for p in found.pairs] == ["a.dcm"]
    kinds = Counter(row.kind for row in found.left_out)
    assert kinds == {"failed": 2, "no_result": 1, "no_reference": 3, "ambiguous": 6}
    said = reasons(found)
    assert said["b.dcm"] == ("failed", "ctr is empty (not_frontal_chest, turned)")
    assert said["c.dcm"] == ("failed", "cut_short")
    assert said["missing"] == ("no_result", "not in the results")
    assert said["lonely.dcm"] == ("no_reference", "not in the reference")
    assert said["blank"] == ("no_reference", "ctr is empty")
    assert said["odd"] == ("no_reference", "ctr is 'n/a', not a number")


def test_folders_tell_equal_names_apart() -> None:
    found = matched(
        "file ctr\ndata/p1/IM0001 0.4\ndata/p2/IM0001 0.5", "path ctr\np2/IM0001.dcm 0.51\np1/IM0001.dcm 0.41"
    )
    assert [(p.measured, p.reference) for p in found.pairs] == [(0.5, 0.51), (0.4, 0.41)]


def test_the_column_that_matches_most_is_the_name() -> None:
    found = matched("file ctr\nfilm_1.png 0.4", "id image ctr\nP007 images/film_1.jpg 0.41")
    assert found.id_column == "image"
    assert len(found.pairs) == 1
    assert len(matched("file ctr\nP007.png 0.4", "id image ctr\nP007 f.jpg 0.4", id_column="id").pairs) == 1


def test_groups_come_from_either_table() -> None:
    results = "file ctr verdict ward\na 0.4 ok W1\nb 0.5 review W2"
    found = matched(results, "file ctr source\na 0.4 jsrt\nb 0.5 -", group_column="source")
    assert [(p.group, p.verdict) for p in found.pairs] == [("jsrt", "ok"), ("(none)", "review")]
    found = matched(results, "file ctr\na 0.4\nb 0.5", group_column="ward")
    assert [p.group for p in found.pairs] == ["W1", "W2"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"reference_column": "ctr_row"}, r"reference\.csv has no column 'ctr_row'; it has file, ctr"),
        ({"measured_column": "x"}, r"results\.csv has no column 'x'"),
        ({"id_column": "name"}, "no column 'name'"),
        ({"group_column": "source"}, "no column 'source'"),
    ],
)
def test_wrong_columns_are_named(options: dict[str, str], words: str) -> None:
    with pytest.raises(TableProblem, match=words):
        matched("file ctr\na 0.4", "file ctr\na 0.4", **options)


def test_tables_of_other_films() -> None:
    with pytest.raises(
        TableProblem, match=r"No row of reference\.csv.*looked in id.*for example a\.dcm.*--id-column"
    ):
        matched("file ctr\na.dcm 0.4", "id ctr\nz 0.4")
    with pytest.raises(TableProblem, match="it has patient, ctr"):
        matched("file ctr\na.dcm 0.4", "patient ctr\na 0.4")
    with pytest.raises(TableProblem, match="it has no rows"):
        matched("file ctr", "id ctr\nz 0.4")


names = st.lists(st.sampled_from(["a", "b", "c", "d", "x/a", "y/a", "y/b.dcm", "E.png"]), max_size=9)


@settings(deadline=None)
@given(names, names)
def test_no_row_is_lost(own: list[str], other: list[str]) -> None:
    """Each result and each reference row is in one pair or left out; no result is used twice."""
    results = Table("r", ("file", "ctr"), tuple({"file": n, "ctr": f"0.{i + 1}"} for i, n in enumerate(own)))
    reference = Table("t", ("file", "ctr"), tuple({"file": n, "ctr": "0.5"} for n in other))
    found = match(results, reference, measured_column="ctr", reference_column="ctr", id_column="file")
    assert len({pair.measured for pair in found.pairs}) == len(found.pairs)
    left_out = len(found.left_out)
    assert 2 * len(found.pairs) + left_out == len(own) + len(other)


@pytest.mark.parametrize(
    "text",
    [
        "file,ctr\na,0.45\n",
        "\ufefffile;ctr\r\na;0,45\r\n",
        "file\tctr\na\t0.45\n\n",
        'file,ctr,note\n"a",0.45\n',
    ],
    ids=["plain", "German spreadsheet", "tabs", "short row"],
)
def test_csv_dialects(text: str, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(text.encode())
    found = read_table(tmp_path / "t.csv")
    assert found.columns[:2] == ("file", "ctr")
    pairs = match(found, found, measured_column="ctr", reference_column="ctr").pairs
    assert [(p.file, p.measured) for p in pairs] == [("a", 0.45)]


@pytest.mark.parametrize(
    ("content", "words"), [(b"", "is empty"), (b"\n", "is empty"), (b"\xff\xfe\x00a", "not UTF-8")]
)
def test_unreadable_tables(content: bytes, words: str, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(content)
    with pytest.raises(TableProblem, match=words):
        read_table(tmp_path / "t.csv")
    with pytest.raises(TableProblem, match="cannot be read"):
        read_table(tmp_path / "absent.csv")


def test_names_that_look_like_formulas_match_as_they_were(tmp_path: Path) -> None:
    write_csv([{"file": "=1+1.dcm", "ctr": 0.4}, {"file": "-2.dcm", "ctr": 0.6}], tmp_path / "results.csv")
    results = read_table(tmp_path / "results.csv")
    assert [row["file"] for row in results.rows] == ["=1+1.dcm", "-2.dcm"]
    reference = table("reference.csv", "file ctr\n=1+1 0.41\n-2 0.61")
    assert len(match(results, reference, measured_column="ctr", reference_column="ctr").pairs) == 2


def test_rows_longer_than_a_header_that_ends_with_a_comma(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("file,ctr,\na.dcm,0.5,x,y,z\n", encoding="utf-8")
    assert read_table(tmp_path / "t.csv").rows[0]["ctr"] == "0.5"
