"""A folder of packed studies that several processes fill at once.

A run that was stopped goes on: a study that lies there is not made again, and one that another process is
making is left to it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .layout import INDEX, Study, read_index, write_index

PACKED = "packed"
STALE_SECONDS = 900.0
"""A claim older than this belongs to a process that is gone."""


@contextmanager
def claimed(file: Path) -> Iterator[bool]:
    """Whether ``file`` could be made by this process alone; it is removed at the end."""
    file.parent.mkdir(parents=True, exist_ok=True)
    if file.exists() and time.time() - file.stat().st_mtime > STALE_SECONDS:
        file.unlink(missing_ok=True)
    try:
        os.close(os.open(file, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        yield False
        return
    try:
        yield True
    finally:
        file.unlink(missing_ok=True)


def add_to_index(folder: Path, studies: list[Study]) -> None:
    """List those of ``studies`` that lie packed in ``folder``, beside what is listed already."""
    while True:
        with claimed(folder / "index.claim") as mine:
            if mine:
                known = {s.name: s for s in read_index(folder)} if (folder / INDEX).exists() else {}
                new = {s.name: s for s in studies if (folder / PACKED / f"{s.name}.npz").exists()}
                write_index(sorted({**known, **new}.values(), key=lambda s: s.name), folder)
                return
        time.sleep(0.2)
