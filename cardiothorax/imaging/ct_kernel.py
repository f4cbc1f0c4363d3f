"""Which reconstruction kernels are sharp: their noise passes the threshold of calcium."""

from __future__ import annotations

import re

_SHARP_WORDS = {
    "LUNG",
    "BONE",
    "BONEPLUS",
    "EDGE",
    "DETAIL",
    "SHARP",
    "HR",
    "ULTRA",
    "CHST",
    "L",
    "D",
    "E",
    "YA",
    "YB",
}
"""GE: LUNG, BONE(PLUS), EDGE, DETAIL, CHST; Philips: L, D, E, YA, YB (A, B and C are soft)."""
_SIEMENS = re.compile(r"\b[A-Z][A-Z]?(\d{2})[A-Z]?\b")
_SIEMENS_SHARPEST_SOFT = 45
"""Siemens numbers kernels by sharpness: B35f is that of calcium scoring, B50 and above are sharp."""
_CANON = re.compile(r"\bFC(\d{2})\b")
_CANON_SHARP = range(30, 90)
"""Canon: FC1x body, FC0x with beam hardening correction; FC3x bone, FC5x lung, FC8x high resolution."""


def is_sharp(kernel: str) -> bool:
    """Whether a ConvolutionKernel is known to be sharp; unknown names are not."""
    name = kernel.upper().replace("\\", " ").strip()
    canon = _CANON.search(name)
    if canon:
        return int(canon.group(1)) in _CANON_SHARP
    if set(re.split(r"[^A-Z]+", name)) & _SHARP_WORDS and not _SIEMENS.search(name):
        return True
    siemens = _SIEMENS.search(name)
    return siemens is not None and int(siemens.group(1)) > _SIEMENS_SHARPEST_SOFT
