"""What can be asked of a phantom chest; what is not asked is drawn within normal variation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..errors import UnsupportedImage

SEXES = ("female", "male")
POLARITIES = ("MONOCHROME2", "MONOCHROME1")
FINDINGS = ("effusion_right", "effusion_left", "consolidation_right", "consolidation_left")
DEVICES = ("leads", "tube", "central_line", "pacemaker")
LOOKS = ("film", "digital", "flat")
CTR_RANGE = (0.36, 0.66)


@dataclass(frozen=True, kw_only=True)
class CxrOptions:
    """``None`` means: drawn from the seed, within what is seen in adults.

    ``ctr`` is the ratio aimed at (the truth is measured on the masks). ``inspiration`` 0 is a
    shallow, 1 a deep breath. ``rotation_degrees`` turns the patient about the long axis, positive
    towards the patient's left; ``tilt_degrees`` in the picture's plane. ``portable`` is the look of
    an AP film in bed. ``exposure`` above 1 is darker. ``look`` is the tone: digitised film, digital
    detector, or flat and dark. ``findings`` and ``devices`` are names of :data:`FINDINGS` and
    :data:`DEVICES`. ``collimated`` leaves a dark frame.
    """

    side_px: int = 1024
    field_mm: float | None = None
    ctr: float | None = None
    sex: str | None = None
    inspiration: float | None = None
    rotation_degrees: float | None = None
    tilt_degrees: float | None = None
    portable: bool = False
    exposure: float | None = None
    look: str | None = None
    findings: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    collimated: bool = False
    marker: str | None = "L"
    polarity: str = "MONOCHROME2"

    def __post_init__(self) -> None:
        _one_of("sex", self.sex, SEXES)
        _one_of("look", self.look, LOOKS)
        _one_of("polarity", self.polarity, POLARITIES)
        _one_of("marker", self.marker, ("L", "R"))
        for name in self.findings:
            _one_of("findings", name, FINDINGS)
        for name in self.devices:
            _one_of("devices", name, DEVICES)
        _within("ctr", self.ctr, *CTR_RANGE)
        _within("side_px", self.side_px, 64, 4096)
        _within("field_mm", self.field_mm, 250, 500)
        _within("inspiration", self.inspiration, 0, 1)
        _within("rotation_degrees", self.rotation_degrees, -15, 15)
        _within("tilt_degrees", self.tilt_degrees, -15, 15)
        _within("exposure", self.exposure, 0.25, 4)


def _one_of(name: str, value: str | None, allowed: tuple[str, ...]) -> None:
    if value is not None and value not in allowed:
        raise UnsupportedImage(
            f"A phantom cannot have {name} = {value!r}.", f"Choose one of {', '.join(allowed)}."
        )


def _within(name: str, value: float | None, low: float, high: float) -> None:
    if value is not None and not low <= value <= high:
        raise UnsupportedImage(
            f"A phantom cannot have {name} = {value:g}.", f"Choose a value from {low:g} to {high:g}."
        )


def varied(seed: int, side_px: int) -> CxrOptions:
    """What a hospital sends: mostly plain PA films, some in bed, with fluid, clouds, tubes, frames."""
    rng = np.random.default_rng([seed, *b"varied"])
    portable = bool(rng.random() < 0.25)
    sick = rng.random() < 0.3
    fitted = rng.random() < (0.6 if portable else 0.15)
    return CxrOptions(
        side_px=side_px,
        field_mm=float(rng.uniform(320, 420)),
        ctr=float(rng.uniform(0.38, 0.64)),
        portable=portable,
        tilt_degrees=float(np.clip(2.5 * rng.standard_normal(), -10, 10)),
        rotation_degrees=float(np.clip(2.5 * rng.standard_normal(), -10, 10)),
        exposure=float(np.exp(0.3 * rng.standard_normal())),
        look=str(rng.choice(LOOKS, p=[0.35, 0.4, 0.25])),
        findings=_some(FINDINGS, 1 + int(rng.integers(2)), rng) if sick else (),
        devices=_some(DEVICES, 1 + int(rng.integers(3)), rng) if fitted else (),
        collimated=bool(rng.random() < 0.15),
        marker=(None, "L", "R")[int(rng.integers(3))],
    )


def _some(names: tuple[str, ...], count: int, rng: np.random.Generator) -> tuple[str, ...]:
    return tuple(sorted(str(name) for name in rng.choice(names, size=count, replace=False)))
