"""Which files a folder, a pattern or a name stands for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from cardiothorax.errors import UnreadableImage
from cardiothorax.imaging import find_radiographs


@pytest.fixture
def archive(tmp_path: Path, dicom_film: Callable[..., Path], ramp: np.ndarray) -> Path:
    folder = tmp_path / "archiv Süd"
    for name in [
        *("b.png", "a.JPG", "c.dcm", "d.nii.gz", "e.nrrd", "f.mha", "notes.txt", "table.csv", "x.tar.gz"),
        *("e_labels.nrrd", "d_labels.nii.gz", ".hidden.png", "._b.png", "DICOMDIR", "README", "patient.7"),
        *("sub/g.png", "sub/deep/h.tiff", ".git/i.png", "out/j.png"),
    ]:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    film = dicom_film(ramp).read_bytes()
    for name in ("IM0001", "1.2.840.113619.2.5", "sub/IM0002", "film.backup"):
        (folder / name).write_bytes(film)
    return folder


def names(paths: list[Path], folder: Path) -> list[str]:
    return [path.relative_to(folder).as_posix() for path in paths]


def test_a_folder_gives_its_films_in_order(archive: Path) -> None:
    assert names(find_radiographs([str(archive)]), archive) == [
        *("1.2.840.113619.2.5", "IM0001", "a.JPG", "b.png", "c.dcm", "d.nii.gz", "e.nrrd", "f.mha"),
        *("out/j.png", "sub/IM0002", "sub/deep/h.tiff", "sub/g.png"),
    ]


def test_one_film_named_in_two_ways_is_one_film(archive: Path) -> None:
    film = archive / "b.png"
    assert find_radiographs([film, archive / "sub" / ".." / "b.png", archive / "?.png"]) == [film]


def test_the_output_folder_is_left_out(archive: Path) -> None:
    found = names(find_radiographs([str(archive)], exclude=archive / "out"), archive)
    assert "out/j.png" not in found
    assert len(found) == 11


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*.png", ["b.png"]),
        ("?.png", ["b.png"]),
        ("[ab].*", ["a.JPG", "b.png"]),
        ("sub/*", ["sub/IM0002", "sub/deep/h.tiff", "sub/g.png"]),
        ("**/*.png", ["b.png", "out/j.png", "sub/g.png"]),
        ("s*", ["sub/IM0002", "sub/deep/h.tiff", "sub/g.png"]),
    ],
)
def test_patterns(pattern: str, expected: list[str], archive: Path) -> None:
    assert names(find_radiographs([str(archive / pattern)]), archive) == expected


def test_a_named_file_is_taken_whatever_it_is_called(archive: Path) -> None:
    given = [archive / "film.backup", archive / "e_labels.nrrd", archive / "absent.dcm"]
    assert find_radiographs(given) == given


def test_each_file_once_in_the_order_given(archive: Path) -> None:
    found = find_radiographs([str(archive / "sub"), str(archive / "b.png"), str(archive)])
    assert len(found) == len(set(found)) == 12
    assert names(found, archive)[:4] == ["sub/IM0002", "sub/deep/h.tiff", "sub/g.png", "b.png"]
    assert find_radiographs(str(archive / "b.png")) == [archive / "b.png"]


def test_a_name_with_brackets_is_a_file_before_it_is_a_pattern(tmp_path: Path) -> None:
    (tmp_path / "film [1].png").write_bytes(b"x")
    assert find_radiographs([str(tmp_path / "film [1].png")]) == [tmp_path / "film [1].png"]


@pytest.mark.parametrize("given", ["empty", "*.png"])
def test_what_gives_nothing_is_named(given: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(UnreadableImage, match="no radiographs found") as caught:
        find_radiographs([str(tmp_path / given)])
    assert Path(given).name in caught.value.message
    assert "folders" in caught.value.hint
