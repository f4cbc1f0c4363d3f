"""Path fields of the panel: an empty field is empty, and what is typed is remembered in the scene."""

import pathlib

import ctk


class PathField:
    """Keeps the widget ``edit`` and the text parameter ``name`` the same."""

    def __init__(self, edit, name, *, files=False):
        self._edit = edit
        self._name = name
        self._parameters = None
        kinds = ctk.ctkPathLineEdit
        edit.filters = (kinds.Files if files else kinds.Dirs) | kinds.Readable
        edit.connect("currentPathChanged(QString)", self._onEdited)

    def setParameters(self, parameters):
        self._parameters = None
        if parameters is not None:
            self._edit.currentPath = parameters.getValue(self._name)
        self._parameters = parameters

    @property
    def path(self):
        """``None`` while the field is empty."""
        text = self._edit.currentPath.strip()
        return pathlib.Path(text).expanduser() if text else None

    @path.setter
    def path(self, path):
        self._edit.currentPath = str(path)

    def _onEdited(self, text):
        if self._parameters is not None and self._parameters.getValue(self._name) != text:
            self._parameters.setValue(self._name, text)


def documentsFolder():
    """Where files of the reader usually go."""
    documents = pathlib.Path.home() / "Documents"
    return documents if documents.is_dir() else pathlib.Path.home()
