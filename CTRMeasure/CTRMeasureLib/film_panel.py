"""The first part of the panel: which film, which model; measuring it."""

from cardiothorax.panels.apply_panel import ApplyPanel, ApplyTask, Prepared
from cardiothorax.panels.models import ModelSelector

from . import measuring, words
from .parameters import DEVICES


class FilmTask(ApplyTask):
    name = "ctr"
    words = words.APPLY
    locked = ("inputSelector", "modelSelector", "sampleButton", "optionsSection")

    def settings(self, parameters):
        p = parameters
        return measuring.Settings(p.model or None, DEVICES[p.device], p.crf, p.cutoff)

    def prepare(self, volume, settings):
        measuring.ensurePackages(settings.device)
        film = measuring.readFilm(volume)
        return Prepared(*measuring.jobOf(film, settings), content=film)

    def show(self, volume, content, values, arrays):
        return measuring.showResult(volume, content, values, arrays)


class FilmPanel(ApplyPanel):
    """``onStudy(study)`` is called with each measured film."""

    def __init__(self, ui, status, logic, onStudy):
        super().__init__(ui, status, FilmTask(), worker=logic.computing.worker, onStudy=onStudy)
        self._models = ModelSelector(ui.modelSelector, "ctr", lambda p: p.model, _setModel)

    def setParameters(self, parameters):
        super().setParameters(parameters)
        self._models.setParameters(parameters)


def _setModel(parameters, name):
    parameters.model = name
