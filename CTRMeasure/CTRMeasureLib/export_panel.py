"""The third part of the panel: files of the film under review."""

from cardiothorax.panels.paths import PathField, documentsFolder

from . import exporting, measuring, words

DEFAULT_FOLDER = "CTR"


class ExportPanel:
    """``review`` is the panel's second part: what is exported is what it shows."""

    def __init__(self, ui, status, review):
        self.ui = ui
        self.status = status
        self._review = review
        self._parameters = None
        self.folderField = PathField(
            ui.exportFolderEdit,
            lambda p: p.exportFolder,
            lambda p, text: p.setValue("exportFolder", text),
        )
        ui.exportButton.connect("clicked()", self.export)

    def setParameters(self, parameters):
        self._parameters = parameters
        self.folderField.setParameters(parameters)

    def updateState(self):
        chosen = self._parameters is not None and self._choice().any
        self.ui.exportButton.enabled = self._review.result is not None and chosen
        self.ui.exportButton.toolTip = words.exportTip(self._review.result, chosen)

    def _choice(self):
        p = self._parameters
        return exporting.Choice(p.exportCsv, p.exportJson, p.exportPicture, p.exportMasks)

    def export(self):
        """Write the chosen files; corrections of this very moment are in them."""
        from cardiothorax.errors import CardiothoraxError

        self._review.settle()
        review = self._review.review
        if review is None or self._parameters is None or not self._choice().any:
            return
        folder = self.folderField.path or documentsFolder() / DEFAULT_FOLDER
        self.folderField.path = folder
        choice = self._choice()
        try:
            film = measuring.withPixels(review.film, review.nodes.volume)
            written = exporting.export(measuring.Study(review.nodes, film, review.run), folder, choice)
        except CardiothoraxError as problem:
            self.status.sayProblem(problem)
        else:
            self.status.say(words.exported(len(written), folder), "ok")
