"""The studies of a folder, looked for in a thread: on a network drive that takes a while."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from .batch_task import BatchTask, Job


class StudySearch:
    """``folder`` with its subfolders; what lies in ``out`` (our own results) is passed over.

    The thread touches files alone, never the scene.
    """

    def __init__(self, task: BatchTask, job: Job, folder: Path) -> None:
        self.job = job
        self.out = folder / task.words.results
        pool = ThreadPoolExecutor(1)
        self._found = pool.submit(task.find, folder, self.out)
        pool.shutdown(wait=False)

    @property
    def done(self) -> bool:
        return self._found.done()

    def files(self) -> list[Path]:
        """Raises what the search raised: :class:`cardiothorax.errors.UnreadableImage` without studies."""
        return self._found.result()
