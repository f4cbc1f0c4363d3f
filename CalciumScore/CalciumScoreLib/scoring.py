"""From a volume to a score in the scene: what goes to the worker and what comes back."""

import dataclasses
from typing import Any

import slicer
from slicer.i18n import tr as _

from cardiothorax.calcium.options import CalciumOptions
from cardiothorax.panels import packages


@dataclasses.dataclass(frozen=True)
class Settings:
    """``model``: name or file; ``None`` for that of the options' method."""

    model: str | None = None
    device: str = "auto"
    options: CalciumOptions = dataclasses.field(default_factory=CalciumOptions)

    @property
    def network(self):
        """Whether one is to run."""
        return self.options.method != "none"

    def inputs(self):
        return {**dataclasses.asdict(self.options), "model": self.model or None, "device": self.device}


@dataclasses.dataclass(frozen=True)
class Study:
    """A score in the scene: its nodes, and what they were made from."""

    nodes: Any
    image: Any
    run: Any

    @property
    def result(self):
        """The :class:`cardiothorax.calcium.result.CalciumResult`: values, lesions, flags, provenance."""
        return self.run.result

    @property
    def segmentation(self):
        """Segmentation node with the segments ``LAD``, ``LCX``, ``RCA``, ``LM``, ``other``: what counts."""
        return self.nodes.segmentation

    @property
    def proposals(self):
        """Segmentation node of the same segments: what a network proposed and nobody has decided on."""
        return self.nodes.proposals

    @property
    def lesions(self):
        """Table node, a row a lesion."""
        return self.nodes.lesions

    @property
    def table(self):
        """Table node: quantity, value, unit, note."""
        return self.nodes.table


def ensurePackages(settings):
    """Offer to install what a network needs; raises :class:`cardiothorax.panels.packages.PackagesMissing`."""
    if settings.network:
        needs = _("The network needs {packages}")
        packages.ensurePackages(settings.device, requester="CalciumScore", needs=needs)


def loadTerminology():
    """Make the segments' codes known to Slicer's terminology selector."""
    from cardiothorax.resources import resource
    from cardiothorax.scene.organs import CALCIUM_TERMINOLOGY

    logic = slicer.modules.terminologies.logic()
    if not logic.IsTerminologyContextLoaded(CALCIUM_TERMINOLOGY):
        logic.LoadTerminologyFromFile(str(resource("Terminologies", f"{CALCIUM_TERMINOLOGY}.term.json")))
        logic.LoadRegionContextFromFile(str(resource("Terminologies", f"{CALCIUM_TERMINOLOGY}.region.json")))


def readStudy(volume):
    """The CT in a volume node, with the header of its DICOM series where Slicer's database knows it."""
    from cardiothorax.scene.calcium_volumes import ct_of_volume, dicom_file

    database = getattr(slicer, "dicomDatabase", None)
    return ct_of_volume(volume, header_file=dicom_file(volume, database))


def jobOf(image, settings):
    """Inputs and arrays of the worker's task ``calcium``."""
    from cardiothorax.imaging.plain import plain_image

    return {**settings.inputs(), "image": plain_image(image)}, {"ct": image.array}


def showResult(volume, image, values, arrays):
    """Make the nodes of what the worker answered, all or none, and put the CT into the views."""
    from cardiothorax.calcium.result import CalciumResult, CalciumRun
    from cardiothorax.records import from_plain

    run = CalciumRun(from_plain(CalciumResult, values["result"]), arrays["labels"], arrays["proposals"])
    return showRun(volume, image, run)


def showRun(volume, image, run, undecided=None):
    from cardiothorax.errors import WorkerProblem
    from cardiothorax.scene.calcium_nodes import show_run

    if run.labels.shape != image.array.shape or run.proposals.shape != image.array.shape:
        raise WorkerProblem(
            _("The computing process answered with {slices} slices, rows and columns, not {wanted}.").format(
                slices=run.labels.shape, wanted=image.array.shape
            ),
            _("Press Apply to try again."),
        )
    loadTerminology()
    nodes = show_run(slicer.mrmlScene, run, volume, image, undecided=undecided)
    showStudy(volume)
    return Study(nodes, image, run)


def showStudy(volume):
    from cardiothorax.scene.calcium_display import show_study

    show_study(slicer.app.applicationLogic(), volume)
