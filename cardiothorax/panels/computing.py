"""Where a module computes: a process that keeps its networks warm, and processes of their own for batches."""

from __future__ import annotations

from collections.abc import Callable

from ..jobs import Executor, LocalExecutor, Worker
from ..jobs.batch import STUDY_TIMEOUT_SECONDS
from .packages import pythonExecutable


class Computing:
    """For a module's Logic. ``makeWorker`` and ``makeExecutor`` replace the processes in tests."""

    def __init__(
        self,
        makeWorker: Callable[[], Worker] | None = None,
        makeExecutor: Callable[[], Executor] | None = None,
    ) -> None:
        self.makeWorker = makeWorker
        self.makeExecutor = makeExecutor
        self._worker: Worker | None = None

    def worker(self) -> Worker:
        """The module's one computing process; it starts with the first job."""
        if self._worker is None:
            self._worker = self.makeWorker() if self.makeWorker else Worker(python=pythonExecutable())
        return self._worker

    def executor(self) -> Executor:
        """Where a batch computes: one study at a time, so that the application stays quick."""
        if self.makeExecutor:
            return self.makeExecutor()
        return LocalExecutor(1, python=pythonExecutable(), timeout_seconds=STUDY_TIMEOUT_SECONDS)

    def close(self) -> None:
        """End the computing process; the next job starts another."""
        if self._worker is not None:
            self._worker.close()
            self._worker = None
