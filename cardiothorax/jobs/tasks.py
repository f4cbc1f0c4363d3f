"""What a worker can compute, by name.

A task is a module with the function::

    def run_task(inputs, arrays, progress):
        '''inputs: plain values; arrays: by name; returns (plain values, arrays by name).'''

- ``inputs`` and the returned values are JSON: dicts, lists, texts, numbers, booleans, None; no NaN.
- ``arrays`` are numpy arrays of plain numbers, in and out; they travel as ``.npy`` files.
- ``progress(fraction, step)`` between steps, see :class:`cardiothorax.progress.Progress`. Cancelling
  ends the process: a task need not ask, and must not write anything that may not stay half done
  (:func:`cardiothorax.records.write_atomically`).
- A :class:`CardiothoraxError` reaches the reader as it is. Any other exception becomes a
  :class:`WorkerProblem`, with the traceback in the log.
- Models that should stay warm are opened with :func:`cardiothorax.models.warm_model`.

In a batch (:mod:`cardiothorax.jobs.batch`) the same task gets ``inputs`` with ``file`` (absolute path),
``name`` (unique in the batch, for files beside the table), ``out`` (folder) and the batch's options, and
returns values with ``row`` (column to cell, one level), ``result`` (for ``results.json``; its ``source``, if
it has one, is the file's name) and, where it wrote some, ``files`` (their names in ``out``).
"""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from importlib import import_module
from typing import Any, cast

import numpy as np

from ..errors import WorkerProblem
from ..progress import Progress

Arrays = dict[str, np.ndarray]
RunTask = Callable[[dict[str, Any], Arrays, Progress], tuple[dict[str, Any], Arrays]]

TASKS = {"ctr": "cardiothorax.ctr.worker_task", "calcium": "cardiothorax.calcium.worker_task"}


def resolve(task: str) -> RunTask:
    """``run_task`` of a task by its name, or by the dotted name of its module."""
    module_name = TASKS.get(task, task if "." in task else "")
    if not module_name:
        close = get_close_matches(task, TASKS, n=1)
        hint = f"Did you mean {close[0]!r}?" if close else f"Known tasks: {', '.join(TASKS)}."
        raise WorkerProblem(f"There is no task {task!r}.", hint)
    try:
        return cast(RunTask, import_module(module_name).run_task)
    except (ImportError, AttributeError) as problem:
        raise WorkerProblem(
            f"The task {task!r} cannot be loaded: {problem}.", "A package may be missing; see the log."
        ) from problem
