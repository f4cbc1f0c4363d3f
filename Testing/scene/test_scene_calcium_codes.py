"""Names, colors and SNOMED codes of the arteries: table, terminology and Slicer say the same."""

from __future__ import annotations

import json

import pytest

slicer = pytest.importorskip("slicer", reason="needs slicer-core: pip install '.[scene]'")
vtk = pytest.importorskip("vtk")

from cardiothorax.calcium.labels import CODES, LAD, LCX, LM, OTHER, RCA  # noqa: E402
from cardiothorax.resources import resource  # noqa: E402
from cardiothorax.scene.organs import CALCIUM_TERMINOLOGY, arteries  # noqa: E402

REGIONS = {LAD: "59438005", LCX: "57396003", RCA: "13647002", LM: "3227004", OTHER: ""}
"""SNOMED CT, as DICOM's context groups on coronary arteries have them (CID 3015)."""
CALCIFICATION = "18115005"


def file(kind):
    return resource("Terminologies", f"{CALCIUM_TERMINOLOGY}.{kind}.json")


def entry_of(core, organ):
    entry = slicer.vtkSlicerTerminologyEntry()
    assert core.logics["Terminologies"].DeserializeTerminologyEntry(organ.terminology, entry)
    return entry


def test_labels_are_the_packages():
    assert {organ.label: organ.name.lower() for organ in arteries()} == CODES


def test_slicer_understands_every_segment(core):
    logic = core.logics["Terminologies"]
    assert logic.LoadTerminologyFromFile(str(file("term"))) == CALCIUM_TERMINOLOGY
    assert logic.LoadRegionContextFromFile(str(file("region"))) == CALCIUM_TERMINOLOGY
    for organ in arteries():
        entry = entry_of(core, organ)
        assert entry.GetTypeObject().GetCodeValue() == CALCIFICATION
        assert entry.GetTypeObject().GetCodingSchemeDesignator() == "SCT"
        assert (entry.GetRegionObject().GetCodeValue() or "") == REGIONS[organ.label]


def test_the_list_of_regions_has_every_artery():
    listed = json.loads(file("region").read_text("utf-8"))["AnatomicCodes"]["AnatomicRegion"]
    by_code = {region["CodeValue"]: region["CodeMeaning"] for region in listed}
    assert set(by_code) == {code for code in REGIONS.values() if code}
    for organ in arteries():
        if REGIONS[organ.label]:
            assert by_code[REGIONS[organ.label]] in organ.terminology


def test_colors_are_those_that_readers_know():
    colors = {organ.label: organ.color for organ in arteries()}
    for label, strongest in ((LAD, 0), (RCA, 1), (LCX, 2)):
        assert max(colors[label]) == colors[label][strongest]
    red, green, blue = colors[LM]
    assert red > green > blue, "orange"
    assert len(set(colors[OTHER])) == 1, "gray"
    apart = [
        sum(abs(a - b) for a, b in zip(p, q, strict=True))
        for i, p in enumerate(colors.values())
        for q in list(colors.values())[:i]
    ]
    assert min(apart) > 0.4
