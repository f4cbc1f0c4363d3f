"""What the typed results of all tasks share: verdict, exact JSON, the closing columns of a table's row."""

from __future__ import annotations

import json
from typing import Any, Self

from .flags import Flag, verdict
from .provenance import Provenance
from .serial import from_plain, to_plain

ORIGIN_COLUMNS = ("edited", "model", "model_version", "engine", "device")


class Recorded:
    """Base of a frozen dataclass with the fields ``flags``, ``provenance`` and ``schema``. The default of
    ``schema`` names the task and the version of its JSON."""

    flags: tuple[Flag, ...]
    provenance: Provenance
    schema: str

    @property
    def verdict(self) -> str:
        return verdict(self.flags)

    def to_json(self) -> str:
        return json.dumps(to_plain(self), indent=1, allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Exactly what was written; ``ValueError`` for the result of another task or version."""
        plain = json.loads(text)
        if plain.get("schema") != cls.schema:
            raise ValueError(f"schema is {plain.get('schema')!r}, expected {cls.schema!r}")
        return from_plain(cls, plain)

    def judged(self) -> dict[str, Any]:
        """``verdict``, ``flags`` (each code once, ``;`` between) and :data:`ORIGIN_COLUMNS` of a row."""
        origin = self.provenance
        return {
            "verdict": self.verdict,
            "flags": ";".join(dict.fromkeys(flag.code for flag in self.flags)),
            "edited": origin.edited,
            "model": origin.model_name,
            "model_version": origin.model_version,
            "engine": origin.engine,
            "device": origin.device,
        }
