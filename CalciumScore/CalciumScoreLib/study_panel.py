"""The first part of the panel: which CT, with which network or none; starting with it."""

from slicer.i18n import tr as _

from cardiothorax.calcium.options import CalciumOptions
from cardiothorax.panels.apply_panel import ApplyPanel, ApplyTask, Prepared
from cardiothorax.panels.models import ModelSelector

from . import scoring, words
from .parameters import DEVICES, NO_NETWORK


class StudyTask(ApplyTask):
    name = "calcium"
    words = words.APPLY
    locked = ("inputSelector", "modelSelector", "sampleButton", "optionsSection")

    def settings(self, parameters):
        p = parameters
        named = p.model not in ("", NO_NETWORK)
        method = "default" if named else "none"
        return scoring.Settings(p.model if named else None, DEVICES[p.device], optionsOf(p, method=method))

    def prepare(self, volume, settings):
        scoring.ensurePackages(settings)
        image = scoring.readStudy(volume)
        return Prepared(*scoring.jobOf(image, settings), content=image)

    def show(self, volume, content, values, arrays):
        return scoring.showResult(volume, content, values, arrays)


class StudyPanel(ApplyPanel):
    """``onStudy(study)`` is called with each study that was started with."""

    def __init__(self, ui, status, logic, onStudy):
        super().__init__(ui, status, StudyTask(), worker=logic.computing.worker, onStudy=onStudy)
        alone = (NO_NETWORK, _("no network: mark all lesions yourself"))
        self._models = ModelSelector(
            ui.modelSelector, "calcium", lambda p: p.model, _setModel, others=(alone,)
        )

    def setParameters(self, parameters):
        super().setParameters(parameters)
        self._models.setParameters(parameters)


def _setModel(parameters, name):
    parameters.model = name


def optionsOf(parameters, **more):
    """The rules that the panel asks for. Raises ``ValueError`` for limits that do not rise."""
    p = parameters
    if p.ownLimits:
        more["threshold_hu"] = p.thresholdHu
        more["weight_limits_hu"] = (p.weight2Hu, p.weight3Hu, p.weight4Hu)
    if p.ownMass:
        more["mass_factor"] = p.massFactor
    return CalciumOptions(preset=p.preset, **more)
