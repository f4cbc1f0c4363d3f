"""From a volume to a result in the scene: what goes to the worker and what comes back."""

import dataclasses
from typing import Any

import slicer
from slicer.i18n import tr as _

from cardiothorax.panels import packages


@dataclasses.dataclass(frozen=True)
class Settings:
    """``model``: name, file or ``None`` for the shipped one. ``cutoff``: enlarged above it."""

    model: str | None = None
    device: str = "auto"
    crf: str = "default"
    cutoff: float = 0.5

    def inputs(self):
        return {"model": self.model or None, "device": self.device, "crf": self.crf, "cutoff": self.cutoff}


@dataclasses.dataclass(frozen=True)
class Study:
    """A measured film: its nodes in the scene, and what they were made from."""

    nodes: Any
    film: Any
    run: Any

    @property
    def segmentation(self):
        """Segmentation node with the segments ``left_lung``, ``right_lung`` and ``heart``."""
        return self.nodes.segmentation

    @property
    def lines(self):
        """Line nodes by name: ``T``, ``Th``, ``MRD``, ``MLD``; empty where nothing could be measured."""
        return {name: node for name, node in self.nodes.lines.items() if name in self.run.result.lines}

    @property
    def table(self):
        """Table node: quantity, value, unit."""
        return self.nodes.table

    @property
    def measurement(self):
        """The :class:`cardiothorax.ctr.result.CtrResult`: values, lines, flags, provenance."""
        return self.run.result


def ensurePackages(device):
    """Offer to install what measuring needs; raises :class:`cardiothorax.panels.packages.PackagesMissing`."""
    needs = _("Measuring needs {packages}")
    packages.ensurePackages(device, requester="CTRMeasure", needs=needs)


def loadTerminology():
    """Make the segments' codes known to Slicer's terminology selector."""
    from cardiothorax.resources import resource
    from cardiothorax.scene.organs import TERMINOLOGY

    logic = slicer.modules.terminologies.logic()
    if not logic.IsTerminologyContextLoaded(TERMINOLOGY):
        logic.LoadTerminologyFromFile(str(resource("Terminologies", f"{TERMINOLOGY}.term.json")))


def readFilm(volume):
    """The film in a volume node; through the package's own reader where its DICOM file is known."""
    from cardiothorax.scene.volumes import dicom_file, film_of_volume

    database = getattr(slicer, "dicomDatabase", None)
    return film_of_volume(volume, file=dicom_file(volume, database))


def jobOf(film, settings):
    """Inputs and arrays of the worker's task ``ctr``."""
    from cardiothorax.imaging.plain import plain_image

    return {**settings.inputs(), "image": plain_image(film)}, {"film": film.array}


def showResult(volume, film, values, arrays):
    """Make the nodes of what the worker answered, all or none, and put the film into the view."""
    from cardiothorax.ctr.result import CtrResult, CtrRun
    from cardiothorax.records import from_plain
    from cardiothorax.scene.ctr_nodes import show_run

    loadTerminology()
    run = CtrRun(from_plain(CtrResult, values["result"]), arrays["labels"])
    nodes = show_run(slicer.mrmlScene, run, volume, film)
    showFilm(volume)
    return Study(nodes, film, run)


def showFilm(volume):
    from cardiothorax.scene.display import show_film

    show_film(slicer.app.applicationLogic(), volume)


def withPixels(film, volume):
    """``film`` as a saved scene keeps it, with the grey values of its volume."""
    if film.array.any():
        return film
    return dataclasses.replace(film, array=readFilm(volume).array)
