"""The batch against a reference: statistics in words, two plots."""

import qt
import slicer
from slicer.i18n import tr as _

from cardiothorax.panels.paths import PathField

from . import words

REFERENCE_COLUMNS = ("ctr_row", "ctr")
QUANTITY = "CTR"


class AgreementPanel:
    """``batchRun()`` gives the batch in hand, or ``None``."""

    def __init__(self, ui, status, batchRun):
        self.ui = ui
        self.status = status
        self._batchRun = batchRun
        self.referenceField = PathField(
            ui.referenceEdit,
            lambda p: p.referenceFile,
            lambda p, text: p.setValue("referenceFile", text),
            files=True,
        )
        self._charts = {}
        ui.agreementButton.connect("clicked()", self.compare)
        ui.differencesButton.connect("clicked()", lambda: self.showPlot("differences"))
        ui.correlationButton.connect("clicked()", lambda: self.showPlot("correlation"))
        ui.agreementLabel.visible = False
        ui.agreementLabel.setTextInteractionFlags(qt.Qt.TextSelectableByMouse)

    def updateState(self):
        run = self._batchRun()
        file = self.referenceField.path
        measured = run is not None and run.done > 0
        comparable = measured and file is not None and file.is_file()
        self.ui.agreementButton.enabled = comparable
        self.ui.agreementButton.toolTip = words.agreementTip(measured, comparable)
        for button, plot in (
            (self.ui.differencesButton, _("Bland-Altman plot")),
            (self.ui.correlationButton, _("Scatter plot with the line of identity")),
        ):
            button.enabled = bool(self._charts)
            button.toolTip = plot if self._charts else _("{plot}; press Agreement first").format(plot=plot)

    def follow(self):
        """A correction has changed the table: the numbers shown are of the table as it is now."""
        if any(chart.GetScene() is not None for chart in self._charts.values()):
            self.compare(announce=False)

    def compare(self, announce=True):
        """All statistics of the batch's table, corrections included."""
        from cardiothorax.errors import CardiothoraxError
        from cardiothorax.jobs.batch import TABLE_FILE
        from cardiothorax.report.evaluation import evaluate, write_numbers
        from cardiothorax.report.matching import match, read_table

        run = self._batchRun()
        try:
            run.save()
            results = read_table(run.out / TABLE_FILE)
            reference = read_table(self.referenceField.path)
            column = next((c for c in REFERENCE_COLUMNS if c in reference.columns), "ctr")
            matched = match(results, reference, measured_column="ctr", reference_column=column)
            found = evaluate(matched, quantity=QUANTITY, cutoff=run.settings.cutoff)
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
            self.status.say(words.compared(len(found.pairs), run.out), "ok")
        elif shown:
            self.showPlot(shown, layout=False)

    def showPlot(self, name, layout=True):
        from cardiothorax.scene.plots import show_plot

        chart = self._charts.get(name)
        if chart is not None and chart.GetScene() is not None:
            show_plot(slicer.mrmlScene, chart, layout=layout)

    def _shownPlot(self):
        """The name of the plot that a view shows now, or ``None``."""
        from cardiothorax.scene.plots import is_shown

        return next((name for name, chart in self._charts.items() if is_shown(chart)), None)

    def clear(self):
        from cardiothorax.scene.plots import remove_plot

        for chart in self._charts.values():
            if chart.GetScene() is not None:
                remove_plot(chart)
        self._charts = {}
        self.ui.agreementLabel.visible = False

    def _plot(self, found):
        from cardiothorax.scene.agreement_plots import add_correlation_plot, add_difference_plot

        self.clear()
        measured = [pair.measured for pair in found.pairs]
        reference = [pair.reference for pair in found.pairs]
        given = (slicer.mrmlScene, measured, reference, found.overall, QUANTITY)
        self._charts["differences"] = add_difference_plot(*given)
        self._charts["correlation"] = add_correlation_plot(*given)

    def _describe(self, found):
        from cardiothorax.report.evaluation import KINDS
        from cardiothorax.report.study_text import headline, overall_rows

        lines = [headline(found.overall, QUANTITY), ""]
        rows = overall_rows(found.overall)
        lines += [f"{name}: {value}" + (f" ({span})" if span else "") for name, value, span in rows]
        counts = found.counts
        left_out = {why: counts[kind] for kind, why in KINDS.items() if counts[kind]}
        lines += [f"{count} {why}" for why, count in left_out.items()]
        self.ui.agreementLabel.text = "\n".join(lines)
        self.ui.agreementLabel.visible = True
