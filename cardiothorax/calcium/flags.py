"""Doubts about a calcium score, each from a measured quantity and its limit.

Flags of tube voltage and mass calibration come with the settings they lead to
(:mod:`cardiothorax.calcium.settings`). ``Docs/calciumscore.md`` explains each flag.
"""

from __future__ import annotations

from collections.abc import Iterable

from ..imaging.ct import ALSO_THERE
from ..imaging.ct_contrast import contrast_evidence
from ..imaging.ct_kernel import is_sharp_kernel
from ..imaging.image import Image
from ..records import Flag, Grade
from .blood import Blood
from .result import Lesion

LARGEST_PLAIN_BLOOD_HU = 70.0
"""Plain blood is 35 to 60 HU, rarely more; scans of the venous phase begin near 80."""
LEAST_BLOOD_HU = 10.0
LEAST_NOISE_DISTANCE = 3.0
"""Standard deviations from blood to the threshold: below it, noise alone makes specks of calcium."""
LEAST_CORRELATION, FINE_PIXEL_MM = 0.2, 1.0
"""Noise of neighboring pixels in soft kernels goes together; larger pixels hide it."""
THICKEST_SLICE_MM = 3.0
"""As in the publications on the score; above it, volume averaging hides small lesions."""
SPACING_SLACK_MM = 0.05
OVERLAP_SHARE, GAP_SHARE = 0.95, 1.1
"""Increment over slice thickness."""
LARGEST_PIXEL_MM = 1.0
METAL_HU = 2000.0
LARGEST_LESION_MM3 = 3000.0
LABEL_CODES = frozenset({"unreviewed", "edited", "not_scored", "cut_by_scan", "metal", "implausible"})
"""Flags that follow from the labels: an edit raises them anew."""


def header_flags(image: Image) -> tuple[Flag, ...]:
    """What the header says of kernel, slices and gating; nothing is said of what it does not hold."""
    flags = [*_kernel(image), *_slices(image), *_gating(image)]
    choice = [note for note in image.notes if ALSO_THERE in note]
    handled = [note for note in image.notes if note not in choice]
    if choice:
        text = "The study has several series: the one that suits scoring best was read."
        flags.append(Flag("several_series", Grade.NOTE, text, "; ".join(choice)))
    if handled:
        text = "The file needed special handling."
        flags.append(Flag("unusual_file", Grade.NOTE, text, "; ".join(handled)))
    return tuple(flags)


def blood_flags(image: Image, blood: Blood | None, *, threshold_hu: float) -> tuple[Flag, ...]:
    """Contrast agent, HU that are none, and noise, from the blood; and whether there is a heart at all."""
    agent = contrast_evidence(image.tags)
    if blood is None:
        flags = [_heart_not_found()]
        return (*flags, _contrast_by_header(agent)) if agent else tuple(flags)
    flags = []
    limit = f"limit {LARGEST_PLAIN_BLOOD_HU:.0f} HU"
    if blood.hu > LARGEST_PLAIN_BLOOD_HU:
        text = "Contrast-enhanced: bright blood would be taken for calcium. Score the plain series."
        named = f"; {agent}" if agent else "; the header names no agent"
        evidence = f"blood {blood.hu:.0f} HU, {limit}{named}"
        flags.append(Flag("contrast_enhanced", Grade.REJECT, text, evidence))
    elif agent:
        text = "The header names a contrast agent, but the blood looks plain: check the series."
        flags.append(
            Flag("contrast_in_header", Grade.REVIEW, text, f"{agent}; blood {blood.hu:.0f} HU, {limit}")
        )
    if blood.hu < LEAST_BLOOD_HU:
        text = "The values are not Hounsfield units: no score may be made from them."
        evidence = f"blood {blood.hu:.0f} HU, at least {LEAST_BLOOD_HU:.0f} expected"
        flags.append(Flag("not_hounsfield", Grade.REJECT, text, evidence))
    return (*flags, *_noise(image, blood, threshold_hu))


def label_flags(lesions: Iterable[Lesion], slices: int) -> tuple[Flag, ...]:
    """What the labeled lesions themselves make doubtful; ``slices`` of the scan."""
    coronary = [lesion for lesion in lesions if lesion.artery != "other"]
    flags = []
    at_end = [n for n in coronary if n.first_slice == 0 or n.last_slice == slices - 1]
    if at_end and slices > 1:
        text = "Calcium reaches the first or last slice: some may lie outside the scan."
        flags.append(Flag("cut_by_scan", Grade.REVIEW, text, _named(at_end)))
    metal = [n for n in coronary if n.peak_hu >= METAL_HU]
    if metal:
        text = "As bright as metal: a stent, lead or clip is no calcium and must not be scored."
        peak = max(n.peak_hu for n in metal)
        evidence = f"{_named(metal)}: peak {peak:.0f} HU, limit {METAL_HU:.0f}"
        flags.append(Flag("metal", Grade.REVIEW, text, evidence))
    huge = [n for n in coronary if n.volume_mm3 > LARGEST_LESION_MM3]
    if huge:
        text = "Too large for a coronary lesion: bone, aorta or valve may be labeled as an artery."
        volume = max(n.volume_mm3 for n in huge)
        evidence = f"{_named(huge)}: {volume:.0f} mm³, limit {LARGEST_LESION_MM3:.0f}"
        flags.append(Flag("implausible", Grade.REVIEW, text, evidence))
    return tuple(flags)


def not_scored() -> Flag:
    """Without a network and without labels there is no score, and 0 would be a lie."""
    text = "No score: nothing was labeled and no network ran. Label the lesions."
    return Flag("not_scored", Grade.REVIEW, text, "no labeled voxel")


def unreviewed(model: str) -> Flag:
    text = "Proposed by a network; no reader has looked at it."
    return Flag("unreviewed", Grade.NOTE, text, model)


def _contrast_by_header(evidence: str) -> Flag:
    text = "The header names a contrast agent, and the blood could not be measured. Score the plain series."
    return Flag("contrast_enhanced", Grade.REJECT, text, evidence)


def _heart_not_found() -> Flag:
    text = "No heart between two lungs was seen: check that this is a chest CT that shows the heart."
    return Flag("heart_not_found", Grade.REVIEW, text, "no soft tissue between lungs")


def _noise(image: Image, blood: Blood, threshold_hu: float) -> list[Flag]:
    flags = []
    distance = (threshold_hu - blood.hu) / max(blood.noise_hu, 1e-9)
    if blood.hu <= LARGEST_PLAIN_BLOOD_HU and distance < LEAST_NOISE_DISTANCE:
        text = "So noisy that specks of noise pass the threshold: small lesions may be noise."
        evidence = (
            f"noise {blood.noise_hu:.0f} HU: the threshold of {threshold_hu:.0f} HU is {distance:.1f} "
            f"standard deviations above the blood, at least {LEAST_NOISE_DISTANCE:.0f} expected"
        )
        flags.append(Flag("noisy", Grade.REVIEW, text, evidence))
    fine = max(image.spacing_mm[:2]) <= FINE_PIXEL_MM
    if fine and blood.correlation < LEAST_CORRELATION and not is_sharp_kernel(image.tags):
        evidence = (
            f"noise of neighboring pixels correlates by {blood.correlation:.2f}, "
            f"at least {LEAST_CORRELATION} expected"
        )
        flags.append(Flag("sharp_kernel", Grade.REVIEW, SHARP, evidence))
    return flags


SHARP = "A sharp kernel raises edges and noise above the threshold: score a soft reconstruction."


def _kernel(image: Image) -> list[Flag]:
    if not is_sharp_kernel(image.tags):
        return []
    return [Flag("sharp_kernel", Grade.REVIEW, SHARP, f"kernel {image.tags['ConvolutionKernel']}")]


def _slices(image: Image) -> list[Flag]:
    increment, thickness = image.spacing_mm[2], _number(image.tags.get("SliceThickness", ""))
    flags = []
    thicker = max(increment, thickness or 0.0)
    said = f"increment {increment:g} mm" + (f", thickness {thickness:g} mm" if thickness else "")
    if thicker > THICKEST_SLICE_MM + SPACING_SLACK_MM:
        text = "Thick slices: small lesions are missed and scores run low."
        flags.append(Flag("thick_slices", Grade.REVIEW, text, f"{said}, limit {THICKEST_SLICE_MM:g} mm"))
    if thickness and increment > GAP_SHARE * thickness + SPACING_SLACK_MM:
        text = "There are gaps between the slices: what lies in them is not seen, only estimated."
        flags.append(Flag("gaps", Grade.REVIEW, text, said))
    if thickness and increment < OVERLAP_SHARE * thickness - SPACING_SLACK_MM:
        text = "Slices overlap: every score is corrected by the increment."
        flags.append(Flag("overlapping_slices", Grade.NOTE, text, said))
    pixel = max(image.spacing_mm[:2])
    if pixel > LARGEST_PIXEL_MM:
        text = "Large pixels: the edges of lesions are coarse and scores uncertain."
        flags.append(
            Flag("large_pixels", Grade.REVIEW, text, f"pixel {pixel:.2g} mm, limit {LARGEST_PIXEL_MM:g} mm")
        )
    return flags


def _gating(image: Image) -> list[Flag]:
    technique = image.tags.get("CardiacSynchronizationTechnique", "").strip().upper()
    signs = ("NominalPercentageOfCardiacPhase", "TriggerTime", "HeartRate")
    said = any(_number(image.tags.get(tag, "")) for tag in signs)
    if technique != "NONE" and (technique or said):
        return []
    text = "No sign of ECG gating: motion may smear lesions and change scores."
    evidence = f"CardiacSynchronizationTechnique {technique}" if technique else "nothing in the header"
    return [Flag("not_gated", Grade.NOTE, text, evidence)]


def _named(lesions: list[Lesion]) -> str:
    shown = ", ".join(f"{n.artery.upper()} in {slices_in_words(n)}" for n in lesions[:3])
    return shown + (f" and {len(lesions) - 3} more" if len(lesions) > 3 else "")


def slices_in_words(lesion: Lesion) -> str:
    """As a reader counts them, from 1, feet to head: ``slice 12``, ``slices 12-14``."""
    first, last = lesion.first_slice + 1, lesion.last_slice + 1
    return f"slice {first}" if first == last else f"slices {first}-{last}"


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
