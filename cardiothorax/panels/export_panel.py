"""The part of a panel that writes files of what is under review."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from ..errors import CardiothoraxError
from .paths import PathField, documentsFolder
from .status import StatusLine


@dataclass(frozen=True)
class ExportWords:
    """Whole sentences, for translators; names in braces are filled in."""

    export: str
    """Tooltip of the button."""
    nothingYet: str
    chooseFirst: str
    """No kind of file is chosen."""
    exported: str
    """``{count}``, ``{folder}``"""


class ExportTask(ABC):
    """One task's files."""

    folder: str
    """Within the reader's documents, until another one is chosen."""
    words: ExportWords

    @abstractmethod
    def choice(self, parameters: Any) -> Any:
        """Which files the reader wants: something that is false where none is chosen."""

    @abstractmethod
    def write(self, review: Any, folder: Path, choice: Any) -> Sequence[Path]:
        """Write them; gives their paths. Raises :class:`cardiothorax.errors.CardiothoraxError`."""


class Reviewing(Protocol):
    """The part of a panel that shows what is exported: ``review`` is ``None`` while there is nothing."""

    review: Any

    def settle(self) -> None:
        """Follow what was changed in the last fraction of a second."""


class ExportPanel:
    """``ui`` has ``exportFolderEdit`` and ``exportButton``; the parameter node has ``exportFolder``."""

    def __init__(self, ui: Any, status: StatusLine, task: ExportTask, reviewing: Reviewing) -> None:
        self.ui = ui
        self.status = status
        self._task = task
        self._reviewing = reviewing
        self._parameters: Any = None
        self.folderField = PathField(
            ui.exportFolderEdit,
            lambda p: p.exportFolder,
            lambda p, text: p.setValue("exportFolder", text),
        )
        ui.exportButton.connect("clicked()", self.export)

    def setParameters(self, parameters: Any) -> None:
        self._parameters = parameters
        self.folderField.setParameters(parameters)

    def updateState(self) -> None:
        words, something = self._task.words, self._reviewing.review is not None
        chosen = self._parameters is not None and bool(self._task.choice(self._parameters))
        self.ui.exportButton.enabled = something and chosen
        if not something:
            self.ui.exportButton.toolTip = words.nothingYet
        else:
            self.ui.exportButton.toolTip = words.export if chosen else words.chooseFirst

    def export(self) -> None:
        """Write the chosen files; corrections of this very moment are in them."""
        self._reviewing.settle()
        review = self._reviewing.review
        choice = self._task.choice(self._parameters) if self._parameters is not None else None
        if review is None or not choice:
            return
        folder = self.folderField.path or documentsFolder() / self._task.folder
        self.folderField.path = folder
        try:
            written = self._task.write(review, folder, choice)
        except CardiothoraxError as problem:
            self.status.sayProblem(problem)
        else:
            self.status.say(self._task.words.exported.format(count=len(written), folder=folder.name), "ok")
