"""The commands that train the calcium networks, as a user types them."""

from __future__ import annotations

import csv

import numpy as np
import pytest

from Testing.unit.calcium.packed_studies import write_studies


def write_orcascore(folder, names):
    import SimpleITK

    folder.mkdir()
    array = np.random.default_rng(0).normal(40, 20, (4, 24, 32)).astype(np.int16)
    array[:, 4:20, 2:8] = -850
    for name in names:
        for ending, values in (("CTI", array), ("R", (array > 90).astype(np.uint8))):
            stored = SimpleITK.GetImageFromArray(values)
            stored.SetSpacing((0.5, 0.5, 3.0))
            SimpleITK.WriteImage(stored, str(folder / f"{name}{ending}.mhd"))


def test_orcascore_is_imported_and_what_fails_is_said(cardiothorax):
    source = cardiothorax.folder / "Training Set"
    write_orcascore(source, ["TRV1P1", "TRV1P2", "TRV1P3"])
    (source / "TRV1P2CTI.mhd").write_text("nothing")
    done = cardiothorax("train", "calcium-import", source, "--layout", "orcascore", "--out", "data")
    assert done.code == 3, done.err
    assert "2 studies in data, 1 could not be converted" in done.out
    assert "TRV1P2: " in done.err
    assert "Traceback" not in done.err
    with open(cardiothorax.folder / "data" / "index.csv", newline="", encoding="utf-8") as handle:
        assert [row["id"] for row in csv.DictReader(handle)] == ["TRV1P1", "TRV1P3"]


def test_data_without_a_source_are_a_usage_error(cardiothorax):
    done = cardiothorax("train", "calcium-data", "--out", "data")
    assert done.code == 2
    assert "Give --phantoms, --implants or both." in done.err


def test_a_folder_that_is_no_training_data_is_named(cardiothorax):
    pytest.importorskip("lightning", reason="lightning is not installed; training cannot be checked")
    (cardiothorax.folder / "empty").mkdir()
    done = cardiothorax("train", "calcium", "--method", "cacnet", "--data", "empty", "--out", "run")
    assert done.code == 2
    assert "has no index.csv. It needs the columns id, patient and split." in done.err
    assert "Traceback" not in done.err


def test_an_ablation_of_the_paper_is_trained_measured_and_can_be_added(cardiothorax):
    pytest.importorskip("lightning", reason="lightning is not installed; training cannot be checked")
    pytest.importorskip("onnx", reason="exporting needs the extra train")
    write_studies(cardiothorax.folder / "data")
    done = cardiothorax(
        "train", "calcium", "--method", "cacnet", "--data", "data", "--out", "run", "--rounds", "1",
        "--steps", "1", "--threads", "1", "--quiet", "--device", "cpu", "--folds", "3", "--fold", "1",
        "--change", "parts=2d", "--change", "growth=[2, 2, 2, 2]",
    )  # fmt: skip
    assert done.code == 0, done.err
    assert "cardiothorax models add" in done.out
    taken = cardiothorax("models", "add", "run/model")
    assert taken.code == 2, "the shipped network has that name"
    assert "--name" in taken.err
    added = cardiothorax("models", "add", "run/model", "--name", "mine")
    assert added.code == 0, added.err
    shown = cardiothorax("models", "info", "mine").out
    assert "Input          0.75 mm grid, slices of about 2.5 mm, -300 to 700 HU" in shown


@pytest.mark.parametrize("name", ["calcium", "calcium-data", "calcium-import"])
def test_every_training_command_teaches_by_an_example(cardiothorax, name):
    done = cardiothorax("train", name, "--help")
    assert done.code == 0
    assert f"cardiothorax train {name} " in done.out
