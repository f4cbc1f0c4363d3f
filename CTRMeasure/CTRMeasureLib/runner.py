"""One job in the worker, watched by a timer: the panel is never blocked, and every job ends once."""

import qt

POLL_MS = 40


class JobRunner:
    """``listener`` has ``onJobProgress(fraction, step, secondsLeft)``, ``onJobResult(values, arrays)`` and
    ``onJobProblem(error, log)``; exactly one of the last two is called for each job."""

    def __init__(self, makeWorker, listener):
        self._makeWorker = makeWorker
        self._worker = None
        self._listener = listener
        self._timer = qt.QTimer()
        self._timer.interval = POLL_MS
        self._timer.connect("timeout()", self.poll)
        self.running = False

    def start(self, task, inputs, arrays):
        self._worker = self._makeWorker()
        self._worker.submit(task, inputs, arrays)
        self.running = True
        self._timer.start()

    def cancel(self):
        if self.running:
            self._worker.cancel()
            self.poll()

    def poll(self):
        """Pass on what has happened. The job is over before the listener hears so: it may start another."""
        from cardiothorax.jobs import Problem, Progressed, Result

        for message in self._worker.poll():
            if isinstance(message, Progressed):
                self._listener.onJobProgress(message.fraction, message.step, message.seconds_left)
                continue
            self.running = False
            self._timer.stop()
            if isinstance(message, Result):
                self._listener.onJobResult(message.values, message.arrays)
            elif isinstance(message, Problem):
                self._listener.onJobProblem(message.error, message.log)

    def close(self):
        """Forget the job without a word to the listener."""
        self._timer.stop()
        if self.running:
            self._worker.cancel()
            self._worker.poll()
        self.running = False
