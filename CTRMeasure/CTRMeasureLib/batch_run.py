"""A batch and the films that were opened from it: no widgets here."""

import os

import slicer

from . import measuring


class BatchRun:
    """``files`` are measured; results, masks and corrections go to the folder ``out``.

    Raises :class:`cardiothorax.errors.CardiothoraxError` for an unknown model or a folder that cannot be
    written.
    """

    def __init__(self, files, out, settings, executor):
        from cardiothorax.ctr.table import COLUMNS
        from cardiothorax.ctr.worker_task import decisive_models
        from cardiothorax.jobs import Batch
        from cardiothorax.models import find_model

        self.settings = settings
        self._executor = executor
        entry = find_model(settings.model, task="ctr")
        self._batch = Batch(
            files, out, "ctr", COLUMNS,
            options={**settings.inputs(), "model": os.fspath(entry.folder), "masks": True},
            fingerprint=decisive_models(entry.checked_card()),
            executor=executor,
        )  # fmt: skip
        self._rows = {study.file: row for row, study in enumerate(self._batch.studies)}
        self._closed = False
        self._open = self._openVolume = None
        self._unsaved = {}

    @property
    def out(self):
        return self._batch.out

    @property
    def files(self):
        return [study.file for study in self._batch.studies]

    @property
    def total(self):
        return self._batch.total

    @property
    def done(self):
        return self._batch.done

    @property
    def secondsLeft(self):
        return self._batch.seconds_left

    @property
    def finished(self):
        return self._closed or self._batch.finished

    def poll(self):
        """Pairs of row number and event."""
        return [(self._rows[event.file], event) for event in self._batch.poll()]

    def close(self):
        """Stop, write the tables; gives the report. Rows can still be opened."""
        self._closed = True
        return self._batch.close()

    def closeExecutor(self):
        self._executor.close()

    # Opening a row

    def canOpen(self, row):
        entry = self._batch.studies[row].entry
        return entry is not None and entry["result"] is not None

    def open(self, row):
        """Load the film of this row, with its masks and lines, as a :class:`measuring.Study`.

        The film that was open before leaves the scene: its corrections are in the files.
        """
        from cardiothorax.ctr.result import CtrResult, CtrRun
        from cardiothorax.errors import StoreProblem
        from cardiothorax.imaging import read_radiograph
        from cardiothorax.imaging.masks import read_mask
        from cardiothorax.records import from_plain
        from cardiothorax.scene.ctr_nodes import show_run

        study = self._batch.studies[row]
        if study.entry is not None and study.entry["row"]["error"]:
            raise StoreProblem(f"This film was not measured: {study.entry['row']['error']}")
        if not self.canOpen(row):
            raise StoreProblem("This film has no result yet.", "Wait for its row, or open another one.")
        film = read_radiograph(study.file)
        labels = read_mask(self._maskFile(study), film)[0]
        run = CtrRun(from_plain(CtrResult, study.entry["result"]), labels)
        self._leaveOpen()
        volume = loadFilm(study.file, film, study.name)
        nodes = show_run(slicer.mrmlScene, run, volume, film)
        measuring.showFilm(volume)
        self._open, self._openVolume = nodes, volume
        return measuring.Study(nodes, film, run)

    def isOpen(self, nodes):
        return self._open is not None and self._open.anchor is nodes.anchor

    def takeUp(self, study):
        """Whether ``study`` is another run of the open film; it is the open one from now on."""
        if self._open is None or study.nodes.volume is not self._openVolume or self.isOpen(study.nodes):
            return False
        self._open = study.nodes
        return True

    def forgetOpen(self):
        self._open = self._openVolume = None

    def _leaveOpen(self):
        from cardiothorax.scene.ctr_nodes import remove_run
        from cardiothorax.scene.transaction import remove_node

        nodes, volume = self._open, self._openVolume
        self.forgetOpen()
        if nodes is not None and nodes.scene is not None:
            remove_run(nodes)
            if volume.GetScene() is not None:
                remove_node(volume)

    # Corrections

    def keep(self, row, review):
        """A correction takes the place of the row's result; gives the row's cells."""
        from cardiothorax.ctr.table import row_of
        from cardiothorax.records import to_plain

        study, result = self._batch.studies[row], review.run.result
        study.entry = {"row": {**study.entry["row"], **row_of(result)}, "result": to_plain(result)}
        self._unsaved[row] = (review.run.labels, review.film)
        return study.entry["row"]

    def save(self):
        """Write corrected masks and, once the batch has ended, the tables; a resumed batch finds them too.

        Gives whether there was something to write.
        """
        from cardiothorax.imaging import write_mask
        from cardiothorax.jobs.journal import Journal

        if not self._unsaved:
            return False
        journal = Journal(self.out)
        try:
            for row, (labels, film) in list(self._unsaved.items()):
                study = self._batch.studies[row]
                write_mask(self._maskFile(study), labels, film)
                journal.add(study.key, study.entry)
                del self._unsaved[row]
        finally:
            journal.close()
        if self._closed:
            self._batch.close()
        return True

    def _maskFile(self, study):
        return os.path.join(self.out, f"{study.name}_labels.nrrd")


def loadFilm(path, film, name):
    """A volume node of the film: as Slicer reads it, with all its grey levels, if that gives the film's
    pixels; else, and for pictures of 8 bits, from the package's reader."""
    from cardiothorax.imaging.finding import PICTURE_ENDINGS
    from cardiothorax.scene.volumes import volume_of_film

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
