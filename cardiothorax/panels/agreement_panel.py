"""A batch against a reference: statistics in words, two plots."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import qt
import slicer
from slicer.i18n import tr as _

from ..errors import CardiothoraxError
from ..jobs.batch import TABLE_FILE
from ..report.evaluation import KINDS, Evaluation, evaluate, write_numbers
from ..report.matching import match, read_table
from ..report.study_text import headline, overall_rows
from ..scene.agreement_plots import add_correlation_plot, add_difference_plot
from ..scene.plots import is_shown, remove_plot, show_plot
from .batch_run import BatchRun
from .batch_task import Comparison
from .batch_words import BatchWords
from .paths import PathField
from .status import StatusLine


class AgreementPanel:
    """``batchRun()`` gives the batch in hand, or ``None``."""

    def __init__(
        self,
        ui: Any,
        status: StatusLine,
        words: BatchWords,
        comparison: Comparison,
        batchRun: Callable[[], BatchRun | None],
    ) -> None:
        self.ui = ui
        self.status = status
        self._words = words
        self._comparison = comparison
        self._batchRun = batchRun
        self.referenceField = PathField(
            ui.referenceEdit,
            lambda p: p.referenceFile,
            lambda p, text: p.setValue("referenceFile", text),
            files=True,
        )
        self._charts: dict[str, Any] = {}
        ui.agreementButton.connect("clicked()", self.compare)
        ui.differencesButton.connect("clicked()", lambda: self.showPlot("differences"))
        ui.correlationButton.connect("clicked()", lambda: self.showPlot("correlation"))
        ui.agreementLabel.visible = False
        ui.agreementLabel.setTextInteractionFlags(qt.Qt.TextSelectableByMouse)

    def updateState(self) -> None:
        run = self._batchRun()
        file = self.referenceField.path
        measured = run is not None and run.done > 0
        comparable = measured and file is not None and file.is_file()
        self.ui.agreementButton.enabled = comparable
        self.ui.agreementButton.toolTip = self._words.agreementTip(measured, comparable)
        for button, plot in (
            (self.ui.differencesButton, _("Bland-Altman plot")),
            (self.ui.correlationButton, _("Scatter plot with the line of identity")),
        ):
            button.enabled = bool(self._charts)
            button.toolTip = plot if self._charts else _("{plot}; press Agreement first").format(plot=plot)

    def follow(self) -> None:
        """A correction has changed the table: the numbers shown are of the table as it is now."""
        if any(chart.GetScene() is not None for chart in self._charts.values()):
            self.compare(announce=False)

    def compare(self, announce: bool = True) -> None:
        """All statistics of the batch's table as it is now, corrections included."""
        run, reference = self._batchRun(), self.referenceField.path
        if run is None or reference is None:
            return
        try:
            run.save()
            found = self._evaluate(run, reference)
            write_numbers(found, run.out)
        except CardiothoraxError as problem:
            self.status.sayProblem(problem)
            return
        shown = self._shownPlot()
        self._plot(found)
        self._describe(found)
        self.updateState()
        if announce:
            self.showPlot(shown or "differences")
            place = {"file": "evaluation.json", "folder": run.out.name}
            self.status.say(self._words.compared.format(n=len(found.pairs), **place), "ok")
        elif shown:
            self.showPlot(shown, layout=False)

    def _evaluate(self, run: BatchRun, file: Any) -> Evaluation:
        compared = self._comparison
        results, reference = read_table(run.out / TABLE_FILE), read_table(file)
        names = compared.referenceColumns
        column = next((name for name in names if name in reference.columns), names[-1])
        matched = match(results, reference, measured_column=compared.column, reference_column=column)
        cutoff = compared.cutoff(run.job.settings)
        return evaluate(matched, quantity=compared.quantity, cutoff=cutoff)

    def showPlot(self, name: str, layout: bool = True) -> None:
        chart = self._charts.get(name)
        if chart is not None and chart.GetScene() is not None:
            show_plot(slicer.mrmlScene, chart, layout=layout)

    def _shownPlot(self) -> str | None:
        """The name of the plot that a view shows now."""
        return next((name for name, chart in self._charts.items() if is_shown(chart)), None)

    def clear(self) -> None:
        for chart in self._charts.values():
            if chart.GetScene() is not None:
                remove_plot(chart)
        self._charts = {}
        self.ui.agreementLabel.visible = False

    def _plot(self, found: Evaluation) -> None:
        self.clear()
        measured = [pair.measured for pair in found.pairs]
        reference = [pair.reference for pair in found.pairs]
        given = (slicer.mrmlScene, measured, reference, found.overall, self._comparison.quantity)
        points = self._words.points
        self._charts["differences"] = add_difference_plot(*given, points=points)
        self._charts["correlation"] = add_correlation_plot(*given, points=points)

    def _describe(self, found: Evaluation) -> None:
        lines = [headline(found.overall, self._comparison.quantity), ""]
        rows = overall_rows(found.overall)
        lines += [f"{name}: {value}" + (f" ({span})" if span else "") for name, value, span in rows]
        counts = found.counts
        left_out = {why: counts[kind] for kind, why in KINDS.items() if counts[kind]}
        lines += [f"{count} {why}" for why, count in left_out.items()]
        self.ui.agreementLabel.text = "\n".join(lines)
        self.ui.agreementLabel.visible = True
