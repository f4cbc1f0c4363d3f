"""Path fields of a panel: an empty field is empty, and what is typed is remembered in the scene."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import ctk


class PathField:
    """Keeps the widget ``edit`` and a text parameter the same: ``read(parameters)`` gives the text,
    ``write(parameters, text)`` keeps it. ``files``: it names a file, else a folder."""

    def __init__(
        self,
        edit: Any,
        read: Callable[[Any], str],
        write: Callable[[Any, str], None],
        *,
        files: bool = False,
    ) -> None:
        self._edit = edit
        self._read = read
        self._write = write
        self._parameters: Any = None
        kinds = ctk.ctkPathLineEdit
        edit.filters = (kinds.Files if files else kinds.Dirs) | kinds.Readable
        edit.connect("currentPathChanged(QString)", self._onEdited)

    def setParameters(self, parameters: Any) -> None:
        """The parameter node to read from and to write to; ``None`` while there is none."""
        self._parameters = None
        if parameters is not None:
            self._edit.currentPath = self._read(parameters)
        self._parameters = parameters

    @property
    def path(self) -> Path | None:
        """``None`` while the field is empty."""
        text = self._edit.currentPath.strip()
        return Path(text).expanduser() if text else None

    @path.setter
    def path(self, path: Path | str) -> None:
        self._edit.currentPath = str(path)

    def _onEdited(self, text: str) -> None:
        if self._parameters is not None and self._read(self._parameters) != text:
            self._write(self._parameters, text)


def documentsFolder() -> Path:
    """Where files of the reader usually go."""
    documents = Path.home() / "Documents"
    return documents if documents.is_dir() else Path.home()


def fileName(text: str, *, otherwise: str) -> str:
    """A file name on every system, from a node's name; ``otherwise`` where no letter of it is left."""
    kept = "".join(letter if letter.isalnum() or letter in "-_." else "_" for letter in text).strip("._ ")
    return kept or otherwise
