"""Where a result comes from: enough to repeat it, nothing that names a patient."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Edit:
    """One reader's correction; ``what`` in words ("heart mask", "T left end")."""

    what: str
    edited_by: str
    edited_at: str
    """ISO 8601 with time zone."""


@dataclass(frozen=True)
class Provenance:
    package_version: str
    model_name: str
    model_version: str
    model_sha256: str
    engine: str
    device: str
    options: dict[str, str | float | bool] = field(default_factory=dict)
    """Only the options that change numbers."""
    input_sha256: str = ""
    """Of the decoded pixels, not of the file."""
    created_at: str = ""
    edits: tuple[Edit, ...] = ()

    @property
    def edited(self) -> bool:
        return bool(self.edits)
