"""The last part of the panel: a folder of films, each of which opens for correction with one click."""

import qt
from slicer.i18n import tr as _

from cardiothorax.panels.packages import PackagesMissing
from cardiothorax.panels.paths import PathField

from . import measuring, words
from .agreement_panel import AgreementPanel
from .batch_run import BatchRun
from .batch_search import FilmSearch
from .batch_table import BatchTable

RESULTS_FOLDER = "CTR results"
POLL_MS = 60
SAVE_DELAY_MS = 1500


class BatchPanel:
    """``onStudy(study)`` is called when a row is opened; ``film`` is the first part, for its settings."""

    def __init__(self, ui, status, logic, onStudy, film):
        self.ui = ui
        self.status = status
        self._logic = logic
        self._onStudy = onStudy
        self._film = film
        self._run = None
        self._search = None
        self._opened = None
        self.folderField = PathField(
            ui.batchFolderEdit, lambda p: p.batchFolder, lambda p, text: p.setValue("batchFolder", text)
        )
        self.table = BatchTable(ui.batchTable)
        self.agreement = AgreementPanel(ui, status, lambda: self._run)
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
    def running(self):
        return self._search is not None or (self._run is not None and not self._run.finished)

    def setParameters(self, parameters):
        self.folderField.setParameters(parameters)
        self.agreement.referenceField.setParameters(parameters)
        self.updateState()

    def updateState(self):
        folder = self._folder()
        self.ui.batchButton.text = _("Stop") if self.running else _("Measure the folder")
        self.ui.batchButton.enabled = self.running or folder is not None
        self.ui.batchButton.toolTip = words.batchTip(self.running, folder, RESULTS_FOLDER)
        self.ui.batchProgressBar.visible = self.running
        self.ui.batchFolderEdit.enabled = not self.running
        self.agreement.updateState()

    def _folder(self):
        folder = self.folderField.path
        return folder if folder is not None and folder.is_dir() else None

    # Running

    def startOrStop(self):
        if self.running:
            self._end()
        elif self._folder() is not None:
            self.start()

    def start(self):
        from cardiothorax.errors import CardiothoraxError

        self.saveCorrection()
        self._opened = None
        settings = self._film.settings()
        try:
            measuring.ensurePackages(settings.device)
            self._close()
        except (CardiothoraxError, PackagesMissing) as problem:
            self.status.sayProblem(problem)
            return
        folder = self._folder()
        self._search = FilmSearch(folder, folder / RESULTS_FOLDER, settings)
        self.ui.batchProgressBar.value = 0
        self.status.say(words.searching(folder))
        self._timer.start()
        self.updateState()

    def _begin(self):
        """The films are found: measure them."""
        from cardiothorax.errors import CardiothoraxError

        search, self._search = self._search, None
        try:
            out = search.folder / RESULTS_FOLDER
            self._run = BatchRun(search.files(), out, search.settings, self._logic.computing.executor())
        except (CardiothoraxError, OSError) as problem:
            self._timer.stop()
            self.status.sayProblem(problem)
            self.updateState()
            return
        self.table.begin(self._run.files)
        self.ui.batchTable.visible = True
        self._say()

    def poll(self):
        """Show what has happened; never waits."""
        from cardiothorax.errors import CardiothoraxError
        from cardiothorax.jobs import RowDone

        if self._search is not None:
            if self._search.done:
                self._begin()
            return
        try:
            events = self._run.poll()
        except CardiothoraxError as problem:
            self._end()
            self.status.sayProblem(problem)
            return
        for row, event in events:
            if isinstance(event, RowDone):
                self.table.fill(row, event.row)
            else:
                self.table.progress(row, event.fraction)
        if self._run.finished:
            self._end()
        elif events:
            self._say()

    def _say(self):
        run = self._run
        self.ui.batchProgressBar.value = round(100 * run.done / max(1, run.total))
        self.ui.batchProgressBar.format = words.timeLeft(run.secondsLeft)
        if self._opened is None:  # else the line speaks of the open film; the bar tells of the batch
            self.status.say(words.batchRunning(run.done, run.total, run.secondsLeft))

    def _end(self):
        from cardiothorax.errors import CardiothoraxError

        self._timer.stop()
        if self._search is not None:
            self._search = None
            self.status.say(words.cancelled())
            self.updateState()
            return
        try:
            report = self._run.close()
        except CardiothoraxError as problem:
            self.status.sayProblem(problem)
        else:
            self.status.say(words.batchDone(report), "review" if report.failed else "ok")
        self.updateState()

    # Rows

    def open(self, row):
        """Show the film of this row with its result, for correction."""
        from cardiothorax.errors import CardiothoraxError

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

    def openNext(self):
        self._openAt(1)

    def openPrevious(self):
        self._openAt(-1)

    def _openAt(self, step):
        if self._run is not None:
            row = (-1 if step > 0 else self._run.total) if self._opened is None else self._opened
            rows = range(row + step, self._run.total if step > 0 else -1, step)
            ready = next((r for r in rows if self._run.canOpen(r)), None)
            if ready is not None:
                self.open(ready)

    # Corrections

    def keepCorrection(self, review):
        """The film of the open row was edited: its row follows at once, its files a moment later."""
        if self._run is not None and self._opened is not None and self._run.isOpen(review.nodes):
            self.table.fill(self._opened, self._run.keep(self._opened, review))
            self._saveTimer.start()

    def saveCorrection(self):
        """Whether there was one to write."""
        from cardiothorax.errors import CardiothoraxError

        self._saveTimer.stop()
        if self._run is not None:
            try:
                return self._run.save()
            except CardiothoraxError as problem:
                self.status.sayProblem(problem)
        return False

    def _saveAndFollow(self):
        if self.saveCorrection():
            self.agreement.follow()

    def measuredAgain(self, study):
        """The film of the open row was measured anew: what is under review is what its row shows."""
        if self._run is not None and self._opened is not None and self._run.takeUp(study):
            self.table.fill(self._opened, self._run.keep(self._opened, study))
            self._saveTimer.start()

    def sceneClosed(self):
        """The open film is gone; its row can be opened again."""
        self._opened = None
        if self._run is not None:
            self._run.forgetOpen()

    def _close(self):
        self.agreement.clear()
        self._search = None
        if self._run is not None:
            self._timer.stop()
            self._run.close()
            self._run.closeExecutor()
            self._run = None

    def close(self):
        self.saveCorrection()
        self._close()
