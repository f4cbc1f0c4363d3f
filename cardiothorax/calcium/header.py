"""What the header of a CT says about tube voltage and mass calibration, and what follows for the limits."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from ..records import Flag, Grade
from .options import CalciumOptions
from .presets import MASS_FACTOR_PER_CM3, PRESETS
from .voltage import KVP_SLACK, Limits, limits_for_kvp

KERNEL_AS_120_KVP = "SA36F"
"""Siemens' kernel that makes calcium of any tube voltage as bright as at 120 kVp; so 130 HU stays."""

FROM_PRESET = "preset"

Tags = Mapping[str, str]


def limits_of(tags: Tags, options: CalciumOptions) -> tuple[Limits, tuple[Flag, ...]]:
    """The reader's limits, or those of the tube voltage.

    Raises :class:`UnsupportedImage` for a voltage without agreed limits, unless the reader gave all of them.
    """
    energy = monoenergetic_kev(tags)
    kvp, kernel = tube_voltage(tags), tags.get("ConvolutionKernel", "")
    flags = [] if energy is None else [_monoenergetic(energy)]
    if options.threshold_hu is not None and options.weight_limits_hu is not None:
        return Limits(options.threshold_hu, options.weight_limits_hu), tuple(flags)
    if energy is not None:
        default = Limits()
    elif KERNEL_AS_120_KVP in kernel.upper():
        default = Limits()
        if kvp is not None and abs(kvp - 120) > KVP_SLACK:
            text = "The kernel makes calcium as bright as at 120 kVp; the limits of 120 kVp are used."
            flags.append(Flag("kvp_limits", Grade.NOTE, text, f"{kvp:g} kVp, kernel {kernel}"))
    elif kvp is None:
        default = Limits()
        text = "The tube voltage is not known; the limits of 120 kVp are used."
        said = tags.get("KVP", "").strip()
        evidence = f"KVP {said} is no single voltage" if said else "KVP is missing"
        flags.append(Flag("kvp_unknown", Grade.NOTE, text, evidence))
    else:
        default = limits_for_kvp(kvp)
        flags += _of_voltage(kvp, default)
    return _with(options, default), tuple(flags)


def mass_factor_of(tags: Tags, options: CalciumOptions) -> tuple[float, str, tuple[Flag, ...]]:
    """Mass factor (mg per mm³ and HU), where it comes from, and flags.

    The reader's own is trusted first, then the header's for this patient, then the header's for the
    scanner (of three, for small, medium and large patients, the one for medium), then the preset's.
    """
    if options.mass_factor is not None:
        return options.mass_factor, "user", ()
    for keyword, source in (("Patient", "patient"), ("Device", "device")):
        factor = _credible(tags.get(f"CalciumScoringMassFactor{keyword}", ""))
        if factor is not None:
            return factor, source, ()
    factor = PRESETS[options.preset].mass_factor
    text = "Mass is computed with a typical factor of the vendor: this scan was not calibrated."
    evidence = f"{factor:g} mg per mm³ and HU, preset {options.preset}"
    flag = Flag("mass_uncalibrated", Grade.NOTE, text, evidence)
    return factor, FROM_PRESET, (flag,)


def tube_voltage(tags: Tags) -> float | None:
    """kVp of the header; None where it is missing, no number, or several (dual energy)."""
    kvp = _number(tags.get("KVP", ""))
    return kvp if kvp is not None and kvp > 0 else None


def monoenergetic_kev(tags: Tags) -> float | None:
    """Energy of a virtual monoenergetic image; 0.0 where the header does not say which; None for others."""
    energy = _number(tags.get("MonoenergeticEnergyEquivalent", ""))
    if energy is not None:
        return energy
    kind = tags.get("ImageType", "").upper()
    if not re.search(
        r"(?:^|[\\_ ,'])(?:VMI|MONO|MONOENERGETIC|VIRTUAL_MONO\w*|MONO_\w+)(?=$|[\\_ ,'\d])", kind
    ):
        return None
    named = re.search(r"(\d{2,3})\s*KEV", kind)
    return float(named[1]) if named else 0.0


def _of_voltage(kvp: float, limits: Limits) -> list[Flag]:
    if abs(kvp - 140) <= KVP_SLACK:
        text = "Calcium is darker at 140 kVp: with the limits of 120 kVp, scores run low."
        return [Flag("high_kvp", Grade.REVIEW, text, f"{kvp:g} kVp, 120 expected")]
    if limits == Limits():
        return []
    text = f"Limits for {kvp:g} kVp are used: calcium is brighter than at 120 kVp."
    return [Flag("kvp_limits", Grade.NOTE, text, _in_words(limits))]


def _monoenergetic(energy: float) -> Flag:
    comparable = abs(energy - 70) <= KVP_SLACK
    text = (
        "A virtual monoenergetic image at 70 keV is close to 120 kVp, but not the same."
        if comparable
        else "A virtual monoenergetic image: its score cannot be compared with those at 120 kVp."
    )
    return Flag("monoenergetic", Grade.REVIEW, text, f"{energy:g} keV" if energy else "energy not said")


def _with(options: CalciumOptions, default: Limits) -> Limits:
    """One of the two given by the reader replaces that of the default."""
    threshold = default.threshold_hu if options.threshold_hu is None else options.threshold_hu
    weights = default.weight_limits_hu if options.weight_limits_hu is None else options.weight_limits_hu
    return Limits(threshold, weights)


def _in_words(limits: Limits) -> str:
    upper = ", ".join(f"{limit:g}" for limit in limits.weight_limits_hu)
    return f"threshold {limits.threshold_hu:g} HU, weights from {upper} HU"


def _credible(text: str) -> float | None:
    """The header's factor in mg per mm³ and HU; scanners write it per cm³. None where it is not credible."""
    values = [_number(part) for part in re.split(r"[\\,]", text.strip("[]() "))]
    known = [value for value in values if value is not None]
    if not known or len(known) != len(values):
        return None
    factor = known[len(known) // 2]
    for unit in (1e-3, 1.0):
        if MASS_FACTOR_PER_CM3[0] * 1e-3 <= factor * unit <= MASS_FACTOR_PER_CM3[1] * 1e-3:
            return factor * unit
    return None


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
