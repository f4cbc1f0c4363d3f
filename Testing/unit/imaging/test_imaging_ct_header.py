"""What is kept of a CT's header, and what it says about contrast agent and kernel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cardiothorax.imaging import contrast_evidence, deidentified, is_sharp_kernel, list_ct_series, read_ct
from cardiothorax.imaging.identity import CT_TAGS
from Testing.unit.imaging.ct_slices import PERSON, chest, write_series

HU = chest(3)


def test_what_scoring_needs_is_kept(tmp_path: Path) -> None:
    header: dict[str, Any] = {
        "KVP": 100,
        "ConvolutionKernel": ["Br36f", "3"],
        "CardiacSynchronizationTechnique": "PROSPECTIVE",
        "NominalPercentageOfCardiacPhase": 70.0,
        "CalciumScoringMassFactorPatient": 0.75,
        "CalciumScoringMassFactorDevice": [0.7, 0.75, 0.8],
        "ContrastBolusAgent": "",
        "ManufacturerModelName": "Force",
    }
    write_series(tmp_path, HU, **header)
    tags = read_ct(tmp_path).tags
    assert float(tags["KVP"]) == 100
    assert tags["ConvolutionKernel"] == "Br36f\\3"
    assert tags["CardiacSynchronizationTechnique"] == "PROSPECTIVE"
    assert float(tags["NominalPercentageOfCardiacPhase"]) == 70
    assert float(tags["CalciumScoringMassFactorPatient"]) == 0.75
    assert [round(float(v), 6) for v in tags["CalciumScoringMassFactorDevice"].split("\\")] == [
        0.7,
        0.75,
        0.8,
    ]
    assert tags["ManufacturerModelName"] == "Force"
    assert "ContrastBolusAgent" not in tags


def test_nothing_that_names_anyone_is_kept(tmp_path: Path) -> None:
    write_series(tmp_path, HU)
    image = read_ct(tmp_path)
    kept = repr((image.tags, image.notes, image.source, image.spacing_source))
    for value in PERSON.values():
        assert value not in kept
    assert set(image.tags) <= set(CT_TAGS)
    assert deidentified(image).tags == image.tags
    listed = repr([(s.words(), s.problem, s.tags) for s in list_ct_series(tmp_path)])
    for value in PERSON.values():
        assert value not in listed


@pytest.mark.parametrize("text", ["Anna N. 80 ml", "nobody", "for ID778899", "b. 19500317", "ACC4711"])
@pytest.mark.parametrize("keyword", ["ContrastBolusAgent", "ContrastBolusRoute", "FilterType"])
def test_a_patient_typed_into_a_text_is_not_kept(keyword: str, text: str, tmp_path: Path) -> None:
    write_series(tmp_path, HU, **{keyword: text[:16]})
    tags = read_ct(tmp_path).tags
    assert tags[keyword] == "(not shown)"
    assert bool(contrast_evidence(tags)) is (keyword == "ContrastBolusAgent")


def test_no_kept_tag_can_hold_a_person() -> None:
    from pydicom.datadict import dictionary_VR

    kinds = {dictionary_VR(keyword) for keyword in CT_TAGS}
    assert not kinds & {"PN", "DA", "DT", "TM", "LT", "ST", "UT", "AS", "AE"}
    texts = {keyword for keyword in CT_TAGS if dictionary_VR(keyword) in ("LO", "SH")}
    assert texts == {
        *("ContrastBolusAgent", "ContrastBolusRoute", "ConvolutionKernel", "FilterType"),
        *("Manufacturer", "ManufacturerModelName", "RescaleType"),
    }
    assert [keyword for keyword in CT_TAGS if dictionary_VR(keyword) == "UI"] == ["SOPClassUID"]


@pytest.mark.parametrize(
    ("tags", "evidence"),
    [
        ({}, ""),
        ({"ContrastBolusAgent": ""}, ""),
        ({"ContrastBolusAgent": "NON IONIC"}, "ContrastBolusAgent: NON IONIC"),
        ({"ContrastBolusAgent": "CE"}, "ContrastBolusAgent: CE"),
        ({"ContrastBolusAgent": "IOMERON 400"}, "ContrastBolusAgent: IOMERON 400"),
        ({"ContrastBolusAgent": "APPLIED"}, "ContrastBolusAgent: APPLIED"),
        ({"ContrastBolusAgent": "(not shown)"}, "ContrastBolusAgent: (not shown)"),
        ({"ContrastBolusAgent": "NONE"}, ""),
        ({"ContrastBolusAgent": "none\\none"}, ""),
        ({"ContrastBolusAgent": "No contrast"}, ""),
        ({"ContrastBolusAgent": "without"}, ""),
        ({"ContrastBolusAgent": "w/o"}, ""),
        ({"ContrastBolusAgent": "Non-contrast"}, ""),
        ({"ContrastBolusAgent": "UNENHANCED"}, ""),
        ({"ContrastBolusAgent": "nativ"}, ""),
        ({"ContrastBolusAgent": "no agent given"}, ""),
        ({"ContrastBolusAgent": "none\\ULTRAVIST"}, "ContrastBolusAgent: none\\ULTRAVIST"),
        ({"ContrastBolusAgent": "Oral water"}, ""),
        ({"ContrastBolusAgent": "ORAL"}, ""),
        ({"ContrastBolusAgent": "ORAL & IV"}, "ContrastBolusAgent: ORAL & IV"),
        ({"ContrastBolusAgent": "BARIUM", "ContrastBolusRoute": "ORAL"}, ""),
        ({"ContrastBolusAgent": "OMNIPAQUE", "ContrastBolusRoute": "IV"}, "ContrastBolusAgent: OMNIPAQUE"),
        ({"ContrastBolusAgent": "NONIONIC"}, "ContrastBolusAgent: NONIONIC"),
        ({"ContrastBolusIngredient": "IODINE"}, "ContrastBolusIngredient: IODINE"),
        ({"ContrastBolusVolume": "80"}, "ContrastBolusVolume: 80 ml"),
        ({"ContrastBolusVolume": "0"}, ""),
        ({"ContrastBolusVolume": "much"}, ""),
        ({"ContrastFlowRate": "4.5\\0"}, "ContrastFlowRate: 4.5 ml/s"),
    ],
)
def test_contrast_that_the_header_names(tags: dict[str, str], evidence: str) -> None:
    assert contrast_evidence(tags) == evidence


@pytest.mark.parametrize(
    ("kernel", "maker", "sharp"),
    [
        ("B35f", "SIEMENS", False),
        ("Qr36d\\2", "SIEMENS", False),
        ("Sa36f", "SIEMENS", False),
        ("B60f", "SIEMENS", True),
        ("Bl64d", "SIEMENS", True),
        ("I70f\\3", "SIEMENS", True),
        ("STANDARD", "GE MEDICAL SYSTEMS", False),
        ("SOFT", "GE MEDICAL SYSTEMS", False),
        ("LUNG", "GE MEDICAL SYSTEMS", True),
        ("BONEPLUS", "GE MEDICAL SYSTEMS", True),
        ("DETAIL", "GE MEDICAL SYSTEMS", True),
        ("B", "Philips", False),
        ("XCA", "Philips", False),
        ("L", "Philips", True),
        ("YB", "Philips", True),
        ("L", "", False),
        ("FC12", "TOSHIBA", False),
        ("FC17", "TOSHIBA", False),
        ("FC51", "TOSHIBA", True),
        ("FC30", "TOSHIBA", True),
        ("", "", False),
        ("(not shown)", "", False),
    ],
)
def test_sharp_kernels(kernel: str, maker: str, sharp: bool) -> None:
    assert is_sharp_kernel({"ConvolutionKernel": kernel, "Manufacturer": maker}) is sharp
