"""Which reconstruction kernels are too sharp for scoring, from the vendors' names for them."""

from __future__ import annotations

import re
from collections.abc import Mapping

_GE = {"LUNG", "BONE", "BONEPLUS", "BONE+", "EDGE", "ULTRA", "DETAIL", "CHST"}
_PHILIPS = {"D", "E", "F", "L", "YA", "YB", "YC", "YD", "YE", "CD", "XCD"}
_SIEMENS_FROM = 50
_CANON = (range(30, 40), range(50, 60), range(80, 90))


def is_sharp_kernel(tags: Mapping[str, str]) -> bool:
    """Whether ``ConvolutionKernel`` names a kernel for lung or bone; an unknown name is not sharp.

    Siemens numbers kernels by sharpness (B35f scores, B70f shows lung), GE and Philips name them, Canon's
    FC30 to FC39 and from FC80 are for bone, FC50 to FC59 for lung.

    >>> [is_sharp_kernel({"ConvolutionKernel": k}) for k in ("B35f", "Br64d", "FC12", "FC51", "LUNG")]
    [False, True, False, True, True]
    """
    kernel = re.sub(r"^\W+", "", tags.get("ConvolutionKernel", "").upper())
    name = re.split(r"[\\,'\] ]", kernel)[0]
    maker = tags.get("Manufacturer", "").upper()
    if canon := re.fullmatch(r"FC(\d+)\w*", name):
        return any(int(canon[1]) in sharp for sharp in _CANON)
    if siemens := re.fullmatch(r"[A-Z]{1,2}(\d{2})[A-Z]?", name):
        return int(siemens[1]) >= _SIEMENS_FROM
    return name in _GE or ("PHILIPS" in maker and name in _PHILIPS)
