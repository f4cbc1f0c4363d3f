"""The files of one film; what is in them is the package's business."""

import dataclasses
import pathlib

from slicer.i18n import tr as _

from cardiothorax.panels.export_panel import ExportTask

from . import measuring, words


@dataclasses.dataclass(frozen=True)
class Choice:
    """Which files the reader wants."""

    csv: bool = True
    json: bool = True
    picture: bool = True
    masks: bool = True

    def __bool__(self):
        return self.csv or self.json or self.picture or self.masks


class FilmFiles(ExportTask):
    folder = "CTR"
    words = words.EXPORT

    def choice(self, parameters):
        p = parameters
        return Choice(p.exportCsv, p.exportJson, p.exportPicture, p.exportMasks)

    def write(self, review, folder, choice):
        film = measuring.withPixels(review.film, review.nodes.volume)
        return export(measuring.Study(review.nodes, film, review.run), folder, choice)


def export(study, folder, choice):
    """Write the chosen files of ``study`` (with ``run`` and ``film``) into ``folder``; their paths.

    They are named after the film. Raises :class:`cardiothorax.errors.StoreProblem`.
    """
    from cardiothorax.ctr.table import COLUMNS, row_of
    from cardiothorax.imaging import write_mask
    from cardiothorax.panels.paths import fileName
    from cardiothorax.report import draw_ctr, write_csv, write_overlay_png
    from cardiothorax.report.tables import write_text

    run, name, written = study.run, fileName(study.film.source, otherwise=_("film")), []
    folder = pathlib.Path(folder)

    def place(ending):
        written.append(folder / f"{name}{ending}")
        return written[-1]

    if choice.csv:
        seconds = round(sum(run.result.seconds.values()), 3)
        row = {**row_of(run.result), "file": study.film.source, "error": "", "seconds": seconds}
        write_csv([row], place("_ctr.csv"), columns=COLUMNS)
    if choice.json:
        write_text(run.result.to_json() + "\n", place("_ctr.json"))
    if choice.picture:
        write_overlay_png(draw_ctr(run, study.film), place("_ctr.png"))
    if choice.masks:
        write_mask(place("_labels.nrrd"), run.labels, study.film)
    return written
