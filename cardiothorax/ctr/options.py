"""What a reader may choose for a cardiothoracic ratio."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from .result import DEFAULT_CUTOFF

CRF_CHOICES = ("default", "off", "grid", "pydensecrf")


@dataclass(frozen=True)
class CtrOptions:
    """``crf="default"`` takes what was measured to be better with the model (its card says)."""

    crf: str = "default"
    cutoff: float = DEFAULT_CUTOFF

    def __post_init__(self) -> None:
        if self.crf not in CRF_CHOICES:
            raise ValueError(f"crf is one of {', '.join(CRF_CHOICES)}, not {self.crf!r}")
        if not 0 < self.cutoff < 1:
            raise ValueError(f"cutoff lies between 0 and 1, not {self.cutoff!r}")

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> CtrOptions:
        known = {f.name for f in fields(cls)}
        return cls(**{key: value for key, value in plain.items() if key in known})
