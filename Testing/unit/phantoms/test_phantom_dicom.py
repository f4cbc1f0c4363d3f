"""The phantom as a DICOM file: exact pixels, spacing, everything the standard asks for, no twin UIDs."""

from __future__ import annotations

import csv
import importlib.resources
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from click.testing import CliRunner

from cardiothorax.cli.phantom import phantom
from cardiothorax.imaging import radiographic_view, read_mask, read_radiograph
from cardiothorax.phantoms import cxr, dicom
from cardiothorax.records import from_plain

SMALL = cxr.CxrOptions(side_px=256)


def standard(table: str) -> Any:
    """A table of the DICOM standard, as highdicom carries it."""
    path = importlib.resources.files("highdicom").joinpath("_standard", f"{table}.json")
    if not path.is_file():
        pytest.skip(f"this highdicom carries no {table}.json")
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def film() -> cxr.PhantomFilm:
    return cxr.make(21, options=SMALL)


@pytest.mark.parametrize("compression", dicom.COMPRESSIONS)
@pytest.mark.parametrize("polarity", ["MONOCHROME2", "MONOCHROME1"])
def test_pixels_and_spacing_come_back_exactly(tmp_path: Path, compression: str, polarity: str) -> None:
    film = cxr.make(21, options=replace(SMALL, polarity=polarity))
    cxr.write_dicom(film, tmp_path / "film.dcm", compression=compression)
    read = read_radiograph(tmp_path / "film.dcm")
    np.testing.assert_allclose(read.array, film.image.array, atol=1e-3)
    np.testing.assert_allclose(read.spacing_mm[:2], film.image.spacing_mm[:2], rtol=1e-7)
    assert read.spacing_source == "PixelSpacing"
    assert read.modality == "DX"
    assert {k: read.tags[k] for k in film.image.tags} == film.image.tags
    assert radiographic_view(read)[1].identity


def test_an_unknown_compression_is_refused(tmp_path: Path, film: cxr.PhantomFilm) -> None:
    with pytest.raises(ValueError, match="zip"):
        cxr.write_dicom(film, tmp_path / "film.dcm", compression="zip")
    assert not list(tmp_path.iterdir())


def test_all_required_attributes_are_there(film: cxr.PhantomFilm) -> None:
    """Type 1 with a value, type 2 present, for every mandatory module of the image's own IOD."""
    dataset = dicom.to_dataset(film)
    modules, attributes = standard("iod_module_map"), standard("module_attribute_map")
    checked = 0
    for module in modules[standard("sop_class_iod_map")[dataset.SOPClassUID]]:
        if module["usage"] != "M":
            continue
        for attribute in attributes[module["key"]]:
            if attribute["path"] or attribute["type"] not in ("1", "2"):
                continue
            checked += 1
            assert attribute["keyword"] in dataset, (module["key"], attribute["keyword"])
            empty = dataset[attribute["keyword"]].is_empty
            assert attribute["type"] == "2" or not empty, (module["key"], attribute["keyword"])
    assert checked > 40


def test_values_are_legal_and_nobody_is_named(tmp_path: Path, film: cxr.PhantomFilm) -> None:
    cxr.write_dicom(film, tmp_path / "film.dcm")
    pydicom.config.settings.reading_validation_mode = pydicom.config.RAISE
    try:
        dataset = pydicom.dcmread(tmp_path / "film.dcm")
        shown = str(dataset)
    finally:
        pydicom.config.settings.reading_validation_mode = pydicom.config.WARN
    assert "Synthetic" in shown
    assert str(dataset.PatientName) == "Phantom^Chest"
    assert dataset.PresentationIntentType == "FOR PRESENTATION"
    assert dataset.PatientBirthDate == ""


def test_files_of_one_film_are_the_same_to_the_byte(tmp_path: Path, film: cxr.PhantomFilm) -> None:
    for name in ("a", "b"):
        cxr.write_dicom(film, tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_no_two_films_share_a_uid() -> None:
    tiny = cxr.CxrOptions(side_px=64)
    films = [cxr.make(seed, options=tiny) for seed in range(6)]
    films += [
        cxr.make(0, options=replace(tiny, devices=("leads",))),
        cxr.make(0, options=replace(tiny, ctr=0.5)),
    ]
    sets = [dicom.to_dataset(film) for film in films]
    uids = [
        s[name].value for s in sets for name in ("SOPInstanceUID", "SeriesInstanceUID", "StudyInstanceUID")
    ]
    assert len(set(uids)) == len(uids)
    assert all(pydicom.uid.UID(uid).is_valid for uid in uids)


def test_command_writes_films_masks_truth_and_a_reference(tmp_path: Path) -> None:
    asked = ["cxr", "--seed", "5", "--count", "2", "--side", "128", "--ctr", "0.52", "--out", str(tmp_path)]
    done = CliRunner().invoke(phantom, asked)
    assert done.exit_code == 0, done.output
    with open(tmp_path / "reference.csv", newline="", encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    assert [row["file"] for row in rows] == ["cxr_0005.dcm", "cxr_0006.dcm"]
    for row in rows:
        stem = row["file"].removesuffix(".dcm")
        truth = json.loads((tmp_path / f"{stem}_truth.json").read_text(encoding="utf-8"))["truth"]
        assert float(row["ctr"]) == truth["ctr"] == pytest.approx(0.52, abs=0.02)
        image = read_radiograph(tmp_path / row["file"])
        mask = read_mask(tmp_path / f"{stem}_labels.nrrd", image)
        assert np.count_nonzero(mask == 3) == truth["heart_area_px"]


def test_command_says_what_cannot_be_made(tmp_path: Path) -> None:
    done = CliRunner().invoke(phantom, ["cxr", "--ctr", "0.9", "--out", str(tmp_path)])
    assert done.exit_code != 0
    assert "0.36 to 0.66" in done.output + str(done.exception)


def test_varied_films_differ(tmp_path: Path) -> None:
    done = CliRunner().invoke(
        phantom, ["cxr", "--varied", "--count", "2", "--side", "96", "--out", str(tmp_path)]
    )
    assert done.exit_code == 0, done.output
    plain = [
        json.loads(path.read_text(encoding="utf-8"))["options"] for path in sorted(tmp_path.glob("*.json"))
    ]
    assert plain[0] != plain[1]


SAMPLES = Path(__file__).resolve().parents[3] / "Resources" / "Samples"


def test_the_shipped_sample_is_what_its_command_makes() -> None:
    """Other processors round differently in the last digit: a grey level may differ by one or two."""
    plain = json.loads((SAMPLES / "ctr_sample_truth.json").read_text(encoding="utf-8"))
    options = from_plain(cxr.CxrOptions, plain["options"])
    film = cxr.make(plain["truth"]["seed"], options=options)
    read = read_radiograph(SAMPLES / "ctr_sample.dcm")
    labels = read_mask(SAMPLES / "ctr_sample_labels.nrrd", read)
    assert np.mean(labels.reshape(film.labels.shape) != film.labels) < 1e-4
    off = np.abs(read.array - film.image.array)
    assert np.mean(off) < 0.1
    assert film.truth.ctr == pytest.approx(plain["truth"]["ctr"], abs=0.002)


def test_the_shipped_sample_says_its_ratio_and_is_small() -> None:
    plain = json.loads((SAMPLES / "ctr_sample_truth.json").read_text(encoding="utf-8"))["truth"]
    read = read_radiograph(SAMPLES / "ctr_sample.dcm")
    labels = read_mask(SAMPLES / "ctr_sample_labels.nrrd", read).reshape(read.array.shape[1:])
    heart = np.flatnonzero((labels == 3).any(axis=0))
    assert heart[-1] - heart[0] + 1 == plain["th_px"]
    assert plain["ctr"] == plain["th_px"] / plain["t_px"]
    assert plain["ctr"] > 0.52  # well above the usual cut-off, so that the demo has something to find
    assert sum(path.stat().st_size for path in SAMPLES.glob("ctr_*")) < 0.6 * 2**20
