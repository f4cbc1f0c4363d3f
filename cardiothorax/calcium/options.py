"""What a reader may choose for a calcium score."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from .presets import DEFAULT_PRESET, MASS_FACTOR_PER_CM3, PRESETS
from .regions import CONNECTIVITIES

METHODS = ("default", "none", "cacnet", "denseraunet")


@dataclass(frozen=True)
class CalciumOptions:
    """``threshold_hu`` and ``weight_limits_hu`` (peaks from which a region weighs 2, 3 and 4) are those of
    the tube voltage where they are None; ``mass_factor`` (mg per mm³ and HU) that of the header or the
    preset. ``method`` is the network that proposes, ``default`` the shipped one, ``none`` no network."""

    preset: str = DEFAULT_PRESET
    threshold_hu: float | None = None
    weight_limits_hu: tuple[float, float, float] | None = None
    connectivity: int = 4
    mass_factor: float | None = None
    method: str = "default"

    def __post_init__(self) -> None:
        if self.preset not in PRESETS:
            raise ValueError(f"preset is one of {', '.join(PRESETS)}, not {self.preset!r}")
        if self.method not in METHODS:
            raise ValueError(f"method is one of {', '.join(METHODS)}, not {self.method!r}")
        if self.connectivity not in CONNECTIVITIES:
            raise ValueError(f"connectivity is 4 or 8, not {self.connectivity!r}")
        if self.weight_limits_hu is not None and len(self.weight_limits_hu) != 3:
            raise ValueError(f"weight_limits_hu are three numbers, not {self.weight_limits_hu!r}")
        for name in ("threshold_hu", "mass_factor"):
            value = getattr(self, name)
            if value is not None and not 0 < value < float("inf"):
                raise ValueError(f"{name} is a positive number, not {value!r}")
        low, high = (1e-3 * limit for limit in MASS_FACTOR_PER_CM3)
        if self.mass_factor is not None and not low <= self.mass_factor <= high:
            raise ValueError(
                f"mass_factor is in mg per mm³ and HU, {low:g} to {high:g} on every scanner, not "
                f"{self.mass_factor:g}; a factor per cm³ is a thousand times as large"
            )

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> CalciumOptions:
        known = {f.name for f in fields(cls)}
        chosen = {key: value for key, value in plain.items() if key in known}
        if chosen.get("weight_limits_hu") is not None:
            chosen["weight_limits_hu"] = tuple(float(limit) for limit in chosen["weight_limits_hu"])
        return cls(**chosen)
