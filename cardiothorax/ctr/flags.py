"""Doubts about a cardiothoracic ratio, each from a measured quantity and its limit.

The limits of the measured flags stand between the extremes of the training masks of both sources
(JSRT, Wingspan) and what a reader would call unusable; ``Docs/ctrmeasure.md`` explains each.
"""

from __future__ import annotations

import numpy as np

from ..imaging.image import Image
from ..imaging.organs import HEART, LEFT_LUNG, ORGANS, RIGHT_LUNG
from ..records import Flag, Grade
from .borders import Sampler
from .measure import Measured

LARGEST_TILT_DEGREES = 9.0
CTR_RANGE = (0.33, 0.75)
SMALLEST_LUNG_SHARE = 0.02
SMALLEST_HEART_SHARE = 0.01
LARGEST_LUNG_RATIO = 2.6
LARGEST_WIDTH_RATIO = 2.0
LARGEST_BLUR_SHARE = 0.04
BORDER_MARGIN_SHARE = 0.004
MEASURED_CODES = frozenset(
    {
        "organ_missing",
        "cut_by_border",
        "tilted",
        "implausible",
        "heart_on_the_right",
        "rotated_patient",
        "uncertain_border",
    }
)
"""Flags that follow from the labels and lines: an edit raises them anew."""
LINE_CODES = frozenset({"implausible", "heart_on_the_right"})
"""Of these, what follows from the values alone: also a line that was moved raises them anew."""
_AT_THE_DETECTOR = ("ImagerPixelSpacing", "NominalScannedPixelSpacing")
"""Sources of a spacing that holds where the film or plate was."""
_ENDS = {"T": "chest wall", "Th": "heart border"}
"""Where the lines end, as flags say it."""
_LYING = {"HFS", "FFS", "HFP", "FFP", "HFDR", "HFDL", "FFDR", "FFDL", "SUPINE"}
"""Patient positions of DICOM that lie on a table, and the word itself."""
_LATERAL = {"LL", "RL", "LLD", "RLD", "LATERAL", "LAT", "LLO", "RLO", "LAO", "RAO"}


def header_flags(image: Image) -> tuple[Flag, ...]:
    """What the header says, or does not say, about projection and scale."""
    flags = [*_projection(image), *_body_part(image), *_scale(image)]
    if image.notes:
        flags.append(
            Flag("unusual_file", Grade.NOTE, "The file needed special handling.", "; ".join(image.notes))
        )
    return tuple(flags)


def _scale(image: Image) -> list[Flag]:
    source = image.spacing_source
    evidence = f"spacing taken from {source}"
    if not source:
        text = "The pixel size is unknown: the ratio holds, lengths in millimeters are not given."
        evidence = "no pixel spacing in the file"
    elif "Magnification" in source:
        text = "Millimeters rest on the header's estimate of the magnification; the ratio is not affected."
    elif source.startswith(_AT_THE_DETECTOR):
        text = "Millimeters are at the detector, larger than in the patient; the ratio is not affected."
    else:
        return []
    return [Flag("spacing_uncalibrated", Grade.NOTE, text, evidence)]


def _projection(image: Image) -> list[Flag]:
    view = image.tags.get("ViewPosition", "").strip().upper()
    evidence = f"ViewPosition {view}"
    words = set(view.replace("_", " ").split())
    if words & _LATERAL:
        text = "The header says that this is not a frontal projection: no ratio may be taken from it."
        return [Flag("not_frontal_chest", Grade.REJECT, text, evidence)]
    position = image.tags.get("PatientPosition", "").strip().upper()
    flags = []
    if position in _LYING or "SUPINE" in words:
        text = "Taken lying down: the heart looks larger and the diaphragm stands higher than upright."
        where = f"PatientPosition {position}" if position in _LYING else evidence
        flags.append(Flag("supine", Grade.REVIEW, text, where))
    if "AP" in words:
        text = "AP projection enlarges the heart; 0.55 is often used as the limit for AP films."
        flags.append(Flag("projection_ap", Grade.NOTE, text, evidence))
    elif "PA" not in words:
        text = "PA or AP is not known. AP projection enlarges the heart."
        flags.append(
            Flag("projection_unknown", Grade.NOTE, text, evidence if view else "no ViewPosition in the file")
        )
    return flags


def _body_part(image: Image) -> list[Flag]:
    part = image.tags.get("BodyPartExamined", "").strip().upper()
    if not part or any(word in part for word in ("CHEST", "THORAX", "LUNG", "HEART", "TORSO", "RIB")):
        return []
    text = "The header names another body part. Check that this is a frontal chest film."
    return [Flag("perhaps_not_frontal", Grade.REVIEW, text, f"BodyPartExamined {part}")]


def organ_flags(labels: np.ndarray) -> tuple[Flag, ...]:
    """Organs that are absent or far too small to be whole."""
    flags = []
    for label, name in ORGANS.items():
        share = float((labels == label).mean())
        least = SMALLEST_HEART_SHARE if label == HEART else SMALLEST_LUNG_SHARE
        if share < least:
            evidence = f"{name} covers {share:.1%} of the picture, at least {least:.0%} expected"
            text = f"The {name} was not found. Draw it, or do not use this film."
            flags.append(Flag("organ_missing", Grade.REJECT, text, evidence))
    return tuple(flags)


def measured_flags(
    labels: np.ndarray, measured: Measured, *, probabilities: Sampler | None = None
) -> tuple[Flag, ...]:
    """Everything that follows from the labels and the values; ``labels`` in radiographic view."""
    flags = [
        *_cut(labels),
        *_tilt(measured),
        *line_flags(measured),
        *_rotation(labels, measured),
    ]
    if probabilities is not None:
        flags += _uncertain(measured, probabilities, labels.shape[1])
    return tuple(flags)


def _cut(labels: np.ndarray) -> list[Flag]:
    rows, columns = labels.shape
    margin = max(1, round(BORDER_MARGIN_SHARE * max(rows, columns)))
    frame = np.ones(labels.shape, bool)
    frame[margin:-margin, margin:-margin] = False
    touching = [name for label, name in ORGANS.items() if ((labels == label) & frame).any()]
    if not touching:
        return []
    text = f"The picture's border cuts the {' and the '.join(touching)}: a diameter may be too short."
    evidence = f"within {margin} pixels of the border, none expected"
    return [Flag("cut_by_border", Grade.REVIEW, text, evidence)]


def _tilt(measured: Measured) -> list[Flag]:
    tilt = measured.values.tilt_degrees
    if abs(tilt) <= LARGEST_TILT_DEGREES:
        return []
    text = (
        f"The thorax leans by {abs(tilt):.0f} degrees. "
        f"Measured upright, the ratio is {measured.values.ctr_tilt_corrected:.2f}."
    )
    evidence = f"tilt {tilt:.1f} degrees, limit {LARGEST_TILT_DEGREES:.0f}"
    return [Flag("tilted", Grade.REVIEW, text, evidence)]


def line_flags(measured: Measured) -> list[Flag]:
    """The codes of :data:`LINE_CODES`."""
    v = measured.values
    reasons = []
    if not CTR_RANGE[0] <= v.ctr <= CTR_RANGE[1]:
        reasons.append(f"CTR {v.ctr:.3f}, expected {CTR_RANGE[0]} to {CTR_RANGE[1]}")
    small, large = sorted((v.left_lung_area_px, v.right_lung_area_px))
    if large > LARGEST_LUNG_RATIO * small:
        reasons.append(f"one lung {large / small:.1f} times the other, limit {LARGEST_LUNG_RATIO}")
    flags = []
    if reasons:
        text = "The outlines are unusual: check lungs and heart before using the ratio."
        flags.append(Flag("implausible", Grade.REVIEW, text, "; ".join(reasons)))
    if v.mrd_px > v.mld_px:
        text = "More of the heart lies on the patient's right: mirrored film, dextrocardia or shift?"
        evidence = f"right of the midline {v.mrd_px:.0f} px, left {v.mld_px:.0f} px"
        flags.append(Flag("heart_on_the_right", Grade.REVIEW, text, evidence))
    return flags


def _rotation(labels: np.ndarray, measured: Measured) -> list[Flag]:
    """Widths of the two lungs, compared row by row above the heart: turning the patient narrows one."""
    top = int(np.flatnonzero((labels == HEART).any(axis=1))[0])
    right = (labels[:top] == RIGHT_LUNG).sum(axis=1)
    left = (labels[:top] == LEFT_LUNG).sum(axis=1)
    both = (right > 0) & (left > 0)
    if both.sum() < 3:
        return []
    ratio = float(right[both].sum() / left[both].sum())
    if 1 / LARGEST_WIDTH_RATIO <= ratio <= LARGEST_WIDTH_RATIO:
        return []
    side = "left" if ratio > 1 else "right"
    text = f"Above the heart the {side} lung is much the narrower: the patient may be rotated."
    limits = f"{1 / LARGEST_WIDTH_RATIO:.2f} to {LARGEST_WIDTH_RATIO:.2f}"
    evidence = f"right to left lung width {ratio:.2f}, limits {limits}"
    return [Flag("rotated_patient", Grade.REVIEW, text, evidence)]


def _uncertain(measured: Measured, probabilities: Sampler, columns: int) -> list[Flag]:
    """How wide the doubtful zone (organ probability 0.2 to 0.8) is where the lines end."""
    t = measured.values.thoracic_diameter_px
    mrd, mld = measured.lines["MRD"], measured.lines["MLD"]
    ends = {
        f"right {_ENDS['T']}": (RIGHT_LUNG, measured.lines["T"][0]),
        f"left {_ENDS['T']}": (LEFT_LUNG, measured.lines["T"][1]),
        f"right {_ENDS['Th']}": (HEART, mrd[0]),
        f"left {_ENDS['Th']}": (HEART, mld[1]),
    }
    doubtful = {}
    for name, (label, (x, y)) in ends.items():
        along = np.arange(max(0.0, x - 0.15 * t), min(columns - 1.0, x + 0.15 * t))
        p = probabilities(label, np.full(len(along), y), along)
        share = float(((p > 0.2) & (p < 0.8)).sum()) / t
        if share > LARGEST_BLUR_SHARE:
            doubtful[name] = share
    if not doubtful:
        return []
    text = f"The network is unsure of the {' and the '.join(doubtful)}: check where the lines end."
    evidence = ", ".join(f"{name} uncertain over {share:.1%} of T" for name, share in doubtful.items())
    return [Flag("uncertain_border", Grade.REVIEW, text, f"{evidence}, limit {LARGEST_BLUR_SHARE:.0%}")]


def ends_named(flag: Flag) -> set[str]:
    """The lines, ``T`` and ``Th``, whose ends an ``uncertain_border`` is about."""
    return {line for line, end in _ENDS.items() if end in flag.text}
