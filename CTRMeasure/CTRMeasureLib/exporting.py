"""The files of one film; what is in them is the package's business."""

import dataclasses
import pathlib

from slicer.i18n import tr as _


@dataclasses.dataclass(frozen=True)
class Choice:
    """Which files the reader wants."""

    csv: bool = True
    json: bool = True
    picture: bool = True
    masks: bool = True

    @property
    def any(self):
        return self.csv or self.json or self.picture or self.masks


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
