"""The batch against a reference: statistics in words, two plots."""

import qt
import slicer
from slicer.i18n import tr as _

from .paths import PathField

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
        comparable = run is not None and run.done and file is not None and file.is_file()
        self.ui.agreementButton.enabled = bool(comparable)
        self.ui.differencesButton.enabled = self.ui.correlationButton.enabled = bool(self._charts)

    def compare(self):
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
        self._plot(found)
        self._describe(found)
        self.status.say(
            _("{n} films compared with the reference; all numbers are also in {file} in {folder}.").format(
                n=len(found.pairs), file="evaluation.json", folder=run.out.name
            ),
            "ok",
        )
        self.updateState()

    def showPlot(self, name):
        from cardiothorax.scene.plots import show_plot

        chart = self._charts.get(name)
        if chart is not None and chart.GetScene() is not None:
            show_plot(slicer.mrmlScene, chart)

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
        self.showPlot("differences")

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
