"""Preset, limits and mass factor: the score under review follows them at once."""

from cardiothorax.calcium.options import CalciumOptions
from cardiothorax.calcium.settings import settings_for
from cardiothorax.calcium.voltage import Limits
from cardiothorax.errors import CardiothoraxError

from . import words
from .study_panel import optionsOf

LIMIT_NAMES = ("thresholdHu", "weight2Hu", "weight3Hu", "weight4Hu")


class RulesPanel:
    """``reviewing`` is the review part of the panel."""

    def __init__(self, ui, status, reviewing):
        self.ui = ui
        self._status = status
        self._reviewing = reviewing
        self._parameters = None
        self._busy = False
        self.problem = None

    def setParameters(self, parameters):
        self._parameters = parameters

    def updateState(self):
        p = self._parameters
        for name in ("thresholdSpinBox", "weight2SpinBox", "weight3SpinBox", "weight4SpinBox"):
            getattr(self.ui, name).enabled = p is not None and p.ownLimits
        self.ui.massFactorSpinBox.enabled = p is not None and p.ownMass

    def sayProblem(self):
        """What is wrong with the rules, if anything; the score under review is that of the last good ones."""
        if self.problem is not None:
            self._status.sayProblem(self.problem)

    def follow(self):
        """Score what is under review by the rules of now; what they cannot be is said."""
        review, p = self._reviewing.review, self._parameters
        if p is None or self._busy:
            return
        self.problem = None
        try:
            options = optionsOf(p)
            if p.ownLimits:
                Limits(options.threshold_hu, options.weight_limits_hu)
            if review is not None:
                self._reviewing.rescore(options)
        except ValueError:
            self.problem = words.limitsDoNotRise()
        except CardiothoraxError as problem:
            self.problem = problem
        if review is not None and self.problem is None:
            self._show(review.settings)

    def showThoseOf(self, review):
        """The panel takes over the rules that a study was scored by."""
        p, settings = self._parameters, review.settings
        if p is None:
            return
        self._busy = True
        try:
            p.preset = settings.preset
            p.ownLimits = settings.limits != _usualLimits(review, settings.preset)
            p.ownMass = settings.mass_factor_source == "user"
            self._show(settings, all=True)
        finally:
            self._busy = False

    def _show(self, settings, all=False):
        """Rules that the reader did not set are shown as they were found."""
        p, limits = self._parameters, settings.limits
        if all or not p.ownLimits:
            for name, value in zip(LIMIT_NAMES, (limits.threshold_hu, *limits.weight_limits_hu), strict=True):
                if getattr(p, name) != value:
                    p.setValue(name, value)
        if (all or not p.ownMass) and p.massFactor != settings.factor:
            p.massFactor = settings.factor


def _usualLimits(review, preset):
    """Those of the tube voltage; ``None`` where there are none."""
    try:
        return settings_for(review.image, CalciumOptions(preset=preset))[0].limits
    except CardiothoraxError:
        return None
