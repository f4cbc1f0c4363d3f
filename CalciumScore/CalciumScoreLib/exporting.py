"""The files of one study; what is in them is the package's business."""

import dataclasses
import pathlib

import slicer
from slicer.i18n import tr as _

from cardiothorax.panels.export_panel import ExportTask

from . import words

PAGE_REQUIREMENTS = ("jinja2>=3.1,<4", "pillow>=11")
"""What the pictures and the page are made with; Slicer brings the second and may lack the first."""


@dataclasses.dataclass(frozen=True)
class Choice:
    """Which files the reader wants."""

    csv: bool = True
    json: bool = True
    picture: bool = True
    report: bool = True
    masks: bool = True
    segmentation: bool = True

    def __bool__(self):
        return any(dataclasses.astuple(self))


class StudyFiles(ExportTask):
    folder = "Calcium"
    words = words.EXPORT

    def choice(self, parameters):
        p = parameters
        return Choice(
            p.exportCsv, p.exportJson, p.exportPicture, p.exportReport, p.exportMasks, p.exportSegmentation
        )

    def write(self, review, folder, choice):
        return export(review, folder, choice)


def export(study, folder, choice):
    """Write the chosen files of ``study`` (with ``nodes``, ``run``, ``image``) into ``folder``; their paths.

    They are named after the study. Raises :class:`cardiothorax.errors.StoreProblem`.
    """
    from cardiothorax.calcium.table import COLUMNS, row_of
    from cardiothorax.imaging import write_mask
    from cardiothorax.panels.paths import fileName
    from cardiothorax.report import write_csv
    from cardiothorax.report.calcium_files import write_lesions
    from cardiothorax.report.tables import write_text

    run, written = study.run, []
    name = fileName(study.image.source, otherwise=_("study"))
    folder = pathlib.Path(folder)

    def place(ending):
        written.append(folder / f"{name}{ending}")
        return written[-1]

    if choice.csv:
        seconds = round(sum(run.result.seconds.values()), 3)
        row = {**row_of(run.result), "file": study.image.source, "error": "", "seconds": seconds}
        write_csv([row], place("_calcium.csv"), columns=COLUMNS)
        write_lesions(run.result, place("_lesions.csv"))
    if choice.json:
        write_text(run.result.to_json() + "\n", place("_calcium.json"))
    if choice.picture or choice.report:
        _pictures(study, place, choice)
    if choice.masks:
        write_mask(place("_lesions.nrrd"), run.labels, study.image)
    if choice.segmentation:
        _segmentation(study.nodes, place("_calcium.seg.nrrd"))
    return written


def _pictures(study, place, choice):
    from cardiothorax.models import card_with_weights
    from cardiothorax.report.calcium_montage import write_montage
    from cardiothorax.report.calcium_page import write_calcium_html

    _ensurePageRequirements()
    if choice.picture:
        write_montage(study.run, study.image, place("_calcium.png"))
    if choice.report:
        card = card_with_weights(study.run.result.provenance.model_sha256, task="calcium")
        write_calcium_html(study.run, place("_calcium.html"), image=study.image, card=card)


def _ensurePageRequirements():
    """Ask once for what is missing; nothing is fetched without consent."""
    from slicer.packaging import pip_ensure

    from cardiothorax.errors import StoreProblem

    try:
        pip_ensure(list(PAGE_REQUIREMENTS), requester="CalciumScore")
    except Exception as problem:
        raise StoreProblem(
            _("Pictures and report need {packages}, which could not be installed.").format(
                packages=", ".join(PAGE_REQUIREMENTS)
            ),
            _("Export without them, or press Export to be asked again."),
        ) from problem


def _segmentation(nodes, path):
    """Segments with names, colors and codes, as Slicer's own file; the scene keeps no trace of it."""
    from cardiothorax.errors import StoreProblem
    from cardiothorax.records import write_atomically

    with write_atomically(path) as temporary:
        storage = slicer.vtkMRMLSegmentationStorageNode()
        slicer.mrmlScene.AddNode(storage)
        try:
            storage.SetFileName(str(temporary))
            done = storage.WriteData(nodes.segmentation)
        finally:
            slicer.mrmlScene.RemoveNode(storage)
        if not done:
            raise StoreProblem(_("{file} could not be written.").format(file=path.name))
