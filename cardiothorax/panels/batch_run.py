"""A batch and the studies that were opened from it: no widgets here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ..errors import StoreProblem
from ..jobs import Batch, BatchReport, Executor, RowDone, StudyProgress
from ..scene.transaction import remove_node
from .batch_task import BatchTask, Job, Place


class BatchRun:
    """``files`` are measured; results, their files and corrections go to the folder ``out``.

    Raises :class:`cardiothorax.errors.CardiothoraxError` for a folder that cannot be written.
    """

    def __init__(
        self, task: BatchTask, job: Job, files: Sequence[Path], out: Path, executor: Executor
    ) -> None:
        self.job = job
        self._task = task
        self._executor = executor
        self._batch = Batch(
            files, out, task.name, task.columns,
            options=job.options, fingerprint=job.fingerprint, executor=executor,
        )  # fmt: skip
        self._rows = {study.file: row for row, study in enumerate(self._batch.studies)}
        self._closed = False
        self._open: Any = None
        self._openVolume: Any = None
        self._unsaved: dict[int, Callable[[Place], None]] = {}

    @property
    def out(self) -> Path:
        return Path(self._batch.out)

    @property
    def files(self) -> list[str]:
        return [study.file for study in self._batch.studies]

    @property
    def total(self) -> int:
        return self._batch.total

    @property
    def done(self) -> int:
        return self._batch.done

    @property
    def secondsLeft(self) -> float | None:
        return self._batch.seconds_left

    @property
    def finished(self) -> bool:
        return self._closed or self._batch.finished

    def poll(self) -> list[tuple[int, StudyProgress | RowDone]]:
        """Pairs of row number and event."""
        return [(self._rows[event.file], event) for event in self._batch.poll()]

    def close(self) -> BatchReport:
        """Stop, write the tables; gives the report. Rows can still be opened."""
        self._closed = True
        return self._batch.close()

    def closeExecutor(self) -> None:
        self._executor.close()

    # Opening a row

    def canOpen(self, row: int) -> bool:
        entry = self._batch.studies[row].entry
        return entry is not None and entry["result"] is not None

    def open(self, row: int) -> Any:
        """The study of this row, in the scene.

        The one that was open before leaves the scene: its corrections are in the files.
        """
        entry, words = self._batch.studies[row].entry, self._task.words
        if entry is not None and entry["row"]["error"]:
            raise StoreProblem(words.failedRow.format(error=entry["row"]["error"]))
        if entry is None or not self.canOpen(row):
            raise StoreProblem(words.emptyRow, words.emptyRowHint)
        place = self._place(row)
        content = self._task.read(place, entry["result"])
        self._leaveOpen()
        study = self._task.show(place, content)
        self._open, self._openVolume = study.nodes, study.nodes.volume
        return study

    def isOpen(self, nodes: Any) -> bool:
        return self._open is not None and self._open.anchor is nodes.anchor

    def takeUp(self, study: Any) -> bool:
        """Whether ``study`` is another run of the open volume; it is the open one from now on."""
        if self._open is None or study.nodes.volume is not self._openVolume or self.isOpen(study.nodes):
            return False
        self._open = study.nodes
        return True

    def forgetOpen(self) -> None:
        self._open = self._openVolume = None

    def _leaveOpen(self) -> None:
        nodes, volume = self._open, self._openVolume
        self.forgetOpen()
        if nodes is not None and nodes.scene is not None:
            self._task.remove(nodes)
            if volume.GetScene() is not None:
                remove_node(volume)

    def _place(self, row: int) -> Place:
        study = self._batch.studies[row]
        return Place(study.file, study.name, self.out)

    # Corrections

    def keep(self, row: int, study: Any) -> dict[str, Any]:
        """A correction takes the place of the row's result; gives the row's cells."""
        correction = self._task.correction(study)
        self._unsaved[row] = correction.write
        return self._batch.correct(row, correction.cells, correction.result)

    def save(self) -> bool:
        """Write corrected files and tables; a resumed batch finds them too. Whether there was one."""
        unsaved = list(self._unsaved.items())
        for row, write in unsaved:
            write(self._place(row))
            self._batch.keep(row)
            del self._unsaved[row]
        return bool(unsaved)
