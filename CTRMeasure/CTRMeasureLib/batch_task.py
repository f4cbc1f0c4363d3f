"""Films in a batch: how they are found, opened, and kept after a correction."""

import os

import slicer
from slicer.i18n import tr as _

from cardiothorax.ctr.result import CtrResult, CtrRun
from cardiothorax.ctr.table import COLUMNS, row_of
from cardiothorax.ctr.worker_task import decisive_models
from cardiothorax.imaging import find_radiographs, read_radiograph, write_mask
from cardiothorax.imaging.finding import PICTURE_ENDINGS
from cardiothorax.imaging.masks import read_mask
from cardiothorax.models import find_model
from cardiothorax.panels.batch_task import BatchTask, Comparison, Correction, Job
from cardiothorax.records import from_plain, to_plain
from cardiothorax.report.wording import ratio
from cardiothorax.scene.ctr_nodes import show_run
from cardiothorax.scene.run_nodes import remove_run
from cardiothorax.scene.volumes import volume_of_film

from . import measuring, words

MASKS = "_labels.nrrd"
AGREEMENT = Comparison("CTR", "ctr", ("ctr_row", "ctr"), cutoff=lambda settings: settings.cutoff)


class FilmBatch(BatchTask):
    name = "ctr"
    columns = COLUMNS
    titles = (_("CTR"),)
    words = words.BATCH

    def find(self, folder, excluded):
        return find_radiographs([folder], exclude=excluded)

    def job(self, settings):
        measuring.ensurePackages(settings.device)
        entry = find_model(settings.model, task="ctr")
        options = {**settings.inputs(), "model": os.fspath(entry.folder), "masks": True}
        return Job(options, decisive_models(entry.checked_card()), settings)

    def texts(self, row):
        known = row["ctr"] is not None
        return (ratio(float(row["ctr"]), float(row["cutoff"])) if known else "",)

    def read(self, place, result):
        film = read_radiograph(place.file)
        labels = read_mask(place.beside(MASKS), film)[0]
        return film, CtrRun(from_plain(CtrResult, result), labels)

    def show(self, place, content):
        film, run = content
        volume = loadFilm(place.file, film, place.name)
        nodes = show_run(slicer.mrmlScene, run, volume, film)
        measuring.showFilm(volume)
        return measuring.Study(nodes, film, run)

    def remove(self, nodes):
        remove_run(nodes)

    def correction(self, study):
        run, film = study.run, study.film

        def write(place):
            write_mask(place.beside(MASKS), run.labels, film)

        return Correction(row_of(run.result), to_plain(run.result), write)


def loadFilm(path, film, name):
    """A volume node of the film: as Slicer reads it, with all its grey levels, if that gives the film's
    pixels; else, and for pictures of 8 bits, from the package's reader."""
    if path.lower().endswith(PICTURE_ENDINGS):
        return volume_of_film(slicer.mrmlScene, film, name)
    try:
        volume = slicer.util.loadVolume(path, {"singleFile": True, "show": False, "name": name})
    except RuntimeError:
        volume = None
    if volume is not None:
        columns, rows, slices = volume.GetImageData().GetDimensions()
        if (slices, rows, columns) == film.array.shape:
            return volume
        slicer.mrmlScene.RemoveNode(volume)
    return volume_of_film(slicer.mrmlScene, film, name)
