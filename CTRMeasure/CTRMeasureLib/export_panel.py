"""The third part of the panel: files of the film under review."""

from . import exporting, measuring, words
from .paths import PathField, documentsFolder

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
        self.ui.exportButton.enabled = self._review.result is not None
        self.ui.exportButton.toolTip = words.exportTip(self._review.result)

    def export(self):
        """Write the chosen files; corrections of this very moment are in them."""
        from cardiothorax.errors import CardiothoraxError

        self._review.settle()
        review, p = self._review.review, self._parameters
        if review is None or p is None:
            return
        folder = self.folderField.path or documentsFolder() / DEFAULT_FOLDER
        self.folderField.path = folder
        choice = exporting.Choice(p.exportCsv, p.exportJson, p.exportPicture, p.exportMasks)
        try:
            film = measuring.withPixels(review.film, review.nodes.volume)
            written = exporting.export(measuring.Study(review.nodes, film, review.run), folder, choice)
        except CardiothoraxError as problem:
            self.status.sayProblem(problem)
        else:
            self.status.say(words.exported(len(written), folder), "ok")
