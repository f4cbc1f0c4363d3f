"""CT studies named by files, folders and patterns: one entry is one row of a batch."""

from __future__ import annotations

import glob
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from ..errors import CardiothoraxError, UnreadableImage, UnsupportedImage
from .ct_choice import best_series
from .ct_folder import series_of_files
from .ct_headers import slice_headers
from .finding import dicom_files, is_dicom, is_own_mask, is_volume, volume_files
from .volumes import holds_bytes


def find_ct_studies(
    inputs: Sequence[str | Path] | str | Path, *, exclude: Path | str | None = None
) -> list[Path]:
    """What :func:`read_ct` reads one by one: folders of a study, single DICOM files, volumes.

    A folder gives its studies, each once, with its sub-folders: the folder that holds a study's CT and no
    other's, else a file of the study's series that is fit for scoring. Files of one series are one study.
    Hidden files, label volumes (ours by name, others by their 8 bits) and what lies under ``exclude`` (the
    output folder) are left out. A file given by name is taken also when it does not exist: it fails in its
    own row. Patterns are expanded.

    Raises :class:`UnreadableImage` when a folder or pattern gives nothing.
    """
    inputs = [inputs] if isinstance(inputs, (str, Path)) else inputs
    left_out = Path(exclude).resolve() if exclude is not None else None
    found: dict[str, Path] = {}
    for study in _studies(inputs, left_out):
        found.setdefault(os.path.abspath(study), study)
    return list(found.values())


def _studies(inputs: Iterable[str | Path], left_out: Path | None) -> Iterator[Path]:
    """Files are gathered first: a shell may have expanded a pattern to all slices of a series."""
    files: list[Path] = []
    for given in map(str, inputs):
        path = Path(given)
        named, folders = [path], []
        if path.is_dir():
            named, folders = [], [path]
        elif not path.exists() and glob.has_magic(given):
            matches = [Path(match) for match in sorted(glob.glob(given, recursive=True))]
            named = [match for match in matches if match.is_file() and (is_dicom(match) or _may_be_ct(match))]
            folders = [match for match in matches if match.is_dir() and "**" not in given]
        studies = [study for folder in folders for study in _in_folder(folder, left_out)]
        if not named and not studies:
            raise UnreadableImage(
                f"{path.name or given}: no CT found there.",
                "Give folders of DICOM series, DICOM, NRRD, NIfTI or MHA files, or patterns (*.nii.gz).",
            )
        yield from studies
        files += named
    yield from _of_files(files)


def _in_folder(folder: Path, left_out: Path | None) -> list[Path]:
    dicom, volumes = (
        [path for path in files if not _within(path, left_out)]
        for files in (dicom_files(folder), volume_files(folder))
    )
    return [*_rows_of(dicom), *filter(_may_be_ct, volumes)]


def _may_be_ct(path: Path) -> bool:
    return is_volume(path) and not is_own_mask(path) and not holds_bytes(path)


def _rows_of(dicom: list[Path]) -> list[Path]:
    """One row a study, and one for each damaged file outside of the studies' folders."""
    studies, damaged = _by_study(dicom)
    rows = [_place_of(paths, studies) for paths in studies.values()]
    alone = [path for path in damaged if not any(row in path.parents for row in rows)]
    return [*rows, *alone]


def _by_study(files: Iterable[Path]) -> tuple[dict[str, list[Path]], list[Path]]:
    """CT files by study, and those too damaged to tell; other DICOM is left out."""
    studies: dict[str, list[Path]] = defaultdict(list)
    damaged: list[Path] = []
    for file in files:
        try:
            studies[slice_headers(file)[0].study].append(file)
        except UnsupportedImage:
            continue
        except CardiothoraxError:
            damaged.append(file)
    return studies, damaged


def _place_of(paths: list[Path], studies: dict[str, list[Path]]) -> Path:
    """The folder that holds this study alone, or a file of its best series."""
    common = Path(os.path.commonpath([path.parent for path in paths]))
    others = [p.parent for study in studies.values() if study is not paths for p in study]
    if not any(common == parent or common in parent.parents for parent in others):
        return common
    return _best_file(common.name, paths)


def _best_file(name: str, paths: Sequence[Path]) -> Path:
    return best_series([series for series, _ in series_of_files(name, paths)]).files[0]


def _of_files(files: list[Path]) -> Iterator[Path]:
    """Files given by name: volumes one by one, DICOM by series."""
    dicom: dict[Path, list[Path]] = defaultdict(list)
    for file in files:
        if file.is_file() and is_dicom(file):
            dicom[file.parent].append(file)
        else:
            yield file
    for folder, named in dicom.items():
        if len(named) > 1 and set(named) >= set(dicom_files(folder, deep=False)):
            yield from _of_whole_folder(folder, named)
        else:
            yield from _one_of_each_series(named)


def _of_whole_folder(folder: Path, named: list[Path]) -> list[Path]:
    """All of a folder's DICOM was named: the same as the folder, without its sub-folders."""
    if set(dicom_files(folder)) <= set(named):
        return _rows_of(named) or named
    studies, damaged = _by_study(named)
    return [*(_best_file(folder.name, paths) for paths in studies.values()), *damaged] or named


def _one_of_each_series(files: list[Path]) -> Iterator[Path]:
    seen: set[str] = set()
    for file in files:
        try:
            series = slice_headers(file)[0].series
        except CardiothoraxError:
            yield file  # fails in its own row
            continue
        if series not in seen:
            seen.add(series)
            yield file


def _within(path: Path, folder: Path | None) -> bool:
    return folder is not None and folder in path.resolve().parents
