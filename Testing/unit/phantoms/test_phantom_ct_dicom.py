"""Drawn studies as DICOM series: what is written is read back, and says that it is nobody."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pydicom
import pytest

from cardiothorax.imaging import read_ct, read_mask
from cardiothorax.phantoms.ct import PlaqueOptions, draw_ct, random_options, write_ct_series

SMALL = replace(random_options(5, split="test"), plaques=PlaqueOptions(lesions=5))
SMALL = replace(
    SMALL, scan=replace(SMALL.scan, matrix=96, slices=7, slice_thickness_mm=3.0, increment_mm=1.5)
)


@pytest.fixture(scope="module")
def study():
    return draw_ct(SMALL)


@pytest.fixture(scope="module")
def written(study, tmp_path_factory):
    folder = tmp_path_factory.mktemp("phantom")
    write_ct_series(study, folder)
    return folder


@pytest.mark.parametrize("compression", ["none", "jpegls"])
def test_the_voxels_come_back_exactly(study, tmp_path, compression):
    series = write_ct_series(study, tmp_path / compression, compression=compression)
    image = read_ct(series)
    np.testing.assert_array_equal(image.array, study.image.array)
    np.testing.assert_allclose(image.spacing_mm, study.image.spacing_mm, rtol=1e-8)
    np.testing.assert_allclose(image.origin_mm, study.image.origin_mm, atol=1e-6)
    assert image.direction == study.image.direction


def test_the_header_says_how_it_was_scanned(study, written):
    image = read_ct(written / "series")
    scan = SMALL.scan
    assert float(image.tags["KVP"]) == scan.kvp
    assert float(image.tags["SliceThickness"]) == 3.0
    assert image.tags["ConvolutionKernel"] == scan.kernel
    assert image.tags["Manufacturer"] == scan.manufacturer


def test_the_labels_lie_on_the_series_grid(study, written):
    labels = read_mask(written / "labels.nrrd", read_ct(written / "series"))
    np.testing.assert_array_equal(labels, study.labels)


def test_the_truth_is_beside_it(study, written):
    truth = json.loads((written / "truth.json").read_text())
    assert truth["schema"] == "cardiothorax/phantom-ct/1"
    assert len(truth["truth"]["lesions"]) == 5
    assert truth["truth"]["mass_mg"] == study.truth.mass_mg
    assert truth["options"]["scan"]["kvp"] == SMALL.scan.kvp
    assert {line["artery"] for line in truth["centerlines"]} == {"lm", "lad", "lcx", "rca"}


def test_it_is_nobody(written):
    files = sorted((written / "series").glob("*.dcm"))
    assert len(files) == 7
    datasets = [pydicom.dcmread(f, stop_before_pixels=True) for f in files]
    first = datasets[0]
    assert str(first.PatientName) == "Phantom^Chest"
    assert first.PatientID.startswith("PHANTOM-")
    assert first.PatientBirthDate == ""
    assert first.ReferringPhysicianName == ""
    assert first.AccessionNumber == ""
    assert "Synthetic" in first.SeriesDescription
    assert len({d.SOPInstanceUID for d in datasets}) == 7
    assert len({d.SeriesInstanceUID for d in datasets}) == 1
    heights = [float(d.ImagePositionPatient[2]) for d in datasets]
    np.testing.assert_allclose(np.diff(heights), 1.5, atol=1e-6)


def test_files_are_valid_for_strict_readers(written):
    pydicom.config.settings.reading_validation_mode = pydicom.config.RAISE
    try:
        for file in sorted((written / "series").glob("*.dcm")):
            dataset = pydicom.dcmread(file)
            for element in dataset:
                assert element.value is not None or element.VM == 0
    finally:
        pydicom.config.settings.reading_validation_mode = pydicom.config.WARN


def test_two_studies_never_share_identifiers(study, written, tmp_path):
    other = draw_ct(replace(SMALL, seed=SMALL.seed + 1))
    series = write_ct_series(other, tmp_path)
    uids = [
        pydicom.dcmread(folder / "ct_0001.dcm", stop_before_pixels=True).StudyInstanceUID
        for folder in (series, written / "series")
    ]
    assert uids[0] != uids[1]


def test_an_unknown_compression_is_refused(study, tmp_path):
    with pytest.raises(ValueError, match="zip"):
        write_ct_series(study, tmp_path, compression="zip")
