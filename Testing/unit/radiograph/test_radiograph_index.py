"""What is wrong with a folder of labelled films is said before anything is computed."""

from __future__ import annotations

from pathlib import Path

import pytest

from cardiothorax.errors import StoreProblem
from cardiothorax.radiograph.training.index import index_rows

TABLE = "id,image,source,split,has_heart\n1,1.png,a,train,1\n2,2.png,b,val,0\n"


def test_rows_of_a_split_and_of_a_source(tmp_path: Path) -> None:
    (tmp_path / "index.csv").write_text(f"\ufeff{TABLE}", encoding="utf-8")
    assert [row["id"] for row in index_rows(tmp_path, "train")] == ["1"]
    assert [row["id"] for row in index_rows(tmp_path, "val", {"b"})] == ["2"]


@pytest.mark.parametrize(
    ("table", "asked", "words"),
    [
        (TABLE, ("test",), r"no film of split 'test'\. It has: train from a; val from b\."),
        (TABLE, ("train", {"b"}), "no film of split 'train' from b"),
        ("id,image,source\n1,1.png,a\n", ("train",), "lacks the columns split, has_heart"),
        ("", ("train",), "no rows"),
        (None, ("train",), r"index\.csv cannot be read: No such file.*Docs/training\.md"),
    ],
)
def test_what_is_wrong_is_said(
    table: str | None, asked: tuple[object, ...], words: str, tmp_path: Path
) -> None:
    if table is not None:
        (tmp_path / "index.csv").write_text(table, encoding="utf-8")
    with pytest.raises(StoreProblem, match=words):
        index_rows(tmp_path, *asked)  # type: ignore[arg-type]
