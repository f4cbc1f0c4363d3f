"""Studies in a batch: how they are found, opened, and kept after a reader's work."""

import os

import numpy as np
import slicer
from slicer.i18n import tr as _

from cardiothorax.calcium.result import CalciumResult, CalciumRun
from cardiothorax.calcium.table import COLUMNS, row_of
from cardiothorax.calcium.worker_task import chosen_model, decisive_models
from cardiothorax.imaging import find_ct_studies, read_ct, write_mask
from cardiothorax.imaging.masks import read_mask
from cardiothorax.panels.batch_task import BatchTask, Comparison, Correction, Job
from cardiothorax.records import from_plain, to_plain
from cardiothorax.report.calcium_wording import points
from cardiothorax.scene.calcium_volumes import volume_of_ct
from cardiothorax.scene.run_nodes import remove_run

from . import scoring, words

MASKS = "_lesions.nrrd"
PROPOSALS = "_proposals.nrrd"
UNDECIDED = "_undecided.nrrd"
AGREEMENT = Comparison("Agatston", "agatston", ("agatston",), cutoff=lambda settings: 0.0)
"""Any calcium, or none."""


class StudyBatch(BatchTask):
    name = "calcium"
    columns = COLUMNS
    titles = (_("Agatston"), _("Category"))
    words = words.BATCH

    def find(self, folder, excluded):
        return find_ct_studies([folder], exclude=excluded)

    def job(self, settings):
        scoring.ensurePackages(settings)
        entry = chosen_model(settings.options.method, settings.model)
        model = os.fspath(entry.folder) if entry is not None else None
        options = {**settings.inputs(), "model": model, "masks": True}
        return Job(options, decisive_models(entry), settings)

    def texts(self, row):
        if row["agatston"] is None:
            return (_("not scored"), "")
        return (points(float(row["agatston"])), str(row["category"]))

    def read(self, place, result):
        """Masks of a run that nobody has reviewed are proposals; later those are kept beside the reader's."""
        image = read_ct(place.file)
        labels = read_mask(place.beside(MASKS), image)
        kept, left = (place.beside(ending) for ending in (PROPOSALS, UNDECIDED))
        proposals = read_mask(kept, image) if kept.is_file() else labels
        undecided = read_mask(left, image) if left.is_file() else None
        return image, CalciumRun(from_plain(CalciumResult, result), labels, proposals), undecided

    def show(self, place, content):
        image, run, undecided = content
        volume = volume_of_ct(slicer.mrmlScene, image, place.name)
        return scoring.showRun(volume, image, run, undecided)

    def remove(self, nodes):
        remove_run(nodes)

    def correction(self, study):
        """Of a review as it is now: what it shows goes on changing."""
        result, image, proposals = study.run.result, study.image, study.run.proposals
        labels, undecided = np.array(study.run.labels), getattr(study, "undecided", None)
        undecided = None if undecided is None else np.array(undecided)

        def write(place):
            write_mask(place.beside(PROPOSALS), proposals, image)
            write_mask(place.beside(MASKS), labels, image)
            if undecided is not None:
                write_mask(place.beside(UNDECIDED), undecided, image)

        return Correction(row_of(result), to_plain(result), write)
