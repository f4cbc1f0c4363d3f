"""What a batch has finished: one JSON line a study, on the disk before the next one is reported.

The journal is the truth that an interrupted batch resumes from; the tables are written from it.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..errors import StoreProblem

JOURNAL_FILE = "resume.jsonl"


class Journal:
    """``entries``: by key, what :meth:`add` was given; a later entry replaces an earlier one."""

    def __init__(self, folder: Path, *, resume: bool = True) -> None:
        self._file = folder / JOURNAL_FILE
        self.entries: dict[str, dict[str, Any]] = {}
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if resume:
                self._read()
            elif self._file.exists():
                self._file.unlink()
            open(self._file, "ab").close()  # a folder that cannot be written is said before hours of work
        except OSError as problem:
            raise _problem(self._file, problem) from problem

    def add(self, key: str, entry: dict[str, Any]) -> None:
        line = json.dumps({"key": key, **entry}, ensure_ascii=False, allow_nan=False)
        try:
            with open(self._file, "ab") as stream:
                stream.write(line.encode() + b"\n")
                stream.flush()
                os.fsync(stream.fileno())
        except OSError as problem:
            raise _problem(self._file, problem) from problem
        self.entries[key] = entry

    def _read(self) -> None:
        """A last line that was cut by a power failure is dropped, and the next entry starts on a new line."""
        if not self._file.exists():
            return
        data = self._file.read_bytes()
        for line in data.split(b"\n"):
            try:
                entry = json.loads(line)
                self.entries[entry.pop("key")] = entry
            except (ValueError, KeyError, AttributeError):
                continue
        if data and not data.endswith(b"\n"):
            with open(self._file, "ab") as stream:
                stream.write(b"\n")


def study_key(path: Path, fingerprint: Mapping[str, Any]) -> str:
    """The input's content and everything that decides its result; the file's name does not.

    A folder counts by the names and contents of its files.
    """
    digest = hashlib.sha256(json.dumps(fingerprint, sort_keys=True, default=str).encode())
    files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
    for file in files:
        if path.is_dir():
            digest.update(file.relative_to(path).as_posix().encode() + b"\0")
        with open(file, "rb") as stream:
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()


def _problem(file: Path, problem: OSError) -> StoreProblem:
    return StoreProblem(
        f"{file.name} could not be written to {file.parent}: {problem.strerror or problem}.",
        "Check free space and write permission, or choose another folder.",
    )
