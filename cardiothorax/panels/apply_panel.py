"""The first part of a panel: which volume, Apply and Cancel, progress with the seconds left."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import slicer
from slicer.i18n import tr as _

from ..errors import Cancelled, CardiothoraxError
from ..jobs import Worker
from .packages import PackagesMissing
from .runner import JobRunner
from .status import StatusLine
from .times import timeLeft


@dataclass(frozen=True)
class Prepared:
    """A job for the worker, and what :meth:`ApplyTask.show` needs of it afterwards."""

    inputs: dict[str, Any]
    arrays: dict[str, np.ndarray]
    content: Any


@dataclass(frozen=True)
class ApplyWords:
    """Whole sentences, for translators; names in braces are filled in."""

    apply: str
    """Tooltip of Apply: ``{name}`` of the volume."""
    cancel: str
    """Tooltip of Cancel."""
    chooseFirst: str
    """Tooltip without a volume."""
    running: str
    """``{step}`` in words."""
    cancelled: str
    closed: str
    """The volume was deleted while it was computed."""


class ApplyTask(ABC):
    """One task's side of Apply."""

    name: str
    """Of the worker's task, see :mod:`cardiothorax.jobs.tasks`."""
    words: ApplyWords
    locked: Sequence[str]
    """Names of the panel's widgets that are off while it runs."""

    @abstractmethod
    def settings(self, parameters: Any) -> Any:
        """Those that the panel has now."""

    @abstractmethod
    def prepare(self, volume: Any, settings: Any) -> Prepared:
        """Read the volume. Raises :class:`cardiothorax.errors.CardiothoraxError` in words, or
        :class:`.packages.PackagesMissing`."""

    @abstractmethod
    def show(self, volume: Any, content: Any, values: dict[str, Any], arrays: dict[str, np.ndarray]) -> Any:
        """Make the nodes of what the worker answered, all or none; gives the study. Raises
        :class:`cardiothorax.errors.CardiothoraxError`, ``ValueError`` or ``KeyError``."""


class ApplyPanel:
    """``onStudy(study)`` is called with each result. ``ui`` has ``applyButton`` and ``progressBar``; the
    parameter node has ``inputVolume``."""

    def __init__(
        self,
        ui: Any,
        status: StatusLine,
        task: ApplyTask,
        *,
        worker: Callable[[], Worker],
        onStudy: Callable[[Any], None],
    ) -> None:
        self.ui = ui
        self.status = status
        self._task = task
        self._onStudy = onStudy
        self._parameters: Any = None
        self._volume: Any = None
        self._content: Any = None
        self._runner = JobRunner(worker, self)
        ui.applyButton.connect("clicked()", self.applyOrCancel)

    @property
    def running(self) -> bool:
        return self._runner.running

    def setParameters(self, parameters: Any) -> None:
        self._parameters = parameters
        self.updateState()

    def updateState(self) -> None:
        """Apply says what it would do, and why it cannot."""
        volume = self._parameters.inputVolume if self._parameters else None
        button, words = self.ui.applyButton, self._task.words
        button.text = _("Cancel") if self.running else _("Apply")
        button.enabled = self.running or volume is not None
        if self.running:
            button.toolTip = words.cancel
        elif volume is None:
            button.toolTip = words.chooseFirst
        else:
            button.toolTip = words.apply.format(name=volume.GetName())
        self.ui.progressBar.visible = self.running
        for name in self._task.locked:
            getattr(self.ui, name).enabled = not self.running

    def applyOrCancel(self) -> None:
        if self.running:
            self._runner.cancel()
        elif self._parameters is not None and self._parameters.inputVolume is not None:
            self.start()

    def settings(self) -> Any:
        return self._task.settings(self._parameters)

    def start(self) -> None:
        self._volume = self._parameters.inputVolume
        try:
            with self.status.working(_("Reading {name} …").format(name=self._volume.GetName())):
                job = self._task.prepare(self._volume, self.settings())
                self._content = job.content
                self._runner.start(self._task.name, job.inputs, job.arrays)
        except (CardiothoraxError, PackagesMissing) as problem:
            self.status.sayProblem(problem)
            self.updateState()
            return
        self.ui.progressBar.value = 0
        self.ui.progressBar.format = timeLeft(None)
        self.status.say(self._task.words.running.format(step=_("Starting")))
        self.updateState()

    def onJobProgress(self, fraction: float, step: str, secondsLeft: float | None) -> None:
        self.ui.progressBar.value = round(100 * fraction)
        self.ui.progressBar.format = timeLeft(secondsLeft)
        self.status.say(self._task.words.running.format(step=step))

    def onJobResult(self, values: dict[str, Any], arrays: dict[str, np.ndarray]) -> None:
        self.updateState()
        content, self._content = self._content, None
        if slicer.mrmlScene.GetNodeByID(self._volume.GetID()) is not self._volume:
            self.status.say(self._task.words.closed, "review")
            return
        try:
            with self.status.working(_("Showing {name} …").format(name=self._volume.GetName())):
                self._onStudy(self._task.show(self._volume, content, values, arrays))
        except (CardiothoraxError, ValueError, KeyError) as problem:
            self.status.sayProblem(problem)

    def onJobProblem(self, error: CardiothoraxError, log: tuple[str, ...]) -> None:
        self.updateState()
        if isinstance(error, Cancelled):
            self.status.say(self._task.words.cancelled)
        else:
            self.status.sayProblem(error, log)

    def stop(self) -> None:
        """End a run without a word: its scene is being closed."""
        self._runner.close()
        self._volume = self._content = None

    def close(self) -> None:
        self.stop()
        self._parameters = None
