"""The last part of a panel: a folder of studies, each of which opens for correction with one click.

What a module gives to it and calls of it stands in :mod:`.batch_task`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import qt
from slicer.i18n import tr as _

from ..errors import CardiothoraxError
from ..jobs import Executor, RowDone
from .agreement_panel import AgreementPanel
from .batch_run import BatchRun
from .batch_search import StudySearch
from .batch_table import BatchTable
from .batch_task import BatchTask, Comparison
from .packages import PackagesMissing
from .paths import PathField
from .status import StatusLine
from .times import timeLeft

POLL_MS = 60
SAVE_DELAY_MS = 1500


class BatchPanel:
    """``settings()`` gives those of the panel's first part, ``onStudy(study)`` takes up an opened row."""

    def __init__(
        self,
        ui: Any,
        status: StatusLine,
        task: BatchTask,
        *,
        settings: Callable[[], Any],
        makeExecutor: Callable[[], Executor],
        onStudy: Callable[[Any], None],
        comparison: Comparison | None = None,
    ) -> None:
        self.ui = ui
        self.status = status
        self._task = task
        self._settings = settings
        self._makeExecutor = makeExecutor
        self._onStudy = onStudy
        self._run: BatchRun | None = None
        self._search: StudySearch | None = None
        self._opened: int | None = None
        self.folderField = PathField(
            ui.batchFolderEdit, lambda p: p.batchFolder, lambda p, text: p.setValue("batchFolder", text)
        )
        self.table = BatchTable(ui.batchTable, task)
        self.agreement = (
            AgreementPanel(ui, status, task.words, comparison, lambda: self._run) if comparison else None
        )
        self._timer = qt.QTimer()
        self._timer.interval = POLL_MS
        self._timer.connect("timeout()", self.poll)
        self._saveTimer = qt.QTimer()
        self._saveTimer.setSingleShot(True)
        self._saveTimer.interval = SAVE_DELAY_MS
        self._saveTimer.connect("timeout()", self._saveAndFollow)
        ui.batchButton.connect("clicked()", self.startOrStop)
        ui.batchTable.connect("cellClicked(int,int)", lambda row, column: self.open(row))
        ui.batchTable.visible = False

    @property
    def running(self) -> bool:
        return self._search is not None or (self._run is not None and not self._run.finished)

    def setParameters(self, parameters: Any) -> None:
        self.folderField.setParameters(parameters)
        if self.agreement is not None:
            self.agreement.referenceField.setParameters(parameters)
        self.updateState()

    def updateState(self) -> None:
        folder = self._folder()
        self.ui.batchButton.text = _("Stop") if self.running else self._task.words.start
        self.ui.batchButton.enabled = self.running or folder is not None
        self.ui.batchButton.toolTip = self._task.words.tip(self.running, folder)
        self.ui.batchProgressBar.visible = self.running
        self.ui.batchFolderEdit.enabled = not self.running
        if self.agreement is not None:
            self.agreement.updateState()

    def _folder(self) -> Path | None:
        folder = self.folderField.path
        return folder if folder is not None and folder.is_dir() else None

    # Running

    def startOrStop(self) -> None:
        if self.running:
            self._end()
        elif self._folder() is not None:
            self.start()

    def start(self) -> None:
        folder = self._folder()
        if folder is None:
            return
        self.saveCorrection()
        self._opened = None
        try:
            job = self._task.job(self._settings())
            self._close()
        except (CardiothoraxError, PackagesMissing) as problem:
            self.status.sayProblem(problem)
            return
        self._search = StudySearch(self._task, job, folder)
        self.ui.batchProgressBar.value = 0
        self.status.say(self._task.words.searching.format(folder=folder.name))
        self._timer.start()
        self.updateState()

    def poll(self) -> None:
        """Show what has happened; never waits."""
        if self._search is not None:
            if self._search.done:
                self._begin(self._search)
        elif self._run is not None:
            self._follow(self._run)

    def _begin(self, search: StudySearch) -> None:
        """The studies are found: measure them."""
        self._search = None
        try:
            self._run = BatchRun(self._task, search.job, search.files(), search.out, self._makeExecutor())
        except (CardiothoraxError, OSError) as problem:
            self._timer.stop()
            self.status.sayProblem(problem)
            self.updateState()
            return
        self.table.begin(self._run.files)
        self.ui.batchTable.visible = True
        self._say(self._run)

    def _follow(self, run: BatchRun) -> None:
        try:
            events = run.poll()
        except CardiothoraxError as problem:
            self._end()
            self.status.sayProblem(problem)
            return
        for row, event in events:
            if isinstance(event, RowDone):
                self.table.fill(row, event.row)
            else:
                self.table.progress(row, event.fraction)
        if run.finished:
            self._end()
        elif events:
            self._say(run)

    def _say(self, run: BatchRun) -> None:
        self.ui.batchProgressBar.value = round(100 * run.done / max(1, run.total))
        self.ui.batchProgressBar.format = timeLeft(run.secondsLeft)
        if self._opened is None:  # else the line speaks of the open study; the bar tells of the batch
            self.status.say(self._task.words.progress(run.done, run.total, run.secondsLeft))

    def _end(self) -> None:
        self._timer.stop()
        if self._search is not None:
            self._search = None
            self.status.say(self._task.words.stopped)
        elif self._run is not None:
            try:
                report = self._run.close()
            except CardiothoraxError as problem:
                self.status.sayProblem(problem)
            else:
                self.status.say(self._task.words.finished(report), "review" if report.failed else "ok")
            if self.agreement is not None:
                self.agreement.follow()
        self.updateState()

    # Rows

    def open(self, row: int) -> None:
        """Show the study of this row with its result, for correction."""
        if self._run is None or row == self._opened:
            return
        self._saveAndFollow()
        try:
            study = self._run.open(row)
        except CardiothoraxError as problem:
            self.status.sayProblem(problem)
            return
        self._opened = row
        self.table.select(row)
        self._onStudy(study)

    def openNext(self) -> None:
        self._openAt(1)

    def openPrevious(self) -> None:
        self._openAt(-1)

    def _openAt(self, step: int) -> None:
        run = self._run
        if run is not None:
            row = (-1 if step > 0 else run.total) if self._opened is None else self._opened
            rows = range(row + step, run.total if step > 0 else -1, step)
            ready = next((r for r in rows if run.canOpen(r)), None)
            if ready is not None:
                self.open(ready)

    # Corrections

    def keepCorrection(self, review: Any) -> None:
        """The study of the open row was edited: its row follows at once, its files a moment later."""
        if self._run is not None and self._run.isOpen(review.nodes):
            self._keep(self._run, review)

    def measuredAgain(self, study: Any) -> None:
        """The study of the open row was measured anew: what is under review is what its row shows."""
        if self._run is not None and self._opened is not None and self._run.takeUp(study):
            self._keep(self._run, study)

    def _keep(self, run: BatchRun, study: Any) -> None:
        if self._opened is not None:
            self.table.fill(self._opened, run.keep(self._opened, study))
            self._saveTimer.start()

    def saveCorrection(self) -> bool:
        """Whether there was one to write."""
        self._saveTimer.stop()
        if self._run is not None:
            try:
                return self._run.save()
            except CardiothoraxError as problem:
                self.status.sayProblem(problem)
        return False

    def _saveAndFollow(self) -> None:
        if self.saveCorrection() and self.agreement is not None:
            self.agreement.follow()

    def sceneClosed(self) -> None:
        """The open study is gone; its row can be opened again."""
        self._opened = None
        if self._run is not None:
            self._run.forgetOpen()

    def _close(self) -> None:
        if self.agreement is not None:
            self.agreement.clear()
        self._search = None
        if self._run is not None:
            self._timer.stop()
            self._run.close()
            self._run.closeExecutor()
            self._run = None

    def close(self) -> None:
        self.saveCorrection()
        self._close()
