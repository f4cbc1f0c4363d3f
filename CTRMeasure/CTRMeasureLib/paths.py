"""Path fields of the panel: an empty field is empty, and what is typed is remembered in the scene."""

import pathlib

import ctk


class PathField:
    """Keeps the widget ``edit`` and a text parameter the same: ``read(parameters)`` gives the text,
    ``write(parameters, text)`` keeps it."""

    def __init__(self, edit, read, write, *, files=False):
        self._edit = edit
        self._read = read
        self._write = write
        self._parameters = None
        kinds = ctk.ctkPathLineEdit
        edit.filters = (kinds.Files if files else kinds.Dirs) | kinds.Readable
        edit.connect("currentPathChanged(QString)", self._onEdited)

    def setParameters(self, parameters):
        self._parameters = None
        if parameters is not None:
            self._edit.currentPath = self._read(parameters)
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
        if self._parameters is not None and self._read(self._parameters) != text:
            self._write(self._parameters, text)


def documentsFolder():
    """Where files of the reader usually go."""
    documents = pathlib.Path.home() / "Documents"
    return documents if documents.is_dir() else pathlib.Path.home()
