"""The numbers of the dense CRF, tied to the width of the picture."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

REFERENCE_WIDTH_PX = 800
"""Width of the picture that the pixels in :class:`CrfParameters` count: the network's input."""


@dataclass(frozen=True)
class CrfParameters:
    """Two Gaussian kernels with Potts compatibility (Krähenbühl and Koltun, NIPS 2011, equation 3).

    Lengths are pixels of a picture ``reference_width_px`` wide, so the same parameters mean the same
    millimeters at every size; ``reference_width_px=None`` takes them as pixels of the picture given.
    A weight is what a pixel gains in log-probability when all of its neighbors agree with it; zero
    switches a kernel off.
    """

    iterations: int = 5
    smoothness_sigma_px: float = 3.0
    smoothness_weight: float = 3.0
    appearance_sigma_px: float = 20.0
    appearance_sigma_grey: float = 15.0
    appearance_weight: float = 3.0
    reference_width_px: int | None = REFERENCE_WIDTH_PX

    def __post_init__(self) -> None:
        if self.iterations < 0:
            raise ValueError(f"iterations must not be negative, but is {self.iterations}")
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name.endswith("_weight") and value < 0:
                raise ValueError(f"{field.name} must not be negative, but is {value}")
            if field.name.endswith(("_px", "_grey")) and value is not None and not value > 0:
                raise ValueError(f"{field.name} must be positive, but is {value}")

    def at_width(self, width_px: int) -> CrfParameters:
        """The same parameters in pixels of a picture ``width_px`` wide."""
        if self.reference_width_px is None:
            return self
        scale = width_px / self.reference_width_px
        return replace(
            self,
            smoothness_sigma_px=self.smoothness_sigma_px * scale,
            appearance_sigma_px=self.appearance_sigma_px * scale,
            reference_width_px=None,
        )
