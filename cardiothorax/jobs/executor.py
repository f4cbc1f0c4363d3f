"""Where the jobs of a batch run. Local worker processes now; a cluster needs only these five names."""

from __future__ import annotations

from collections import deque
from pathlib import Path
from typing import Any, Protocol

from ..engines.base import usable_cores
from .messages import Message, Problem, Progressed, Result
from .worker import Worker

Event = tuple[int, Message]
"""The key that the job was submitted under, and what happened."""


class Executor(Protocol):
    """Runs tasks of :mod:`cardiothorax.jobs.tasks` without arrays; inputs name files that it can reach.

    For a Dask cluster: ``submit`` is ``client.submit(resolve(task), ...)``, ``poll`` looks at the futures.
    """

    @property
    def capacity(self) -> int:
        """How many jobs are computed at the same time."""

    def submit(self, key: int, task: str, inputs: dict[str, Any]) -> None:
        """Compute when there is room; never waits."""

    def poll(self) -> list[Event]:
        """What has happened; each job ends in one ``Result`` or ``Problem``. Never waits."""

    def cancel(self) -> None:
        """Forget all jobs and stop computing them."""

    def close(self) -> None:
        """Give everything back."""


class LocalExecutor:
    """``jobs`` worker processes on this machine, which share its cores.

    A job whose process was lost is tried once more in a new one, alone of its kind: the second loss is
    its result.
    """

    def __init__(
        self,
        jobs: int = 1,
        *,
        python: str | Path | None = None,
        timeout_seconds: float | None = None,
    ) -> None:
        threads = max(1, usable_cores() // max(1, jobs))
        environment = {"CARDIOTHORAX_THREADS": str(threads), "OMP_NUM_THREADS": str(threads)}
        self._workers = [Worker(python=python, environment=environment) for _ in range(max(1, jobs))]
        self._keys: dict[int, int] = {}
        self._waiting: deque[tuple[int, str, dict[str, Any]]] = deque()
        self._inputs: dict[int, tuple[str, dict[str, Any]]] = {}
        self._tried_again: set[int] = set()
        self._timeout_seconds = timeout_seconds

    @property
    def capacity(self) -> int:
        return len(self._workers)

    def submit(self, key: int, task: str, inputs: dict[str, Any]) -> None:
        self._inputs[key] = (task, inputs)
        self._waiting.append((key, task, inputs))
        self._feed()

    def poll(self) -> list[Event]:
        events: list[Event] = []
        for index, worker in enumerate(self._workers):
            for message in worker.poll():
                events += self._heard(index, message)
        self._feed()
        return events

    def cancel(self) -> None:
        self._waiting.clear()
        self._inputs.clear()
        self._keys.clear()
        for worker in self._workers:
            worker.cancel()
            worker.poll()

    def close(self) -> None:
        for worker in self._workers:
            worker.close()

    def _heard(self, index: int, message: Message) -> list[Event]:
        key = self._keys[index]
        if isinstance(message, Progressed):
            return [(key, message)]
        del self._keys[index]
        task, inputs = self._inputs[key]
        if isinstance(message, Problem) and message.process_lost and key not in self._tried_again:
            self._tried_again.add(key)
            self._waiting.appendleft((key, task, inputs))
            return []
        assert isinstance(message, (Result, Problem))
        del self._inputs[key]
        return [(key, message)]

    def _feed(self) -> None:
        for index, worker in enumerate(self._workers):
            if self._waiting and not worker.running:
                key, task, inputs = self._waiting.popleft()
                self._keys[index] = key
                worker.submit(task, inputs, timeout_seconds=self._timeout_seconds)
