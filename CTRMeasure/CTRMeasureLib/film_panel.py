"""The first part of the panel: which film, which model, Apply and Cancel."""

import slicer
from slicer.i18n import tr as _

from cardiothorax.panels.batch_words import timeLeft
from cardiothorax.panels.packages import PackagesMissing
from cardiothorax.panels.runner import JobRunner

from . import measuring, words
from .parameters import DEVICES


class FilmPanel:
    """``onStudy(study)`` is called with each measured film."""

    def __init__(self, ui, status, logic, onStudy):
        self.ui = ui
        self.status = status
        self._onStudy = onStudy
        self._parameters = None
        self._volume = self._film = None
        self._runner = JobRunner(logic.computing.worker, self)
        self._models = []
        ui.applyButton.connect("clicked()", self.applyOrCancel)
        ui.modelSelector.connect("currentIndexChanged(int)", self._onModel)

    @property
    def running(self):
        return self._runner.running

    def setParameters(self, parameters):
        self._parameters = parameters
        if parameters is not None:
            self._fillModels()
        self.updateState()

    def updateState(self):
        """Apply says what it would do, and why it cannot."""
        volume = self._parameters.inputVolume if self._parameters else None
        button = self.ui.applyButton
        button.text = _("Cancel") if self.running else _("Apply")
        button.enabled = self.running or volume is not None
        if self.running:
            button.toolTip = _("Stop measuring; nothing is changed (Ctrl+Return)")
        elif volume is None:
            button.toolTip = _("Choose a film first (Ctrl+Return)")
        else:
            button.toolTip = _("Measure {name} (Ctrl+Return)").format(name=volume.GetName())
        self.ui.progressBar.visible = self.running
        for name in ("inputSelector", "modelSelector", "sampleButton", "optionsSection"):
            getattr(self.ui, name).enabled = not self.running

    # Running

    def applyOrCancel(self):
        if self.running:
            self._runner.cancel()
        elif self._parameters is not None and self._parameters.inputVolume is not None:
            self.start()

    def settings(self):
        p = self._parameters
        return measuring.Settings(p.model or None, DEVICES[p.device], p.crf, p.cutoff)

    def start(self):
        from cardiothorax.errors import CardiothoraxError

        settings = self.settings()
        self._volume = self._parameters.inputVolume
        try:
            measuring.ensurePackages(settings.device)
            self._film = measuring.readFilm(self._volume)
            self._runner.start("ctr", *measuring.jobOf(self._film, settings))
        except (CardiothoraxError, PackagesMissing) as problem:
            self.status.sayProblem(problem)
            self.updateState()
            return
        self.ui.progressBar.value = 0
        self.ui.progressBar.format = timeLeft(None)
        self.status.say(words.measuring(_("Starting")))
        self.updateState()

    def onJobProgress(self, fraction, step, secondsLeft):
        self.ui.progressBar.value = round(100 * fraction)
        self.ui.progressBar.format = timeLeft(secondsLeft)
        self.status.say(words.measuring(step))

    def onJobResult(self, values, arrays):
        from cardiothorax.errors import CardiothoraxError

        self.updateState()
        film, self._film = self._film, None
        if slicer.mrmlScene.GetNodeByID(self._volume.GetID()) is not self._volume:
            self.status.say(_("The film was closed while it was measured. Choose another one."), "review")
            return
        try:
            study = measuring.showResult(self._volume, film, values, arrays)
        except (CardiothoraxError, ValueError, KeyError) as problem:
            self.status.sayProblem(problem)
            return
        self._onStudy(study)

    def onJobProblem(self, error, log):
        from cardiothorax.errors import Cancelled

        self.updateState()
        if isinstance(error, Cancelled):
            self.status.say(words.cancelled())
        else:
            self.status.sayProblem(error, log)

    def stop(self):
        """End a run without a word: its scene is being closed."""
        self._runner.close()
        self._volume = self._film = None

    def close(self):
        self.stop()
        self._parameters = None

    # Models

    def _fillModels(self):
        from cardiothorax.models import list_models

        chosen, self._models = self._parameters.model, []
        self.ui.modelSelector.blockSignals(True)
        self.ui.modelSelector.clear()
        for entry in list_models("ctr"):
            if entry.card is not None:
                self._models.append(entry.name)
                self.ui.modelSelector.addItem(f"{entry.name} {entry.card.version}")
        if chosen in self._models:
            self.ui.modelSelector.currentIndex = self._models.index(chosen)
        self.ui.modelSelector.blockSignals(False)
        if self._models and chosen not in self._models:
            self._onModel(0)

    def _onModel(self, index):
        if self._parameters is not None and 0 <= index < len(self._models):
            self._parameters.model = self._models[index]
