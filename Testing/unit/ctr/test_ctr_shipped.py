"""The shipped models on the shipped sample, and the published figures made again on a few films."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cardiothorax.ctr.changes import CHANGES, change_named
from cardiothorax.ctr.pipeline import run
from cardiothorax.ctr.result import CtrRun
from cardiothorax.errors import CardiothoraxError
from cardiothorax.imaging import read_mask, read_radiograph
from cardiothorax.imaging.image import Image
from cardiothorax.imaging.organs import ORGANS
from cardiothorax.models import warm_model
from cardiothorax.resources import resource
from cardiothorax.stats.overlap import dice

REPOSITORY = Path(__file__).resolve().parents[3]
EVIDENCE = REPOSITORY / "Docs" / "evidence" / "validation.json"


def measured(image: Image) -> CtrRun:
    gate = warm_model(None, task="radiograph-gate", device="cpu", engine="onnx")
    return run(image, warm_model(None, task="ctr", device="cpu", engine="onnx"), gate)


@pytest.fixture(scope="module")
def sample() -> Image:
    return read_radiograph(resource("Samples", "ctr_sample.dcm"))


@pytest.fixture(scope="module")
def truth() -> dict[str, float]:
    text = resource("Samples", "ctr_sample_truth.json").read_text(encoding="utf-8")
    return json.loads(text)["truth"]


def test_the_sample_is_segmented_well_and_measured_right(sample: Image, truth: dict[str, float]) -> None:
    study = measured(sample)
    labels = read_mask(resource("Samples", "ctr_sample_labels.nrrd"))[0]
    for label, name in ORGANS.items():
        assert dice(study.labels == label, labels == label) >= 0.95, name
    assert study.result.values is not None
    assert study.result.values.ctr == pytest.approx(truth["ctr"], abs=0.015)
    assert study.result.values.thoracic_diameter_mm == pytest.approx(truth["t_mm"], abs=4.0)
    assert study.result.verdict == "ok"


@pytest.mark.parametrize("name", CHANGES)
def test_bad_exposures_and_polarity_change_the_ratio_little(sample: Image, name: str) -> None:
    change = change_named(name)
    assert change is not None
    plain, changed = measured(sample).result.values, measured(change(sample)).result.values
    assert plain is not None
    assert changed is not None
    assert changed.ctr == pytest.approx(plain.ctr, abs=0.03)


def test_an_inverted_film_is_turned_for_the_network_and_gives_the_same_number(sample: Image) -> None:
    turned = change_named("inverted")
    assert turned is not None
    plain, inverted = measured(sample).result, measured(turned(sample)).result
    assert plain.values is not None
    assert inverted.values is not None
    assert inverted.values.ctr == pytest.approx(plain.values.ctr, abs=1e-3)
    assert [flag.code for flag in inverted.flags] == ["polarity_inverted"]


def test_an_unknown_change_lists_the_known_ones() -> None:
    assert change_named("none") is None
    with pytest.raises(CardiothoraxError, match="inverted"):
        change_named("upside_down")


def test_published_figures_of_single_films_are_made_again(shared_data: Path) -> None:
    published = {film["id"]: film for film in json.loads(EVIDENCE.read_text(encoding="utf-8"))["films"]}
    folder = shared_data / "cxr" / "segmentation"
    chosen = sorted(published)[::16]
    assert len(chosen) >= 5
    for name in chosen:
        (path,) = (folder / "images").glob(f"{name}.*")
        study = measured(read_radiograph(path))
        labels = read_mask(folder / "masks" / f"{name}.png")[0]
        found = study.result.values
        assert (found.ctr if found else None) == pytest.approx(published[name]["ctr"], abs=1e-3)
        for label, organ in {1: "left_lung", 2: "right_lung", 3: "heart"}.items():
            if organ in published[name]["dice"]:
                expected = published[name]["dice"][organ]
                assert dice(study.labels == label, labels == label) == pytest.approx(expected, abs=2e-3)
