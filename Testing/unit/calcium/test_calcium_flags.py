"""Every doubt is raised by what it is about, with the number behind it, and by nothing else."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cardiothorax.calcium.blood import Blood
from cardiothorax.calcium.flags import (
    LARGEST_LESION_MM3,
    LARGEST_PIXEL_MM,
    LARGEST_PLAIN_BLOOD_HU,
    LEAST_BLOOD_HU,
    LEAST_NOISE_DISTANCE,
    METAL_HU,
    THICKEST_SLICE_MM,
    blood_flags,
    header_flags,
    label_flags,
    slices_in_words,
)
from cardiothorax.calcium.result import FLAG_CODES, Lesion
from cardiothorax.imaging.image import Image
from cardiothorax.records import Flag, Grade

GATED = {"CardiacSynchronizationTechnique": "PROSPECTIVE"}
PLAIN = Blood(hu=42.0, noise_hu=15.0, correlation=0.7, cells=5000)


def scan(
    spacing: tuple[float, float, float] = (0.5, 0.5, 3.0), notes: tuple[str, ...] = (), **tags: str
) -> Image:
    return Image(np.zeros((2, 2, 2), np.int16), spacing, modality="CT", tags={**GATED, **tags}, notes=notes)


def codes(flags: tuple[Flag, ...]) -> list[str]:
    return [flag.code for flag in flags]


def test_a_proper_calcium_scan_raises_nothing() -> None:
    image = scan(SliceThickness="3", ConvolutionKernel="B35f", KVP="120")
    assert header_flags(image) == ()
    assert blood_flags(image, PLAIN, threshold_hu=130) == ()


@pytest.mark.parametrize(
    ("spacing", "thickness", "expected"),
    [
        ((0.5, 0.5, 3.0), "3", []),
        ((0.5, 0.5, 3.05), "3", []),
        ((0.5, 0.5, 3.0), "", []),
        ((0.5, 0.5, 5.0), "5", ["thick_slices"]),
        ((0.5, 0.5, 5.0), "", ["thick_slices"]),
        ((0.5, 0.5, 2.5), "5", ["thick_slices", "overlapping_slices"]),
        ((0.5, 0.5, 1.5), "3", ["overlapping_slices"]),
        ((0.5, 0.5, 3.0), "2.5", ["gaps"]),
        ((0.5, 0.5, 10.0), "1.25", ["thick_slices", "gaps"]),
        ((1.0, 1.0, 3.0), "3", []),
        ((1.37, 1.37, 3.0), "3", ["large_pixels"]),
        ((0.5, 0.5, 3.0), "rubbish", []),
    ],
)
def test_slices(spacing: tuple[float, float, float], thickness: str, expected: list[str]) -> None:
    assert codes(header_flags(scan(spacing, SliceThickness=thickness))) == expected


def test_thick_slices_say_the_numbers() -> None:
    (flag,) = header_flags(scan((0.5, 0.5, 5.0), SliceThickness="5.0"))
    assert flag.grade is Grade.REVIEW
    assert flag.evidence == "increment 5 mm, thickness 5 mm, limit 3 mm"


@pytest.mark.parametrize(
    ("tags", "gated"),
    [
        ({"CardiacSynchronizationTechnique": ""}, False),
        ({"CardiacSynchronizationTechnique": "NONE"}, False),
        ({"CardiacSynchronizationTechnique": "NONE", "HeartRate": "61"}, False),
        ({"CardiacSynchronizationTechnique": "RETROSPECTIVE"}, True),
        ({"CardiacSynchronizationTechnique": "", "NominalPercentageOfCardiacPhase": "75"}, True),
        ({"CardiacSynchronizationTechnique": "", "TriggerTime": "520.5"}, True),
        ({"CardiacSynchronizationTechnique": "", "HeartRate": "61"}, True),
        ({"CardiacSynchronizationTechnique": "", "TriggerTime": "0"}, False),
    ],
)
def test_gating(tags: dict[str, str], gated: bool) -> None:
    assert codes(header_flags(scan(**tags))) == ([] if gated else ["not_gated"])


def test_a_sharp_kernel_by_its_name_is_said_once() -> None:
    image = scan((0.7, 0.7, 3.0), ConvolutionKernel="LUNG", Manufacturer="GE")
    noisy = replace(PLAIN, noise_hu=20.0, correlation=0.02)
    flags = (*header_flags(image), *blood_flags(image, noisy, threshold_hu=130))
    assert codes(flags) == ["sharp_kernel"]
    assert "LUNG" in flags[0].evidence


def test_a_sharp_kernel_without_a_name_shows_in_the_noise() -> None:
    (flag,) = blood_flags(scan((0.7, 0.7, 3.0)), replace(PLAIN, correlation=0.04), threshold_hu=130)
    assert (flag.code, flag.grade) == ("sharp_kernel", Grade.REVIEW)
    assert "0.04, at least 0.2 expected" in flag.evidence


def test_large_pixels_hide_the_grain_so_nothing_is_said_of_the_kernel() -> None:
    assert blood_flags(scan((1.4, 1.4, 3.0)), replace(PLAIN, correlation=0.04), threshold_hu=130) == ()


@pytest.mark.parametrize(
    ("blood_hu", "agent", "expected"),
    [
        (45, "", {}),
        (69, "", {}),
        (71, "", {"contrast_enhanced": Grade.REJECT}),
        (320, "OMNIPAQUE", {"contrast_enhanced": Grade.REJECT}),
        (45, "OMNIPAQUE", {"contrast_in_header": Grade.REVIEW}),
        (45, "NONE", {}),
        (None, "OMNIPAQUE", {"heart_not_found": Grade.REVIEW, "contrast_enhanced": Grade.REJECT}),
        (None, "", {"heart_not_found": Grade.REVIEW}),
        (5, "", {"not_hounsfield": Grade.REJECT}),
    ],
)
def test_contrast_agent_from_blood_and_header(
    blood_hu: float | None, agent: str, expected: dict[str, Grade]
) -> None:
    blood = None if blood_hu is None else replace(PLAIN, hu=float(blood_hu))
    flags = blood_flags(scan(ContrastBolusAgent=agent), blood, threshold_hu=130)
    assert {flag.code: flag.grade for flag in flags} == expected


def test_contrast_says_blood_limit_and_agent() -> None:
    (flag,) = blood_flags(scan(ContrastBolusAgent="ULTRAVIST"), replace(PLAIN, hu=231.0), threshold_hu=130)
    assert flag.evidence == "blood 231 HU, limit 70 HU; ContrastBolusAgent: ULTRAVIST"


@pytest.mark.parametrize(
    ("noise", "threshold", "raised"), [(29, 130, False), (30, 130, True), (30, 167, False)]
)
def test_noise_counts_by_its_distance_to_the_threshold(noise: float, threshold: float, raised: bool) -> None:
    flags = blood_flags(scan(), replace(PLAIN, noise_hu=float(noise)), threshold_hu=threshold)
    assert codes(flags) == (["noisy"] if raised else [])


def test_no_noise_at_all_is_no_division_by_zero() -> None:
    assert blood_flags(scan(), replace(PLAIN, noise_hu=0.0), threshold_hu=130) == ()


def test_notes_of_the_reader_become_a_note() -> None:
    (flag,) = header_flags(scan(notes=("One slice was there twice.", "Padding was masked.")))
    assert (flag.code, flag.grade) == ("unusual_file", Grade.NOTE)
    assert flag.evidence == "One slice was there twice.; Padding was masked."


def test_a_choice_among_series_is_no_special_handling() -> None:
    choice = "Read series 3 (3 mm). Also there: series 4 (1 mm)."
    (flag,) = header_flags(scan(notes=(choice,)))
    assert (flag.code, flag.grade, flag.evidence) == ("several_series", Grade.NOTE, choice)
    both = header_flags(scan(notes=(choice, "Padding was masked.")))
    assert {flag.code: flag.evidence for flag in both}["unusual_file"] == "Padding was masked."


def lesion(artery: str = "lad", first: int = 4, last: int = 5, **more: float) -> Lesion:
    numbers = {
        "volume_mm3": 12.0,
        "agatston": 8.0,
        "mass_mg": 2.0,
        "peak_hu": 300.0,
        "mean_hu": 200.0,
        **more,
    }
    return Lesion(1, artery, first, last, 20, True, center_px=(0, 0, 0), center_mm=(0, 0, 0), **numbers)


@pytest.mark.parametrize(
    ("lesions", "expected"),
    [
        ([lesion()], []),
        ([], []),
        ([lesion(first=0)], ["cut_by_scan"]),
        ([lesion(last=9)], ["cut_by_scan"]),
        ([lesion("other", first=0, last=9, peak_hu=3000, volume_mm3=9000)], []),
        ([lesion(peak_hu=2000)], ["metal"]),
        ([lesion(peak_hu=1999)], []),
        ([lesion(volume_mm3=3001)], ["implausible"]),
    ],
)
def test_labeled_lesions(lesions: list[Lesion], expected: list[str]) -> None:
    assert codes(label_flags(lesions, 10)) == expected


def test_slices_are_said_as_a_reader_counts_them() -> None:
    assert slices_in_words(lesion(first=0, last=0)) == "slice 1"
    assert slices_in_words(lesion(first=11, last=13)) == "slices 12-14"
    (single,) = label_flags([lesion(first=9, last=9)], 10)
    assert single.evidence == "LAD in slice 10"
    many = label_flags([lesion(peak_hu=2500)] * 5, 10)[0]
    assert many.evidence.startswith(
        "LAD in slices 5-6, LAD in slices 5-6, LAD in slices 5-6 and 2 more: peak"
    )


@pytest.mark.parametrize("grade", FLAG_CODES)
def test_the_tutorial_explains_every_flag_under_its_grade(repository: Path, grade: str) -> None:
    """A row of the table: ``| `code` | grade | raised when | what to do |``."""
    text = (repository / "Docs" / "calciumscore.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \| (note|review|reject) \|", text, re.MULTILINE))
    assert {code for code, said in rows.items() if said == grade} == set(FLAG_CODES[grade])


def test_the_tutorial_names_the_limits_that_are_used(repository: Path) -> None:
    text = (repository / "Docs" / "calciumscore.md").read_text("utf-8")
    for limit in (
        f"brighter than {LARGEST_PLAIN_BLOOD_HU:.0f} HU", f"darker than {LEAST_BLOOD_HU:.0f} HU",
        f"above {THICKEST_SLICE_MM:g} mm", f"of {METAL_HU:.0f} HU and more",
        f"above {LARGEST_LESION_MM3:.0f} mm³", f"less than {LEAST_NOISE_DISTANCE:g} standard deviations",
        f"pixels above {LARGEST_PIXEL_MM:g} mm",
    ):  # fmt: skip
        assert limit in text, limit
