"""Computes a batch in this process, one study a poll: what a batch asks of an executor."""

from __future__ import annotations

from collections import deque


class DrawnExecutor:
    """``measure(inputs)`` gives the values that the task's ``run_task`` would give. ``held``: compute
    nothing for now; ``seen``: the names of what was computed."""

    capacity = 1

    def __init__(self, measure):
        self._measure = measure
        self._waiting = deque()
        self.seen = []
        self.held = False

    def submit(self, key, task, inputs):
        self._waiting.append((key, inputs))

    def poll(self):
        from cardiothorax.errors import CardiothoraxError
        from cardiothorax.jobs import Problem, Progressed, Result

        if self.held or not self._waiting:
            return []
        key, inputs = self._waiting.popleft()
        self.seen.append(inputs["name"])
        try:
            return [(key, Progressed(key, 0.5, "Measuring")), (key, Result(key, self._measure(inputs)))]
        except CardiothoraxError as problem:
            return [(key, Problem(key, problem))]

    def cancel(self):
        self._waiting.clear()

    def close(self):
        self.cancel()
