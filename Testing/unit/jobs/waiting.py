"""What the worker's tests share."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from cardiothorax.jobs import Problem, Result

TASK = "jobs.worker_tasks_for_tests"
UNIT_FOLDER = str(Path(__file__).parents[1])
posix_only = pytest.mark.skipif(os.name != "posix", reason="uses POSIX signals")


def submit(worker, do, arrays=None, *, timeout_seconds=None, **inputs):
    return worker.submit(TASK, {"do": do, **inputs}, arrays, timeout_seconds=timeout_seconds)


def until(worker, kinds, seconds=20.0):
    """All messages up to the first of one of ``kinds``."""
    messages, end = [], time.monotonic() + seconds
    while time.monotonic() < end:
        messages += worker.poll()
        if any(isinstance(message, kinds) for message in messages):
            return messages
        time.sleep(0.005)
    raise AssertionError(f"no {kinds} within {seconds} s, only {messages}; log: {worker.log}")


def outcome(worker, seconds=20.0):
    return until(worker, (Result, Problem), seconds)[-1]


def wait_for(condition, seconds=5.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)


def alive(pid):
    """Neither gone nor a zombie that nobody has collected yet."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


def folders_of(worker):
    return sorted(p.name for p in worker._folder.iterdir())
