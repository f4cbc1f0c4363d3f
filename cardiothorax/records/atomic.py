"""Files appear whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import StoreProblem


@contextmanager
def write_atomically(path: Path | str) -> Iterator[Path]:
    """Give a temporary path beside ``path``; on success it is flushed and renamed to ``path``.

    The temporary name keeps the suffixes, since writers choose the format by them. When the body
    raises, the temporary file goes and ``path`` is as it was. A full disk or a folder that cannot be
    written is a :class:`StoreProblem`.
    """
    final = Path(path)
    suffix = "".join(final.suffixes[-2:])
    try:
        final.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".unfinished-", suffix=suffix, dir=final.parent)
    except OSError as problem:
        raise _store_problem(final, problem) from problem
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        with open(temporary, "rb+") as written:
            os.fsync(written.fileno())
        os.chmod(temporary, 0o666 & ~_umask())  # mkstemp makes it private
        os.replace(temporary, final)
    except OSError as problem:
        raise _store_problem(final, problem) from problem
    finally:
        temporary.unlink(missing_ok=True)


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current


def _store_problem(path: Path, problem: OSError) -> StoreProblem:
    return StoreProblem(
        f"{path.name} could not be written to {path.parent}: {problem.strerror or problem}.",
        "Check free space and write permission, or choose another folder.",
    )
