"""Choosing the network: those that the computer has for a task, the shipped ones first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..models import list_models


class ModelSelector:
    """Keeps a combo box and a text parameter the same: ``read(parameters)`` gives the model's name,
    ``write(parameters, name)`` keeps it. Models whose card cannot be read are left out; ``others`` follow
    them, as pairs of name and text: no network, say."""

    def __init__(
        self,
        combo: Any,
        task: str,
        read: Callable[[Any], str],
        write: Callable[[Any, str], None],
        *,
        others: Sequence[tuple[str, str]] = (),
    ) -> None:
        self._combo = combo
        self._task = task
        self._others = others
        self._read = read
        self._write = write
        self._parameters: Any = None
        self._names: list[str] = []
        combo.connect("currentIndexChanged(int)", self._onIndex)

    def setParameters(self, parameters: Any) -> None:
        self._parameters = parameters
        if parameters is not None:
            self._fill()

    def _fill(self) -> None:
        found = [(entry, entry.card) for entry in list_models(self._task)]
        usable = [(entry.name, f"{entry.name} {card.version}") for entry, card in found if card is not None]
        usable += self._others
        chosen, self._names = self._read(self._parameters), [name for name, _ in usable]
        self._combo.blockSignals(True)
        self._combo.clear()
        for _, text in usable:
            self._combo.addItem(text)
        if chosen in self._names:
            self._combo.currentIndex = self._names.index(chosen)
        self._combo.blockSignals(False)
        if self._names and chosen not in self._names:
            self._onIndex(0)

    def _onIndex(self, index: int) -> None:
        if self._parameters is not None and 0 <= index < len(self._names):
            self._write(self._parameters, self._names[index])
