"""What the batch part of a panel needs to know of its task.

A module subclasses :class:`BatchTask`, fills a :class:`BatchWords`, and makes the panel's last part with::

    self.batch = BatchPanel(
        self.ui, self.status, MyBatch(),
        settings=self.first.settings, makeExecutor=self.logic.computing.executor, onStudy=self.onStudy,
        comparison=Comparison(...),  # or None: no agreement with a reference
    )

The module's ``.ui`` file has ``batchFolderEdit`` and (with a comparison) ``referenceEdit`` (ctkPathLineEdit),
``batchButton``, ``batchProgressBar``, ``batchTable`` (QTableWidget), ``agreementButton``,
``differencesButton``, ``correlationButton`` and ``agreementLabel``; its parameter node has the texts
``batchFolder`` and ``referenceFile``. Its Widget passes on what happens:

- ``batch.setParameters(node)`` with each parameter node, ``batch.updateState()`` with each change;
- ``batch.keepCorrection(review)`` after every step of a review, ``batch.measuredAgain(study)`` when a study
  was measured on the panel, ``batch.saveCorrection()`` on leaving the module and before the scene is closed;
- ``batch.sceneClosed()`` then, and ``batch.close()`` at the end.

A *study* is what the module shows and reviews, a *review* a study under correction. Both have ``nodes`` and
``run``; ``nodes`` has ``anchor`` (the text node that the others hang on), ``volume`` and ``scene``. Nothing
more is asked of them here.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .batch_words import BatchWords


@dataclass(frozen=True)
class Job:
    """``options`` go to the worker's task with every study. With ``fingerprint`` (the model's checksum, say)
    they decide whether an earlier result of the same input still holds. ``settings``: what it was made of."""

    options: Mapping[str, Any]
    fingerprint: Mapping[str, Any]
    settings: Any


@dataclass(frozen=True)
class Place:
    """The input of a row and where its own files belong."""

    file: str
    name: str
    """Unique in the batch; files beside the table begin with it."""
    out: Path

    def beside(self, ending: str) -> Path:
        return self.out / f"{self.name}{ending}"


@dataclass(frozen=True)
class Correction:
    """What a reader's step changes in a row: ``cells`` of the table, the plain ``result``, and the row's own
    files, which ``write(place)`` writes a moment later. It holds what it writes, as it is now."""

    cells: Mapping[str, Any]
    result: Any
    write: Callable[[Place], None]


class BatchTask(ABC):
    """One task's side of a batch. Methods raise :class:`cardiothorax.errors.CardiothoraxError` in words."""

    name: str
    """Of the worker's task, see :mod:`cardiothorax.jobs.tasks`."""
    columns: Sequence[str]
    """Of ``results.csv``; with ``file``, ``verdict``, ``flags``, ``error`` and ``seconds`` among them."""
    titles: Sequence[str]
    """Of the panel's own columns between the file's name and the verdict, in the reader's language."""
    words: BatchWords

    @abstractmethod
    def find(self, folder: Path, excluded: Path) -> list[Path]:
        """The studies below ``folder``, but for what lies in ``excluded``, our own results.

        Runs in a thread: it touches files alone, never the scene. Raises without a study.
        """

    @abstractmethod
    def job(self, settings: Any) -> Job:
        """Of the settings that the panel has now.

        Offers to install missing packages; may raise :class:`.packages.PackagesMissing`.
        """

    @abstractmethod
    def texts(self, row: Mapping[str, Any]) -> Sequence[str]:
        """Under :attr:`titles`, of a row without error; ``row`` as in ``results.csv``."""

    @abstractmethod
    def read(self, place: Place, result: Any) -> Any:
        """The study's image and run, from its files and the plain ``result``; the scene stays as it is."""

    @abstractmethod
    def show(self, place: Place, content: Any) -> Any:
        """Put what :meth:`read` gave into the scene and the views; gives the study."""

    @abstractmethod
    def remove(self, nodes: Any) -> None:
        """Take the run out of the scene again; the volume is taken out by the caller."""

    @abstractmethod
    def correction(self, study: Any) -> Correction:
        """Of a study or review as it is now."""


@dataclass(frozen=True)
class Comparison:
    """Agreement of a batch with a reference table: which quantity, under which names."""

    quantity: str
    """As titles of plots have it: ``CTR``."""
    column: str
    """Of ``results.csv``."""
    referenceColumns: Sequence[str]
    """Of the reader's table: the first of them that it has is taken."""
    cutoff: Callable[[Any], float]
    """Of the batch's settings: above it counts as positive."""
