"""The parent's side of the worker process. No method waits for a computation, except :meth:`Worker.run`."""

from __future__ import annotations

import contextlib
import io
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import Cancelled, CardiothoraxError, WorkerProblem
from ..progress import Progress, silent
from .messages import Message, Problem, Progressed, Result, decode, error_from_plain
from .packing import pack_job, unpack_arrays
from .process_tree import end_group, ending_in_words, start_group

IDLE_SECONDS = 600.0
START_SECONDS = 120.0
"""A worker that has not said a word by then hangs (a virus scanner at first start takes most of it)."""
LOG_LINES = 12
LONGEST_LINE = 64 << 20
_LOG_KEPT_BYTES = 1 << 20
_POLL_SECONDS = 0.01
_LAST_WORDS_SECONDS = 0.5


@dataclass
class _Job:
    number: int
    folder: Path
    timeout_seconds: float | None
    submitted: float
    started: bool = False
    restarts: int = 0


class Worker:
    """One process that computes one job at a time and keeps its models warm.

    ``python`` is the interpreter (``sys.executable``; in Slicer PythonSlicer). The process starts with the
    first job, ends after ``idle_seconds`` without one and starts again when needed. ``environment`` is added
    to this process's. Not for several threads at once.
    """

    def __init__(
        self,
        *,
        python: str | Path | None = None,
        idle_seconds: float = IDLE_SECONDS,
        environment: Mapping[str, str] | None = None,
        command: Sequence[str] | None = None,
    ) -> None:
        """``command`` replaces ``python -m cardiothorax.jobs.worker_main`` (tests start fakes with it)."""
        usual = [str(python or sys.executable), "-m", "cardiothorax.jobs.worker_main"]
        self._command = list(command or usual)
        self._idle_seconds = idle_seconds
        self._environment = dict(environment or {})
        self._folder = _private_folder()
        self._log = self._folder / "log.txt"
        self._process: subprocess.Popen[bytes] | None = None
        self._lines: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._job: _Job | None = None
        self._count = 0
        self._gone_since: float | None = None
        self._pending: list[Message] = []
        self._held: list[subprocess.Popen[bytes]] = []
        weakref.finalize(self, _end_all, self._held, self._folder)

    @property
    def running(self) -> bool:
        """A job is being computed."""
        return self._job is not None

    @property
    def process_id(self) -> int | None:
        """Of the process that is warm now; None when there is none."""
        return self._process.pid if self._process and self._process.poll() is None else None

    @property
    def log(self) -> tuple[str, ...]:
        """The last lines that the process and its libraries printed."""
        return _last_lines(self._log)

    def start(self) -> None:
        """Start the process ahead of the first job, if it does not run."""
        if self.process_id is not None:
            return
        self._end_process()
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lines = queue.SimpleQueue()
        command = [*self._command, str(self._folder), str(self._idle_seconds)]
        try:
            self._log.unlink(missing_ok=True)
            with open(self._log, "ab") as log:
                self._process = start_group(
                    command, folder=self._folder, log=log, environment=_environment(self._environment)
                )
        except OSError as problem:
            why = problem.strerror or problem
            raise WorkerProblem(
                f"The computing process could not be started with {command[0]}: {why}.",
                "Check that this Python exists and may be run.",
            ) from problem
        self._held.append(self._process)
        threading.Thread(target=_read, args=(self._process, self._lines), daemon=True).start()

    def submit(
        self,
        task: str,
        inputs: dict[str, Any],
        arrays: dict[str, np.ndarray] | None = None,
        *,
        timeout_seconds: float | None = None,
    ) -> int:
        """Begin a job (see :mod:`cardiothorax.jobs.tasks`) and return its number at once.

        :meth:`poll` will give its messages, the last one a :class:`Result` or a :class:`Problem`.
        """
        if self._job is not None:
            raise WorkerProblem("The computing process is busy.", "Wait for the job, or cancel it.")
        self._count += 1
        folder = self._folder / f"job{self._count}"
        self._shorten_log()
        try:
            folder.mkdir(mode=0o700, parents=True)
            pack_job(folder, task, inputs, arrays or {})
        except OSError as problem:
            shutil.rmtree(folder, ignore_errors=True)
            raise WorkerProblem(
                f"The job could not be written to {folder.parent}: {problem.strerror or problem}.",
                "Check free space in the folder for temporary files.",
            ) from problem
        except (TypeError, ValueError):  # inputs that JSON cannot carry: a fault of the caller
            shutil.rmtree(folder, ignore_errors=True)
            raise
        job = _Job(self._count, folder, timeout_seconds, time.monotonic())
        try:
            self._send(job)
        except WorkerProblem:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        self._job = job
        return job.number

    def poll(self) -> list[Message]:
        """What has happened since the last call. Never waits: call it from a timer."""
        found, self._pending = self._pending, []
        ended = False
        while True:
            try:
                line = self._lines.get_nowait()
            except queue.Empty:
                break
            if line is None:
                ended = True
                break
            try:
                found += self._understood(line)
            except CardiothoraxError as problem:
                found += self._failed(problem)
        if ended or self._silently_gone():
            found += self._process_ended()
        return found + self._overdue()

    def run(
        self,
        task: str,
        inputs: dict[str, Any],
        arrays: dict[str, np.ndarray] | None = None,
        *,
        progress: Progress = silent,
        timeout_seconds: float | None = None,
    ) -> Result:
        """Submit and wait; raises what went wrong. A GUI uses :meth:`submit` and :meth:`poll`."""
        self.submit(task, inputs, arrays, timeout_seconds=timeout_seconds)
        try:
            while True:
                for message in self.poll():
                    if isinstance(message, Result):
                        return message
                    if isinstance(message, Problem):
                        raise message.error
                    progress(message.fraction, message.step)
                time.sleep(_POLL_SECONDS)
        except BaseException:
            if self.running:
                self.cancel()
                self._pending.clear()
            raise

    def cancel(self) -> None:
        """End the job with its process and all that it started, within half a second.

        The next :meth:`poll` gives a :class:`Problem` with :class:`Cancelled`; the next job starts a new
        process. Does nothing when no job runs.
        """
        if self._job is not None:
            self._pending += self._failed(Cancelled())

    def close(self) -> None:
        """End everything and remove the private folder. No message follows. May be called twice."""
        self._end_process()
        self._job = None
        self._pending.clear()
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _send(self, job: _Job) -> None:
        for attempt in (1, 2):
            self.start()
            assert self._process is not None
            assert self._process.stdin is not None
            try:
                self._process.stdin.write(b"%d\n" % job.number)  # a few bytes: never blocks
                return
            except OSError as problem:  # it ended this very moment, idle or killed
                self._end_process()
                if attempt == 2:
                    text = "The computing process does not take jobs."
                    raise WorkerProblem(text, self._advice()) from problem

    def _understood(self, line: bytes) -> list[Message]:
        message = decode(line)
        if message is None:
            with contextlib.suppress(OSError), open(self._log, "ab") as log:
                log.write(line)
            return []
        job = self._job
        if job is None or message.get("job") != job.number:
            return []
        try:
            return self._about(job, message)
        except (KeyError, TypeError, ValueError, OSError) as problem:
            text = f"The computing process answered nonsense: {problem}."
            raise WorkerProblem(text, "Apply again.") from problem

    def _about(self, job: _Job, message: dict[str, Any]) -> list[Message]:
        kind = message["type"]
        if kind == "started":
            job.started = True
        elif kind == "progress":
            left = message.get("seconds_left")
            return [Progressed(job.number, float(message["fraction"]), str(message["step"]), left)]
        elif kind == "result":
            arrays = unpack_arrays(job.folder, message["arrays"])
            self._finish()
            return [Result(job.number, dict(message["values"]), arrays, float(message["seconds"]))]
        elif kind == "problem":
            self._finish()
            return [Problem(job.number, error_from_plain(message["error"]), self.log)]
        return []

    def _finish(self) -> None:
        if self._job is not None:
            shutil.rmtree(self._job.folder, ignore_errors=True)
            self._job = None

    def _failed(self, error: CardiothoraxError, *, process_lost: bool = False) -> list[Message]:
        """The job cannot go on: end the process, say why."""
        job = self._job
        self._end_process()
        if job is None:
            return []
        log = self.log
        self._finish()
        return [Problem(job.number, error, log, process_lost)]

    def _silently_gone(self) -> bool:
        """The process ended, but something that it started holds the pipe open, so no end of file comes."""
        if self._process is None or self._process.poll() is None:
            self._gone_since = None
            return False
        now = time.monotonic()
        self._gone_since = self._gone_since or now
        return now - self._gone_since > _LAST_WORDS_SECONDS

    def _process_ended(self) -> list[Message]:
        process, job = self._process, self._job
        if process is None:
            return []
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.05)
        how = ending_in_words(process.returncode)
        self._end_process()
        if job is None:
            return []
        if not job.started and not job.restarts:
            job.restarts += 1  # it went (idle, or killed) just when the job was sent: nothing is lost yet
            try:
                self._send(job)
            except WorkerProblem as problem:
                return self._failed(problem)
            return []
        lost = WorkerProblem(f"The computing process {how}.", self._advice())
        return self._failed(lost, process_lost=True)

    def _overdue(self) -> list[Message]:
        job = self._job
        if job is None:
            return []
        waited = time.monotonic() - job.submitted
        if not job.started and waited > START_SECONDS:
            return self._failed(WorkerProblem("The computing process did not start.", self._advice()))
        if job.timeout_seconds is not None and waited > job.timeout_seconds:
            text = f"The computing process had no result after {job.timeout_seconds:g} s and was ended."
            return self._failed(WorkerProblem(text, self._advice()))
        return []

    def _advice(self) -> str:
        last = " | ".join(self.log[-3:])
        return "Apply again; the next job starts a new one." + (f" Its last words: {last}" if last else "")

    def _shorten_log(self) -> None:
        with contextlib.suppress(OSError):
            if self._log.stat().st_size > _LOG_KEPT_BYTES:
                os.truncate(self._log, 0)  # the process appends, so it goes on at the start

    def _end_process(self) -> None:
        if self._process is not None:
            end_group(self._process)
            self._held.clear()  # its number may soon belong to another process: never end it again
            self._process = None
            self._lines = queue.SimpleQueue()


def _read(process: subprocess.Popen[bytes], lines: queue.SimpleQueue[bytes | None]) -> None:
    """In a thread of its own, since reading waits. None: there will be no more."""
    assert process.stdout is not None
    with contextlib.suppress(OSError, ValueError):
        stream = io.BufferedReader(process.stdout)  # type: ignore[type-var]
        while line := stream.readline(LONGEST_LINE):
            lines.put(line)
    with contextlib.suppress(OSError):
        process.stdout.close()
    lines.put(None)


def _private_folder() -> Path:
    try:
        return Path(tempfile.mkdtemp(prefix="cardiothorax-"))
    except OSError as problem:
        raise WorkerProblem(
            f"No folder for temporary files can be made: {problem.strerror or problem}.",
            "Check free space, and the environment variable TMPDIR (on Windows TEMP).",
        ) from problem


def _end_all(processes: list[subprocess.Popen[bytes]], folder: Path) -> None:
    """When a worker was forgotten or the interpreter ends: no process and no file stays."""
    for process in processes:
        end_group(process)
    shutil.rmtree(folder, ignore_errors=True)


def _environment(added: Mapping[str, str]) -> dict[str, str]:
    """This package, wherever it lies, is what the worker imports; text is UTF-8.

    An installed package is found anyway: its folder first on the path would hide the standard library's
    modules behind packages of the same name.
    """
    place = Path(__file__).resolve().parents[2]
    paths = [] if place.name in ("site-packages", "dist-packages") else [str(place)]
    paths += [inherited] if (inherited := os.environ.get("PYTHONPATH")) else []
    fixed = {"PYTHONIOENCODING": "utf-8", "PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1"}
    if paths:
        fixed["PYTHONPATH"] = os.pathsep.join(paths)
    return {**os.environ, **fixed, **added}


def _last_lines(log: Path) -> tuple[str, ...]:
    try:
        with open(log, "rb") as stream:
            stream.seek(max(0, log.stat().st_size - 8192))
            text = stream.read().decode("utf-8", errors="replace")
    except OSError:
        return ()
    return tuple(line.rstrip() for line in text.splitlines() if line.strip())[-LOG_LINES:]
