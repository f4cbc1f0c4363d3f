"""The checksum of what was measured, and what is kept of a header: nothing that names anyone."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cardiothorax import imaging
from cardiothorax.imaging import Image, deidentified, pixel_sha256, read_radiograph

ARRAY = np.arange(12, dtype=np.float32).reshape(1, 3, 4)


def test_the_checksum_is_of_the_pixels_alone() -> None:
    plain = pixel_sha256(Image(ARRAY))
    assert plain == hashlib.sha256(b"(1, 3, 4) <f4" + ARRAY.tobytes()).hexdigest()
    assert plain == "41fa3fc4b42ae1f3b16dad0ac11c6a2849235b2ceb02eeb8450a7adeb88ecf0e"
    assert pixel_sha256(Image(ARRAY, spacing_mm=(2, 2, 1), source="other", notes=("x",))) == plain
    assert pixel_sha256(Image(ARRAY.astype(">f4"))) == plain
    assert pixel_sha256(Image(np.asfortranarray(ARRAY))) == plain
    for other in (ARRAY + 1, ARRAY.reshape(1, 4, 3), ARRAY.astype(np.float64), ARRAY[:, ::-1]):
        assert pixel_sha256(Image(other)) != plain


def test_deidentified_keeps_what_is_measured() -> None:
    image = Image(
        ARRAY,
        spacing_mm=(0.1, 0.2, 1.0),
        origin_mm=(1.0, 2.0, 3.0),
        modality="DX",
        tags={"ViewPosition": "AP", "PatientName": "Nobody^Anna", "StudyDate": "20260101"},
        spacing_source="PixelSpacing",
        notes=("Polarity turned (MONOCHROME1).",),
        source="Nobody_Anna_1950.dcm",
    )
    clean = deidentified(image)
    expected = replace(image, tags={"ViewPosition": "AP"}, notes=(), source="")
    assert clean == expected
    assert "Nobody" not in repr(clean)
    assert clean.array is image.array


def test_only_measuring_tags_are_read(dicom_film: Callable[..., Path], ramp: np.ndarray) -> None:
    image = read_radiograph(
        dicom_film(
            ramp,
            ViewPosition="AP",
            PatientOrientation=["L", "F"],
            BodyPartExamined="CHEST",
            Laterality="U",
            WindowCenter=[2048, 1000],
            WindowWidth=[4096, 500],
            OperatorsName="Somebody^Else",
            ImageComments="Nobody, Anna: please compare",
            StudyDate="20260102",
            AccessionNumber="A77",
        )
    )
    assert image.modality == "DX"
    assert image.tags == {
        "BitsStored": "16",
        "BodyPartExamined": "CHEST",
        "Laterality": "U",
        "Modality": "DX",
        "PatientOrientation": "L\\F",
        "PhotometricInterpretation": "MONOCHROME2",
        "SOPClassUID": "1.2.840.10008.5.1.4.1.1.1.1",
        "ViewPosition": "AP",
        "WindowCenter": "2048\\1000" if "." not in image.tags["WindowCenter"] else "2048.0\\1000.0",
        "WindowWidth": "4096\\500" if "." not in image.tags["WindowWidth"] else "4096.0\\500.0",
    }


def test_no_whitelisted_tag_can_hold_a_person() -> None:
    """Person names, dates, times, addresses and long free text are types of their own in DICOM."""
    from pydicom.datadict import dictionary_VR

    from cardiothorax.imaging.identity import MEASURING_TAGS

    kinds = {dictionary_VR(keyword) for keyword in MEASURING_TAGS}
    assert kinds <= {"CS", "DS", "US", "UI", "LO", "SS or US", "US or SS"}
    free_text = {keyword for keyword in MEASURING_TAGS if dictionary_VR(keyword) == "LO"}
    assert free_text == {"Manufacturer", "ManufacturerModelName"}
    unique = {keyword for keyword in MEASURING_TAGS if dictionary_VR(keyword) == "UI"}
    assert unique == {"SOPClassUID"}  # a class, the same for every film


def test_unprocessed_detector_data_are_noted(dicom_film: Callable[..., Path], ramp: np.ndarray) -> None:
    for header in (
        {"PresentationIntentType": "FOR PROCESSING"},
        {"SOPClassUID": "1.2.840.10008.5.1.4.1.1.1.1.1"},
    ):
        assert any("FOR PROCESSING" in note for note in read_radiograph(dicom_film(ramp, **header)).notes)


def test_every_promised_name_is_there() -> None:
    for name in imaging.__all__:
        assert getattr(imaging, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = imaging.nothing


def test_importing_costs_nothing_until_used() -> None:
    script = (
        "import sys, cardiothorax.imaging\n"
        "heavy = {'pydicom', 'SimpleITK', 'PIL', 'scipy', 'torch'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
        "from cardiothorax.imaging import read_radiograph\n"
        "assert 'SimpleITK' not in sys.modules and 'torch' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
