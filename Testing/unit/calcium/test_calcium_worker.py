"""The worker's side: from a file for tables and command line, from arrays for the module."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cardiothorax.calcium import worker_task
from cardiothorax.calcium.result import CalciumResult
from cardiothorax.calcium.table import COLUMNS
from cardiothorax.calcium.worker_task import chosen_model, decisive_models, run_task
from cardiothorax.errors import GeometryProblem, ModelProblem
from cardiothorax.imaging import read_mask, write_mask
from cardiothorax.imaging.image import Image
from cardiothorax.imaging.plain import image_of, plain_image
from cardiothorax.jobs.tasks import resolve
from cardiothorax.models.registry import ModelEntry
from cardiothorax.progress import silent
from cardiothorax.records import from_plain, to_plain
from Testing.unit.calcium.drawn_chest import CARD, chest, told_network
from Testing.unit.calcium.test_calcium_pipeline import SPOT, spot_labels

sitk = pytest.importorskip("SimpleITK")


@pytest.fixture
def image() -> Image:
    return chest(bright_spots=(SPOT,))


@pytest.fixture
def file(tmp_path: Path, image: Image) -> Path:
    stored = sitk.GetImageFromArray(image.array)
    stored.SetSpacing(image.spacing_mm)
    sitk.WriteImage(stored, str(tmp_path / "study.nrrd"))
    return tmp_path / "study.nrrd"


def entry(folder: Path = Path("models/told")) -> ModelEntry:
    return ModelEntry(CARD.name, folder, True, CARD)


def told(monkeypatch: pytest.MonkeyPatch, code: int = 1) -> None:
    model = told_network(monkeypatch, spot_labels(code))
    monkeypatch.setattr(worker_task, "find_model", lambda *_, **__: entry())
    monkeypatch.setattr(worker_task, "warm_model", lambda *_, **__: model)


def test_the_task_is_known_by_its_name() -> None:
    assert resolve("calcium") is run_task


def test_an_image_travels_as_json(image: Image) -> None:
    again = image_of(json.loads(json.dumps(plain_image(image))), image.array)
    assert plain_image(again) == plain_image(image)
    assert again.array is image.array


def test_from_a_file_everything_asked_for_is_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, file: Path, image: Image
) -> None:
    pytest.importorskip("jinja2")
    told(monkeypatch)
    place = {"file": str(file), "out": str(tmp_path / "out"), "name": "study"}
    values, arrays = run_task({**place, "masks": True, "report": True}, {}, silent)
    assert arrays == {}
    assert values["files"] == ["study_lesions.nrrd", "study.html", "study.png", "study_lesions.csv"]
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == sorted(values["files"])
    np.testing.assert_array_equal(read_mask(tmp_path / "out" / "study_lesions.nrrd"), spot_labels(1))
    assert values["row"]["agatston"] == values["row"]["agatston_lad"] == 48.0
    assert set(values["row"]) <= set(COLUMNS)
    result = from_plain(CalciumResult, json.loads(json.dumps(values["result"], allow_nan=False)))
    assert result.source == "study.nrrd"
    assert next(iter(result.seconds)) == "read"
    page = (tmp_path / "out" / "study.html").read_text("utf-8")
    assert "not validated on patients" in page
    assert "Apache-2.0" in page


def test_without_wishes_nothing_is_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, file: Path
) -> None:
    told(monkeypatch)
    place = {"file": str(file), "out": str(tmp_path / "out"), "name": "study"}
    assert run_task(place, {}, silent)[0]["files"] == []
    assert not (tmp_path / "out").exists()


def test_from_arrays_labels_come_back(monkeypatch: pytest.MonkeyPatch, image: Image) -> None:
    told(monkeypatch, code=3)
    inputs = {"image": plain_image(image), "preset": "siemens"}
    values, arrays = run_task(inputs, {"ct": image.array}, silent)
    np.testing.assert_array_equal(arrays["labels"], spot_labels(3))
    np.testing.assert_array_equal(arrays["proposals"], spot_labels(3))
    assert values["row"]["preset"] == "siemens"
    assert values["files"] == []


def test_given_arrays_of_labels_are_scored_without_a_network(image: Image) -> None:
    arrays = {"ct": image.array, "labels": spot_labels(4)}
    values, made = run_task({"image": plain_image(image)}, arrays, silent)
    assert values["row"]["agatston_lm"] == 48.0
    assert values["row"]["model"] == ""
    assert not made["proposals"].any()


def test_a_file_of_labels_is_scored_without_a_network(tmp_path: Path, file: Path, image: Image) -> None:
    write_mask(tmp_path / "drawn.nrrd", spot_labels(2), image)
    values, _ = run_task({"file": str(file), "labels": str(tmp_path / "drawn.nrrd")}, {}, silent)
    assert values["row"]["agatston_lcx"] == 48.0


def test_labels_of_another_grid_are_an_error(tmp_path: Path, file: Path, image: Image) -> None:
    write_mask(tmp_path / "drawn.nrrd", spot_labels(2)[:, :-1], chest_cut(image))
    sitk_labels = sitk.ReadImage(str(tmp_path / "drawn.nrrd"))
    sitk_labels.SetSpacing((1.1, 1.0, 3.0))
    sitk.WriteImage(sitk_labels, str(tmp_path / "drawn.nrrd"))
    with pytest.raises(GeometryProblem, match="spacing"):
        run_task({"file": str(file), "labels": str(tmp_path / "drawn.nrrd")}, {}, silent)


def chest_cut(image: Image) -> Image:
    return Image(image.array[:, :-1], image.spacing_mm)


def test_progress_covers_reading_too(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    told(monkeypatch)
    heard: list[float] = []
    run_task({"file": str(file)}, {}, lambda fraction, step: heard.append(fraction))
    assert heard[0] == 0.0
    assert heard == sorted(heard)
    assert heard[-1] <= 1.0


def test_the_method_none_needs_no_model() -> None:
    assert chosen_model("none", "anything") is None
    assert decisive_models(None) == {"model": ""}


def listed(*entries: ModelEntry) -> Callable[..., Any]:
    return lambda *_, **__: entries


def test_a_method_finds_its_first_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_task, "list_models", listed(entry(Path("a")), entry(Path("b"))))
    found = chosen_model("cacnet")
    assert found is not None
    assert found.folder == Path("a")
    with pytest.raises(ModelProblem, match="no model of the method denseraunet"):
        chosen_model("denseraunet")


def test_a_broken_model_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = ModelEntry("broken", Path("a"), False, None, "its card is damaged")
    monkeypatch.setattr(worker_task, "list_models", listed(broken, entry(Path("b"))))
    found = chosen_model("cacnet")
    assert found is not None
    assert found.folder == Path("b")


def test_a_named_model_must_be_of_the_method(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_task, "find_model", lambda *_, **__: entry())
    assert chosen_model("cacnet", "told-network") == entry()
    assert chosen_model("default", "told-network") == entry()
    with pytest.raises(ModelProblem, match="is a cacnet, not a denseraunet"):
        chosen_model("denseraunet", "told-network")


def test_another_network_is_another_fingerprint() -> None:
    from dataclasses import replace

    other = ModelEntry(CARD.name, Path("x"), True, replace(CARD, weights_sha256="cd" * 32))
    assert decisive_models(entry()) != decisive_models(other)
    assert to_plain(decisive_models(entry())) == decisive_models(entry())
