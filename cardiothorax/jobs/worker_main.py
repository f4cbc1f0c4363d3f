"""The worker process: ``python -m cardiothorax.jobs.worker_main FOLDER IDLE_SECONDS``.

Job numbers arrive as lines on what was standard input when the process started; messages leave on
what was standard output. Both are moved away at once, so that a library that prints or reads cannot
disturb them: its prints go to the log (standard error). When the other side is gone, the process ends
itself, everything it started, and the private folder.
"""

from __future__ import annotations

import contextlib
import errno
import os
import queue
import shutil
import signal
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import Any

from ..errors import CardiothoraxError, WorkerProblem
from .messages import encode, error_to_plain
from .packing import pack_arrays, unpack_job
from .tasks import resolve

STEPS_BEFORE_TIME_LEFT = 3
DISK_FULL = (errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC))
SHORTEST_BETWEEN_MESSAGES = 0.05


class Channel:
    """The two ends that the parent holds the other ends of."""

    def __init__(self) -> None:
        self._in, self._out = os.dup(0), os.dup(1)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        os.dup2(2, 1)
        self._lock = threading.Lock()

    def send(self, **message: Any) -> None:
        line = encode(message)
        with self._lock:
            while line:
                line = line[os.write(self._out, line) :]

    def lines(self) -> Any:
        with open(self._in, "rb", closefd=False) as stream:
            yield from stream


class JobProgress:
    """Sends the steps of one job, with seconds left from the third step on."""

    def __init__(self, channel: Channel, job: int) -> None:
        self._channel, self._job = channel, job
        self._start = time.monotonic()
        self._count = 0
        self._last = ("", -1.0)

    def __call__(self, fraction: float, step: str) -> None:
        now = time.monotonic()
        self._count += 1
        last_step, last_time = self._last
        if step == last_step and now - last_time < SHORTEST_BETWEEN_MESSAGES:
            return
        self._last = (step, now)
        fraction = min(1.0, max(0.0, float(fraction)))
        left = None
        if self._count >= STEPS_BEFORE_TIME_LEFT and fraction > 0:
            left = (now - self._start) * (1 - fraction) / fraction
        self._channel.send(type="progress", job=self._job, fraction=fraction, step=step, seconds_left=left)


def main(arguments: list[str]) -> int:
    folder, idle_seconds = Path(arguments[0]), float(arguments[1])
    channel = Channel()
    jobs: queue.Queue[int] = queue.Queue()
    threading.Thread(target=_listen, args=(channel, jobs, folder), daemon=True).start()
    channel.send(type="ready", pid=os.getpid())
    while True:
        try:
            job = jobs.get(timeout=idle_seconds)
        except queue.Empty:
            return 0
        if not _run(channel, job, folder / f"job{job}"):
            return 0


def _listen(channel: Channel, jobs: queue.Queue[int], folder: Path) -> None:
    for line in channel.lines():
        if line.strip().isdigit():
            jobs.put(int(line))
    # The other side is gone: nobody waits for this, so nothing of it may stay.
    shutil.rmtree(folder, ignore_errors=True)
    if sys.platform != "win32" and os.getpgrp() == os.getpid():
        os.killpg(os.getpid(), signal.SIGKILL)
    os._exit(1)


def _run(channel: Channel, job: int, folder: Path) -> bool:
    """Compute one job. False: memory ran out, and only a new process gets it back for sure."""
    start = time.monotonic()
    channel.send(type="started", job=job)
    fit = True
    try:
        task, inputs, arrays = unpack_job(folder)
        values, arrays_out = resolve(task)(inputs, arrays, JobProgress(channel, job))
        files = pack_arrays(folder, arrays_out, "out")
        channel.send(type="result", job=job, values=values, arrays=files, seconds=time.monotonic() - start)
    except BaseException as problem:
        fit = not isinstance(problem, MemoryError)
        error = _in_words(problem)
        channel.send(type="problem", job=job, error=error_to_plain(error))
    return fit


def _in_words(problem: BaseException) -> CardiothoraxError:
    if isinstance(problem, CardiothoraxError):
        return problem
    with contextlib.suppress(MemoryError):
        traceback.print_exception(problem, file=sys.stderr)
        sys.stderr.flush()
    if isinstance(problem, MemoryError):
        text = "The computing process ran out of memory."
        return WorkerProblem(text, "Close other programs and apply again.")
    if isinstance(problem, OSError) and problem.errno in DISK_FULL:
        text = "The disk is full: the result could not be stored."
        return WorkerProblem(text, "Free some space and apply again.")
    return WorkerProblem(
        f"The computing process met an unexpected error: {type(problem).__name__}: {problem}.",
        "This is a fault of the program: please report it with the log.",
    )


if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # the listening thread still reads; an orderly end would wait for it
