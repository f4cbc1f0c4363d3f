"""The rules that one score is made by, and how a study's header and a reader's options lead to them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ..imaging.image import Image
from ..records import Flag
from .header import FROM_PRESET, limits_of, mass_factor_of
from .options import CalciumOptions
from .presets import DEFAULT_PRESET, PRESETS, Preset
from .regions import CONNECTIVITIES
from .voltage import Limits


@dataclass(frozen=True)
class Settings:
    """``connectivity`` is within a slice, 4 or 8. ``mass_factor`` in mg per mm³ and HU; None stands for the
    preset's. ``mass_factor_source``: ``user``, ``patient``, ``device`` (both from the header) or ``preset``.
    """

    preset: str = DEFAULT_PRESET
    limits: Limits = field(default_factory=Limits)
    connectivity: int = 4
    mass_factor: float | None = None
    mass_factor_source: str = FROM_PRESET

    def __post_init__(self) -> None:
        if self.preset not in PRESETS:
            raise ValueError(f"preset is one of {', '.join(PRESETS)}, not {self.preset!r}")
        if self.connectivity not in CONNECTIVITIES:
            raise ValueError(f"connectivity is 4 or 8, not {self.connectivity!r}")

    @property
    def rules(self) -> Preset:
        return PRESETS[self.preset]

    @property
    def factor(self) -> float:
        """The mass factor that is used."""
        return self.rules.mass_factor if self.mass_factor is None else self.mass_factor

    def as_options(self) -> dict[str, str | float | bool]:
        """For a result's provenance; :meth:`from_options` takes it back."""
        second, third, fourth = self.limits.weight_limits_hu
        return {
            "preset": self.preset,
            "threshold_hu": self.limits.threshold_hu,
            "weight_2_hu": second,
            "weight_3_hu": third,
            "weight_4_hu": fourth,
            "connectivity": self.connectivity,
            "mass_factor": self.factor,
            "mass_factor_source": self.mass_factor_source,
        }

    @classmethod
    def from_options(cls, options: dict[str, Any]) -> Settings:
        upper = (options["weight_2_hu"], options["weight_3_hu"], options["weight_4_hu"])
        return cls(
            preset=str(options["preset"]),
            limits=Limits(float(options["threshold_hu"]), upper),
            connectivity=int(options["connectivity"]),
            mass_factor=float(options["mass_factor"]),
            mass_factor_source=str(options["mass_factor_source"]),
        )


def settings_for(image: Image, options: CalciumOptions) -> tuple[Settings, tuple[Flag, ...]]:
    """The reader's choices, completed from the header: limits by tube voltage, mass factor.

    The flags say what was assumed. Raises :class:`UnsupportedImage` for a tube voltage without agreed limits
    (70 and 135 kVp among them) unless the reader gave threshold and limits of the weights.
    """
    limits, of_limits = limits_of(image.tags, options)
    factor, source, of_mass = mass_factor_of(image.tags, options)
    settings = Settings(options.preset, limits, options.connectivity, factor, source)
    return settings, (*of_limits, *of_mass)
