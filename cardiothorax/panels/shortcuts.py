"""Keys of a panel: they act while the module is shown, and only then."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import qt
import slicer


class Shortcuts:
    """``keys``: key sequence to function. Off until :meth:`enable`."""

    def __init__(self, keys: Mapping[str, Callable[[], Any]]) -> None:
        self._keys = keys
        self._made: list[Any] = []

    def enable(self) -> None:
        if self._made:
            return
        for key, function in self._keys.items():
            shortcut = qt.QShortcut(qt.QKeySequence(key), slicer.util.mainWindow())
            shortcut.connect("activated()", function)
            # Another part of the application may claim the key as well: the shown module has it.
            shortcut.connect("activatedAmbiguously()", function)
            self._made.append(shortcut)

    def disable(self) -> None:
        for shortcut in self._made:
            shortcut.enabled = False
            shortcut.setParent(None)
            shortcut.deleteLater()
        self._made = []

    def press(self, key: str) -> None:
        """What the key does, for tests without a keyboard; nothing while the keys are off."""
        if self._made:
            self._keys[key]()
