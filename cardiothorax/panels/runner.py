"""One job in the worker, watched by a timer: the panel is never blocked, and every job ends once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
import qt

from ..errors import CardiothoraxError
from ..jobs import Problem, Progressed, Result, Worker

POLL_MS = 40


class JobListener(Protocol):
    """Exactly one of ``onJobResult`` and ``onJobProblem`` is called for each job."""

    def onJobProgress(self, fraction: float, step: str, secondsLeft: float | None) -> None: ...

    def onJobResult(self, values: dict[str, Any], arrays: dict[str, np.ndarray]) -> None: ...

    def onJobProblem(self, error: CardiothoraxError, log: tuple[str, ...]) -> None:
        """``error`` is :class:`cardiothorax.errors.Cancelled` when the reader stopped it; ``log`` are the
        last lines of the computing process."""


class JobRunner:
    """``makeWorker()`` gives the worker, which may be the same one each time."""

    def __init__(self, makeWorker: Callable[[], Worker], listener: JobListener) -> None:
        self._makeWorker = makeWorker
        self._worker: Worker | None = None
        self._listener = listener
        self._timer = qt.QTimer()
        self._timer.interval = POLL_MS
        self._timer.connect("timeout()", self.poll)
        self.running = False

    def start(self, task: str, inputs: dict[str, Any], arrays: dict[str, np.ndarray]) -> None:
        """Raises :class:`cardiothorax.errors.CardiothoraxError` when the job cannot be handed over."""
        self._worker = self._makeWorker()
        self._worker.submit(task, inputs, arrays)
        self.running = True
        self._timer.start()

    def cancel(self) -> None:
        if self.running and self._worker is not None:
            self._worker.cancel()
            self.poll()

    def poll(self) -> None:
        """Pass on what has happened. The job is over before the listener hears so: it may start another."""
        for message in self._worker.poll() if self._worker is not None else ():
            if isinstance(message, Progressed):
                self._listener.onJobProgress(message.fraction, message.step, message.seconds_left)
                continue
            self.running = False
            self._timer.stop()
            if isinstance(message, Result):
                self._listener.onJobResult(message.values, message.arrays)
            elif isinstance(message, Problem):
                self._listener.onJobProblem(message.error, message.log)

    def close(self) -> None:
        """Forget the job without a word to the listener."""
        self._timer.stop()
        if self.running and self._worker is not None:
            self._worker.cancel()
            self._worker.poll()
        self.running = False
