"""ASCII paths for ITK, which opens others on some systems and not on others, and does not say so
(SimpleITK issues 651, 1255, 2433): such files go through a temporary copy."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def plain_name_to_read(path: Path) -> Iterator[Path]:
    """``path`` itself, or a copy of the file whose name ITK can read."""
    if str(path).isascii():
        yield path
        return
    with _scratch(path) as copy:
        shutil.copyfile(path, copy)
        yield copy


@contextmanager
def plain_name_to_write(path: Path) -> Iterator[Path]:
    """``path`` itself, or a file beside the others whose content goes to ``path`` at the end."""
    if str(path).isascii():
        yield path
        return
    with _scratch(path) as copy:
        yield copy
        shutil.copyfile(copy, path)


@contextmanager
def _scratch(path: Path) -> Iterator[Path]:
    ending = ".nii.gz" if path.name.lower().endswith(".nii.gz") else path.suffix.lower()
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder) / f"image{ending}"
